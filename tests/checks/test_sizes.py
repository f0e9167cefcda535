"""Sizes that the rubric leaves to be drawn."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.checks.sizes import draw_case, draw_constructor, draw_shape
from grader.rubric import CaseRule, ConstructorRule

FIXED = {"images": 1, "channels": 2, "height": 3, "width": 4, "channel_1": 5, "channel_2": 6}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 2**31))
def test_a_drawn_size_lies_between_its_bounds(least: int, more: int, seed: int) -> None:
    rule = CaseRule(**FIXED, classes=(least, least + more))
    assert least <= draw_case(rule, generator(seed)).classes <= least + more


def test_both_bounds_are_drawn() -> None:
    draws = {draw_shape([(2, 4)], generator(seed)) for seed in range(50)}
    assert draws == {(2,), (3,), (4,)}


def test_what_is_fixed_stays_as_it_is() -> None:
    rule = CaseRule(**FIXED, classes=7)
    assert draw_case(rule, generator()).model_dump() == {**FIXED, "classes": 7}
    sizes = {"in_channel": 3, "channel_1": 4, "channel_2": 5, "num_classes": 6}
    assert draw_constructor(ConstructorRule(**sizes), generator()).model_dump() == sizes


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValidationError, match="at least 5 and at most 4"):
        CaseRule(**FIXED, classes=(5, 4))
