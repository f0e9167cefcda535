"""Calls of the training functions are recorded with their arguments, and not carried out."""

from __future__ import annotations

import pytest

NET = """
import torch
from torch import nn, optim
model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
optimizer = optim.SGD(model.parameters(), lr=1e-2)
"""
BAREBONES = """
def three_layer_convnet(x, params):
    return flatten(x).mm(params[0])
params = [random_weight((3072, 10))]
"""
UNTOUCHED = "answer = [float(p.grad is None) for p in names['model'].parameters()]"


def test_a_call_is_recorded_with_model_optimizer_epochs_and_place(load) -> None:
    outcome = load(NET + "# Question 7\ntrain_part34(model, optimizer, epochs=10)", probe=UNTOUCHED)
    recorded = outcome.only
    assert (recorded.api, recorded.epochs) == ("part34", 10)
    assert (recorded.where.file, recorded.where.line) == ("homework.py", 7)
    assert recorded.model is not None
    assert recorded.model.sequential
    assert recorded.optimizer is not None
    assert recorded.optimizer.settings["lr"] == 0.01
    assert recorded.problem is None
    assert outcome.answer == [1.0, 1.0]
    assert outcome.errors == ()


def test_a_barebones_call_is_recorded_with_function_weights_and_rate(load) -> None:
    outcome = load(BAREBONES + "train_part2(three_layer_convnet, params, 3e-3)")
    recorded = outcome.only
    assert (recorded.api, recorded.function) == ("part2", "three_layer_convnet")
    assert recorded.learning_rate == 3e-3
    assert recorded.model is not None
    assert [parameter.shape for parameter in recorded.model.parameters] == [(3072, 10)]


def test_weights_in_a_list_of_parameters_are_recorded(load) -> None:
    listed = "params = nn.ParameterList(map(nn.Parameter, params))\n"
    recorded = load(
        NET + BAREBONES + listed + "train_part2(three_layer_convnet, params, 3e-3)"
    ).trained[-1]
    assert (recorded.function, recorded.problem) == ("three_layer_convnet", None)
    assert recorded.model is not None
    assert [parameter.shape for parameter in recorded.model.parameters] == [(3072, 10)]


@pytest.mark.parametrize("optimizer", ["optimizer", "list(model.parameters())"])
def test_a_loss_function_that_comes_first_is_not_what_is_trained(load, optimizer: str) -> None:
    recorded = load(
        NET + "def train_part34(criterion, model, optimizer):\n    pass\n"
        f"train_part34(nn.CrossEntropyLoss(), model, {optimizer})"
    ).trained[-1]
    assert recorded.model is not None
    assert recorded.model.type_name == "Sequential"


@pytest.mark.parametrize(
    "call",
    [
        "train_part34(model, optimizer, 3)",
        "train_part34(model=model, optimizer=optimizer, epochs=3)",
        "train_part34(epochs=3, optimizer=optimizer, model=model)",
        "def main():\n    train_part34(model, optimizer, 3)\n\nmain()",
        "if __name__ == '__main__':\n    train_part34(model, optimizer, epochs=3)",
        "result = train_part34(model, optimizer, epochs=3)",
        "fit = train_part34\nfit(model, optimizer, epochs=3)",
        "(lambda: train_part34(model, optimizer, epochs=3))()",
    ],
)
def test_a_call_is_recorded_however_it_is_written(load, call: str) -> None:
    outcome = load(NET + call)
    assert outcome.errors == ()
    assert (outcome.only.api, outcome.only.epochs) == ("part34", 3)
    assert outcome.only.optimizer is not None


def test_every_call_of_a_loop_is_recorded(load) -> None:
    outcome = load(NET + "for _ in range(3):\n    train_part34(model, optimizer)")
    assert len(outcome.trained) == 3
    identities = {recorded.model.identity for recorded in outcome.trained if recorded.model}
    assert len(identities) == 1


