"""Platforms' own gradebooks, made up after their documentation, filled in and read back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.errors import UsageError
from grader.gradebooks import Grade, fill_gradebook
from grader.intake import parse_table

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,HW 04 (90),HW 05: PyTorch on CIFAR-10 (91),Final Score
    Points Possible,,,,,100,100,(read only)
"Lovelace, Ada",4711,20201234,ada,A,50,,70
"이, 지수",4712,20201235,jisoo,A,60,,80
"Student, Test",4713,,test,A,,,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 4711,Ada Lovelace,ada@example.org,Submitted,,10.00,
Participant 4712,이 지수,jisoo@example.org,Submitted,,10.00,
Participant 4714,Alan Turing,alan@example.org,No submission,,10.00,
"""
BLACKBOARD = (
    "Last Name\tFirst Name\tUsername\tStudent ID\tHW 05 [Total Pts: 50 Score] |77\n"
    "Lovelace\tAda\tada\t4711\t\n"
    "이\t지수\tjisoo\t4712\t\n"
)
TITLE = "HW 05: PyTorch on CIFAR-10"


def grade(person: str, name: str | None, score: float | None, **changes) -> Grade:
    made = Grade(
        id=person, name=name, status="graded", submission=person, score=score, max_score=100.0,
        late=False, questions={}, remark=f"{name} did well.",
    )  # fmt: skip
    return replace(made, **changes)


ADA, JISOO = grade("4711", "Ada Lovelace", 90.5), grade("4712", "이지수", 100.0)
MISSING = grade("4714", "Alan Turing", None, status="missing", submission=None)


def filled(text: str, platform, *grades: Grade, column: str | None = None):
    return fill_gradebook(parse_table(text, "book.csv"), platform, grades, TITLE, column)


def column_of(result, heading: str) -> list[object]:
    at = result.table.headings.index(heading)
    return [row[at] for row in result.table.rows]


def test_canvas_takes_back_who_it_is_and_the_assignment_alone():
    result = filled(CANVAS, "canvas", ADA, JISOO)
    assert result.table.headings == (
        "Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{TITLE} (91)",
    )  # fmt: skip
    assert column_of(result, f"{TITLE} (91)") == ["100", 90.5, 100.0, ""]
    assert result.unplaced == result.notes == ()


def test_moodle_is_given_grades_of_its_own_maximum_and_remarks():
    result = filled(MOODLE, "moodle", ADA, JISOO, MISSING)
    assert column_of(result, "Grade") == [9.05, 10.0, ""]
    assert column_of(result, "Feedback comments")[0] == "Ada Lovelace did well."
    assert result.notes == ("Scores of 100 were scaled to the 10 that 'Grade' takes.",)


def test_blackboard_keeps_its_tabs_and_its_maximum():
    result = filled(BLACKBOARD, "blackboard", ADA, JISOO)
    assert result.delimiter == "\t"
    assert column_of(result, "HW 05 [Total Pts: 50 Score] |77") == [45.25, 50.0]


def test_people_are_known_by_any_code_and_else_by_a_name_of_their_own():
    by_login, by_name = grade("ada", None, 1.0), grade("somebody", "이지수", 2.0)
    assert column_of(filled(CANVAS, "canvas", by_login, by_name), f"{TITLE} (91)")[1:3] == [
        1.0,
        2.0,
    ]


def test_a_number_that_is_anothers_login_gives_nobody_anothers_score():
    book = (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW 05 (91)\n"
        '"Kim, A",12345,70001,akim,1,\n"Lee, B",777,12345,blee,1,\n'
    )
    kim, nobody = grade("12345", "A Kim", 80.0), grade("12345", None, 80.0)
    assert column_of(filled(book, "canvas", kim), "HW 05 (91)") == [80.0, ""]
    result = filled(book, "canvas", nobody)
    assert column_of(result, "HW 05 (91)") == ["", ""]
    assert result.unplaced == (nobody,)


def test_somebody_in_two_sections_has_the_score_in_both_rows():
    book = 'Student,ID,SIS User ID,Section,HW 05 (91)\n"Kim, A",12345,1,A,\n"Kim, A",12345,1,B,\n'
    result = filled(book, "canvas", grade("12345", "A Kim", 80.0))
    assert column_of(result, "HW 05 (91)") == [80.0, 80.0]


def test_namesakes_are_left_to_a_person():
    twice = CANVAS + '"이, 지수",4799,20209999,jisoo2,A,,,\n'
    unknown = grade("nobody", "이지수", 2.0)
    result = filled(twice, "canvas", unknown)
    assert column_of(result, f"{TITLE} (91)")[1:] == ["", "", "", ""]
    assert result.unplaced == (unknown,)


def test_of_several_columns_one_can_be_named():
    other = CANVAS.replace(TITLE, "Week 5")
    with pytest.raises(UsageError, match=r"2 columns .*'HW 04 \(90\)', 'Week 5 \(91\)'"):
        filled(other, "canvas", ADA)
    assert column_of(filled(other, "canvas", ADA, column="Week 5 (91)"), "Week 5 (91)")[1] == 90.5
    with pytest.raises(UsageError, match="no column 'Week 6'"):
        filled(other, "canvas", ADA, column="Week 6")


def test_a_table_that_is_no_gradebook_is_told():
    with pytest.raises(UsageError, match="no column for scores"):
        filled("name,id\nAda,4711\n", "canvas", ADA)
    with pytest.raises(UsageError, match="no column of names"):
        filled("a,b\n1,2\n", "canvas", ADA)


def test_a_login_like_anothers_number_gives_nobody_anothers_score():
    book = "Student,ID,SIS User ID,HW 05 (91)\nKim,11,20231234,\nEve,12,20239999,\n"
    eve = grade("2023-1234", None, 5.0)
    result = filled(book, "canvas", eve)
    assert column_of(result, "HW 05 (91)") == ["", ""]
    assert result.unplaced == (eve,)
    result = filled(book, "canvas", eve, grade("20231234", None, 80.0))
    assert column_of(result, "HW 05 (91)") == [80.0, ""]
    # A hyphen makes no other number of it where the name is the same.
    assert column_of(filled(book, "canvas", grade("2023-1234", "Kim", 80.0)), "HW 05 (91)")[0] == 80
