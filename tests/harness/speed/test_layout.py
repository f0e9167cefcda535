"""Laid out otherwise, a network computes what it computed; one that minds stays as it is."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from grader.harness.speed.layout import ChannelsLast

IMAGE = (3, 16, 16)
X = torch.randn(8, *IMAGE, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def layout(global_hooks) -> ChannelsLast:
    """Installed for one test."""
    found = ChannelsLast()
    found.install()
    nn.modules.module.register_module_forward_pre_hook(note_layout)
    return found


def note_layout(module: nn.Module, arguments: tuple[torch.Tensor, ...]) -> None:
    """On each convolution how what it was given lay."""
    if isinstance(module, nn.Conv2d):
        module.was_usual = arguments[0].is_contiguous()


SCRIPTED = torch.jit.CompilationUnit("def f(x):\n    return x.view(x.size(0), -1)\n").f


class Flatten(nn.Module):
    """The homework's, which calls `view`."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, ...) -> (N, -1)."""
        return x.view(x.size(0), -1)


def network(*more: nn.Module) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(2), *more, Flatten(), nn.Linear(4 * 8 * 8, 10)
    )


def was_usual(model: nn.Sequential) -> bool | None:
    first = next(part for part in model.modules() if isinstance(part, nn.Conv2d))
    return getattr(first, "was_usual", None)


@pytest.mark.parametrize(
    "more",
    [(), (nn.BatchNorm2d(4), nn.ReLU()), (nn.Dropout2d(0.5),)],
    ids=["pool", "norm", "dropout"],
)
def test_what_gains_is_laid_out_and_computes_the_same(layout: ChannelsLast, more) -> None:
    torch.manual_seed(0)
    model = network(*more).eval()
    usual = model(X)
    layout.consider(model, IMAGE)
    laid_out = model(X)
    assert not was_usual(model)
    torch.testing.assert_close(laid_out, usual, rtol=1e-4, atol=1e-5)
    assert all(weight.is_contiguous() for weight in model.parameters())


def test_it_trains_to_the_same_weights(layout: ChannelsLast) -> None:
    weights = []
    for lay_out in (False, True):
        torch.manual_seed(0)
        model = network(nn.BatchNorm2d(4))
        if lay_out:
            layout.consider(model, IMAGE)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for _ in range(5):
            optimizer.zero_grad()
            model(X).square().mean().backward()
            optimizer.step()
        weights.append(model[-1].weight.detach())
    torch.testing.assert_close(weights[0], weights[1], rtol=1e-3, atol=1e-5)


class Kept(nn.Sequential):
    """Keeps what it computes on the way, for a loss that looks at it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores."""
        self.kept = self[0](x)
        return super().forward(x)


class Uncopied(nn.MaxPool2d):
    """Cannot be copied."""

    def __deepcopy__(self, _: object) -> None:
        raise TypeError


def hooked() -> nn.Sequential:
    model = network()
    model[0].register_forward_hook(lambda *_: None)
    return model


@pytest.mark.parametrize(
    "make",
    [
        lambda: Kept(*network()),
        lambda: network(Uncopied(1)),
        lambda: nn.Sequential(Kept(*list(network())[:-2]), *list(network())[-2:]),
        hooked,
    ],
    ids=["own-class", "own-layer", "own-part", "hook"],
)
def test_where_somebody_may_look_on_the_way_it_stays_as_it_is(layout: ChannelsLast, make) -> None:
    model = make()
    layout.consider(model, IMAGE)
    model(X)
    assert was_usual(model)


def test_what_would_not_gain_stays_as_it_is(layout: ChannelsLast) -> None:
    convolution = nn.Conv2d(3, 4, 3)
    layout.consider(nn.Sequential(convolution, nn.ReLU()), IMAGE)
    assert convolution(X).is_contiguous()


def test_only_the_model_that_was_considered_last_is_laid_out(layout: ChannelsLast) -> None:
    first, second = network(), network()
    layout.consider(first, IMAGE)
    layout.consider(second, IMAGE)
    first(X)
    second(X)
    assert (was_usual(first), was_usual(second)) == (True, False)
    layout.consider(None, IMAGE)
    second(X)
    assert was_usual(second)


def test_a_scripted_function_may_flatten(layout: ChannelsLast) -> None:
    class Flatten(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return SCRIPTED(x)

    model = network()
    model[-2] = Flatten()
    usual = model(X)
    layout.consider(model, IMAGE)
    assert torch.allclose(model(X), usual, atol=1e-5)
    assert not was_usual(model)


def test_a_wrong_view_raises_as_it_would(layout: ChannelsLast) -> None:
    layout.consider(network(), IMAGE)
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        X.permute(0, 2, 3, 1).view(8, -1)


def test_looking_runs_no_code_of_the_students(layout: ChannelsLast) -> None:
    ran = []

    class Flatten(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            ran.append("forward")
            return x.flatten(1)

        def __deepcopy__(self, memo: object) -> nn.Module:
            ran.append("copied")
            return self

    model = network()
    model[-2] = Flatten()
    layout.consider(model, X.shape[1:])
    assert ran == []


def test_looking_changes_neither_the_model_nor_what_is_drawn(layout: ChannelsLast) -> None:
    model = network(nn.BatchNorm2d(4), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    layout.consider(model, IMAGE)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())
