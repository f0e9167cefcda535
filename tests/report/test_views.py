from __future__ import annotations

import pytest

from grader.report.score_views import share
from grader.report.views import LIST_LIMIT, submission_page
from grader.results import CheckStatus


@pytest.mark.parametrize(
    ("score", "top", "left_out", "earned", "unasked"),
    [
        (50.0, 100.0, 0.0, 50.0, 0.0),
        (46.0, 100.0, 54.0, 46.0, 54.0),
        (0.0, 0.0, 0.0, 0.0, 0.0),
        (120.0, 100.0, 0.0, 100.0, 0.0),
        (-5.0, 100.0, 0.0, 0.0, 0.0),
    ],
)
def test_shares_stay_within_the_whole(score, top, left_out, earned, unasked):
    part = share(score, top, left_out)
    assert (part.earned, part.left_out) == (earned, unasked)


def test_runs_stand_in_the_order_of_the_homework(build):
    runs = dict(reversed(build.good_runs().items()))
    titles = [run.title for run in submission_page(build.submission(runs=runs)).runs]
    assert titles[0] == "Barebones PyTorch"
    assert titles[-1] == "CIFAR-10 challenge"


def test_what_was_left_out_is_a_sentence(build):
    page = submission_page(build.without_training())
    (notice,) = page.notices
    assert notice == (
        "Training was left out on request: 54 points not asked for, 46 of 100 could be earned here."
    )


def test_checks_left_out_without_any_run_left_out_are_not_called_training(build):
    page = submission_page(build.submission(left_out=4.0))
    (notice,) = page.notices
    assert notice.startswith("Some checks were left out on request: 4 points not asked for")


def test_a_student_without_a_name_goes_by_the_id(build):
    assert submission_page(build.submission(None)).name == "18211"
    assert submission_page(build.submission(" \u202e", student_id="")).name == "Unnamed submission"


def test_a_question_with_a_grader_error_says_so(build):
    question = build.question("q", "Q", build.check("c", 2), build.check("d", 2, CheckStatus.ERROR))
    page = submission_page(build.submission(questions_=(question,)))
    assert page.questions[0].tone == "error"


def test_long_lists_are_cut_and_counted(build):
    notes = tuple(f"note {number}" for number in range(LIST_LIMIT + 7))
    page = submission_page(build.submission(notes=notes))
    assert (len(page.notes.shown), page.notes.hidden) == (LIST_LIMIT, 7)
