"""Everybody once, with the score that counts."""

from __future__ import annotations

from grader.gradebooks import grade_table, grades_of
from grader.results import Adjustment, Person, Source, Student
from tests.report import builder


def batch_of(results, *people: Person):
    source = Source(
        name="submissions.zip", layout="canvas", title="Canvas", evidence="Names.", people=people
    )
    return builder.batch(results).model_copy(update={"source": source if people else None})


def test_whoever_is_missing_has_no_score():
    result = builder.full_marks()
    here = Person(id="4711", name="Kim", status="submitted", submission=result.submission.id)
    away = Person(id="4712", name="Lee", status="missing")
    kim, lee = grades_of(batch_of([result], here, away), [result])
    assert (kim.score, kim.status) == (result.score, "graded")
    assert (lee.score, lee.status, lee.max_score) == (None, "missing", result.max_score)


def test_a_groups_members_each_have_its_score():
    result = builder.full_marks()
    members = (Student(id="a", name="A"), Student(id="b", name="B"))
    info = result.submission.model_copy(update={"members": members})
    result = result.model_copy(update={"submission": info})
    assert [(g.id, g.score) for g in grades_of(batch_of([result]), [result])] == [
        ("a", result.score),
        ("b", result.score),
    ]


def test_ungraded_work_has_a_score_only_where_somebody_gave_it():
    result = builder.ungraded()
    (grade,) = grades_of(batch_of([result]), [result])
    assert grade.score is None
    assert grade.remark.startswith("Not graded: ")
    result = result.model_copy(update={"adjustments": (Adjustment(points=40, by="Kim"),)})
    (grade,) = grades_of(batch_of([result]), [result])
    assert grade.score == 40


def test_a_remark_names_the_questions_that_lost_points_and_adjustments():
    result = builder.failing()
    question = next(each for each in result.questions if each.score < each.max_score)
    adjustments = (Adjustment(question=question.id, points=0.5, by="Kim"),)
    result = result.model_copy(update={"adjustments": adjustments})
    (grade,) = grades_of(batch_of([result]), [result])
    assert grade.score == result.score + 0.5
    points = f"{question.score + 0.5:g} of {question.max_score:g}"
    assert f"{question.title}: {points}" in grade.remark
    assert "1 adjustment by hand" in grade.remark


def test_a_table_has_a_column_a_question():
    results = [builder.full_marks(), builder.failing(), builder.ungraded()]
    table = grade_table(grades_of(batch_of(results), results))
    assert {len(row) for row in table.rows} == {len(table.headings)}
    for question in results[0].questions:
        assert table.rows[0][table.headings.index(question.title)] == question.score
    assert table.rows[2][table.headings.index("score")] is None


def test_whoever_handed_in_and_was_not_reached_is_not_missing():
    """After Ctrl-C, say."""
    person = Person(id="1", status="submitted", submission="kim")
    (grade,) = grades_of(batch_of([], person), [])
    assert (grade.status, grade.score, grade.remark) == ("ungraded", None, "Not graded yet.")


def test_a_remark_alone_is_no_score_for_ungraded_work():
    remark = Adjustment(reason="Will be looked at.", by="Kim")
    result = builder.ungraded().model_copy(update={"adjustments": (remark,)})
    (grade,) = grades_of(batch_of([result]), [result])
    assert grade.score is None
