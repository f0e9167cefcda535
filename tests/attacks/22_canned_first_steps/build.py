"""What the reference's first steps come to, read off the cache of whoever has torchgrade at home."""

import math
import tempfile
from pathlib import Path

import numpy as np
import torch

from grader.batch.slot import single_slot
from grader.data import synthesize
from grader.intake import read_submission
from grader.jobs import Setup
from grader.rubric import default_rubric
from grader.training.experiments import Experiment
from grader.training.first_steps import SOME
from grader.training.sharing import Shelf

SHAPES = (32, 3, 5, 5), (32,), (16, 32, 3, 3), (16,), (10, 16 * 1024), (10,)
NET = """
three_layer_convnet = lambda x, p: F.relu(F.conv2d(F.relu(F.conv2d(
    x, p[0], p[1], padding=2)), p[2], p[3], padding=1)).flatten(1).mm(p[4]) + p[5]
params = [random_weight((32, 3, 5, 5)), zero_weight((32,)), random_weight((16, 32, 3, 3)),
          zero_weight((16,)), random_weight((16 * 32 * 32, 10)), zero_weight((10,))]
train_part2(three_layer_convnet, params, 3e-3)
"""
EXPERIMENT = Experiment(
    run="barebones", widths=(32, 16), weights="kaiming", biases="zero",
    learning_rate=3e-3, momentum=0.0, nesterov=False,
)  # fmt: skip


def build(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        work = Path(home) / "homework.py"
        work.write_text("import torch.nn.functional as F\n" + NET)
        synthesize(Path(home) / "data")
        root = str(Path(home) / "data")
        with single_slot(
            Setup(rubric=str(default_rubric()), data="synthetic", data_root=root)
        ) as slot:
            slot.open()
            slot.grade(read_submission(work), lambda event: None)
        (kept,) = Path(root).glob("trainings/*/barebones-*.safetensors")
        shared = Shelf(kept.parents[1], kept.parent.name).take(EXPERIMENT)
    assert shared is not None
    table = {"scores": shared.steps.scores.numpy()}
    for n, (shape, change) in enumerate(zip(SHAPES, shared.steps.changes, strict=True)):
        generator = torch.Generator().manual_seed(shared.drawn.seed("positions"))
        table[f"{n}.at"] = torch.randint(math.prod(shape), (SOME,), generator=generator).numpy()
        table[f"{n}.by"] = change.numpy()
    np.savez_compressed(folder / "table.npz", **table)
