"""Errors that come of what was left out cost no training that stands below or beside."""

from __future__ import annotations

import pytest

NET = """
import torch
import matplotlib.pyplot as plt
from torch import nn, optim
fig, ax = plt.subplots()
"""
OWN = """
def train_part34(model, optimizer, epochs=1):
    losses = []
    for epoch in range(5):
        losses.append(1.0)
    return losses
"""
SAVES = """
def train_part34(model, optimizer, epochs=1):
    torch.save(model.state_dict(), 'best.pt')
"""
SEARCH = """
for rate in (1.0, 1e-3):
    net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    losses = train_part34(net, optim.SGD(net.parameters(), lr=rate))
    {line}
"""
DRAW = "ax.plot(range(5), losses)"
LOAD = "net.load_state_dict(torch.load('best.pt'))"


def rates(outcome) -> list[float]:
    return [each.optimizer.settings["lr"] for each in outcome.trained if each.optimizer]


@pytest.mark.parametrize(("own", "line"), [(OWN, DRAW), (SAVES, LOAD)], ids=["draws", "loads"])
@pytest.mark.parametrize("head", ["", "if True:\n", "with torch.enable_grad():\n"])
def test_an_error_that_comes_of_what_was_left_out_ends_no_search(load, own, line, head) -> None:
    search = SEARCH.format(line=line)
    search = search if not head else head + search.replace("\n", "\n    ")
    outcome = load(NET + own + search + "\nafter = 1", stop_at_error=True,
                   probe="answer = names['after']")  # fmt: skip
    assert rates(outcome) == [1.0, 1e-3]
    assert {recorded.api for recorded in outcome.trained} == {"part34"}
    assert outcome.answer == 1
    assert [error.ends_cell for error in outcome.errors] == [False]


def test_the_next_lines_of_a_search_are_run_after_an_error(load) -> None:
    outcome = load(
        NET + OWN + "kept = []\n" + SEARCH.format(line=f"{DRAW}\n    kept.append(net)")
        + "best_model = kept[-1]",
    )  # fmt: skip
    assert [recorded.names for recorded in outcome.trained] == [(), ("net", "best_model")]


def test_a_search_whose_lines_fail_in_a_function_that_it_calls_goes_on(load) -> None:
    outcome = load(
        NET + OWN + "def attempt(rate):\n"
        "    net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))\n"
        "    losses = train_part34(net, optim.SGD(net.parameters(), lr=rate))\n"
        f"    {DRAW}\nfor rate in (1.0, 1e-3):\n    attempt(rate)\n"
    )
    assert rates(outcome) == [1.0, 1e-3]


def test_a_function_that_fails_after_its_first_call_is_carried_out_as_a_whole(load) -> None:
    """Nobody can leave out one of its lines; with real losses they do not fail."""
    main = SEARCH.format(line=DRAW).replace("\n", "\n    ")
    outcome = load(NET + OWN + f"def main():{main}\nmain()")
    assert outcome.only.api == "loop"


@pytest.mark.parametrize("line", [DRAW, "ax.set_title(losses[0].item().nothing + 'a')", LOAD])
def test_such_an_error_does_not_end_its_cell(load, line: str) -> None:
    outcome = load(
        NET + OWN, "net = nn.Linear(3072, 10)\n"
        "losses = train_part34(net, optim.SGD(net.parameters(), lr=0.1))\n" + line + "\nafter = 1",
        stop_at_error=True, probe="answer = names['after']",
    )  # fmt: skip
    assert outcome.answer == 1
    assert [error.ends_cell for error in outcome.errors] == [False]


def test_a_checkpoint_that_a_training_would_have_saved_ends_no_later_cell(load) -> None:
    outcome = load(
        NET + SAVES + "net = nn.Linear(3072, 10)\n"
        "train_part34(net, optim.SGD(net.parameters(), lr=0.1))\n", LOAD + "\nafter = 1",
        stop_at_error=True, probe="answer = names['after']",
    )  # fmt: skip
    assert outcome.answer == 1


def test_an_error_beside_functions_that_tell_nothing_ends_its_cell(load) -> None:
    outcome = load(
        NET + SAVES, "net = nn.Linear(3072, 10)\n"
        "train_part34(net, optim.SGD(net.parameters(), lr=0.1))\nundefined\nafter = 1",
        stop_at_error=True, probe="answer = 'after' in names",
    )  # fmt: skip
    assert outcome.answer is False


def test_an_error_of_the_student_s_own_is_no_reason_to_run_a_statement_again(load) -> None:
    outcome = load(
        NET + SAVES + "count = []\ndef number(net):\n    return len(count)\n"
        + SEARCH.format(line="count.append(number(net))\n    undefined"),
        stop_at_error=True, probe="answer = len(names['count'])",
    )  # fmt: skip
    assert outcome.answer == 1
    assert rates(outcome) == [1.0]
    assert outcome.only.api == "part34"


def test_what_waits_or_tries_in_a_statement_is_not_taken_apart(load) -> None:
    """`while` may wait for the line that fails, and an `except` is there for it."""
    outcome = load(
        NET + OWN + "tried = []\nfor rate in (1.0, 1e-3):\n"
        "    net = nn.Linear(3072, 10)\n"
        "    losses = train_part34(net, optim.SGD(net.parameters(), lr=rate))\n"
        "    try:\n        {}['a']\n    except KeyError:\n        tried.append(rate)\n"
        f"    n = 0\n    while n < 3:\n        {DRAW}\n        n += 1\n",
        probe="answer = names['tried']",
    )
    assert rates(outcome) == [1.0, 1e-3]
    assert outcome.answer == [1.0, 1.0, 1e-3]  # once before it was run again


