from __future__ import annotations

import math

from grader.report.leaderboard_views import PLACES, contender, leaderboard
from grader.report.row_views import Who
from grader.results import RunStatus


def entered(build, name: str, **changes: object):
    run = build.good_runs()["challenge"].model_copy(update=changes)
    return contender(build.submission(questions_=(), runs={"challenge": run}), Who(name, name, ""))


def test_the_best_accuracy_comes_first_then_who_needed_fewer_iterations(build):
    board = leaderboard(
        [
            entered(build, "slow", best_val_accuracy=0.8, iterations=900),
            entered(build, "worse", best_val_accuracy=0.7, iterations=100),
            entered(build, "quick", best_val_accuracy=0.8, iterations=100),
        ]
    )
    assert [(place.rank, place.who.name) for place in board.places] == [
        (1, "quick"), (2, "slow"), (3, "worse"),
    ]  # fmt: skip


def test_equals_share_a_rank(build):
    board = leaderboard(
        [entered(build, name, best_val_accuracy=best) for name, best in
         (("a", 0.8), ("b", 0.8), ("c", 0.7))]
    )  # fmt: skip
    assert [place.rank for place in board.places] == [1, 1, 3]


def test_who_did_not_learn_it_here_or_crashed_has_no_place(build):
    assert entered(build, "x", status=RunStatus.FAILED) is None
    assert entered(build, "x", best_val_accuracy=math.nan) is None
    assert entered(build, "x", status=RunStatus.MISSED) is not None


def test_the_first_places_are_shown_and_all_are_counted(build):
    board = leaderboard(entered(build, str(n)) for n in range(PLACES + 5))
    assert (len(board.places), board.contenders) == (PLACES, PLACES + 5)


def test_without_contenders_there_is_no_leaderboard(build):
    assert leaderboard([]) is None
