"""Weights before training: correct ones always pass, the usual mistakes never do."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from grader.checks.initialization import require_kaiming
from grader.checks.outcome import CheckFailed
from grader.p_values import normality_p_value, order_p_value
from reference import fan_in, kaiming_std

FALSE_ALARM = 1e-6 / 3
SHAPES = {
    "conv_w1": (32, 3, 5, 5),
    "conv_w2": (16, 32, 3, 3),
    "fc_w": (16 * 16 * 16, 10),
}
"""As in the homework, but for fewer features: the smaller tensor is the harder one."""

role = pytest.mark.parametrize("role", SHAPES)


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def require(role: str, weights: Tensor) -> None:
    require_kaiming("the weights", weights, role, SHAPES[role], FALSE_ALARM)


@role
def test_correct_weights_pass_for_every_seed(role: str) -> None:
    std = kaiming_std(fan_in(role, SHAPES[role]))
    for seed in range(200):
        require(role, torch.randn(SHAPES[role], generator=generator(seed)) * std)


@role
def test_what_pytorch_offers_for_it_passes(role: str) -> None:
    stored = torch.empty(SHAPES[role][::-1] if role == "fc_w" else SHAPES[role])
    nn.init.kaiming_normal_(stored, nonlinearity="relu", generator=generator(0))
    require(role, stored.T if role == "fc_w" else stored)


def default_init(weights: Tensor) -> None:
    nn.init.kaiming_uniform_(weights, a=math.sqrt(5), generator=generator(1))


def uniform_of_equal_spread(weights: Tensor) -> None:
    nn.init.kaiming_uniform_(weights, nonlinearity="relu", generator=generator(1))


def without_the_factor_2(weights: Tensor) -> None:
    nn.init.kaiming_normal_(weights, nonlinearity="linear", generator=generator(1))


def by_fan_out(weights: Tensor) -> None:
    nn.init.kaiming_normal_(weights, mode="fan_out", generator=generator(1))


def standard_normal(weights: Tensor) -> None:
    nn.init.normal_(weights, generator=generator(1))


def shifted(weights: Tensor) -> None:
    nn.init.kaiming_normal_(weights, generator=generator(1))
    weights.add_(weights.std() / 2)


def absolute(weights: Tensor) -> None:
    nn.init.kaiming_normal_(weights, generator=generator(1))
    weights.abs_()


def one_value(weights: Tensor) -> None:
    weights.fill_(0.1)


def zeros(weights: Tensor) -> None:
    weights.zero_()


def one_nan(weights: Tensor) -> None:
    nn.init.kaiming_normal_(weights, generator=generator(1))
    weights.view(-1)[7] = torch.nan


@role
@pytest.mark.parametrize(
    "mistake",
    [
        default_init,
        uniform_of_equal_spread,
        without_the_factor_2,
        by_fan_out,
        standard_normal,
        shifted,
        absolute,
        one_value,
        zeros,
        one_nan,
    ],
)
def test_a_mistake_is_told_with_mean_and_spread(
    role: str, mistake: Callable[[Tensor], None]
) -> None:
    weights = torch.empty(SHAPES[role][::-1] if role == "fc_w" else SHAPES[role])
    mistake(weights)
    std = kaiming_std(fan_in(role, SHAPES[role]))
    with pytest.raises(CheckFailed) as caught:
        require(role, weights.T if role == "fc_w" else weights)
    assert caught.value.reason.startswith("the weights are not Kaiming normal: mean ")
    assert f"standard deviation {weights.std().item():.3g}" in caught.value.reason
    assert f"= {std:.3g}" in caught.value.reason


@pytest.mark.parametrize("role", ["conv_w1", "conv_w2"])  # of fc_w, fan_in + fan_out is ~ fan_in
def test_xavier_normal_is_no_kaiming_normal(role: str) -> None:
    with pytest.raises(CheckFailed):
        require(role, nn.init.xavier_normal_(torch.empty(SHAPES[role]), generator=generator(1)))


def test_p_values_of_correct_weights_are_spread_evenly() -> None:
    p_values = [
        normality_p_value(torch.randn(2000, generator=generator(seed)) * 0.3, 0.3)
        for seed in range(200)
    ]
    for share in (0.25, 0.5, 0.75):
        assert abs(sum(p < share for p in p_values) / 200 - share) < 0.12


def test_infinite_weights_have_no_chance() -> None:
    assert normality_p_value(torch.tensor([torch.inf, 1.0]), 1.0) == 0.0


def quantiles(count: int) -> Tensor:
    """Values of the normal distribution at equal steps of chance: sorted, none of them drawn."""
    chances = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    return torch.erfinv(2 * chances - 1).float() * math.sqrt(2)


def sorted_values(shape: tuple[int, ...]) -> Tensor:
    return quantiles(math.prod(shape)).reshape(shape)


def sorted_filters(shape: tuple[int, ...]) -> Tensor:
    """Sorted from filter to filter, in no order within each."""
    rows = quantiles(math.prod(shape)).reshape(shape[0], -1)
    return rows[:, torch.randperm(rows.shape[1], generator=generator(2))].reshape(shape)


def sorted_along_the_last_axis(shape: tuple[int, ...]) -> Tensor:
    return quantiles(math.prod(shape)).reshape(shape[-1], -1).T.reshape(shape)


def one_filter_for_all(shape: tuple[int, ...]) -> Tensor:
    """As normal as its one filter, which is large."""
    return torch.randn(shape[1:], generator=generator(3)).expand(shape).contiguous()


@role
@pytest.mark.parametrize("order", [sorted_values, sorted_filters, sorted_along_the_last_axis])
def test_normal_values_in_an_order_are_not_drawn(
    role: str, order: Callable[[tuple[int, ...]], Tensor]
) -> None:
    shape = SHAPES[role]
    weights = order(shape) * kaiming_std(fan_in(role, shape))
    with pytest.raises(CheckFailed, match=r"not drawn at random: .* lie in an order$"):
        require(role, weights)


def test_copies_of_one_filter_are_not_drawn() -> None:
    shape = SHAPES["conv_w2"]
    assert order_p_value(one_filter_for_all(shape), 1.0) < FALSE_ALARM / 2


def test_chances_of_correct_weights_are_small_as_seldom_as_they_say() -> None:
    chances = [
        order_p_value(torch.randn(8, 3, 3, 3, generator=generator(seed)) * 0.3, 0.3)
        for seed in range(2000)
    ]
    assert sum(chance < 0.05 for chance in chances) < 0.07 * len(chances)
    assert min(chances) > FALSE_ALARM
