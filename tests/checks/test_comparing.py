"""Measures of tensors: where they say nothing, where they speak, and what they say."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from grader.checks.comparing import form_difference, shape_text, value_difference

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4)
seeds = st.integers(0, 2**32)
tolerances = st.sampled_from([1e-4, 5e-4, 1e-2])


def drawn(shape: list[int], seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@given(shapes, seeds, tolerances)
def test_equal_tensors_do_not_differ(shape: list[int], seed: int, tolerance: float) -> None:
    x = drawn(shape, seed)
    assert form_difference("the scores", x.clone(), x) is None
    assert value_difference("the scores", x.clone(), x, tolerance) is None


@given(shapes, seeds, tolerances, st.data())
def test_one_value_beyond_the_tolerance_is_a_difference(
    shape: list[int], seed: int, tolerance: float, data: st.DataObject
) -> None:
    x = drawn(shape, seed)
    scale = x.abs().max().item()
    position = data.draw(st.integers(0, x.numel() - 1))
    sign = data.draw(st.sampled_from([-1, 1]))
    for times, passes in ((0.9, True), (1.1, False), (1e6, False)):
        moved = x.clone()
        moved.view(-1)[position] += sign * times * tolerance * scale
        problem = value_difference("the scores", moved, x, tolerance)
        assert (problem is None) == passes
        assert passes or f"; 1 of {x.numel():,} values differ" in str(problem)


@given(seeds, st.floats(1e-20, 1e20))
def test_the_tolerance_grows_with_the_magnitude(seed: int, scale: float) -> None:
    x = drawn([3, 4], seed) * scale
    assert value_difference("the scores", x * (1 + 5e-5), x, 1e-4) is None
    assert value_difference("the scores", x * (1 + 5e-4), x, 1e-4) is not None


def test_a_difference_at_the_edge_is_allowed() -> None:
    expected = torch.tensor([0.0, 8.0])
    assert value_difference("x", torch.tensor([0.25, 8.0]), expected, 0.03125) is None
    assert value_difference("x", torch.tensor([0.2501, 8.0]), expected, 0.03125) is not None


def test_a_reference_of_zeros_allows_no_difference() -> None:
    zeros = torch.zeros(3)
    assert value_difference("the bias", zeros, zeros, 0.5) is None
    assert value_difference("the bias", zeros + 1e-30, zeros, 0.5) is not None


def test_a_difference_is_told_with_size_scale_and_count() -> None:
    expected = torch.tensor([[1.0, -4.0], [2.0, 3.0]])
    came = expected + torch.tensor([[0.0, 0.5], [0.0, -0.25]])
    assert value_difference("the scores", came, expected, 1e-4) == (
        "the scores differ from the reference's by up to 0.5 (the reference's largest magnitude is "
        "4, allowed is 0.0004); 2 of 4 values differ"
    )


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_no_number_is_named(bad: float) -> None:
    x = torch.ones(3)
    came = torch.tensor([1.0, bad, 1.0])
    assert value_difference("the scores", came, x, 1e9) == "the scores contain NaN or infinity"


@given(shapes, shapes, seeds)
def test_another_shape_is_told_with_both_shapes(
    came: list[int], asked: list[int], seed: int
) -> None:
    problem = form_difference("the result", drawn(came, seed), drawn(asked, seed))
    if came == asked:
        assert problem is None
    else:
        assert problem == (
            f"the result came with shape {shape_text(tuple(came))}; "
            f"{shape_text(tuple(asked))} is asked for"
        )


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.int64, torch.bool])
def test_another_dtype_is_told_with_both(dtype: torch.dtype) -> None:
    x = torch.ones(2)
    expected = f"the result came as {dtype}; torch.float32 is asked for"
    assert form_difference("the result", x.to(dtype), x) == expected
    assert value_difference("the result", x.to(dtype), x, 1.0) == expected


def test_the_shape_is_compared_before_the_values() -> None:
    problem = value_difference("x", torch.full((1, 3), torch.nan), torch.ones(3), 1.0)
    assert problem == "x came with shape (1, 3); (3) is asked for"


@pytest.mark.parametrize(
    ("shape", "text"), [((), "()"), ((3,), "(3)"), (torch.Size((5, 3, 12)), "(5, 3, 12)")]
)
def test_shapes_are_written_as_people_write_them(shape: tuple[int, ...], text: str) -> None:
    assert shape_text(shape) == text
