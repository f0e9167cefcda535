"""Calls that travel as bytes."""

from __future__ import annotations

import pickle

import pytest

from grader.cluster.calls import pack_call, run_call
from grader.cluster.parcels import Parcel, pack
from grader.intake import read_submission


def length_of(parcel: Parcel, more: str) -> str:
    """What is called; a module's own, as everything that is sent."""
    return f"{len(parcel.contents[0])} {more}"


def failing() -> str:
    raise ValueError("of the function")


def test_a_call_is_made_where_it_is_unpacked(tmp_path):
    (tmp_path / "kim.py").write_text("x = 1\n")
    parcel = pack(read_submission(tmp_path / "kim.py"))
    assert run_call(pack_call(length_of, parcel, "bytes")) == "6 bytes"


def test_what_it_raises_is_raised():
    with pytest.raises(ValueError, match="of the function"):
        run_call(pack_call(failing))


def test_who_hands_it_on_needs_nothing_of_ours():
    assert type(pack_call(failing)) is bytes
    assert b"grader" not in pickle.dumps(run_call)
