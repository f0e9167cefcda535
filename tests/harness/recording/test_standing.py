"""What cells below a training change is put back before it is carried out."""

from __future__ import annotations

import pytest

NET = """
import torch
from torch import nn, optim
model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
optimizer = optim.SGD(model.parameters(), lr=1e-2)
train_part34(model, optimizer)
"""
CARRIED_OUT = """
(recording,) = [r for r in loaded.recorder.recordings.values() if r.api == 'part34']
seen = {}
def look():
    model, data = names['model'], names['loader_train'].dataset
    seen.update(
        gradients=torch.is_grad_enabled(), dtype=str(torch.get_default_dtype()),
        hooks=len(model[0]._forward_hooks), layers=[type(part).__name__ for part in model],
        mode=model.training, weights=[str(p.dtype) for p in model.parameters()],
        names=[name for name, _ in model.named_parameters()], layer=type(model[-1].weight).__name__
        if hasattr(model[-1], 'weight') else '', transform=type(data.transform).__name__,
        steps=len(data.transform.transforms), images=len(data), switch=model[0].start_dim,
        first=float(model[-1].weight.detach().flatten()[0]) if hasattr(model[-1], 'weight') else 0,
    )
recording.run = look
recording.carry_out()
"""


def seen(load, below: str) -> dict[str, object]:
    """How things stand when the training is carried out."""
    outcome = load(NET, below, probe=f"import torch\n{CARRIED_OUT}answer = seen")
    assert outcome.errors == ()
    return outcome.answer


@pytest.mark.parametrize(
    "below",
    [
        "torch.set_grad_enabled(False)",
        "torch.set_default_dtype(torch.float64)",
        "model[0].register_forward_hook(lambda module, x, y: y.numpy())",
        "model[1] = nn.Identity()",
        "model.append(nn.Linear(10, 10))",
        "model.eval()",
        "from torch.nn.utils import prune\nprune.l1_unstructured(model[1], 'weight', 0.3)",
        "nn.utils.parametrizations.weight_norm(model[1])",
        "model.half()",
        "model[1].weight = nn.Parameter(torch.zeros(10, 3072, dtype=torch.float64))",
        "loader_train.dataset.transform = lambda image: 0",
        "loader_train.dataset.transform.transforms.insert(0, lambda image: 0)",
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True)\n"
        "class Mine(torch.utils.data.Dataset):\n"
        "    transform: object = None\n"
        "mine = Mine()\n"
        "model.eval()",
        "mine = torch.utils.data.Subset(loader_train.dataset, [0])\n"
        "mine.dataset.transform = lambda image: 0",
        "loader_train.dataset.data = loader_train.dataset.data[:64]",
        "model[0].start_dim = 2",
        "w = model[1].weight.detach().cpu().numpy()\nw -= w.min()",
        "found = {name: torch.ones_like(v) for name, v in model.state_dict().items()}\n"
        "model.load_state_dict(found)",
    ],
    ids=[
        "gradients",
        "dtype",
        "hook",
        "layer",
        "further",
        "mode",
        "pruned",
        "parametrized",
        "half",
        "weight",
        "transform",
        "step",
        "frozen",
        "subset",
        "cut-down",
        "switch",
        "picture",
        "loaded",
    ],
)
def test_a_training_finds_what_its_author_s_did(load, below: str) -> None:
    assert seen(load, below) == seen(load, "")


@pytest.mark.parametrize("below", ["", "hook.remove()"])
def test_a_hook_that_was_there_is_there(load, below: str) -> None:
    hook = "hook = model[0].register_forward_hook(print)\ntrain_part34"
    outcome = load(
        NET.replace("train_part34", hook),
        below,
        probe=f"import torch\n{CARRIED_OUT}answer = seen['hooks']",
    )
    assert outcome.answer == 1


def test_a_lazy_layer_that_got_its_sizes_below_is_trained(load) -> None:
    source = NET.replace("nn.Linear(3072, 10)", "nn.LazyLinear(10)")
    below = "model(torch.zeros(2, 3, 32, 32))"
    probe = (
        f"import torch\n{CARRIED_OUT}answer = list(names['model'](torch.zeros(2, 3, 32, 32)).shape)"
    )
    assert load(source, below, probe=probe).answer == [2, 10]


def test_a_model_is_described_as_it_was_trained(load) -> None:
    outcome = load(NET, "model[1] = nn.Identity()")
    assert outcome.only.model is not None
    assert [p.shape for p in outcome.only.model.parameters] == [(10, 3072), (10,)]


def test_a_pruned_model_trains_on(load) -> None:
    below = "from torch.nn.utils import prune\nprune.l1_unstructured(model[1], 'weight', 0.3)"
    step = (
        "for _ in range(2):\n"
        "    names['optimizer'].zero_grad()\n"
        "    names['model'](torch.ones(2, 3, 32, 32)).sum().backward()\n"
        "    names['optimizer'].step()\n"
        "answer = float(names['model'][1].weight.grad.abs().sum()) > 0"
    )
    assert load(NET, below, probe=f"import torch\n{CARRIED_OUT}{step}").answer is True


def test_a_scripted_model_is_recorded_and_the_rest_of_the_work_is_read(load) -> None:
    source = NET.replace(
        "train_part34(model",
        "import warnings; warnings.simplefilter('ignore')\nmodel = torch.jit.script(model)\n"
        "train_part34(model",
    )
    outcome = load(source, "model.eval()\nx = 1")
    assert outcome.errors == ()
    assert outcome.crash is None


