"""The homework's own training functions are known whatever stands around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read_submission
from grader.protocol.parts import Cell
from grader.training.given_loops import trains_as_given

TOP = Path(__file__).parents[2]
HANDED_OUT = """
def train_part34(model, optimizer, epochs=1):
    model = model.to(device=device)
    for e in range(epochs):
        for t, (x, y) in enumerate(loader_train):
            model.train()
            x = x.to(device=device, dtype=dtype)
            y = y.to(device=device, dtype=torch.long)
            scores = model(x)
            loss = F.cross_entropy(scores, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
"""


def cells(*sources: str) -> list[Cell]:
    return [Cell(file="homework.py", source=source) for source in sources]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "train_part34(model, optimizer)",
        HANDED_OUT,
        f"%matplotlib inline\n{HANDED_OUT}    !nvidia-smi\n",
        HANDED_OUT.replace("epochs=1", "epochs: int = 1").replace("1):", "1) -> None:"),
        HANDED_OUT.replace("    model = m", "    '''Train.'''\n    print('hello')\n    model = m"),
        "loader_train = DataLoader(cifar10, batch_size=64)",
        "loader_train = torch.utils.data.DataLoader(cifar10, batch_size=64)",
        HANDED_OUT + "            if t % 100 == 0:\n                print(loss)\n"
        "                check_accuracy_part34(loader_val, model)\n                print()\n",
    ],
    ids=[
        "nothing",
        "a-call",
        "bare",
        "magics",
        "types",
        "docstring",
        "loader",
        "its-loader",
        "prints",
    ],
)
def test_what_only_prints_or_measures_changes_nothing(source: str) -> None:
    assert trains_as_given(cells("x = 1", source), ["homework.py", "notes.txt"])


@pytest.mark.parametrize(
    "source",
    [
        HANDED_OUT + "            if t > 100:\n                break\n",
        HANDED_OUT.replace("epochs=1", "epochs=2"),
        HANDED_OUT.replace("F.cross_entropy", "F.nll_loss"),
        HANDED_OUT.replace("            optimizer.zero_grad()\n", ""),
        HANDED_OUT.replace("train_part34", "train_part2"),
        "train_part34 = mine",
        "from mine import train as train_part34",
        "from mine import train_part34",
        "class train_part34: pass",
        "for train_part2 in [mine]: pass",
        "with x as train_part34: pass",
        HANDED_OUT + "    this is no Python\n",
        "def check_accuracy_part34(loader, model):\n    raise StopIteration",
        "loader_train = itertools.islice(loader_train, 20)",
        "loader_train, loader_val = short(), loader_val",
        "for loader_train in [x]: pass",
        HANDED_OUT + "    x = " + "+".join(["1"] * 700),
        f"{HANDED_OUT}    x = 0x{'f' * 5000}\n",
        "train_part34\nx = " + "-" * 20_000 + "1",
        "train_part34\n" + "x = 1\n" * 50_000,
    ],
)
def test_anything_else_is_not_as_given(source: str) -> None:
    assert not trains_as_given(cells(HANDED_OUT, source), ["homework.py"])


def test_a_submission_that_brings_scripts_along_may_bind_anything() -> None:
    assert not trains_as_given(cells("from hwlib import *"), ["homework.py", "hwlib.py"])
    notebook = [Cell(file="hw05.ipynb, cell 1", source="x = 1")]
    assert trains_as_given(notebook, ["hw05.ipynb"])
    assert not trains_as_given(notebook, ["hw05.ipynb", "hwlib.py"])


@pytest.mark.parametrize("name", ["correct", "starter", "notebook", "starter_notebook"])
def test_the_samples_train_as_given(name: str) -> None:
    submission = read_submission(TOP / "submissions" / name)
    assert trains_as_given(submission.cells, submission.files)