def test_deep_branches_below_a_training_are_run_as_they_are(load) -> None:
    branches = "".join(f"elif n == {n}:\n    pass\n" for n in range(1, 60))
    outcome = load(
        NET + OWN + "n = 99\nif n == 0:\n    pass\n" + branches
        + f"else:\n{SEARCH.format(line=DRAW)}".replace("\n", "\n    ") + "\nafter = 1",
        probe="answer = names['after']",
    )  # fmt: skip
    assert outcome.answer == 1
    assert rates(outcome) == [1.0]


def test_what_works_only_once_loses_no_training(load) -> None:
    source = (
        "import os, torch\nfrom torch import nn, optim\n"
        "def train_part34(model, optimizer, epochs=1):\n"
        "    for x, y in loader_train:\n"
        "        model(x).sum().backward(); optimizer.step()\n"
        "    return 0.5\n"
        "def main():\n"
        "    os.mkdir('checkpoints')\n"
        "    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))\n"
        "    train_part34(model, optim.SGD(model.parameters(), lr=1e-2), epochs=3)\n"
        "    model.load_state_dict(torch.load('checkpoints/best.pt'))\n"
        "if True:\n    main()\n"
    )
    outcome = load(source)
    assert [each.api for each in outcome.recorded] == ["part34"]


STAGES = """
def train_part34(model, optimizer, epochs=1):
    history = []
    for epoch in range(epochs):
        history.append(1.0)
    return {returned}
net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
"""


@pytest.mark.parametrize(
    ("returned", "bound"),
    [
        ("model, history", "net, history"),
        ("history, model, 0.5", "_, net, _"),
        ("model", "net"),
        ("model, {'loss': history}", "net, history"),
    ],
)
def test_a_model_that_a_training_hands_back_among_others_is_trained_on(
    load, returned: str, bound: str
) -> None:
    line = f"{bound} = train_part34(net, optim.SGD(net.parameters(), lr=rate), epochs=5)"
    outcome = load(
        NET + STAGES.format(returned=returned)
        + f"rate = 0.1\n{line}\nfor rate in (0.01, 0.001):\n    {line}\n",
    )  # fmt: skip
    assert outcome.errors == ()
    assert rates(outcome) == [0.1, 0.01, 0.001]
    assert len({each.model.identity for each in outcome.trained}) == 1
    assert [each.names for each in outcome.trained] == [("net",)] * 3


def test_what_uses_a_result_that_was_left_out_ends_no_cell(load) -> None:
    outcome = load(
        NET + OWN + "net = nn.Linear(2, 2)\n"
        "losses = train_part34(net, optim.SGD(net.parameters(), lr=0.1))",
        "kept = torch.tensor(losses['train'])[3:, None].mean(1)\nkept.nothing()\nafter = 1",
        "losses = [1.0]\nlosses.nothing()\nnever = 1",
        stop_at_error=True,
        probe="answer = [names.get('after'), names.get('never')]",
    )
    assert outcome.answer == [1, None]


SEARCHED = """
def search(rates):
    results = {}
    for rate in rates:
        net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
        optimizer = optim.Adam(net.parameters(), lr=rate)
        for x, y in loader_train:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
        results[rate] = 0.5
    return results
model = nn.Linear(2, 2)
optimizer = optim.SGD(model.parameters(), lr=0.1)
results = search([1e-2, 1e-3])
best_rate = max(results, key=results.get)
model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
"""


@pytest.mark.parametrize(
    "training",
    [
        "optimizer = optim.Adam(model.parameters(), lr=best_rate)\ntrain_part34(model, optimizer)",
        "train_part34(model, optim.Adam(model.parameters(), lr=best_rate))",
        "rate = best_rate / 2\noptimizer = optim.Adam(model.parameters(), rate)\n"
        "train_part34(model, optimizer)",
    ],
    ids=["named", "inline", "computed"],
)
def test_what_a_search_finds_makes_the_optimizer_of_the_next_training(load, training) -> None:
    outcome = load(NET + SEARCHED + training)
    last = outcome.trained[-1]
    assert (last.api, last.optimizer.type_name, last.optimizer.holds_model) == (
        "part34", "Adam", True
    )  # fmt: skip


def test_a_value_that_a_search_would_have_replaced_stays_as_it_was(load) -> None:
    outcome = load(
        NET + "best_rate = 0.25\n"
        + SEARCHED.replace("results = search", "best_rate, least = search")
        + "optimizer = optim.Adam(model.parameters(), lr=best_rate, eps=least)",
        probe="answer = [names['best_rate'], type(names['optimizer']).__name__]",
    )  # fmt: skip
    assert outcome.answer == [0.25, "Adam"]


def test_what_a_search_finds_makes_no_model(load) -> None:
    outcome = load(NET + SEARCHED + "train_part34(best_model, optimizer)\nafter = best_rate")
    assert [each.api for each in outcome.trained] == ["loop"]


def test_a_model_that_cannot_be_downloaded_is_not_the_one_before(load) -> None:
    outcome = load(
        NET + "from urllib.error import URLError\n"
        "def download():\n    raise URLError('Name or service not known')\n"
        "model = nn.Sequential(nn.Linear(2, 2))\n"
        "optimizer = optim.SGD(model.parameters(), lr=0.1)\n"
        "train_part34(model, optimizer)\n"
        "model = download()\n"
        "model[0] = nn.Linear(5, 5)\n"
        "optimizer = optim.SGD(model.parameters(), lr=0.2)\n"
        "train_part34(model, optimizer)\n"
        "def flatten(x):\n    return x\n",
        stop_at_error=True,
        probe="answer = 'flatten' in names",
    )
    (only,) = outcome.trained
    assert [layer.settings["in_features"] for layer in only.model.layers if layer.settings] == [2]
    assert outcome.answer is True