def test_an_own_training_function_is_recorded_with_its_own_arguments(load) -> None:
    outcome = load(
        NET + "def train_part34(net, optim, scheduler=None, epochs=4):\n    raise RuntimeError\n"
        "train_part34(model, optimizer, scheduler=3)\nafter = 1",
        probe="answer = names['after']",
    )
    assert outcome.errors == ()
    assert outcome.answer == 1
    assert outcome.only.epochs == 4
    assert outcome.only.model is not None
    assert outcome.definitions["train_part34"].origin == "own"


def test_a_training_function_of_another_file_is_recorded(load) -> None:
    outcome = load(
        NET + "import lib\nfrom lib import train_part34\ntrain_part34(model, optimizer)\n"
        "lib.train_part34(model, optimizer)\nlib.run(model, optimizer)",
        files={
            "lib.py": "def train_part34(model, optimizer):\n    raise RuntimeError\n"
            "def run(model, optimizer):\n    train_part34(model, optimizer)\n"
        },
    )
    assert outcome.errors == ()
    places = [(recorded.where.file, recorded.where.line) for recorded in outcome.trained]
    assert places == [("homework.py", 8), ("homework.py", 9), ("lib.py", 4)]


def test_a_part_that_trains_while_it_is_imported_is_recorded_and_read_on(load) -> None:
    outcome = load(
        "from part2 import *\nimport part3\n",
        files={
            "part2.py": f"from __future__ import annotations\nfrom torch_names import *\n{NET}"
            "def train_part34(model, optimizer: No.type):\n"
            "    for x, y in loader_train:\n        raise RuntimeError\n"
            "train_part34(model, optimizer)\n"
            "def flatten(x):\n    return x\n",
            "part3.py": "import part2\npart2.train_part34(part2.model, part2.optimizer)\n",
            "torch_names.py": "import torch\nfrom torch import nn, optim\n",
        },
        probe="answer = names['flatten'](7.0)",
    )
    assert outcome.errors == ()
    assert outcome.answer == 7.0
    files = [recorded.where.file for recorded in outcome.trained]
    assert files == ["part2.py", "part3.py"]


def test_a_broken_module_says_where_it_is_broken(load) -> None:
    (error,) = load("import part", files={"part.py": "x = 1\nraise ValueError('no')\n"}).errors
    assert (error.type_name, error.places[-1].file, error.places[-1].line) == (
        "ValueError", "part.py", 2,
    )  # fmt: skip
    (error,) = load("import part", files={"part.py": "x = 1\ny = = 2\n"}).errors
    assert (error.type_name, error.places[-1].file, error.places[-1].line) == (
        "SyntaxError", "part.py", 2,
    )  # fmt: skip


def test_the_checking_functions_do_nothing_while_cells_are_loaded(load) -> None:
    outcome = load(
        NET + "check_accuracy_part34(loader_test, model)\n"
        "def check_accuracy_part34(loader, model):\n    assert not model\n    return 1.0\n"
        "accuracy = check_accuracy_part34(loader_val, model)\ncheck_accuracy_part2(1, 2, 3)",
        probe="answer = names['accuracy']",
    )
    assert outcome.errors == ()
    assert 0 < outcome.answer < 0.01


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("train_part34(None, None)", "the model it is given is no nn.Module"),
        ("train_part34(model, None)", "the optimizer it is given is none"),
        ("train_part2(None, params, 1e-2)", "it is given no model function"),
        ("train_part2(three_layer_convnet, None, 1e-2)", "params is no list of tensors"),
        (
            "train_part2(three_layer_convnet, [params[0], None], 1)",
            "params[1] is no tensor but None",
        ),
    ],
)
def test_what_cannot_be_trained_is_recorded_with_its_problem(load, call: str, problem: str) -> None:
    outcome = load(NET + BAREBONES + "del optimizer\n" + call)
    recorded = outcome.recorded[-1]
    assert recorded.problem is not None
    assert recorded.problem.startswith(problem)


