from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.report.histogram_views import BINS, histogram


def test_the_full_score_counts_into_the_last_bar():
    counts = [bar.count for bar in histogram([0.0, 9.9, 10.0, 100.0, 100.0], 100.0).bars]
    assert counts == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]


def test_the_histogram_says_what_it_shows():
    assert histogram([3.0, 100.0], 100.0).label == (
        "Scores of 2 graded submissions: 1 from 0 to 10, 1 from 90 to 100 points."
    )


def test_scores_outside_the_range_are_counted_at_its_ends():
    counts = [bar.count for bar in histogram([-3.0, 140.0], 100.0).bars]
    assert (counts[0], counts[BINS - 1]) == (1, 1)


@given(scores=st.lists(st.floats(-50, 150), min_size=1), top=st.floats(1, 1000))
def test_every_score_is_in_one_bar(scores, top):
    assert sum(bar.count for bar in histogram(scores, top).bars) == len(scores)
