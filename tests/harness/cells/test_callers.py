"""Loops that go by what is not known before anything is trained are carried out as a whole."""

from __future__ import annotations

import pytest

NET = """
import torch
from torch import nn, optim

def make():
    net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    return net, optim.SGD(net.parameters(), lr=1e-2)

model, optimizer = make()
other, second = make()
"""
EVALUATE = """
@torch.no_grad()
def evaluate(loader, model):
    right = [(model(x).argmax(1) == y).float().mean() for x, y in loader]
    return sum(right) / len(right)
"""
CHECK = "def check_accuracy_part34(loader, model):\n    return 0.1\n"
MEASURE = """
class Measure:
    def accuracy(self):
        return 0.1
    @staticmethod
    def accuracy_of(model):
        return 0.1
measure = Measure()
"""
EARLY_STOPPING = """
best = bad = 0
for epoch in range(10):
    train_part34(model, optimizer)
    accuracy = {accuracy}
    bad = 0 if accuracy > best else bad + 1
    best = max(best, accuracy)
    if bad == 2:
        break
"""
BY_CHECK = "check_accuracy_part34(loader_val, model)"


def in_function(accuracy: str, head: str = "def fit(model, optimizer):") -> str:
    return head + EARLY_STOPPING.format(accuracy=accuracy).replace("\n", "\n    ") + "\n"


FIT = CHECK + in_function(BY_CHECK)


@pytest.mark.parametrize(
    "accuracy",
    [
        "evaluate(loader_val, model)",
        "check_accuracy_part34(loader_val, model)",
        "(model(x).argmax(1) == y).float().mean()",
        "lib.evaluate(loader_val, model)",
        "measure.accuracy()",
        "Measure.accuracy_of(model)",
    ],
)
def test_an_early_stopping_by_whatever_measures_is_carried_out_as_a_whole(load, accuracy) -> None:
    check = CHECK.replace("def", "@torch.no_grad()\ndef")
    outcome = load(
        NET + EVALUATE + check + MEASURE + "import lib\nx, y = next(iter(loader_val))\n"
        + EARLY_STOPPING.format(accuracy=accuracy),
        files={"lib.py": "import torch\n" + EVALUATE},
    )  # fmt: skip
    assert outcome.errors == ()
    assert outcome.only.api == "loop"
    assert outcome.only.optimizer is not None


@pytest.mark.parametrize(
    "call",
    [
        "fit(model, optimizer)",
        "history = fit(net, opt)",
        "if True:\n    fit(model, optimizer)\n    print('done')",
        "def challenge():\n    fit(model, optimizer)\nchallenge()",
        "import lib\nlib.fit(model, optimizer, train_part34, check_accuracy_part34)",
        "from functools import partial\npartial(fit, optimizer=optimizer)(model)",
        "fit(model, optim.SGD(model.parameters(), lr=1e-2))",
        "fit(*make())",
        "optimizers = {'sgd': optimizer}\nfit(model, optimizers['sgd'])",
        "model.optimizer = optimizer\nfit(model, model.optimizer)",
    ],
)
def test_an_early_stopping_in_a_function_is_carried_out_as_a_whole(load, call: str) -> None:
    given = "def fit(model, optimizer, train_part34, check_accuracy_part34):"
    outcome = load(
        NET + FIT + "net, opt = model, optimizer\n" + call,
        files={"lib.py": "loader_val = None\n" + in_function(BY_CHECK, given)},
    )
    assert outcome.errors == ()
    assert outcome.only.api == "loop"
    assert outcome.only.where.file == "homework.py"


def test_an_early_stopping_in_a_class_is_carried_out_as_a_whole(load) -> None:
    fit = in_function("self.accuracy()", "def fit(self, patience=2):")
    fit = fit.replace("(model, optimizer)", "(self.model, self.optimizer)").replace("\n", "\n    ")
    outcome = load(
        NET + "class Trainer:\n    def __init__(self, *pair):\n"
        "        self.model, self.optimizer = pair\n"
        f"    def accuracy(self):\n        return 0.1\n    {fit}\n"
        "Trainer(model, optimizer).fit()"
    )
    assert outcome.errors == ()
    assert outcome.only.api == "loop"


def test_nothing_is_called_before_a_loop_is_carried_out_and_then_it_goes_its_way(load) -> None:
    """Accuracies that rise three times, and then no more: five epochs."""
    outcome = load(
        NET + "import torch.nn.functional as F\nmeasured = []\n"
        "def train_part34(model, optimizer):\n    for x, y in loader_train:\n"
        "        F.cross_entropy(model(x), y).backward()\n        optimizer.step()\n"
        "def evaluate(loader, model):\n    measured.append(len(measured))\n"
        "    return min(len(measured), 3)\n"
        + in_function("evaluate(loader_val, model)") + "fit(model, optimizer)",
        probe="from grader.harness.metering.gate import Meter\n"
        "meter = Meter(budget=9, epoch=256, batch=64, pauses_per_epoch=1, on_pause=lambda: None)\n"
        "before = list(names['measured'])\n"
        "gate.policy, loaded.recorder.rehearsing = meter, False\n"
        "loaded.recorder.recordings['run:2'].carry_out()\n"
        "answer = [before, names['measured'], meter.epochs]",
    )  # fmt: skip
    assert outcome.answer == [[], [0, 1, 2, 3, 4], 5.0]