def test_a_call_with_wrong_arguments_is_an_error_of_its_statement(load) -> None:
    outcome = load(NET + "train_part34(model)\nafter = 1", probe="answer = names['after']")
    assert [error.type_name for error in outcome.errors] == ["TypeError"]
    assert outcome.answer == 1


def test_a_pair_that_was_built_and_never_trained_is_found(load) -> None:
    recorded = load("# Question 6\n" + NET).only
    assert (recorded.api, recorded.where.line) == ("built", 6)
    assert recorded.model is not None
    assert recorded.optimizer is not None
    assert recorded.optimizer.holds_model


def test_a_pair_that_nobody_trains_is_trained_until_its_budget_ends(load) -> None:
    outcome = load(
        NET,
        probe="from grader.harness.metering.gate import Meter, StopTraining\n"
        "meter = Meter(budget=3, epoch=256, batch=64, pauses_per_epoch=1, on_pause=lambda: None)\n"
        "gate.policy, loaded.recorder.rehearsing = meter, False\n"
        "(recording,) = loaded.recorder.recordings.values()\n"
        "try:\n    recording.carry_out()\nexcept StopTraining:\n    answer = meter.epochs",
    )
    assert outcome.answer == 3


def test_a_pair_that_own_code_does_not_train_is_given_up(load) -> None:
    outcome = load(
        "calls = []\ndef train_part34(model, optimizer):\n    calls.append(model)\n" + NET,
        probe="loaded.recorder.rehearsing = False\n"
        "(recording,) = loaded.recorder.recordings.values()\n"
        "recording.carry_out()\nanswer = len(names['calls'])",
    )
    assert outcome.answer == 1


def test_a_pair_that_was_built_in_a_function_and_returned_is_found(load) -> None:
    outcome = load(
        "from torch import nn, optim\ndef build():\n    m = nn.Linear(3072, 10)\n"
        "    return m, optim.Adam(m.parameters())\nnet, opt = build()"
    )
    assert outcome.only.api == "built"
    assert outcome.only.optimizer is not None
    assert outcome.only.optimizer.type_name == "Adam"


def test_an_optimizer_of_something_else_is_no_pair(load) -> None:
    outcome = load(NET + "other = optim.SGD(list(model.parameters())[:1], lr=1)")
    assert [recorded.where.line for recorded in outcome.recorded] == [5]


def test_names_bound_later_do_not_change_what_was_recorded(load) -> None:
    outcome = load(
        NET + "hidden = 1\ntrain_part34(model, optimizer)\nhidden = 2\nmodel = optimizer = None",
        probe=(
            "recording = loaded.recorder.recordings['run:1']\n"
            "bound = recording.namespace\n"
            "answer = [bound['hidden'], bound['model'] is recording.model is not None]"
        ),
    )
    assert outcome.answer == [1, True]
    assert outcome.only.model is not None


def test_targets_are_names_of_their_own(load) -> None:
    outcome = load(NET + BAREBONES + "train_part2(three_layer_convnet, params, 1)\n" * 2
                   + "train_part34(model, optimizer)")  # fmt: skip
    targets = [recorded.target for recorded in outcome.recorded]
    assert len(set(targets)) == len(targets) == 4


@pytest.mark.parametrize("name", ["epochs", "num_epochs", "n_epochs", "epoch"])
def test_epochs_are_read_whatever_an_own_function_calls_them(load, name: str) -> None:
    define = f"def train_part34(model, optimizer, {name}=1):\n    pass\n"
    assert load(NET + define + f"train_part34(model, optimizer, {name}=10)").only.epochs == 10
    assert load(NET + define + "train_part34(model, optimizer)").only.epochs == 1


