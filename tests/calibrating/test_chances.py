"""Chances to miss a threshold, and what they are known by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from grader.calibrating.chances import (
    CONFIDENCE,
    chance_to_miss,
    propose_threshold,
    spread_of,
)
from grader.checks.catalogue import known_checks
from grader.rubric import default_rubric, load_rubric

RULES = load_rubric(default_rubric(), known_checks()).training
ONCE = RULES.model_copy(update={"further_seeds": 0, "near_miss": 0.0})


def drawn(mean, deviation, many, seed=0):
    return spread_of(np.random.default_rng(seed).normal(mean, deviation, many).tolist())


def test_a_threshold_far_below_is_hardly_ever_missed():
    chance = chance_to_miss(drawn(0.50, 0.01, 30), 0.42, RULES)
    assert chance.missed == 0
    assert chance.ruled <= chance.bound < 1e-6
    assert 0.09 < chance.counted < 0.10  # 1 - 0.05 ** (1 / 30)


def test_further_seeds_help_against_near_misses_alone():
    spread = drawn(0.45, 0.02, 60)
    once, again = chance_to_miss(spread, 0.45, ONCE), chance_to_miss(spread, 0.45, RULES)
    assert once.ruled == once.one == again.one
    assert 0.05 < again.ruled < once.ruled / 2  # about 1/2, and about (1/2) ** 3
    far = RULES.model_copy(update={"near_miss": 0.0})
    assert chance_to_miss(spread, 0.45, far).ruled == pytest.approx(once.ruled)


def test_the_bound_holds_as_often_as_it_says():
    """Of many calibrations, about 5 in 100 may be too sure; each half of the risk is one tail's."""
    truth = float(norm.cdf(0.46, 0.50, 0.02))
    held = [
        chance_to_miss(drawn(0.50, 0.02, 20, seed), 0.46, ONCE).bound >= truth
        for seed in range(400)
    ]
    assert CONFIDENCE - 0.02 <= np.mean(held) <= 1.0
    assert np.mean(held) < 0.999  # else it would bound nothing


@given(
    st.lists(st.floats(0.1, 0.9), min_size=3, max_size=30),
    st.floats(0.05, 0.95),
    st.floats(0.05, 0.95),
)
def test_a_higher_threshold_is_missed_no_less_often(accuracies, one, other):
    low, high = sorted((one, other))
    spread = spread_of(accuracies)
    below, above = chance_to_miss(spread, low, ONCE), chance_to_miss(spread, high, ONCE)
    assert 0.0 <= below.one <= above.one <= 1.0
    assert below.bound <= above.bound + 1e-9
    assert below.missed <= above.missed


def test_what_is_proposed_is_the_highest_that_is_rarely_missed():
    spread = drawn(0.50, 0.01, 30)
    proposed = propose_threshold(spread, 1e-3, RULES)
    assert chance_to_miss(spread, proposed, RULES).bound <= 1e-3
    assert chance_to_miss(spread, proposed + 0.01, RULES).bound > 1e-3
    assert propose_threshold(spread, 1e-6, RULES) < proposed


def test_equal_accuracies_have_no_spread_and_are_no_error():
    spread = spread_of([0.5, 0.5, 0.5])
    assert spread.normal is None
    assert chance_to_miss(spread, 0.49, RULES).bound == 0.0
    assert chance_to_miss(spread, 0.51, RULES).ruled == 1.0
    assert propose_threshold(spread, 1e-3, RULES) == 0.5


def test_two_trainings_are_no_spread():
    with pytest.raises(ValueError, match="at least three"):
        spread_of([0.5, 0.6])
