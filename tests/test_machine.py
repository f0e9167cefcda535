"""How much of a machine may be used."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

from grader.machine import (
    SLOT_BYTES,
    SLOT_DISK_BYTES,
    Machine,
    multiplies_bfloat16,
    own_cores,
    this_machine,
)


def test_without_control_groups_the_whole_machine_may_be_used(tmp_path):
    machine = this_machine(tmp_path)
    assert machine.cores == len(os.sched_getaffinity(0))
    assert machine.memory == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_limits_of_version_2_hold(tmp_path):
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    (tmp_path / "memory.max").write_text(f"{1 << 30}\n")
    machine = this_machine(tmp_path)
    assert (machine.cores, machine.memory) == (1, 1 << 30)


def test_limits_of_version_1_hold(tmp_path):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("150000\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text(f"{1 << 30}\n")
    machine = this_machine(tmp_path)
    assert (machine.cores, machine.memory) == (1, 1 << 30)


@pytest.mark.parametrize("name", ["pids.max", "pids/pids.max"])
def test_where_processes_are_few_less_is_graded_at_once(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("1100\n")
    assert this_machine(tmp_path).processes == 1100
    assert Machine(cores=8, memory=24 << 30, processes=1100).slots(200) == 2
    assert Machine(cores=8, memory=24 << 30, processes=100).slots(200) == 1


def test_where_the_disk_of_scratch_folders_is_small_less_is_graded_at_once():
    assert Machine(cores=8, memory=24 << 30, disk=3 * SLOT_DISK_BYTES).slots(200) == 3
    assert Machine(cores=8, memory=24 << 30, disk=0).slots(200) == 1
    assert this_machine().disk == pytest.approx(
        shutil.disk_usage(tempfile.gettempdir()).free, rel=0.2
    )


@pytest.mark.parametrize("text", ["max 100000\n", "-1 100000\n", "", "nonsense"])
def test_no_limit_is_no_limit(tmp_path, text):
    (tmp_path / "cpu.max").write_text(text)
    (tmp_path / "memory.max").write_text("max\n")
    limited, free = this_machine(tmp_path), this_machine(tmp_path / "nowhere")
    assert (limited.cores, limited.memory) == (free.cores, free.memory)
    assert limited.processes == free.processes


def test_a_share_of_a_core_is_one_slot(tmp_path):
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert this_machine(tmp_path).slots(200) == 1


@pytest.mark.parametrize(
    ("cores", "memory", "submissions", "slots"),
    [
        (2, 24 << 30, 200, 2),
        (8, 24 << 30, 200, 8),
        (8, 4 * SLOT_BYTES, 200, 4),
        (8, 24 << 30, 1, 1),
        (4, 1 << 20, 200, 1),
        (4, 24 << 30, 0, 1),
    ],
)
def test_slots_are_as_many_as_cores_memory_and_submissions_allow(cores, memory, submissions, slots):
    assert Machine(cores, memory).slots(submissions) == slots


@pytest.mark.parametrize(
    ("flags", "multiplies"),
    [
        ("fpu avx512f avx512_bf16", True),
        ("amx_bf16 fpu", True),
        ("fpu avx512f avx512_bf16x", False),
        ("", False),
    ],
)
def test_a_processor_tells_whether_it_multiplies_bfloat16(tmp_path, flags, multiplies):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\n")
    assert multiplies_bfloat16(cpuinfo) is multiplies


def test_one_that_nobody_describes_multiplies_none(tmp_path):
    assert not multiplies_bfloat16(tmp_path / "cpuinfo")


@pytest.mark.parametrize("slots", range(1, 9))
def test_slots_have_cores_of_their_own_where_there_are_enough(slots):
    here = os.sched_getaffinity(0)
    shares = own_cores(slots, Machine(cores=len(here), memory=1 << 40))
    assert len(shares) == slots
    named = [core for share in shares for core in share]
    assert len(named) == len(set(named)), "no core is in two shares"
    assert set(named) <= here
    if 1 < slots <= len(here):
        assert all(shares)
        assert set(named) == here
    else:
        assert not named


def test_of_a_large_machine_no_more_cores_are_taken_than_may_be_used():
    shares = own_cores(2, Machine(cores=2, memory=1 << 40))
    assert [len(share) for share in shares] in ([1, 1], [0, 0])
