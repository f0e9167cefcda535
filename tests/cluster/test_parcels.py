"""Submissions that travel: the same files elsewhere, and nothing that was changed meanwhile."""

from __future__ import annotations

import pickle

import pytest

from grader.cluster.parcels import pack, unpack
from grader.errors import IntakeError
from grader.intake import read_submission


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "김"
    (folder / "lib").mkdir(parents=True)
    (folder / "main.py").write_text("import lib.nets\ndef flatten(x): return x\n")
    (folder / "lib" / "nets.py").write_text("# 신경망\n")
    return read_submission(folder)


def test_a_submission_arrives_as_it_was(handed_in, tmp_path):
    arrived = unpack(pickle.loads(pickle.dumps(pack(handed_in))), tmp_path / "there")
    assert arrived.root == (tmp_path / "there").resolve()
    assert arrived.model_copy(update={"root": handed_in.root}) == handed_in
    for name in handed_in.files:
        assert (arrived.root / name).read_bytes() == (handed_in.root / name).read_bytes()


def test_what_changed_after_it_was_read_does_not_travel(handed_in):
    (handed_in.root / "main.py").write_text("x = 1\n")
    with pytest.raises(IntakeError, match="were changed"):
        pack(handed_in)


def test_what_cannot_be_graded_travels_without_its_files(tmp_path):
    path = tmp_path / "kim.py"
    path.write_text("")
    submission = read_submission(path)
    assert submission.problem is not None
    parcel = pack(submission)
    assert parcel.contents == ()
    assert unpack(parcel, tmp_path / "there").problem == submission.problem
