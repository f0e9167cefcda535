"""What many tests need: data of their own, real workers, and slots that grade for real."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from grader.batch.slot import single_slot
from grader.data import synthesize
from grader.intake import read_submission
from grader.jobs import Setup
from grader.protocol import messages as m
from grader.protocol import parts
from grader.results import SubmissionResult
from grader.rubric import default_rubric
from grader.sandbox.layers import IsolationConfig
from grader.sandbox.student import Deadlines, Material, Student
from grader.sandbox.workers import Worker

# How long an example takes says something of the machine, not of the code.
settings.register_profile("torchgrade", deadline=None)
settings.load_profile("torchgrade")
settings.register_profile("long", deadline=None, max_examples=250_000, database=None)  # `make fuzz`

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
    threads = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2  # tests beside each other share cores
    return Setup(
        rubric=str(default_rubric()), data="synthetic", data_root=str(data_root), threads=threads
    )


@pytest.fixture(scope="session")
def grade(setup: Setup) -> Iterator[Grade]:
    """Grades a submission, with training."""
    with single_slot(setup) as slot:
        slot.open()
        yield lambda path: slot.grade(read_submission(path), lambda event: None)


@pytest.fixture(scope="session")
def grade_alone(setup: Setup) -> Iterator[Grade]:
    """Grades a submission; every run is trained, also one that equals the reference's."""
    with single_slot(setup.model_copy(update={"share": False})) as slot:
        slot.open()
        yield lambda path: slot.grade(read_submission(path), lambda event: None)


@pytest.fixture(scope="session")
def grade_quickly(setup: Setup) -> Iterator[Grade]:
    """Grades a submission without training."""
    with single_slot(setup.model_copy(update={"train": False})) as slot:
        slot.open()
        yield lambda path: slot.grade(read_submission(path), lambda event: None)


SERVER = """
import os, socket, sys
import torch, torchvision
import grader.harness.worker
from grader.sandbox.server import serve_workers
serve_workers(socket.socket(fileno=int(sys.argv[1])))
os._exit(0)
"""

MEMORY_BYTES = 512 << 20
DEADLINES = Deadlines(load=20, request=20, pause=20, train=60, total=300, restarts=2)
LOAD = m.Load(
    cells=(),
    seed=1,
    data=m.Data(
        train_dir=None,
        mean=(0.5, 0.5, 0.5),
        std=(0.25, 0.25, 0.25),
        batch_size=16,
        nominal_train=64,
        nominal_validation=8,
        nominal_test=16,
    ),
    output_bytes=1000,
    names=("flatten", "three_layer_convnet", "ThreeLayerConvNet"),
)

StudentFactory = Callable[..., Student]


@pytest.fixture(scope="session")
def control() -> Iterator[socket.socket]:
    """The control socket of a worker server."""
    ours, theirs = socket.socketpair()
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "TOKEN": "secret"},
        )
    with ours:
        yield ours
    assert server.wait(20) == 0


@pytest.fixture
def start_worker_on(control: socket.socket) -> Callable[..., Callable[[Path], Worker]]:
    """Makes what starts a worker with a scratch directory, given what else it may read."""

    def make(*readable: Path) -> Callable[[Path], Worker]:
        def start(scratch: Path) -> Worker:
            config = IsolationConfig(
                scratch=str(scratch),
                readable=tuple(map(str, readable)),
                memory_bytes=MEMORY_BYTES,
                file_bytes=1 << 20,
                scratch_bytes=8 << 20,
                scratch_files=5000,
                cpu_seconds=60,
            )
            return Worker(control, config)

        return start

    return make


@pytest.fixture
def start_worker(
    start_worker_on: Callable[..., Callable[[Path], Worker]],
) -> Callable[[Path], Worker]:
    """Starts a worker with that scratch directory."""
    return start_worker_on()


@pytest.fixture
def student_of(start_worker: Callable[[Path], Worker], tmp_path: Path) -> Iterator[StudentFactory]:
    """Makes a student from the source of a script; deadlines can be changed by keyword."""
    with ExitStack() as stack:

        def make(
            source: str, files: dict[str, Path] | None = None, folder: str = "", **deadlines: float
        ) -> Student:
            material = Material(
                (parts.Cell(file="homework.py", source=source),), files or {}, folder
            )
            student = Student(
                material, start_worker, LOAD, replace(DEADLINES, **deadlines), 1, tmp_path
            )
            return stack.enter_context(student)

        yield make