def test_a_scheduler_that_steps_between_recorded_calls_neither_warns_nor_lowers_the_rate(
    load,
) -> None:
    outcome = load(
        "import warnings\nwarnings.simplefilter('error')\n" + NET
        + "scheduler = optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)\n"
        "for epoch in range(3):\n    train_part34(model, optimizer)\n    scheduler.step()\n",
        probe="rates = []\nfor r in loaded.recorder.recordings.values():\n"
        "    r.run = lambda: rates.append(r.optimizer.param_groups[0]['lr'])\n"
        "    r.carry_out()\nanswer = rates",
    )  # fmt: skip
    assert outcome.errors == ()
    assert outcome.answer[-3:] == [0.01, 0.005, 0.0025]


@pytest.mark.parametrize("value", ["int", "dict", "print"])
def test_a_training_function_without_a_signature_is_left_as_it_is(load, value: str) -> None:
    outcome = load(
        f"train_part2 = train_part34 = {value}\nafter = 1", probe="answer = names['after']"
    )
    assert outcome.answer == 1


WEIGHTS = (
    "def three_layer_convnet(x, params):\n    return x\n"
    "params = [random_weight((4, 3, 5, 5)), zero_weight((4,)), random_weight((2, 4, 3, 3)),\n"
    "          zero_weight((2,)), random_weight((2048, 10)), zero_weight((10,))]\n"
)


def test_weights_whose_training_call_is_commented_out_are_recorded_as_built(load) -> None:
    outcome = load(f"learning_rate = 3e-3\n{WEIGHTS}# train_part2(three_layer_convnet, params, 1)")
    recorded = outcome.only
    assert (recorded.api, recorded.function) == ("built", "three_layer_convnet")
    assert (recorded.learning_rate, recorded.problem) == (3e-3, None)
    assert recorded.model is not None
    assert len(recorded.model.parameters) == 6


def test_weights_that_are_trained_are_known_as_the_same(load) -> None:
    outcome = load(f"{WEIGHTS}train_part2(three_layer_convnet, params, 3e-3)")
    built, trained = outcome.recorded
    assert (built.api, trained.api) == ("built", "part2")
    assert built.model.identity == trained.model.identity


def test_weights_without_a_learning_rate_cannot_be_trained(load) -> None:
    assert load(WEIGHTS).only.problem == "no learning_rate is set"


@pytest.mark.parametrize(
    "line",
    [
        "params = [torch.zeros(3)] * 6",
        "params = [1, 2, 3, 4, 5, 6]",
        "params = [w.detach() for w in params]",
    ],
)
def test_other_lists_are_not_what_the_convnet_trains(load, line: str) -> None:
    outcome = load(f"import torch\nlearning_rate = 1e-3\n{WEIGHTS}{line}")
    assert len(outcome.recorded) == 1


def test_a_copy_of_a_model_gives_it_its_name(load) -> None:
    outcome = load(
        "import copy\n"
        "def train(model):\n"
        "    train_part34(model, optim.SGD(model.parameters(), lr=0.1))\n"
        "a, b = nn.Linear(2, 2), nn.Linear(2, 2)\n"
        "train(a)\nbest_model = copy.deepcopy(a)\ntrain(b)"
    )
    assert [recorded.names for recorded in outcome.trained] == [("a", "best_model"), ("b",)]


def test_models_whose_sizes_are_not_known_yet_are_told_apart(load) -> None:
    lazy = "nn.Sequential(nn.Flatten(), nn.LazyLinear(10))"
    loaded = load(
        f"a = {lazy}\nb = {lazy}\ntrain_part34(a, optim.SGD(a.parameters(), lr=0.1))\nc = 1\n"
    )
    assert loaded.errors == ()
    assert loaded.recorded[-1].names == ("a",)


def test_an_optimizer_is_told_as_its_training_finds_it(load) -> None:
    outcome = load(
        NET + "train_part34(model, optimizer)\n"
        "optimizer.param_groups[0].update(momentum=0.9, nesterov=True)"
    )
    assert outcome.only.optimizer is not None
    assert outcome.only.optimizer.settings["momentum"] == 0