@pytest.mark.parametrize(
    "lines",
    [
        "for net, opt in [(model, optimizer), (other, second)]:\n    fit(net, opt)\n",
        "nets, opts = [model, other], [optimizer, second]\n"
        "for i in range(2):\n    fit(nets[i], opts[i])\n",
        "nets, opts = [model, other], [optimizer, second]\n"
        "for i in range(2):\n    net = nets[i]\n    fit(net, opts[i])\n",
        "[fit(net, opt) for net, opt in [(model, optimizer), (other, second)]]\n",
        "for _ in range(2):\n    net, opt = make()\n    fit(net, opt)\n",
        "def search():\n    for _ in range(2):\n        net, opt = make()\n        fit(net, opt)\n"
        "search()\n",
        "def both():\n    fit(model, optimizer)\n    fit(other, second)\nboth()\n",
        "def both():\n    fit(model, optimizer)\n    last()\n"
        "def last():\n    train_part34(other, second)\nboth()\n",
        "def both():\n    train_part34(other, second)\n    fit(model, optimizer)\nboth()\n",
        "class All:\n    def run(self):\n        fit(model, optimizer)\n        self.last()\n"
        "    def last(self):\n        train_part34(other, second)\nAll().run()\n",
        "if True:\n    fit(model, optimizer)\n    fit(other, second)\n",
    ],
    ids=[
        "pairs", "by-index-alone", "by-index", "comprehension", "anew", "anew-in-a-function",
        "two-fits", "two-steps",
        "after-another", "in-a-class", "in-a-block",
    ],
)  # fmt: skip
def test_of_a_statement_that_trains_several_models_none_is_lost(load, lines: str) -> None:
    outcome = load(NET + FIT + lines)
    assert len({recorded.model.identity for recorded in outcome.trained if recorded.model}) == 2
    assert {recorded.api for recorded in outcome.trained} == {"part34"}


@pytest.mark.parametrize(
    "line",
    ["print(epoch)", "show(model)", "model.eval()", "print([p.shape for p in model.parameters()])"],
)
def test_a_loop_that_only_shows_something_is_recorded_call_by_call(load, line: str) -> None:
    outcome = load(
        NET + "def show(model):\n    print(model)\n"
        f"for epoch in range(5):\n    train_part34(model, optimizer)\n    {line}\n"
        "def fit():\n    for epoch in range(5):\n        train_part34(model, optimizer)\nfit()\n"
    )
    assert [recorded.api for recorded in outcome.trained] == ["part34"] * 10


def test_a_model_that_each_epoch_returns_is_none_made_anew(load) -> None:
    outcome = load(
        NET + "def train_part34(net, optimizer):\n    return net, 0.5\n"
        "for epoch in range(5):\n    model, loss = train_part34(model, optimizer)\n"
    )
    assert outcome.only.api == "loop"


@pytest.mark.parametrize(
    "line", ["best_model = model", "model = model.to('cpu')", "model = model.cpu().train()"]
)
def test_another_name_for_a_model_is_none_made_anew(load, line: str) -> None:
    outcome = load(
        NET + CHECK + "best_model = model\n"
        + EARLY_STOPPING.format(accuracy=f"{BY_CHECK}\n    {line}")
    )  # fmt: skip
    assert outcome.only.api == "loop"


def test_a_scheduler_that_goes_by_accuracies_leaves_the_rate_until_they_are_known(load) -> None:
    outcome = load(
        NET + CHECK + "def fit(model, optimizer):\n"
        "    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode='max', patience=1)\n"
        "    for epoch in range(10):\n        train_part34(model, optimizer)\n"
        f"        plateau.step({BY_CHECK})\n"
        "fit(model, optim.SGD(model.parameters(), lr=0.1))"
    )
    assert outcome.only.api == "loop"
    assert outcome.only.optimizer.settings["lr"] == 0.1


def test_of_a_search_that_makes_pairs_on_the_way_none_is_lost(load) -> None:
    outcome = load(
        NET + FIT + "def pair(lr):\n    net = make()[0]\n"
        "    return net, optim.SGD(net.parameters(), lr=lr)\n"
        "for lr in (0.1, 0.2):\n    fit(*pair(lr))\n"
    )
    assert {recorded.api for recorded in outcome.trained} == {"part34"}
    assert {recorded.optimizer.settings["lr"] for recorded in outcome.trained} >= {0.1, 0.2}


def test_calls_before_a_loop_of_the_same_training_belong_to_it(load) -> None:
    outcome = load(
        NET + FIT + "def challenge():\n    train_part34(model, optimizer)\n"
        "    fit(model, optimizer)\nchallenge()"
    )
    assert outcome.only.api == "loop"


@pytest.mark.parametrize("run", ["from part import *", "%run part.py"], ids=["import", "run"])
def test_a_loop_of_a_file_that_runs_once_is_recorded_call_by_call(load, run: str) -> None:
    outcome = load(
        run, stop_at_error=True,
        files={"part.py": NET + "def train_part34(model, optimizer):\n    return 1.0\n"
               + EARLY_STOPPING.format(accuracy="len(str(model))")
               + "train_part34(other, second)\n"},
    )  # fmt: skip
    assert {recorded.api for recorded in outcome.trained} == {"part34"}
    assert len({recorded.model.identity for recorded in outcome.trained if recorded.model}) == 2


def test_a_loop_of_a_function_that_makes_its_model_is_carried_out_as_a_whole(load) -> None:
    outcome = load(
        NET + EVALUATE + "def main():\n    model, optimizer = make()\n    fit(model, optimizer)\n"
        + in_function("evaluate(loader_val, model)") + "main()"
    )  # fmt: skip
    assert outcome.only.api == "loop"
