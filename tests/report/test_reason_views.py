from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.language import _, capitalised, spoken
from grader.report.reason_views import SHOWN, kind_of, losses, reason_counts
from grader.report.row_views import Who
from grader.results import CheckStatus
from grader.sentences import WITH_CASE

WHO = Who("Ada", "a", "submissions/a/report.html")


def lost(build, *reasons: str | None, mistakes=(), language="en"):
    """One submission for each reason, all at the same check."""
    found = []
    for number, reason in enumerate(reasons):
        check = build.check("the check", 4, CheckStatus.FAILED, reason=reason, mistakes=mistakes)
        result = build.submission(questions_=(build.question("q", "Q", check),), runs={})
        result = result.model_copy(update={"language": language})
        found += losses(result, Who(f"student {number}", str(number), ""))
    return found


def test_reasons_that_differ_in_figures_and_places_are_one(build):
    found = lost(
        build,
        "The weights are not Kaiming normal: mean 9.76e-05, standard deviation 0.0659.",
        "The weights are not Kaiming normal: mean -0.00144, standard deviation 0.067.",
        "The model is also trained at a_b.ipynb, cell 40, line 15: the optimizer is Adam.",
        "The model is also trained at c.py, lines 3 to 9: the optimizer is Adam.",
        "The bias came with shape (1, 10); (10) is asked for.",
        "The bias came with shape (10, 1, 1); (10) is asked for.",
    )
    (check,) = reason_counts(found)
    assert [(reason.count, reason.varied) for reason in check.reasons] == [(2, True)] * 3


def test_the_case_that_a_reason_speaks_of_is_left_out(build):
    found = lost(build, "For x of shape (1, 3, 32, 32), 6 and 9 filters: it returned None.")
    assert found[0].reason == "It returned None."


def test_the_case_is_left_out_in_the_language_of_the_result(build):
    case, reason = "(1, 3, 32, 32), 6, 9", "`scores` None."
    with spoken("ko"):
        sentence = capitalised(_(WITH_CASE, case=case, reason=reason))
    assert case in sentence
    assert lost(build, sentence, language="ko")[0].reason == reason
    assert lost(build, f"a.py, cell 3: {reason}", language="ko")[0].reason.startswith("A.py")


def test_the_wording_seen_most_often_is_shown_with_who_has_it(build):
    found = lost(build, "its momentum is 0.5.", "its momentum is 0.9.", "its momentum is 0.9.")
    ((reason,),) = [check.reasons for check in reason_counts(found)]
    assert (reason.text, reason.count) == ("Its momentum is 0.9.", 3)
    assert reason.example.name == "student 1"


def test_a_known_mistake_is_one_reason_whatever_the_words(build):
    found = lost(build, "one thing", "quite another", mistakes=(build.PADDING,))
    ((reason,),) = [check.reasons for check in reason_counts(found)]
    assert (reason.count, reason.misconception) == (2, build.PADDING.title)


def test_the_check_that_most_lost_points_at_comes_first(build):
    first = build.check("rare", 1, CheckStatus.FAILED, reason="a")
    often = build.check("often", 1, CheckStatus.PARTIAL, reason="b")
    found = []
    for checks in ((first, often), (often,)):
        result = build.submission(questions_=(build.question("q", "Q", *checks),), runs={})
        found += losses(result, WHO)
    assert [(check.title, check.count) for check in reason_counts(found)] == [
        ("often", 2), ("rare", 1),
    ]  # fmt: skip


def test_of_one_check_the_reason_seen_most_often_comes_first(build):
    (check,) = reason_counts(lost(build, "rare", "often", "often"))
    assert [(reason.text, reason.count) for reason in check.reasons] == [("Often", 2), ("Rare", 1)]


def test_what_passed_or_was_not_run_is_no_loss(build):
    assert losses(build.without_training(), WHO) == ()


def test_rare_reasons_are_counted_together(build):
    (check,) = reason_counts(lost(build, *"abcdefghij"))
    assert (len(check.reasons), check.rarer) == (SHOWN, 10 - SHOWN)


@given(reasons=st.lists(st.one_of(st.none(), st.text(max_size=30)), min_size=1, max_size=30))
def test_no_loss_is_forgotten(build, reasons):
    (check,) = reason_counts(lost(build, *reasons))
    assert sum(reason.count for reason in check.reasons) + check.rarer == len(reasons)
    assert check.count == len(reasons)


@given(text=st.text("abc (),.:;0123456789-+e%\n", max_size=60))
def test_what_two_reasons_have_in_common_has_no_digits(text):
    assert not any(character.isdigit() for character in kind_of(text))
