"""`torchgrade doctor`: room for work, and what to do where there is little."""

from __future__ import annotations

import math

import pytest

from grader.cli.doctor import room
from grader.machine import SLOT_PROCESSES, Machine

GB = 1 << 30


def test_where_nothing_limits_processes_none_are_told_of():
    assert {finding.title for finding in room(Machine(2, 8 * GB, math.inf))} == {
        "Cores",
        "Memory",
        "At once",
    }


@pytest.mark.parametrize(("processes", "fine"), [(8 * SLOT_PROCESSES, True), (600, False)])
def test_few_processes_are_told_with_what_they_cost(processes, fine):
    found = {finding.title: finding for finding in room(Machine(8, 64 * GB, processes))}
    assert found["Processes"].fine is fine
    assert "4,096" in (found["Processes"].remedy or "")
    assert found["At once"].text.startswith("8 submissions" if fine else "1 submission ")


def test_a_container_s_memory_counts_and_not_the_machine_s():
    found = {finding.title: finding for finding in room(Machine(2, 2 * GB))}
    assert "2.0 GB" in found["Memory"].text
    assert not found["Memory"].fine
