"""Loops of the student's own: found at their first step, and left as if they had not begun."""

from __future__ import annotations

import pytest

NET = """
import torch
import torch.nn.functional as F
from torch import nn, optim
model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
optimizer = optim.SGD(model.parameters(), lr=1e-2)
"""
LOOP = """
for x, y in loader_train:
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
SAME = """
import torch
def same(kept):
    state = names['model'].state_dict()
    return all(torch.equal(a, state[k]) for k, a in kept.items())
answer = same(names['before'])
"""
KEEP = "before = {k: v.clone() for k, v in model.state_dict().items()}\n"
BATCH_NORM = NET + (
    "model = nn.Sequential(nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(3072, 10))\n"
    "optimizer = optim.SGD(model.parameters(), lr=1e-2)\n"
)
BY_HAND = """
for x, y in loader_train:
    model.zero_grad()
    F.cross_entropy(model(x), y).backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.1 * p.grad
"""


def test_an_own_loop_is_found_and_leaves_its_model_as_it_was(load) -> None:
    outcome = load(
        NET + "before = [p.detach().clone() for p in model.parameters()]\n" + LOOP + "after = 1",
        probe=(
            "import torch\n"
            "now = list(names['model'].parameters())\n"
            "same = [torch.equal(a, b) for a, b in zip(names['before'], now)]\n"
            "grads = [p.grad is None for p in now]\n"
            "answer = [same, grads, names['after']]"
        ),
    )
    assert outcome.errors == ()
    loop = outcome.recorded[-1]
    assert (loop.api, loop.where.line, loop.problem) == ("loop", 9, None)
    assert loop.model is not None
    assert loop.model.type_name == "Sequential"
    assert loop.optimizer is not None
    assert loop.optimizer.holds_model
    assert outcome.answer == [[True, True], [True, True], 1]


@pytest.mark.parametrize(
    "swallow",
    ["except Exception:\n        pass", "except:\n        pass", "finally:\n        pass"],
)
def test_an_own_loop_that_swallows_exceptions_is_found_too(load, swallow: str) -> None:
    body = LOOP.strip().replace("\n", "\n    ")
    outcome = load(NET + f"try:\n    {body}\n{swallow.replace('        ', '    ')}\nafter = 1",
                   probe="answer = names['after']")  # fmt: skip
    assert "loop" in [recording.api for recording in outcome.recorded]
    assert outcome.errors == ()
    assert outcome.answer == 1


def test_an_own_training_function_is_found_where_it_is_called(load) -> None:
    function = "def fit(model, optimizer):" + LOOP.replace("\n", "\n    ")
    outcome = load(NET + function + "\n# Question 5\nfit(model, optimizer)\n")
    loop = outcome.recorded[-1]
    assert loop.api == "loop"
    assert loop.model is not None


def test_an_evaluation_is_no_training(load) -> None:
    outcome = load(
        NET
        + "n = 0\nwith torch.no_grad():\n    for x, y in loader_val:\n        n += len(model(x))",
        probe="answer = names['n']",
    )
    assert [recording.api for recording in outcome.recorded] == ["built"]
    assert outcome.answer == 32  # all that there are for practice


def test_an_evaluation_on_training_images_sees_a_few_batches(load) -> None:
    outcome = load(
        NET + "n = 0\nwith torch.no_grad():\n    for x, y in loader_train:\n"
        "        n += 1\n        model(x)",
        probe="answer = names['n']",
    )
    assert outcome.answer == 2


def test_training_images_that_are_gathered_without_gradients_are_all_there(load) -> None:
    outcome = load(
        "import torch\nwith torch.no_grad():\n    kept = [x for x, y in loader_train]",
        probe="answer = sum(map(len, names['kept']))",
    )
    assert outcome.answer == 256


def test_a_trial_step_on_made_up_data_is_no_training(load) -> None:
    outcome = load(
        NET + "F.cross_entropy(model(torch.randn(2, 3072)), torch.tensor([1, 2])).backward()\n"
        "optimizer.step()"
    )
    assert [recording.api for recording in outcome.recorded] == ["built"]
    assert outcome.errors == ()


def test_one_statement_of_an_optimizer_without_a_loader_is_carried_out(load) -> None:
    outcome = load(
        NET + "before = model[1].bias.detach().clone()\nx, y = next(iter(loader_train))\n"
        "F.cross_entropy(model(x), y).backward()\noptimizer.step()",
        probe="answer = bool((names['before'] != names['model'][1].bias).any())",
    )
    assert outcome.trained == []
    assert outcome.answer is True


def test_a_generator_that_a_stopped_loop_draws_from_has_batches_left_for_the_run(load) -> None:
    outcome = load(
        NET + "def forever():\n    while True:\n        yield from loader_train\n"
        "batches = forever()\n"
        + BY_HAND.replace("for x, y in loader_train:", "for x, y in batches:"),
        probe="gate.policy = type(gate.policy)()\nanswer = len(next(names['batches'])[0])",
    )
    assert [(r.api, r.problem) for r in outcome.trained] == [("loop", None)]
    assert outcome.answer == 64


@pytest.mark.parametrize("loop", [LOOP, BY_HAND], ids=["optimizer", "by-hand"])
def test_a_loop_that_was_stopped_leaves_weights_and_statistics_as_they_were(load, loop) -> None:
    outcome = load(BATCH_NORM + KEEP + loop, probe=SAME)
    assert [(r.api, r.problem) for r in outcome.trained] == [("loop", None)]
    assert outcome.answer is True


def test_a_list_of_weights_gets_its_tensors_back(load) -> None:
    outcome = load(
        NET + "params = [random_weight((3072, 10))]\nfirst = params[0]\nkept = first.clone()\n"
        "for x, y in loader_train:\n"
        "    loss = F.cross_entropy(flatten(x).mm(params[0]), y)\n"
        "    g, = torch.autograd.grad(loss, params)\n"
        "    params[0] = (params[0] - 0.1 * g).detach().requires_grad_()\n",
        probe="import torch\nn = names\n"
        "answer = [n['params'][0] is n['first'], torch.equal(n['first'], n['kept'])]",
    )
    assert [recorded.api for recorded in outcome.trained] == ["loop"]
    assert outcome.answer == [True, True]


def test_a_loop_by_autograd_grad_is_found(load) -> None:
    outcome = load(
        BATCH_NORM + KEEP + "for x, y in loader_train:\n"
        "    ps = list(model.parameters())\n"
        "    gs = torch.autograd.grad(outputs=F.cross_entropy(model(x), y), inputs=ps)\n"
        "    with torch.no_grad():\n        for p, g in zip(ps, gs):\n            p -= 0.1 * g\n",
        probe=SAME,
    )
    assert outcome.errors == ()
    assert [(r.api, r.problem) for r in outcome.trained] == [("loop", None)]
    assert outcome.answer is True


def test_a_loop_of_lbfgs_is_found_with_its_model(load) -> None:
    outcome = load(
        BATCH_NORM + "optimizer = optim.LBFGS(model.parameters())\n" + KEEP
        + "def main():\n    for x, y in loader_train:\n        def closure():\n"
        "            optimizer.zero_grad()\n            loss = F.cross_entropy(model(x), y)\n"
        "            loss.backward()\n            return loss\n        optimizer.step(closure)\n"
        "main()",
        probe=SAME,
    )  # fmt: skip
    (loop,) = outcome.trained
    assert (loop.api, loop.problem) == ("loop", None)
    assert loop.optimizer is not None
    assert loop.optimizer.holds_model
    assert outcome.answer is True


@pytest.mark.parametrize(
    "loss", ["nn.CrossEntropyLoss()", "Loss()"], ids=["without-parameters", "with-parameters"]
)
def test_the_trained_model_is_the_one_whose_parameters_the_optimizer_holds(load, loss) -> None:
    outcome = load(
        NET + "class Loss(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.scale = nn.Parameter(torch.ones(()))\n"
        "    def forward(self, scores, y):\n"
        "        return F.cross_entropy(self.scale * scores, y)\n"
        f"criterion = {loss}\n" + LOOP.replace("F.cross_entropy(", "criterion(")
    )
    (loop,) = outcome.trained
    assert loop.model is not None
    assert loop.model.type_name == "Sequential"


@pytest.mark.parametrize(
    "net",
    [
        "rest = nn.Linear(3072, 10)\n"
        "frozen = nn.BatchNorm2d(3).requires_grad_(False)\n"
        "model = nn.Sequential(frozen, nn.Flatten(), rest)\n"
        "optimizer = optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-2)\n",
        "features, classifier = nn.Linear(3072, 5), nn.Linear(5, 10)\n"
        "model = nn.Sequential(nn.Flatten(), features, classifier)\n"
        "other = optim.SGD(classifier.parameters(), lr=1e-2)\n"
        "optimizer = optim.SGD(features.parameters(), lr=1e-2)\n",
    ],
    ids=["frozen-first-layer", "two-optimizers"],
)
def test_the_trained_model_is_the_one_that_is_called_and_not_a_part_of_it(load, net) -> None:
    outcome = load(NET + net + LOOP)
    assert outcome.trained[-1].model is not None
    assert outcome.trained[-1].model.type_name == "Sequential"


def test_the_trained_model_is_the_whole_whose_parts_are_called(load) -> None:
    outcome = load(
        NET + "class Whole(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.features, self.classifier = nn.Linear(3072, 5), nn.Linear(5, 10)\n"
        "model = Whole()\noptimizer = optim.SGD(model.parameters(), lr=1e-2)\n"
        + LOOP.replace("model(x)", "model.classifier(model.features(x.flatten(1)))")
    )
    assert outcome.trained[-1].model is not None
    assert outcome.trained[-1].model.type_name == "Whole"


@pytest.mark.parametrize(
    "call",
    ["fit(Whole())", "Fitter().fit()", "Whole().fit()"],
    ids=["of-a-function", "of-an-object", "its-own-method"],
)
def test_the_trained_model_is_the_one_whose_forward_a_function_calls(load, call: str) -> None:
    fit = LOOP.replace("\n", "\n    ").replace("model(x)", "model.forward(x)")
    outcome = load(
        NET + "def fit(model):\n    optimizer = optim.SGD(model.parameters(), lr=1e-2)" + fit
        + "\nclass Whole(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.features, self.classifier = nn.Linear(3072, 5), nn.Linear(5, 10)\n"
        "    def forward(self, x):\n        return self.classifier(self.features(x.flatten(1)))\n"
        "    def fit(self):\n        fit(self)\n"
        "class Fitter:\n    def __init__(self):\n        self.net = Whole()\n"
        "    def fit(self):\n        model = self.net.forward\n"
        "        optimizer = optim.SGD(self.net.parameters(), lr=1e-2)\n"
        + LOOP.replace("\n", "\n        ") + "\n" + call + "\n"
    )  # fmt: skip
    loop = outcome.trained[-1]
    assert loop.model is not None
    assert loop.model.type_name == "Whole"


def test_a_loop_in_evaluation_mode_is_found_with_its_model_and_its_mode_is_kept(load) -> None:
    outcome = load(
        NET + "other = nn.Linear(3072, 10)\nmodel.train()\n" + LOOP + "model.eval()\n",
        probe="r = list(loaded.recorder.recordings.values())[-1]\nr.run = lambda: None\n"
        "before = r.model.training\nr.carry_out()\nanswer = [before, r.model.training]",
    )
    assert outcome.answer == [False, True]


def test_images_kept_in_tensors_are_trained_on_under_the_meter_too(load) -> None:
    outcome = load(
        BATCH_NORM + "x, y = next(iter(loader_train))\n" + KEEP + "for _ in range(1000):\n"
        "    optimizer.zero_grad()\n    F.cross_entropy(model(x), y).backward()\n"
        "    optimizer.step()\n",
        probe=SAME,
    )
    assert [(r.api, r.problem) for r in outcome.trained] == [("loop", None)]
    assert outcome.answer is True


def test_batches_that_an_earlier_statement_began_to_draw_are_drawn_by_the_run(load) -> None:
    outcome = load(
        NET + "batches, again = iter(loader_train), iter(loader_train)\n"
        "for again_x, again_y in again:\n    pass\n"
        "for step in range(4):\n    x, y = next(batches)\n"
        "    F.cross_entropy(model(x), y).backward()\n    optimizer.step()\n",
        probe="from grader.harness.metering.gate import Meter\n"
        "meter = Meter(budget=9, epoch=256, batch=64, pauses_per_epoch=1, on_pause=lambda: None)\n"
        "gate.policy, loaded.recorder.rehearsing = meter, False\n"
        "list(loaded.recorder.recordings.values())[-1].carry_out()\n"
        "answer = [meter.iterations, len(list(names['again']))]",
    )
    assert outcome.trained[-1].problem is None
    assert outcome.answer == [4, 4]


def test_a_loop_on_made_up_numbers_runs_as_it_stands(load) -> None:
    outcome = load(
        NET + "toy = nn.Linear(1, 1)\nsgd = optim.SGD(toy.parameters(), lr=0.1)\nn = 0\n"
        "data = torch.utils.data.TensorDataset(torch.ones(30, 1))\n"
        "for (x,) in torch.utils.data.DataLoader(data, batch_size=3):\n"
        "    sgd.zero_grad()\n    toy(x).mean().backward()\n    sgd.step()\n    n += 1\n",
        probe="answer = names['n']",
    )
    assert outcome.trained == []
    assert outcome.answer == 10


@pytest.mark.parametrize(
    "update",
    [
        "    with torch.no_grad():\n        for w in params:\n            w -= 3e-3 * w.grad\n"
        "            w.grad.zero_()\n",
        "    sgd.step()\n    sgd.zero_grad()\n",
    ],
    ids=["by-hand", "optimizer"],
)
def test_a_barebones_loop_is_found_with_its_function_and_weights(load, update: str) -> None:
    outcome = load(
        NET + "def three_layer_convnet(x, params):\n"
        "    return flatten(x).mm(params[0]) + sum(p.sum() for p in params[1:])\n"
        "params = [random_weight((3072, 10)), *(zero_weight((1,)) for _ in range(5))]\n"
        "kept = params[0].clone()\nsgd = optim.SGD(params, lr=3e-3)\n"
        "for x, y in loader_train:\n"
        "    F.cross_entropy(three_layer_convnet(x, params), y).backward()\n" + update,
        probe="import torch\nr = list(loaded.recorder.recordings.values())[-1]\n"
        "answer = [torch.equal(names['kept'], names['params'][0]),"
        " list(r.predict(torch.zeros(2, 3, 32, 32)).shape)]",
    )
    (loop,) = outcome.trained
    assert (loop.api, loop.function, loop.problem) == ("loop", "three_layer_convnet", None)
    assert loop.model is not None
    assert len(loop.model.parameters) == 6
    assert outcome.answer == [True, [2, 10]]


def test_a_loop_of_a_function_of_weights_on_images_kept_in_tensors_is_found(load) -> None:
    outcome = load(
        "import torch\nimport torch.nn.functional as F\n"
        "def three_layer_convnet(x, params):\n    w1, b1, w2, b2, w3, b3 = params\n"
        "    x = F.relu(F.conv2d(x, w1, b1, padding=2))\n"
        "    x = F.relu(F.conv2d(x, w2, b2, padding=1))\n"
        "    return flatten(x).mm(w3) + b3\n"
        "params = [random_weight((2, 3, 5, 5)), zero_weight((2,)), random_weight((2, 2, 3, 3)),\n"
        "          zero_weight((2,)), random_weight((2048, 10)), zero_weight((10,))]\n"
        "X, Y = next(iter(loader_train))\n"
        "F.cross_entropy(three_layer_convnet(X, params), Y).backward()\n"
        "params[5].grad = None\n"
        "for i in torch.randperm(64).split(8):\n"
        "    F.cross_entropy(three_layer_convnet(X[i], params), Y[i]).backward()\n"
        "    with torch.no_grad():\n        for p in params:\n            p -= 3e-3 * p.grad\n"
        "            p.grad.zero_()\n",
        probe="answer = [p.abs().sum().item() for p in names['params'][1::2]]",
    )
    assert outcome.errors == ()
    (loop,) = outcome.trained
    assert (loop.api, loop.function, loop.problem) == ("loop", "three_layer_convnet", None)
    assert outcome.answer == [0.0, 0.0, 0.0]


WEIGHTS = (
    "random_weight((2, 3, 5, 5)), zero_weight((2,)), random_weight((2, 2, 3, 3)),"
    " zero_weight((2,)), random_weight((2048, 10)), zero_weight((10,))"
)
BAREBONES = f"""
import torch
import torch.nn.functional as F

