"""Trainings that equal the reference's are carried out once; whatever differs has its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from grader.batch.slot import Slot, single_slot
from grader.intake import read_submission
from grader.jobs import Setup, Trained
from grader.results import RunName, RunResult
from grader.rubric import default_rubric
from grader.training.experiments import Experiment
from grader.training.sharing import Shelf

NET = """
import torch.optim as optim

class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.last = nn.Linear(channel_2 * 32 * 32, num_classes)
        self.second = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.first = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        for layer in (self.first, self.second, self.last):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        x = F.relu(self.second(F.relu(self.first(x))))
        return self.last(x.flatten(1))

model = ThreeLayerConvNet(3, 32, 16, 10)
optimizer = optim.SGD(model.parameters(), lr=3e-3)
"""
MODULE = NET + "train_part34(model, optimizer)\n"
BAREBONES = """
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w, b = params
    x = F.conv2d(x, w1, b1, padding=2).clamp_min(0)
    x = F.conv2d(x, w2, b2, padding=1).clamp_min(0)
    return torch.addmm(b, x.flatten(1), w)

params = [random_weight((32, 3, 5, 5)), zero_weight((1, 32, 1, 1)).flatten().detach(),
          random_weight((16, 32, 3, 3)), zero_weight((16,)),
          random_weight((16 * 32 * 32, 10)), zero_weight((10,))]
