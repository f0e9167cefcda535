from __future__ import annotations

from grader.report.attention_views import OPEN, SHOWN, concern_lists, concerns
from grader.report.row_views import Who

WHO = Who("Ada", "a", "submissions/a/report.html")


def found_in(build, *results):
    batch = build.batch(results)
    return [
        concern
        for entry, result in zip(batch.submissions, results, strict=True)
        for concern in concerns(entry, result, WHO)
    ]


def words(concern) -> str:
    return "".join(piece.text for block in concern.text for piece in block.pieces)


def test_the_most_urgent_kind_comes_first(build):
    lists = concern_lists(found_in(build, build.failing(), build.full_marks(), build.ungraded()))
    assert [(each.heading, each.count) for each in lists] == [
        ("Not graded", 1), ("Grader errors", 1), ("Flags", 1), ("Near misses", 1),
    ]  # fmt: skip


def test_a_concern_says_what_it_is_about(build):
    error, flag, near = found_in(build, build.failing())
    assert "torchgrade itself failed here" in words(error)
    assert flag.flag == "changed_provided_function"
    assert words(near) == (
        "Barebones PyTorch: 41.4\u00a0%, the best of 3 trainings; 42\u00a0% is asked for."
    )


def test_nobody_has_to_look_at_full_marks(build):
    assert found_in(build, build.full_marks()) == []


def test_a_long_list_is_folded_up_and_cut_and_says_so(build):
    many = found_in(build, *[build.ungraded()] * (SHOWN + 7))
    (listing,) = concern_lists(many)
    assert (len(listing.shown), listing.hidden, listing.count) == (SHOWN, 7, SHOWN + 7)
    assert not listing.open
    assert concern_lists(many[:OPEN])[0].open