OWN = "def train_part34(model, optimizer, epochs=1):\n    return 1.0\n"
SEARCH = """
best, found = {best}, None
for rate in [1.0, 1e-2, 1e-3]:
    model = nn.Linear(3072, 10)
    optimizer = optim.SGD(model.parameters(), lr=rate)
    {call}
    if {better}:
        best, found = accuracy, model
print(f'{{best:.2f}}', round(100 * best))
"""


@pytest.mark.parametrize(
    ("call", "best", "better"),
    [
        ("accuracy = train_part34(model, optimizer)", "0", "accuracy > best"),
        ("loss, accuracy = train_part34(model, optimizer)", "-1.0", "accuracy > best"),
        ("accuracy = train_part34(model, optimizer)['val'][-1]", "0", "best < accuracy"),
        ("accuracy = train_part34(model, optimizer).best.item()", "0", "accuracy >= best"),
        ("accuracy = max(train_part34(model, optimizer))", "float('inf')", "accuracy < best"),
        ("accuracy = train_part34(model, optimizer)", "0", "not found or accuracy / 100 > best"),
    ],
)
def test_a_search_by_what_an_own_function_returns_is_recorded_whole(
    load, call: str, best: str, better: str
) -> None:
    outcome = load(NET + OWN + SEARCH.format(call=call, best=best, better=better))
    assert outcome.errors == ()
    rates = [run.optimizer.settings["lr"] for run in outcome.trained if run.optimizer]
    assert rates == [1.0, 1e-2, 1e-3]


def test_what_an_own_function_returns_can_be_drawn_and_copied(load) -> None:
    outcome = load(
        NET + OWN + "import copy\nimport matplotlib.pyplot as plt\n"
        "losses, history = train_part34(model, optimizer)\n"
        "plt.plot(range(len(losses)), losses)\nplt.plot(history['val'])\nplt.bar('a', losses)\n"
        "kept = copy.deepcopy(history)\nfor name, values in history.items():\n    print(values)\n"
        "first, *rest = losses",
    )
    assert outcome.errors == ()


@pytest.mark.parametrize(
    "line",
    ["assert accuracy > 0.45", "assert 0.45 <= accuracy, 'too low'", "assert accuracy >= .7"],
)
def test_nothing_is_asserted_of_an_accuracy_that_nobody_knows_yet(load, line: str) -> None:
    main = (
        f"def main():\n    accuracy = train_part34(model, optimizer)\n    {line}\n    print('on')\n"
    )
    outcome = load(NET + OWN + main + "main()", probe="answer = names['optimizer'] is not None")
    assert outcome.errors == ()
    assert len(outcome.trained) == 1


def test_what_the_given_function_returns_is_nothing(load) -> None:
    outcome = load(NET + "x = train_part34(model, optimizer)", probe="answer = names['x'] is None")
    assert outcome.answer is True


@pytest.mark.parametrize(
    "loop",
    [
        "accuracy = 0\nwhile accuracy < 0.7:\n    accuracy = train_part34(model, optimizer)\n",
        "while True:\n    if train_part34(model, optimizer) > 0.7:\n        break\n",
    ],
)
def test_training_until_it_is_good_enough_is_carried_out_as_a_whole(load, loop: str) -> None:
    outcome = load(NET + OWN + loop + "after = 1", probe="answer = names['after']")
    assert (outcome.errors, outcome.answer) == ((), 1)
    assert outcome.only.api == "loop"


@pytest.mark.parametrize(
    "loop",
    [
        "for epoch in range(10):\n    train_part34(model, optimizer)\n"
        "    if check_accuracy_part34(loader_val, model) > 0.7:\n        break\n",
        "for epoch in range(10):\n    train_part34(model, optimizer)\n"
        "    check_accuracy_part34(loader_val, model)\n    print(history[-1])\n",
    ],
    ids=["stops", "needs-what-it-keeps"],
)
def test_a_loop_whose_way_depends_on_an_own_function_is_carried_out_as_a_whole(load, loop) -> None:
    own = "history = []\ndef check_accuracy_part34(loader, model):\n"
    own += "    history.append(1.0)\n"
    own += "    return 1.0\n" if "if" in loop else ""
    outcome = load(NET + own + loop + "after = 1", probe="answer = names['after']")
    assert (outcome.errors, outcome.answer) == ((), 1)
    assert outcome.only.api == "loop"
    assert outcome.only.optimizer is not None


