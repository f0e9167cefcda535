"""Blackboard's text beside an attempt, which holds whatever the student typed."""

from __future__ import annotations

import pytest

from grader.intake.layouts import Who
from grader.intake.layouts.blackboard_info import parse_info

HEAD = "Name: Ada Lovelace (ada)\nAssignment: HW 5\n\nSubmission Field:\n"
NOTHING = "There is no student submission text data for this assignment.\n\nComments:\n"
FILES = "\nFiles:\n\tOriginal filename: my utils.py\n\tFilename: HW 5_ada_my_utils.py\n"
BLANKS = 900_000


@pytest.mark.parametrize(
    "typed",
    [
        "Original filename: a" + " " * BLANKS + "x",
        "Filename" + " " * BLANKS + "x",
        " " * BLANKS + "x",
        "Submission Field:" + "\n" * BLANKS + "x",
        "Comments" + "\n" * BLANKS,
    ],
    ids=["original", "stored", "blanks", "field", "lines"],
)
def test_a_text_takes_no_longer_than_it_is_long_whatever_was_typed(typed: str) -> None:
    # The square of this many steps does not end within pytest's timeout.
    info = parse_info(HEAD + typed + "\n\nComments:\nnone\n" + FILES)
    assert info.members == (Who(name="Ada Lovelace", login="ada"),)
    assert info.originals == (("HW 5_ada_my_utils.py", "my utils.py"),)
    assert info.typed


@pytest.mark.parametrize("typed", ["\n" * BLANKS + "x", "x" * BLANKS])
def test_a_text_that_is_cut_off_within_what_was_typed_is_one_that_was_typed(typed: str) -> None:
    info = parse_info(HEAD + typed)
    assert (info.typed, info.originals) == (True, ())


@pytest.mark.parametrize("people", ["a" * BLANKS, "(" * BLANKS, "a " * BLANKS, "(a" * BLANKS])
def test_a_line_of_people_takes_no_longer_than_it_is_long(people: str) -> None:
    info = parse_info(f"Name: Ada Lovelace (ada)\nGroup Members: {people}\n{HEAD}{NOTHING}")
    assert info.members == (Who(name="Ada Lovelace", login="ada"),)


def test_everybody_in_a_group_is_read() -> None:
    info = parse_info(f"Group Members: Ada Lovelace (ada), Kim Chul (kim); 이영희 (lee)\n{HEAD}")
    assert [(who.name, who.login) for who in info.members] == [
        ("Ada Lovelace", "ada"),
        ("Kim Chul", "kim"),
        ("이영희", "lee"),
    ]


def test_only_what_stands_under_the_last_heading_of_files_is_believed() -> None:
    typed = "Files:\nOriginal filename: evil.py\nFilename: HW 5_ada_my_utils.py\n"
    info = parse_info(f"{HEAD}{NOTHING}{typed}{FILES}")
    assert info.originals == (("HW 5_ada_my_utils.py", "my utils.py"),)
    assert not info.typed


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_in_no_language_does_what_was_typed_name_further_people(blank: str) -> None:
    info = parse_info(
        "\n그룹 구성원: Mal Lory (mallory), Eve (eve)\n과제: HW 5\n제출 날짜: 2026년 5월 31일\n"
        f"{blank}\n제출 필드:\n이름: Ada Lovelace (alove)\nName: Bob (bob)\n"
    )
    assert [who.login for who in info.members] == ["mallory", "eve"]
