from __future__ import annotations

import random

from grader.report.index_views import index_page
from grader.results import Source


def test_mean_and_median_are_those_of_the_graded(build):
    results = [build.full_marks(), build.failing(), build.ungraded()]
    page = index_page(build.batch(results), results)
    assert (page.graded, page.ungraded) == (2, 1)
    assert (page.mean, page.median) == ("69.2", "69.2")


def test_an_entry_without_a_result_has_its_row_all_the_same(build):
    results = [build.full_marks(), build.ungraded()]
    page = index_page(build.batch(results), [])
    assert [row.who.submission_id for row in page.rows] == [
        "lovelace_ada_18211", "hopper_grace_18555",
    ]  # fmt: skip
    told = [concern.text[0].pieces[0].text for concern in page.attention[0].shown]
    assert told == ["Its result.json was not found.", "No reason was recorded."]


def test_a_result_the_batch_does_not_list_is_left_out(build):
    page = index_page(build.batch([build.full_marks()]), [build.full_marks(), build.failing()])
    assert len(page.rows) == 1
    assert page.reasons == ()


def test_an_empty_batch_has_nothing_but_its_head(build):
    page = index_page(build.batch([]), [])
    assert page.mean == "\u2013"
    assert (page.histogram, page.heat_map, page.leaderboard) == (None, None, None)
    assert (page.rows, page.attention, page.reasons, page.curves) == ((), (), (), ())


def test_the_order_in_which_results_are_read_changes_nothing(build):
    results = [
        build.renumbered(made, number)
        for number, made in enumerate(
            [build.full_marks(), build.failing(), build.ungraded(), build.failing()]
        )
    ]
    shuffled = random.Random(0).sample(results, len(results))
    batch = build.batch(results)
    assert index_page(batch, shuffled) == index_page(batch, results)


def test_attempts_that_a_submission_takes_the_place_of_are_listed(build):
    result = build.full_marks()
    info = result.submission.model_copy(update={"older": ("first_try.py",)})
    result = result.model_copy(update={"submission": info})
    source = Source(name="a.zip", layout="plain", title="a folder", evidence="It is one.")
    batch = build.batch([result]).model_copy(update={"source": source})
    (listing,) = index_page(batch, [result]).source.lists
    assert (listing.heading, listing.lines[0].remark) == ("Earlier attempts", "first_try.py")


def test_the_filters_offer_what_there_is_and_say_how_often(build):
    results = [build.full_marks(), build.failing(), build.ungraded()]
    page = index_page(build.batch(results), results)
    assert [(choice.value, choice.count) for choice in page.states] == [
        ("ungraded", 1), ("full", 1), ("lost", 1), ("flagged", 1), ("near", 1), ("error", 1),
    ]  # fmt: skip
    assert [(choice.value, choice.count) for choice in page.flags] == [
        ("changed_provided_function", 1)
    ]
