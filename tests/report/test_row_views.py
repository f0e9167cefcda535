from __future__ import annotations

import pytest

from grader.report.row_views import headings, report_href, row
from grader.results import Adjustment, CheckStatus, Student


def row_of(build, result):
    (entry,) = build.batch([result]).submissions
    return row(entry, result)


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


def test_a_cell_is_tinted_by_what_was_lost(build):
    cells = row_of(build, build.failing()).cells
    assert [(cell.points, cell.heat) for cell in cells] == [
        ("0", "lost-5"), ("14.5", "lost-2"), ("16", "error"), ("8", "lost-3"), ("0", "lost-5"),
    ]  # fmt: skip


def test_who_lost_anything_has_a_tint_and_who_lost_nothing_has_none(build):
    for score, heat in ((100, "lost-0"), (99.5, "lost-1"), (0.5, "lost-4"), (0, "lost-5")):
        check = build.check("c", 100, CheckStatus.PARTIAL, score=score)
        result = build.submission(questions_=(build.question("q", "Q", check),), runs={})
        assert row_of(build, result).cells[0].heat == heat


def test_what_was_left_out_on_request_is_no_loss(build):
    line = row_of(build, build.without_training())
    assert [cell.heat for cell in line.cells] == ["lost-0"] * 4 + ["skipped"]
    assert line.left_out == "54"
    assert "full" in line.states


def test_points_given_by_hand_are_in_the_cell_and_decide_about_full_marks(build):
    given = Adjustment(question="flatten", points=4, by="the instructor")
    result = build.failing().model_copy(update={"adjustments": (given,)})
    line = row_of(build, result)
    assert (line.cells[0].points, line.cells[0].heat) == ("4", "lost-0")
    assert {"adjusted", "lost"} <= set(line.states)


def test_a_run_short_of_its_threshold_by_chance_is_a_near_miss(build):
    for near in (True, False):
        run = build.run(0.42, 0.4).model_copy(update={"near_miss": near})
        line = row_of(build, build.submission(runs={**build.good_runs(), "barebones": run}))
        assert ("near" in line.states) is near


def test_a_group_is_named_by_its_members(build):
    result = build.full_marks()
    members = (Student(id="1", name="Ada"), Student(id="2"))
    info = result.submission.model_copy(update={"members": members})
    assert row_of(build, result.model_copy(update={"submission": info})).who.name == "Ada, 2"


def test_headings_are_short_and_differ(build):
    titles = ["flatten", "Question 1: convnet", "Question 10: all", "Given code", "Given code, too"]
    questions = [build.question(str(n), title) for n, title in enumerate(titles)]
    assert [heading.short for heading in headings(questions)] == ["flatten", "Q1", "Q10", "4", "5"]
    assert [heading.title for heading in headings(questions)] == titles


def test_a_korean_question_is_numbered_too(build):
    titles = ("flatten", "문제 1: three_layer_convnet", "문제 7: 70 %")
    questions = [build.question(title, title, build.check("c", 1)) for title in titles]
    assert [heading.short for heading in headings(questions)] == ["flatten", "Q1", "Q7"]
