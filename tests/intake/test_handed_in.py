"""Files of a submission that were changed between intake and grading."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import IntakeError
from grader.intake import Submission, read_submission
from grader.intake.handed_in import contents_of, kept
from grader.intake.limits import MAX_BYTES


@pytest.fixture
def handed_in(tmp_path: Path) -> Submission:
    folder = tmp_path / "김"
    (folder / "lib").mkdir(parents=True)
    (folder / "main.py").write_text("import lib.nets\ndef flatten(x): return x\n")
    (folder / "lib" / "nets.py").write_text("# 신경망\n")
    return read_submission(folder)


def test_what_was_read_is_kept_as_long_as_it_is_needed(handed_in: Submission, tmp_path: Path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with kept(handed_in, scratch) as copy:
        for name in handed_in.files:
            assert (copy.root / name).read_bytes() == (handed_in.root / name).read_bytes()
        assert copy.model_copy(update={"root": handed_in.root}) == handed_in
    assert list(scratch.iterdir()) == []


def edit(path: Path) -> None:
    path.write_text("x = 1\n")


def replace_by_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_by_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def let_grow(path: Path) -> None:
    os.truncate(path, MAX_BYTES << 10)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (edit, "The files were changed while they were waiting"),
        (let_grow, "The files were changed while they were waiting"),
        (replace_by_link, "The files were changed while they were waiting"),
        (replace_by_device, r"main\.py cannot be read any more: it is no regular file"),
        (replace_by_pipe, r"main\.py cannot be read any more: it is no regular file"),
    ],
)
def test_what_changed_after_it_was_read_is_not_graded(
    handed_in: Submission, change: Callable[[Path], None], says: str
):
    change(handed_in.root / "main.py")
    with pytest.raises(IntakeError, match=says):
        contents_of(handed_in)


def test_what_is_gone_is_told(handed_in: Submission):
    (handed_in.root / "main.py").unlink()
    with pytest.raises(IntakeError, match=r"main\.py cannot be read any more: No such file"):
        contents_of(handed_in)


def test_a_folder_that_became_a_file_is_told(handed_in: Submission):
    (handed_in.root / "lib" / "nets.py").unlink()
    (handed_in.root / "lib").rmdir()
    (handed_in.root / "lib").write_text("")
    with pytest.raises(IntakeError, match=r"lib/nets\.py cannot be read any more"):
        contents_of(handed_in)
