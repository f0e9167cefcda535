"""The log of a submission: whose lines a terminal shows as they are."""

from __future__ import annotations

import pytest

from grader.batch.logs import NAME, SubmissionLog
from grader.errors import UserError


def test_what_a_student_names_moves_nothing_in_a_terminal(tmp_path):
    with SubmissionLog(tmp_path / "kim") as log:
        log.say("grading kim\x1b]0;title\x07\x1b[2K\x1b[1A\x9b1A\u202e.py\nsecond line")
    (line,) = (tmp_path / "kim" / NAME).read_text(encoding="utf-8").splitlines()
    assert line.endswith(" grading kim1A.py second line")


def test_a_log_that_cannot_be_written_names_itself(tmp_path):
    (tmp_path / "kim").write_text("")
    with pytest.raises(UserError, match=r"The log of kim cannot be written: .*exists"):
        SubmissionLog(tmp_path / "kim")


def test_a_link_in_its_place_is_not_followed(tmp_path):
    (tmp_path / "kim").mkdir()
    (tmp_path / "somebody's").touch()
    (tmp_path / "kim" / NAME).symlink_to(tmp_path / "somebody's")
    with pytest.raises(UserError, match="The log of kim cannot be written"):
        SubmissionLog(tmp_path / "kim")
    assert (tmp_path / "somebody's").read_text() == ""
