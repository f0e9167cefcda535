"""This homework is told from another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read_submission
from tests.intake.notebooks import HOMEWORK, text, write


def problem(path: Path) -> str:
    return str(read_submission(path).problem)


@pytest.mark.parametrize(
    "source",
    [
        HOMEWORK,
        "def three_layer_convnet(x, params): pass",
        "class ThreeLayerConvNet(nn.Module): pass",
        "train_part2(f, params, 1e-2)",
        "train_part34(model, optimizer)",
        "import torch\nimport tensorflow as tf\ndef flatten(x): pass",
        "import numpy, torch\nimport tensorflow as tf\ndef flatten(x): pass",
    ],
)
def test_any_one_thing_of_the_homework_is_enough(tmp_path: Path, source: str) -> None:
    assert read_submission(write(tmp_path / "hw.ipynb", [source])).problem is None


def test_a_notebook_of_another_homework_is_named_by_its_title(tmp_path: Path) -> None:
    cells = [text("words\n# k-Nearest Neighbor exercise #1\n## more"), "import torch\nx = 1"]
    message = problem(write(tmp_path / "knn.ipynb", cells))
    assert message.startswith(
        "knn.ipynb is not this homework (its title is \u201ck-Nearest Neighbor exercise #1\u201d): "
        "it defines none of flatten, three_layer_convnet and ThreeLayerConvNet"
    )
    assert message.endswith("Hand in your work for this homework.")


def test_the_same_homework_in_tensorflow_is_named_as_such(tmp_path: Path) -> None:
    path = write(tmp_path / "hw.ipynb", ["import tensorflow as tf\ndef flatten(x): pass"])
    assert problem(path) == "hw.ipynb is written with TensorFlow. Hand in your work in PyTorch."


def test_a_script_may_name_everything_its_own_way_but_is_told(tmp_path: Path) -> None:
    path = tmp_path / "hw.py"
    path.write_text("x = 1\n")
    submission = read_submission(path)
    assert submission.problem is None
    (note,) = submission.notes
    assert note.startswith("hw.py may be the wrong file: it defines none of flatten")


def test_what_a_notebook_imports_counts_as_its_own(tmp_path: Path) -> None:
    write(tmp_path / "hw.ipynb", ["from nets import *"])
    assert "is not this homework" in problem(tmp_path / "hw.ipynb")
    (tmp_path / "nets.py").write_text(HOMEWORK)
    submission = read_submission(tmp_path)
    assert (submission.problem, submission.notes) == (None, ())
