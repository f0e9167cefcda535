"""What a submission means: order, definitions that count, calls that were not reached."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.results import SubmissionResult
from tests.intake.notebooks import code, text, write

FLATTEN = "import torch\ndef flatten(x):\n    return x.reshape(x.shape[0], -1)\n"
CONVNET = (
    "import torch.nn.functional as F\n"
    "def three_layer_convnet(x, params):\n"
    "    w1, b1, w2, b2, w, b = params\n"
    "    x = F.relu(F.conv2d(x, w1, b1, padding=2))\n"
    "    return flatten(F.relu(F.conv2d(x, w2, b2, padding=1))).mm(w) + b\n"
)
UNFILLED = "def three_layer_convnet(x, params):\n    scores = None\n    return scores\n"
BROKEN = "def three_layer_convnet(x, params):\n    return undefined\n"

Grade = Callable[..., SubmissionResult]


@pytest.fixture
def graded(grade_quickly, tmp_path: Path) -> Grade:
    """Grades a notebook of these cells without training."""

    def grade(*cells: object) -> SubmissionResult:
        return grade_quickly(write(tmp_path / "hw.ipynb", cells))

    return grade


def values(result: SubmissionResult) -> dict[str, str]:
    checks = (check for question in result.questions for check in question.checks)
    return {
        check.id.split(".")[0]: check.status.value
        for check in checks
        if check.id in ("flatten.values", "three_layer_convnet.values", "module.values")
    }


PASSED = {"flatten": "passed", "three_layer_convnet": "passed", "module": "skipped"}


def test_one_definition_needs_no_word(graded: Grade) -> None:
    result = graded(FLATTEN, CONVNET)
    assert values(result) == PASSED
    assert result.notes == ()


def test_of_several_definitions_the_last_counts(graded: Grade) -> None:
    result = graded(FLATTEN, UNFILLED, CONVNET)
    assert values(result) == PASSED
    assert result.notes == (
        "three_layer_convnet is defined 2 times (hw.ipynb, cell 2, line 1 and hw.ipynb, cell 3, "
        "line 2); the last one counts.",
    )


@pytest.mark.parametrize("last", [UNFILLED, BROKEN, "three_layer_convnet = 5", "del flatten"])
def test_a_last_one_that_does_not_work_leaves_the_one_before(graded: Grade, last: str) -> None:
    result = graded(FLATTEN, CONVNET, last)
    assert values(result) == PASSED
    assert any("counts" in note for note in result.notes) or "del" in last


def test_a_name_that_a_later_cell_takes_away_is_still_the_answer(graded: Grade) -> None:
    result = graded(FLATTEN, CONVNET, "flatten = None")
    assert values(result) == PASSED
    assert "as it was when its cell had run" in " ".join(result.notes)


def test_of_definitions_that_all_fail_the_last_is_judged_and_it_is_said(graded: Grade) -> None:
    result = graded(FLATTEN, UNFILLED, BROKEN)
    assert values(result)["three_layer_convnet"] != "passed"
    assert "none of them gives a tensor of the right shape" in result.notes[0]


def test_cells_are_run_in_the_order_of_execution_where_only_that_works(graded: Grade) -> None:
    result = graded(
        code("x = flatten(torch.zeros(2, 3))\ny = helper(x)", 3), code(FLATTEN, 1),
        code("def helper(x):\n    return x", 2), code(CONVNET, None),
    )  # fmt: skip
    assert values(result) == PASSED
    assert result.notes == (
        "Its cells were run in the order in which they were last executed: in the order of the "
        "document 1 statement would raise, in this one 0 statements.",
    )


def test_cells_are_run_in_the_order_of_the_document_where_that_works(graded: Grade) -> None:
    result = graded(code(FLATTEN, 9), code(CONVNET, 3), code("flatten(torch.zeros(1, 1))", 1))
    assert values(result) == PASSED
    assert result.notes == ()


def test_an_order_that_is_no_better_is_not_taken(graded: Grade) -> None:
    result = graded(code("1 / 0", 5), code(FLATTEN, 2), code(CONVNET, 3))
    assert values(result) == PASSED
    assert "ZeroDivisionError" in result.notes[0]


def test_what_was_skipped_and_what_was_not_reached_is_told(graded: Grade) -> None:
    result = graded(
        "%cd data\n!ls\n" + FLATTEN,
        text("# Part III"),
        "optimizer = SGD()\ntrain_part34(None, optimizer)",
        "x = (\ntrain_part34(model, optimizer)",
    )
    assert result.notes == (
        "Magic and shell lines were not run: `%cd data` (hw.ipynb, cell 1, line 1) and `!ls` "
        "(hw.ipynb, cell 1, line 2).",
        "hw.ipynb, cell 3, line 1: this statement raised NameError: name 'SGD' is not defined; "
        "the next cells were run.",
        "hw.ipynb, cell 4, line 1: this is no Python: '(' was never closed; nothing of its cell "
        "was run.",
        "hw.ipynb, cell 3, line 2: this call of train_part34 was not reached: NameError was raised "
        "in line 1 of its cell.",
        "hw.ipynb, cell 4, line 2: this call of train_part34 was not reached: its cell is no "
        "Python in line 1.",
    )


def test_a_run_that_is_not_trained_still_says_how_it_was_found(graded: Grade) -> None:
    result = graded(
        FLATTEN, text("# Part V"),
        "model = torch.nn.Linear(2, 2)\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=1), epochs=10)",
    )  # fmt: skip
    assert result.runs["challenge"].where == "hw.ipynb, cell 3, line 2"
    assert result.runs["challenge"].why == (
        "train_part34 is called at hw.ipynb, cell 3, line 2. It stands in the part of the "
        "homework that trains the challenge model."
    )
    assert result.runs["challenge"].optimizer.name == "SGD"
    assert result.runs["barebones"].why is None


TWO_LOOPS = (
    "def train(model):\n"
    "    optimizer = optim.SGD(model.parameters(), lr=0.1)\n"
    "    for x, y in loader_train:\n"
    "        optimizer.zero_grad()\n"
    "        F.cross_entropy(model(x), y).backward()\n"
    "        optimizer.step()\n"
    "def main():\n"
    "    for _ in range(2):\n"
    "        train(nn.Sequential(nn.Flatten(), nn.Linear(3072, 10)))\n"
    "main()\n"
)


def test_that_a_statement_was_stopped_is_told_where_a_run_is_missing(graded: Grade) -> None:
    result = graded(FLATTEN, TWO_LOOPS)
    assert result.runs["challenge"].why is None
    assert result.notes == (
        "hw.ipynb, cell 2, line 10: this statement was stopped at its first training loop; a "
        "training that comes after it in the same statement was not looked at.",
    )


IMPORTS = "import torch.nn as nn\nimport torch.optim as optim\nimport torch.nn.functional as F\n"
CLASS = (
    "def draw(layer):\n"
    "    if isinstance(layer, (nn.Conv2d, nn.Linear)):\n"
    "        nn.init.kaiming_normal_(layer.weight)\n"
    "        nn.init.zeros_(layer.bias)\n"
    "H = W = 32\n"
    "class ThreeLayerConvNet(nn.Module):\n"
    "    def __init__(self, in_channel, channel_1, channel_2, num_classes):\n"
    "        super().__init__()\n"
    "        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)\n"
    "        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)\n"
    "        self.fc = nn.Linear(channel_2 * H * W, num_classes)\n"
    "        self.apply(draw)\n"
    "    def forward(self, x):\n"
    "        x = F.relu(self.conv2(F.relu(self.conv1(x))))\n"
    "        return self.fc(flatten(x))\n"
)
TRAINED = (
    "model = ThreeLayerConvNet(3, 32, 16, 10)\n"
    "train_part34(model, optim.SGD(model.parameters(), lr=3e-3))"
)
DEEPER = CLASS.replace("self.apply(draw)", "self.norm = nn.BatchNorm2d(channel_1)").replace(
    "F.relu(self.conv1(x))", "self.norm(F.relu(self.conv1(x)))"
)


def module(result: SubmissionResult) -> set[str]:
    checks = [check for question in result.questions for check in question.checks]
    kinds = ("module.structure", "module.sizes", "module.kaiming", "module.values")
    return {check.status.value for check in checks if check.id in kinds}


@pytest.mark.parametrize(
    "below", ["F = 64", "H = 100", "def draw(layer):\n    pass", "del H", "F, _ = 1, 2"]
)
@pytest.mark.parametrize("trained", [True, False])
def test_names_that_cells_below_take_for_something_else_change_no_answer(
    graded: Grade, below: str, trained: bool
) -> None:
    result = graded(FLATTEN, IMPORTS, CONVNET, CLASS, TRAINED if trained else "", below)
    assert values(result)["three_layer_convnet"] == "passed"
    assert module(result) == {"passed"}


def test_an_answer_that_was_mended_below_its_training_counts(graded: Grade) -> None:
    wrong = "import torch\ndef flatten(x):\n    return x.reshape(-1, x.shape[0]).t()\n"
    result = graded(wrong, IMPORTS, CONVNET, CLASS, TRAINED, FLATTEN)
    assert values(result)["flatten"] == "passed"
    assert values(result)["three_layer_convnet"] == "passed"
    assert module(result) == {"passed"}


def test_a_helper_that_stands_below_the_training_is_found(graded: Grade) -> None:
    early = CLASS.replace("H = W = 32\n", "")
    result = graded(FLATTEN, IMPORTS, early, "model = None", "H = W = 32", TRAINED)
    assert module(result) == {"passed"}
    result = graded(FLATTEN, IMPORTS, early, "H = W = 32")
    assert module(result) == {"passed"}


def test_a_class_of_the_challenge_takes_no_answers_place(graded: Grade) -> None:
    result = graded(FLATTEN, IMPORTS, text("# Part III"), CLASS, TRAINED, text("# Part V"), DEEPER)
    assert module(result) == {"passed"}
    assert any("the last one that works outside the challenge" in note for note in result.notes)


def test_a_class_that_stands_in_the_challenge_alone_counts(graded: Grade) -> None:
    unfilled = "class ThreeLayerConvNet(nn.Module):\n    pass\n"
    result = graded(FLATTEN, IMPORTS, text("# Part III"), unfilled, text("# Part V"), CLASS)
    assert module(result) == {"passed"}
