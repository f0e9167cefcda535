from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from grader.report.panels import LEFT, RIGHT, Limit, Scale, goal_line, ticks

DRAWN = st.floats(-1e100, 1e100)


def test_ticks_are_round_values():
    assert ticks(0, 765, 5) == [0, 200, 400, 600]
    assert [round(value, 6) for value in ticks(0.06, 0.53, 4)] == [0.2, 0.4]
    assert [round(value, 6) for value in ticks(0.41, 0.47, 4)] == [0.42, 0.44, 0.46]


def test_what_is_counted_has_no_ticks_between_numbers():
    assert ticks(0, 2, 5, least_step=1.0) == [0, 1, 2]


def test_values_beyond_a_scale_stay_at_its_end():
    scale = Scale(0.0, 10.0, 100.0, 0.0)
    assert [scale.place(value) for value in (-5, 0, 5, 10, 99, 10**400, math.nan)] == [
        100, 100, 50, 0, 0, 0, 100,
    ]  # fmt: skip


@given(low=DRAWN, width=DRAWN, most=st.integers(1, 8))
def test_ticks_lie_within_their_ends_and_are_few(low, width, most):
    high = low + abs(width)
    found = ticks(low, high, most)
    assert len(found) <= most + 1
    assert found == sorted(set(found))
    slack = 1e-6 * (high - low)
    assert all(low - slack <= value <= high + slack for value in found)


def test_the_words_of_a_threshold_stand_where_no_curve_is():
    rising = [(LEFT, 200.0), (RIGHT, 50.0)]
    level_above = [(LEFT, 96.0), (RIGHT, 96.0)]
    level_below = [(LEFT, 106.0), (RIGHT, 106.0)]
    for curves, place in [
        ([], ("start", 96.0)),
        ([rising], ("start", 96.0)),
        ([level_above], ("end", 111.0)),
        ([level_below], ("start", 96.0)),
        ([[(LEFT, 96.0), (LEFT + 90, 96.0)], [(LEFT + 200, 106.0), (RIGHT, 106.0)]], ("end", 96.0)),
    ]:
        goal = goal_line(100.0, "threshold 42 %", curves)
        assert (goal.anchor, goal.text_y) == place


def test_korean_words_take_twice_the_room_of_as_many_letters():
    def width(text: str) -> float:
        return 100 - min(x for x, _ in Limit(100, text, 20).covered())

    assert width("예산 10") == width("abcd 10") > width("ab 10")