def test_weights_that_a_training_puts_in_stay_for_the_next_one(load) -> None:
    twice = NET + "train_part34(model, optimizer)\n"
    probe = (
        "import torch\n"
        "first, second = [r for r in loaded.recorder.recordings.values() if r.api == 'part34']\n"
        "new = torch.nn.Parameter(torch.ones(10, 3072))\n"
        "first.run = lambda: setattr(names['model'][1], 'weight', new)\n"
        "first.carry_out()\n"
        "second.run = lambda: None\n"
        "second.carry_out()\n"
        "answer = names['model'][1].weight is new"
    )
    assert load(twice, probe=probe).answer is True


GROWING = """
import torch
from torch import nn, optim
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last, self.seen = None, nn.Linear(4, 10), []
    def forward(self, x):
        if self.first is None:
            self.first = nn.Linear(x[0].numel(), 4)
            self.register_buffer("mean", torch.zeros(4))
            self.first.register_forward_hook(lambda *_: self.seen.append(1))
        return self.last(self.first(x.flatten(1)) - self.mean)
model = Net()
optimizer = optim.SGD(model.parameters(), lr=1e-2)
train_part34(model, optimizer)
"""


def test_what_a_model_makes_when_it_is_first_called_stays(load) -> None:
    probe = (
        "import torch\n"
        "calls = [r for r in loaded.recorder.recordings.values() if r.api == 'part34']\n"
        "model, x = names['model'], torch.zeros(2, 3, 32, 32)\n"
        "model(x)\n"  # as it is measured before it is trained
        "first = model.first\n"
        "for each in calls:\n"
        "    each.run = lambda: model(x)\n"
        "    each.carry_out()\n"
        "answer = [model.first is first, len(model.seen), len(calls)]"
    )
    source = GROWING + "train_part34(model, optimizer)\n"
    assert load(source, "model.eval()", probe=probe).answer == [True, 3, 2]


def test_a_rate_that_a_training_lowered_is_lower_in_the_next_one(load) -> None:
    probe = (
        "first, second = [r for r in loaded.recorder.recordings.values() if r.api == 'part34']\n"
        "group = names['optimizer'].param_groups[0]\n"
        "first.run = lambda: group.update(lr=1e-3)\n"
        "second.run = lambda: None\n"
        "first.carry_out(); second.carry_out()\n"
        "answer = group['lr']"
    )
    assert load(NET + "train_part34(model, optimizer)\n", probe=probe).answer == 1e-3


def test_a_rate_that_cells_lowered_is_as_it_was_for_each_training(load) -> None:
    below = "optimizer.param_groups[0]['lr'] = 5e-3\ntrain_part34(model, optimizer)"
    probe = (
        "calls = [r for r in loaded.recorder.recordings.values() if r.api == 'part34']\n"
        "group, answer = names['optimizer'].param_groups[0], []\n"
        "for each in calls:\n"
        "    each.run = lambda: answer.append(group['lr'])\n"
        "    each.carry_out()\n"
    )
    last = "optimizer.param_groups[0]['lr'] = 1e-5"
    assert load(NET, below, last, probe=probe).answer == [1e-2, 5e-3]


def test_what_a_cell_below_made_a_model_make_is_made_again(load) -> None:
    probe = (
        "(recording,) = [r for r in loaded.recorder.recordings.values() if r.api == 'part34']\n"
        "model, x = names['model'], torch.zeros(2, 3, 32, 32)\n"
        "recording.run = lambda: model(x)\n"
        "recording.carry_out()\n"
        "answer = [type(model.first).__name__, list(model(x).shape)]"
    )
    below = "model(torch.zeros(2, 3, 32, 32))"
    outcome = load(GROWING, below, probe=f"import torch\n{probe}")
    assert outcome.answer == ["Linear", [2, 10]]


BAREBONES = """
import torch
shapes = ((3, 3, 5, 5), (3,), (2, 3, 3, 3), (2,), (2048, 10), (10,))
params = [torch.randn(shape, requires_grad=True) for shape in shapes]
train_part2(lambda x, params: x, params, 1e-2)
"""


@pytest.mark.parametrize(
    "below",
    [
        "w = params[0].detach().numpy()\nw *= 0",
        "for i, p in enumerate(params):\n    params[i] = p.detach()",
        "for p in params:\n    p.requires_grad = False",
        "params.clear()",
    ],
)
def test_weights_in_a_list_are_as_they_were(load, below: str) -> None:
    probe = (
        "(recording,) = [r for r in loaded.recorder.recordings.values() if r.api == 'part2']\n"
        "answer = [[bool(p.requires_grad), bool(p.any())] for p in recording.weights]"
    )
    assert load(BAREBONES, below, probe=probe).answer == [[True, True]] * 6


def test_weights_that_were_drawn_anew_between_two_trainings_are_those(load) -> None:
    anew = "model[1].weight.data.fill_(2.0)\ntrain_part34(model, optimizer)"
    below = "model[1].weight.data.fill_(3.0)"
    probe = "answer = names['model'][1].weight.mean().item()"
    assert load(NET, anew, below, probe=probe).answer == 2.0


def test_what_is_made_after_the_model_was_belongs_to_it(load) -> None:
    """A model and its optimizer that no call trains are as they are in the end."""
    source = NET.replace("train_part34(model, optimizer)", "")
    below = "nn.init.constant_(model[1].weight, 2.0)"
    probe = "answer = names['model'][1].weight.mean().item()"
    assert load(source, below, probe=probe).answer == 2.0


def test_a_model_in_double_precision_is_shown_images_of_its_own(load) -> None:
    source = NET.replace("nn.Linear(3072, 10))", "nn.Linear(3072, 10)).double()")
    probe = "answer = str(next(iter(loaded.recorder.recordings.values())).dtype)"
    assert load(source, probe=probe).answer == "torch.float64"