def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    x = F.relu(F.conv2d(x, w1, b1, padding=2))
    x = F.relu(F.conv2d(x, w2, b2, padding=1))
    return flatten(x).mm(w3) + b3

def train(function, params):
    for x, y in loader_train:
        F.cross_entropy(function(x, params), y).backward()
        with torch.no_grad():
            for p in params:
                p -= 3e-3 * p.grad
                p.grad = None

def make_and_train():
    params = [{WEIGHTS}]
    train(three_layer_convnet, params)
    return params

w1, b1, w2, b2, w3, b3 = {WEIGHTS}
"""


@pytest.mark.parametrize(
    "statement",
    [
        "train(three_layer_convnet, [w1, b1, w2, b2, w3, b3])",
        "train(three_layer_convnet, (w1, b1, w2, b2, w3, b3))",
        "train(lambda x, _: three_layer_convnet(x, [w1, b1, w2, b2, w3, b3]), [w3])",
        "params = make_and_train()",
    ],
    ids=["list", "tuple", "names", "made-in-a-function"],
)
def test_the_weights_of_a_barebones_loop_are_found_in_their_order(load, statement: str) -> None:
    loop = load(BAREBONES + statement).only
    assert (loop.api, loop.function, loop.problem) == ("loop", "three_layer_convnet", None)
    assert loop.model is not None
    shapes = [parameter.shape for parameter in loop.model.parameters]
    assert shapes == [(2, 3, 5, 5), (2,), (2, 2, 3, 3), (2,), (2048, 10), (10,)]


FIT = (
    "def fit(model, optimizer):\n    losses = []\n    "
    + LOOP.strip().replace("\n", "\n    ")
    + "\n    return losses\n"
)


@pytest.mark.parametrize(
    "lines",
    [
        "losses = fit(model, optimizer)\nprint(losses[-1])\n",
        "first, *rest = fit(model, optimizer)\nleast = min(rest)\nprint(least)\n",
        "history = []\nhistory += fit(model, optimizer)\nprint(history[-1])\n",
        "fit(model, optimizer)\nmodel.load_state_dict(torch.load('best.pt'))\n",
    ],
    ids=["unbound", "derived", "empty", "unsaved"],
)
def test_an_error_that_follows_from_stopping_a_loop_does_not_end_its_cell(load, lines) -> None:
    outcome = load(NET + FIT + lines + "after = 1", stop_at_error=True,
                   probe="answer = names['after']")  # fmt: skip
    assert outcome.answer == 1
    assert [error.ends_cell for error in outcome.errors] == [False] * len(outcome.errors)


def test_a_name_that_a_stopped_loop_would_have_bound_ends_no_later_cell(load) -> None:
    outcome = load(
        NET + FIT + "losses = fit(model, optimizer)\nlast = losses[-1]", "print(last)\nafter = 1",
        stop_at_error=True, probe="answer = names['after']",
    )  # fmt: skip
    assert outcome.answer == 1


def test_another_error_ends_a_later_cell_though_a_loop_was_stopped(load) -> None:
    outcome = load(
        NET + FIT + "losses = fit(model, optimizer)", "undefined\nafter = 1",
        stop_at_error=True, probe="answer = 'after' in names",
    )  # fmt: skip
    assert outcome.answer is False
    assert [error.ends_cell for error in outcome.errors] == [True]


EVERY_FOURTH = "    if i % 4 == 3:\n        optimizer.step()"
ACCUMULATING = LOOP.replace("x, y in loader_train", "i, (x, y) in enumerate(loader_train)").replace(
    "    optimizer.step()", EVERY_FOURTH
)


@pytest.mark.parametrize(
    ("loop", "name"), [(ACCUMULATING, "SGD"), (BY_HAND, None)], ids=["accumulating", "by-hand"]
)
def test_a_loop_that_steps_after_several_batches_has_its_optimizer(load, loop, name) -> None:
    found = load(NET + "other = optim.Adam(nn.Linear(1, 1).parameters())\n" + loop).only
    assert found.api == "loop"
    assert (found.optimizer and found.optimizer.type_name) == name


ONCE = """
import os
def main(config):
    os.makedirs('checkpoints/best')
    net = config['nets'].pop()
    sgd = optim.SGD(net.parameters(), lr=config.pop('lr'))
    {train}
    os.rmdir('checkpoints/best')
config = {{'lr': 1e-2, 'nets': [model]}}
main(config)
"""
CARRY_OUT = """
from grader.harness.metering.gate import Meter
gate.policy = Meter(budget=1, epoch=256, batch=64, pauses_per_epoch=1, on_pause=lambda: None)
left = len(names['config']), len(names['config']['nets'])
list(loaded.recorder.recordings.values())[-1].carry_out()
answer = [left, sorted(names['config'])]
"""


def test_what_works_only_once_works_when_the_statement_is_carried_out(load) -> None:
    """A folder is made, and settings are taken; for the cells below they are as they were left."""
    train = LOOP.replace("model", "net").replace("optimizer", "sgd").replace("\n", "\n    ")
    outcome = load(NET + ONCE.format(train=train), probe=CARRY_OUT)
    assert outcome.errors == ()
    assert outcome.answer == [[1, 0], ["nets"]]
