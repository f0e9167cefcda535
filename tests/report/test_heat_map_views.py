from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.report.heat_map_views import Outcome, heat_map, outcomes
from grader.results import CheckStatus


def test_each_question_has_a_row_in_the_order_of_the_homework(build):
    found = [*outcomes(build.full_marks()), *outcomes(build.failing())]
    assert [row.title for row in heat_map(found).rows] == [
        question.title for question in build.full_marks().questions
    ]


def test_parts_fall_into_their_bands():
    parts = (0.0, 0.01, 0.25, 0.26, 0.5, 0.75, 0.76, 0.99, 1.0, 1.2, -1.0)
    (row,) = heat_map(Outcome("q", "Q", part) for part in parts).rows
    assert [band.count for band in row.bands] == [2, 2, 2, 1, 2, 2]


def test_what_the_grader_failed_on_is_not_counted_as_lost(build):
    error = build.question("q", "Q", build.check("c", 4, CheckStatus.ERROR))
    passed = build.question("q", "Q", build.check("c", 4))
    results = [build.submission(questions_=(each,), runs={}) for each in (error, passed)]
    (row,) = heat_map(outcome for each in results for outcome in outcomes(each)).rows
    assert (row.unsettled, row.mean) == (1, "100.0\u00a0%")


def test_training_that_was_left_out_is_not_counted_as_lost(build):
    found = outcomes(build.without_training())
    assert [outcome.part for outcome in found] == [1.0, 1.0, 1.0, 1.0, None]


PARTS = st.one_of(st.none(), st.floats(-1, 2))


@given(parts=st.lists(PARTS, min_size=1, max_size=40))
def test_every_submission_is_counted_once_a_question(parts):
    (row,) = heat_map(Outcome("q", "Q", part) for part in parts).rows
    assert sum(band.count for band in row.bands) + row.unsettled == len(parts)
    assert all((band.tint > 0) == (band.count > 0) for band in row.bands)
