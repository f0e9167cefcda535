"""Slots that grade attacks, in each mode, with deadlines short enough to be reached."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from grader.batch.slot import Slot, single_slot
from grader.choices import Mode
from grader.intake import open_own_work
from grader.jobs import Setup
from grader.results import SubmissionResult
from grader.rubric import default_rubric

collect_ignore_glob = ["[0-9]*"]  # some attack whoever collects tests

LIMITS = {
    "load_seconds": 10,
    "request_seconds": 4,
    "pause_seconds": 10,
    "train_seconds": 120,
    "total_seconds": 180,
    "memory_mb": 1024,
    "file_mb": 16,
    "scratch_mb": 64,
    "scratch_files": 2000,
}

GradeIn = Callable[..., SubmissionResult]


@pytest.fixture(scope="session")
def attack_setup(setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> Setup:
    """Grading by the shipped rubric with other limits."""
    rubric = yaml.safe_load(default_rubric().read_text(encoding="utf-8"))
    rubric["limits"] |= LIMITS
    path = tmp_path_factory.mktemp("rubric") / "rubric.yaml"
    path.write_text(yaml.safe_dump(rubric), encoding="utf-8")
    # Stands for a class whose folder lies among the interpreter's.
    private = (str(Path(sys.base_prefix) / "bin"),)
    return setup.model_copy(update={"rubric": str(path), "private": private})


@pytest.fixture(scope="session")
def grade_in(attack_setup: Setup) -> Iterator[GradeIn]:
    """Grades a path in a mode, with or without training; a slot serves a mode for the session."""
    with ExitStack() as stack:
        slots: dict[tuple[Mode, bool], Slot] = {}

        def grade(path: Path, mode: Mode, *, train: bool) -> SubmissionResult:
            if (mode, train) not in slots:
                setup = attack_setup.model_copy(update={"isolation": mode, "train": train})
                slots[mode, train] = stack.enter_context(single_slot(setup))
                slots[mode, train].open()
            with open_own_work(path) as submission:
                return slots[mode, train].grade(submission, lambda event: None)

        yield grade