params[1].requires_grad = True
train_part2(three_layer_convnet, params, 3e-3)
"""
FULLY_CONNECTED = """
import torch.optim as optim
model = nn.Sequential(Flatten(), nn.Linear(3072, 500), nn.ReLU(), nn.Linear(500, 10))
optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
train_part34(model, optimizer)
"""

EXPERIMENT = Experiment(
    run="sequential_fc",
    widths=(500,),
    weights="default",
    biases="default",
    learning_rate=1e-2,
    momentum=0.9,
    nesterov=True,
)
"""What FULLY_CONNECTED says it is."""

RUNS: tuple[RunName, ...] = ("barebones", "module", "sequential_fc")


class Class:
    """Grades scripts by nothing but the accuracy of their runs."""

    def __init__(self, slot: Slot, folder: Path) -> None:
        self._slot = slot
        self._path = folder / "homework.py"
        self.measured = 0

    def train(self, source: str, name: RunName = "module") -> RunResult:
        """The run of a script; `measured` then tells how often accuracy was measured for it."""
        self._path.write_text(source)
        self.measured = 0
        return self._slot.grade(read_submission(self._path), self._count).runs[name]

    def _count(self, event: object) -> None:
        self.measured += isinstance(event, Trained)


@pytest.fixture(scope="module")
def class_with(tmp_path_factory, data_root) -> Iterator[Callable[..., Class]]:
    """Makes a class by the shipped rubric, with some rules changed; all share one data root."""
    with ExitStack() as stack:

        def make(
            *,
            verify: float = 0.0,
            threshold: float | None = None,
            share: bool = True,
            request: float = 20,
            root: Path = data_root,
        ) -> Class:
            folder = tmp_path_factory.mktemp("class")
            rubric = yaml.safe_load(default_rubric().read_text())
            rubric["training"]["verify_shared"] = verify
            rubric["limits"]["request_seconds"] = request
            rubric["questions"] = [
                {
                    "id": "all",
                    "title": "All",
                    "checks": [{"id": f"{name}.accuracy", "points": 1} for name in RUNS],
                }
            ]
            for name in RUNS if threshold is not None else ():
                rubric["runs"][name]["threshold"] = threshold
            path = folder / "rubric.yaml"
            path.write_text(yaml.safe_dump(rubric))
            setup = Setup(rubric=str(path), data="synthetic", data_root=str(root), share=share)
            slot = stack.enter_context(single_slot(setup))
            slot.open()
            return Class(slot, folder)

        yield make


@pytest.fixture(scope="module")
def usual(class_with) -> Class:
    """The usual rules, and nobody is trained as a sample."""
    return class_with()


@pytest.mark.parametrize(
    ("source", "name"),
    [(MODULE, "module"), (BAREBONES, "barebones"), (FULLY_CONNECTED, "sequential_fc")],
    ids=["module", "barebones", "sequential_fc"],
)
def test_an_equal_training_is_carried_out_once(usual: Class, source: str, name: RunName) -> None:
    first = usual.train(source, name)
    assert first.reached
    assert first.shared_with.startswith("reference:")
    again = usual.train(f"# Somebody else's.\n{source}", name)
    assert usual.measured == 0
    assert (again.curve, again.seeds) == (first.curve, first.seeds)
    assert again.where != first.where


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lr=3e-3)", "lr=3e-3, weight_decay=1e-4)"),
        ("optim.SGD", "optim.Adagrad"),
        ("x.flatten(1)", "F.dropout(x.flatten(1), 0.1)"),
        ("self.last(x", "self.last(0.99 * x"),
        ("kaiming_normal_", "xavier_normal_"),
        ("kaiming_normal_(layer.weight)", "constant_(layer.bias, 0.01)"),
        ("def forward(self, x):", "def forward(self, x):\n        x = x.flip(3)"),
        ("train_part34(m", "loader_train = DataLoader(dset.CIFAR10('.'), 64)\ntrain_part34(m"),
    ],
)
def test_a_training_that_differs_in_anything_is_its_own(usual: Class, old: str, new: str) -> None:
    assert old in MODULE
    assert usual.train(MODULE.replace(old, new)).shared_with is None
    assert usual.measured


def test_who_does_otherwise_when_it_is_measured_has_its_own_training(usual: Class) -> None:
    wrong = "x = self.last(x.flatten(1))\n        return x if self.training else -x"
    result = usual.train(MODULE.replace("return self.last(x.flatten(1))", wrong))
    assert (result.shared_with, result.reached) == (None, False)


BATCH = "if len(x) not in {sizes}: raise ValueError(len(x))\n        x = F.relu(self.second"


@pytest.mark.parametrize("sizes", ["(1, 2, 5, 64)", "(1, 2, 5, 64, 250)"])
def test_who_answers_some_batches_only_has_its_own_training(usual: Class, sizes: str) -> None:
    source = MODULE.replace("x = F.relu(self.second", BATCH.format(sizes=sizes))
    assert source != MODULE
    assert usual.train(source).shared_with is None


def test_what_one_machine_knows_of_first_steps_says_nothing_of_another(
    class_with, data_root, tmp_path
) -> None:
    """Else they could be prepared, and no network would have to be there."""
    machines = tmp_path / "mine", tmp_path / "theirs"
    for root in machines:
        shutil.copytree(data_root / "stores", root / "stores")
        result = class_with(root=root).train(FULLY_CONNECTED, "sequential_fc")
        assert result.shared_with
    kept = [next(root.glob("trainings/*/*.safetensors")) for root in machines]
    shelves = [Shelf(path.parents[1], path.parent.name) for path in kept]
    mine, theirs = (shelf.take(EXPERIMENT) for shelf in shelves)
    assert mine.result == theirs.result
    assert mine.drawn != theirs.drawn
    assert not mine.steps.equal(theirs.steps)


def test_nobody_else_reads_what_a_machine_drew(usual: Class, data_root) -> None:
    usual.train(FULLY_CONNECTED, "sequential_fc")
    kept = list(data_root.glob("trainings/*/*.safetensors"))
    assert kept
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_where_nothing_can_be_kept_everybodys_own_is_trained(class_with, tmp_path, data_root):
    shutil.copytree(data_root / "stores", tmp_path / "stores")
    (tmp_path / "trainings").write_text("in the way")
    result = class_with(root=tmp_path).train(FULLY_CONNECTED, "sequential_fc")
    assert (result.shared_with, result.reached) == (None, True)


@pytest.mark.parametrize("rate", ["10**400", "float('nan')"])
def test_a_rate_that_is_no_number_of_use_is_nobodys_experiment(usual: Class, rate: str) -> None:
    result = usual.train(MODULE.replace("3e-3", rate))
    assert (result.shared_with, result.reached) == (None, False)


@pytest.mark.parametrize("setting", ["'lr'] = -3e-3", "'momentum'] = -1.0", "'nesterov'] = True"])
def test_settings_that_torch_refuses_are_nobodys_experiment(usual: Class, setting: str) -> None:
    lines = MODULE.splitlines()
    lines.insert(-1, f"optimizer.param_groups[0][{setting}")
    result = usual.train("\n".join(lines))
    assert result.shared_with is None
    assert usual.measured


def test_what_trains_by_a_function_of_its_own_has_its_own_training(usual: Class) -> None:
    own = "def train_part34(model, optimizer):\n    for x, y in loader_train:\n"
    for line in ("optimizer.zero_grad()", "F.cross_entropy(model(x), y).backward()"):
        own += f"        {line}\n"
    assert usual.train(own + "        optimizer.step()\n" + MODULE).shared_with is None
    assert usual.measured


@pytest.mark.timeout(120)  # a batch alone may take 300 seconds
def test_a_network_that_hangs_is_given_up_within_one_request(class_with) -> None:
    impatient = class_with(request=3)
    result = impatient.train(MODULE.replace("return self.last(x.flatten(1))", "while True: pass"))
    assert (result.shared_with, result.iterations) == (None, 0)
    assert "3 seconds" in result.reason


@pytest.mark.parametrize("damage", [b"", b"{}", b"\0" * 200])
def test_a_damaged_training_is_carried_out_again(usual: Class, data_root, damage: bytes) -> None:
    before = usual.train(FULLY_CONNECTED, "sequential_fc")
    for path in data_root.glob("trainings/*/sequential_fc-*.safetensors"):
        path.write_bytes(damage)
    assert usual.train(FULLY_CONNECTED, "sequential_fc") == before
    assert usual.measured


def test_a_sample_is_trained_all_the_same(class_with) -> None:
    sampled = class_with(verify=1.0)
    sampled.train(FULLY_CONNECTED, "sequential_fc")
    result = sampled.train(FULLY_CONNECTED, "sequential_fc")
    assert result.reached
    assert result.shared_with is None
    assert sampled.measured


def test_nobody_loses_by_a_training_of_the_reference_that_misses(class_with) -> None:
    result = class_with(threshold=0.99).train(FULLY_CONNECTED, "sequential_fc")
    assert result.shared_with is None
    assert not result.reached
    assert result.iterations == 100


def test_nothing_is_shared_where_that_is_not_wanted(class_with) -> None:
    alone = class_with(share=False)
    assert alone.train(FULLY_CONNECTED, "sequential_fc").shared_with is None
    assert alone.measured
