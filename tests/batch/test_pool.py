"""Slots of one machine."""

from __future__ import annotations

import os

import pytest

from grader.batch.pool import SlotPool
from grader.intake import read_submission

TELLS_ITS_CORES = """
import os

try:
    os.sched_setaffinity(0, range(64))
except OSError:
    pass
here = len(os.sched_getaffinity(0))

def flatten(x):
    raise RuntimeError(f"on {here} of the cores")
"""


@pytest.mark.parametrize("slots", [1, 2])
def test_student_code_keeps_to_the_cores_of_its_slot(setup, tmp_path, slots):
    work = tmp_path / "homework.py"
    work.write_text(TELLS_ITS_CORES)
    there = len(os.sched_getaffinity(0))
    if there < slots:
        pytest.skip("there are fewer cores than slots")
    with SlotPool(setup.model_copy(update={"train": False}), slots) as pool:
        result = pool.grade(read_submission(work), lambda event: None)
    assert f"on {there // slots} of the cores" in result.model_dump_json()
