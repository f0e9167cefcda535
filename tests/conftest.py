"""What many tests need: synthetic data of their own, and slots that grade for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.data import synthesize
from grader.intake import read_submission
from grader.jobs import Setup
from grader.results import SubmissionResult
from grader.rubric import default_rubric
from grader.slot import Slot

Grade = Callable[[Path], SubmissionResult]


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root that holds the synthetic data and nothing of this machine's."""
    root = tmp_path_factory.mktemp("data")
    synthesize(root)
    return root


@pytest.fixture(scope="session")
def setup(data_root: Path) -> Setup:
    """Grading with the shipped rubric on synthetic data."""
    return Setup(
        rubric=str(default_rubric()), data="synthetic", data_root=str(data_root), threads=2
    )


@pytest.fixture(scope="session")
def grade(setup: Setup) -> Iterator[Grade]:
    """Grades a submission, with training."""
    with Slot(setup) as slot:
        slot.open()
        yield lambda path: slot.grade(read_submission(path), lambda event: None)


@pytest.fixture(scope="session")
def grade_quickly(setup: Setup) -> Iterator[Grade]:
    """Grades a submission without training."""
    with Slot(setup.model_copy(update={"train": False})) as slot:
        slot.open()
        yield lambda path: slot.grade(read_submission(path), lambda event: None)
