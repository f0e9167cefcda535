"""The slots of one Dask worker, without a cluster around them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from grader.batch.slot import single_slot
from grader.cluster.comparing import differences
from grader.cluster.parcels import pack
from grader.cluster.records import Differs, Lost
from grader.cluster.slots import WorkerSlots, this_installation
from grader.intake import read_submission
from grader.jobs import Broken, Finished, Refused
from tests.processes import all_ending, processes_below


@pytest.fixture(scope="module")
def quick(setup):
    return setup.model_copy(update={"train": False})


@pytest.fixture(scope="module")
def opened(quick):
    """What this machine grades with."""
    with single_slot(quick) as slot:
        return slot.open()


@pytest.fixture
def slots_of(quick):
    """Makes slots that are closed after the test."""
    made = []

    def make(**options):
        made.append(WorkerSlots(quick, Path(quick.rubric).read_bytes(), 1, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def parcel(tmp_path):
    path = tmp_path / "kim.py"
    path.write_text("def flatten(x): return x.reshape(len(x), -1)\n")
    return pack(read_submission(path))


def test_slots_end_when_nothing_comes_and_begin_again(slots_of, parcel, opened):
    before = set(processes_below(os.getpid()))
    slots, begun = slots_of(idle_seconds=0.1), threading.Event()
    key = opened.provenance.key
    first = slots.grade(parcel, key, lambda event: begun.set())
    assert begun.is_set()
    assert isinstance(first, Finished)
    with all_ending([pid for pid in processes_below(os.getpid()) if pid not in before]):
        pass
    again = slots.grade(parcel, key, lambda event: None)
    assert isinstance(again, Finished)
    assert again.result.score == first.result.score == 5


def test_another_key_grades_nothing(slots_of, parcel, opened):
    outcome = slots_of().grade(parcel, "another", lambda event: pytest.fail("it was graded"))
    assert isinstance(outcome, Differs)
    assert outcome.opened.provenance.key == opened.provenance.key


def test_closed_slots_say_that_it_is_lost(slots_of, parcel, opened):
    slots = slots_of()
    slots.close()
    assert slots.grade(parcel, opened.provenance.key, lambda event: None) == Lost()


def test_closing_while_grading_loses_what_is_graded(slots_of, parcel, opened):
    slots = slots_of()
    before = set(processes_below(os.getpid()))
    outcome = slots.grade(parcel, opened.provenance.key, lambda event: slots.close())
    assert isinstance(outcome, Lost)
    assert set(processes_below(os.getpid())) == before


def test_what_the_user_must_mend_is_said_and_not_raised(quick, parcel):
    setup = quick.model_copy(update={"data": "imagefolder"})
    slots = WorkerSlots(setup, Path(quick.rubric).read_bytes(), 1)
    outcome = slots.grade(parcel, "", lambda event: None)
    slots.close()
    assert isinstance(outcome, Refused)
    assert not isinstance(outcome, Broken)


def test_a_difference_is_named(opened):
    here = this_installation()
    made = opened.provenance
    theirs = Differs(
        opened=opened.model_copy(
            update={"provenance": made.model_copy(update={"torch": "1.0", "rubric": "x"})}
        ),
        installation=here.model_copy(update={"packages": (*here.packages, "extra-1.0")}),
    )
    assert differences(opened, here, theirs) == [
        "the rubric",
        f"torch (1.0; here {made.torch})",
        "what is installed (extra-1.0)",
    ]
    same = Differs(opened=opened, installation=here)
    assert differences(opened, here, same) == ["torchgrade's own source"]
