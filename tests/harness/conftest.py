"""`load`: a submission loaded in a process of its own, and what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel
from torch.nn.modules import module as hooks

from grader.protocol.messages import PRACTICE_FOLDER, Data
from grader.protocol.messages import Load as Request
from grader.protocol.parts import Cell, Definition, Failure, Recorded

SERVER = Path(__file__).with_name("load_server.py")
NAMES = ("flatten", "three_layer_convnet", "ThreeLayerConvNet", "train_part34", "nowhere")


class Outcome(BaseModel):
    """What came of loading; `answer` is what the probe bound to that name."""

    ran: tuple[int, ...] = ()
    syntax_error: tuple[str, int | None] | None = None
    errors: tuple[Failure, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    definitions: dict[str, Definition] = {}
    skipped: tuple[tuple[str, str], ...] = ()
    output: str = ""
    answer: object = None
    crash: str | None = None

    @property
    def trained(self) -> list[Recorded]:
        """The recordings of trainings; a pair is recorded as built as soon as it is."""
        return [recording for recording in self.recorded if recording.api != "built"]

    @property
    def only(self) -> Recorded:
        """The one training that was recorded, or the one pair that was built."""
        (recording,) = self.trained or self.recorded
        return recording


Load = Callable[..., Outcome]


@pytest.fixture
def global_hooks() -> Iterator[None]:
    """Hooks of all modules are as before when the test is over."""
    every = (
        hooks._global_forward_pre_hooks,
        hooks._global_forward_hooks,
        hooks._global_forward_hooks_always_called,
    )
    kept = [dict(each) for each in every]
    yield
    for each, before in zip(every, kept, strict=True):
        each.clear()
        each.update(before)


@pytest.fixture(scope="session")
def train_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training split of 256 images, and 32 for practice."""
    folder = tmp_path_factory.mktemp("train")
    (folder / PRACTICE_FOLDER).mkdir()
    for place, count in ((folder, 256), (folder / PRACTICE_FOLDER, 32)):
        images = np.random.default_rng(count).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
        np.save(place / "images.npy", images)
        np.save(place / "labels.npy", (np.arange(count) % 10).astype(np.int64))
    return folder


@pytest.fixture(scope="session")
def load(train_dir: Path) -> Iterator[Load]:
    """Loads sources, a cell each; then runs `probe`, which sees `loaded`, `names` and `gate`."""
    data = Data(
        train_dir=str(train_dir), mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25), batch_size=64,
        nominal_train=49000, nominal_validation=1000, nominal_test=10000,
    )  # fmt: skip
    command = [sys.executable, "-W", "error", str(SERVER)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        stdin, stdout = server.stdin, server.stdout

        def load(
            *sources: str,
            probe: str = "",
            skip: tuple[int, ...] = (),
            stop_at_error: bool = False,
            output_bytes: int = 10_000,
            files: Mapping[str, str] | None = None,
        ) -> Outcome:
            cells = tuple(
                Cell(
                    file="homework.py" if len(sources) == 1 else f"cell {number}",
                    source=source,
                    stop_at_error=stop_at_error,
                )
                for number, source in enumerate(sources, start=1)
            )
            request = Request(
                cells=cells, skip=skip, seed=0, data=data, output_bytes=output_bytes, names=NAMES
            )
            order = {"request": request.model_dump(), "probe": probe, "files": dict(files or {})}
            print(json.dumps(order), file=stdin, flush=True)
            outcome = Outcome.model_validate_json(stdout.readline())
            assert outcome.crash is None, outcome.crash
            return outcome

        yield load
        stdin.close()
