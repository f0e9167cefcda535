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
        mode=model.training, transform=type(data.transform).__name__,
        steps=len(data.transform.transforms),
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
        "loader_train.dataset.transform = lambda image: 0",
        "loader_train.dataset.transform.transforms.insert(0, lambda image: 0)",
        "mine = torch.utils.data.Subset(loader_train.dataset, [0])\n"
        "mine.dataset.transform = lambda image: 0",
    ],
    ids=["gradients", "dtype", "hook", "layer", "further", "mode", "transform", "step", "subset"],
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
