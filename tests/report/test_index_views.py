from __future__ import annotations

import pytest

from grader.report.index_views import BINS, histogram, index_page, report_href


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


@pytest.mark.parametrize(
    ("submission_id", "href"),
    [
        ("plain_1", "submissions/plain_1/report.html"),
        ("a b#c?d", "submissions/a%20b%23c%3Fd/report.html"),
        ("javascript:alert(1)", "submissions/javascript%3Aalert%281%29/report.html"),
        ("Łukasz", "submissions/%C5%81ukasz/report.html"),
        ("latin-1 \udce9", "submissions/latin-1%20%E9/report.html"),
        ("half \ud83d", "submissions/half%20%3F/report.html"),
    ],
)
def test_links_encode_the_id(submission_id, href):
    assert report_href(submission_id) == href


def test_mean_and_median_are_those_of_the_graded(build):
    results = [build.full_marks(), build.failing(), build.ungraded()]
    page = index_page(build.batch(results), results)
    assert (page.graded, page.ungraded) == (2, 1)
    assert (page.mean, page.median) == ("69.2", "69.2")


def test_an_entry_without_a_result_has_its_row_all_the_same(build):
    results = [build.full_marks(), build.ungraded()]
    page = index_page(build.batch(results), [])
    assert [row.submission_id for row in page.graded_rows] == ["lovelace_ada_18211"]
    assert page.ungraded_rows[0].reason[0].pieces[0].text == "No reason was recorded."


def test_a_result_the_batch_does_not_list_is_left_out(build):
    page = index_page(build.batch([build.full_marks()]), [build.full_marks(), build.failing()])
    assert len(page.graded_rows) == 1


def test_an_empty_batch_has_no_histogram(build):
    page = index_page(build.batch([]), [])
    assert page.histogram is None
    assert page.mean == "\u2013"