def test_a_training_function_that_returns_its_model_does_so_when_it_is_left_out(load) -> None:
    outcome = load(
        NET + "def train_part34(net, optimizer, epochs=1):\n    if epochs:\n        return net\n"
        "    return net\n"
        "first = model\nmodel = train_part34(model, optimizer)\ntrain_part34(model, optimizer)\n",
        probe="answer = names['model'] is names['first']",
    )
    assert outcome.answer is True
    assert len({recorded.model.identity for recorded in outcome.trained if recorded.model}) == 1


@pytest.mark.parametrize(
    ("definition", "call"),
    [
        ("def train_part34(net, rate):\n    pass\n", "train_part34(model, 0.1)"),
        ("def train_part34(net, optimizer):\n    pass\n", "train_part34(model, Lookahead())"),
    ],
)
def test_an_own_training_function_needs_no_optimizer_of_torch(load, definition, call) -> None:
    outcome = load(NET + "class Lookahead: pass\n" + definition + call)
    assert outcome.only.problem is None


@pytest.mark.parametrize(
    ("head", "call"),
    [
        (
            "train_part34(model, rate):\n    sgd = optim.SGD(model.parameters(), rate)",
            "(model, 0.5)",
        ),
        ("train_part34(epochs=1):\n    sgd = optimizer\n    sgd.param_groups[0]['lr'] = 0.5", "()"),
    ],
    ids=["makes-its-optimizer", "trains-globals"],
)
def test_what_a_function_that_is_not_given_it_trains_is_seen_and_left_as_it_was(
    load, head: str, call: str
) -> None:
    outcome = load(
        NET + f"def {head}\n    for x, y in loader_train:\n"
        "        sgd.zero_grad()\n        nn.functional.cross_entropy(model(x), y).backward()\n"
        f"        sgd.step()\nbefore = model[1].weight.detach().clone()\ntrain_part34{call}\n",
        probe="answer = bool((names['before'] == names['model'][1].weight).all())",
    )
    recorded = outcome.only
    assert (recorded.api, recorded.problem) == ("part34", None)
    assert recorded.model is not None
    assert recorded.optimizer is not None
    assert recorded.optimizer.holds_model
    assert recorded.optimizer.settings["lr"] == 0.5
    assert outcome.answer is True


def test_an_optimizer_that_was_left_unfilled_is_told_of_an_own_function_too(load) -> None:
    outcome = load(NET + "def train_part34(net, optimizer):\n    pass\ntrain_part34(model, None)")
    assert "still None" in outcome.only.problem


@pytest.mark.parametrize(
    ("function", "body"),
    [
        ("print(model)", "train_part34(model, optimizer)"),
        ("return 1.0", "optimizer = optim.SGD(model.parameters(), 0.1)\n"
         "    print(train_part34(model, optimizer))"),
    ],
    ids=["returns-nothing", "searches"],
)  # fmt: skip
def test_a_loop_that_goes_by_nothing_made_up_is_recorded_call_by_call(load, function, body) -> None:
    outcome = load(
        NET + f"def train_part34(model, optimizer):\n    {function}\n"
        f"for _ in range(3):\n    {body}\n"
    )
    assert [recorded.api for recorded in outcome.trained] == ["part34"] * 3


def test_a_search_by_accuracies_finds_some_setting(load) -> None:
    outcome = load(
        NET + OWN + "best, found = 0.0, None\nfor rate in (0.1, 0.01):\n"
        "    accuracy = train_part34(model, optim.SGD(model.parameters(), lr=rate))\n"
        "    if accuracy > best:\n        best, found = accuracy, rate\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=found))",
    )
    assert outcome.errors == ()
    assert len(outcome.trained) == 3


def test_nothing_has_changed_when_a_loop_is_stopped_to_be_carried_out_as_a_whole(load) -> None:
    """A scheduler has not stepped, and an object that stops early has seen no accuracy."""
    outcome = load(
        NET + OWN + "from torch.optim.lr_scheduler import StepLR\n"
        "scheduler, seen = StepLR(optimizer, 1, gamma=0.1), []\n"
        "for epoch in range(10):\n    seen.append(train_part34(model, optimizer))\n"
        "    scheduler.step()\n",
        probe="answer = [names['seen'], names['scheduler'].last_epoch]",
    )
    assert outcome.answer == [[], 0]
    assert outcome.only.api == "loop"
    assert outcome.only.optimizer.settings["lr"] == 0.01


def test_weights_that_a_loop_makes_itself_are_recorded_call_by_call(load) -> None:
    outcome = load(
        BAREBONES + "def train_part2(model_fn, params, learning_rate):\n    return 1.0\n"
        "for rate in (0.1, 0.01):\n    weights = [random_weight((3072, 10))]\n"
        "    print(train_part2(three_layer_convnet, weights, rate))\n",
    )
    assert [recorded.api for recorded in outcome.trained] == ["part2"] * 2


def test_an_argument_that_is_no_model_is_not_what_a_function_returns(load) -> None:
    outcome = load(
        NET + "def train_part34(model, optimizer, losses=None):\n"
        "    losses = [] if losses is None else losses\n    return losses\n"
        "print(train_part34(model, optimizer)[-1])\n",
    )
    assert outcome.errors == ()


CHECKER = "def check_accuracy_part34(loader, model):\n    return 1.0\n"


def test_a_loop_over_models_that_have_names_is_recorded_call_by_call(load) -> None:
    outcome = load(
        NET + CHECKER + "other = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))\n"
        "second = optim.SGD(other.parameters(), lr=0.1)\naccuracies = []\n"
        "for net, optim_of in [(model, optimizer), (other, second)]:\n"
        "    train_part34(net, optim_of)\n"
        "    accuracies.append(check_accuracy_part34(loader_val, net))\n"
    )
    assert [recorded.api for recorded in outcome.trained] == ["part34"] * 2
    assert len({recorded.model.identity for recorded in outcome.trained if recorded.model}) == 2


def test_a_model_that_is_still_none_does_not_end_a_loop(load) -> None:
    outcome = load(
        NET + CHECKER + "net = None\nfor _ in range(2):\n    train_part34(net, optimizer)\n"
        "    check_accuracy_part34(loader_val, net)\n"
    )
    assert [recorded.api for recorded in outcome.trained] == ["part34"] * 2


@pytest.mark.parametrize("call", ["main()", "if True:\n    main()"])
def test_a_loop_in_a_function_that_makes_its_model_is_carried_out_as_a_whole(load, call) -> None:
    outcome = load(
        NET + OWN + "def main():\n"
        "    net = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))\n"
        "    adam = optim.Adam(net.parameters())\n    best = bad = 0\n"
        "    for epoch in range(10):\n"
        "        accuracy = train_part34(net, adam)\n"
        "        bad = 0 if accuracy > best else bad + 1\n"
        "        best = max(best, accuracy)\n"
        "        if bad == 3:\n            break\n" + call
    )
    assert outcome.only.api == "loop"
    assert outcome.only.optimizer.type_name == "Adam"


def test_a_loop_below_a_condition_is_carried_out_as_a_whole(load) -> None:
    outcome = load(
        NET + OWN + "if __name__ == '__main__':\n    accuracy = 0\n"
        "    while accuracy < 0.7:\n        accuracy = train_part34(model, optimizer)\n"
    )
    assert outcome.only.api == "loop"
