"""Headings of parts and questions: which line stands under which."""

from __future__ import annotations

import pytest

from grader.intake.limits import MAX_MARKS
from grader.intake.outline import Outline, Piece, find_marks
from grader.protocol.parts import Cell, Location


def outline(*pieces: str) -> Outline:
    """Of a document: text that begins with "text:", everything else code."""
    cells: list[Cell] = []
    found: list[Piece] = []
    for piece in pieces:
        is_code = not piece.startswith("text:")
        found.append(Piece(len(cells), piece.removeprefix("text:"), is_code))
        if is_code:
            cells.append(Cell(file=f"cell {len(cells) + 1}", source=piece))
    return Outline(tuple(cells), find_marks(found))


def at(line: int | None, cell: int = 1) -> Location:
    return Location(file=f"cell {cell}", line=line)


@pytest.mark.parametrize("odd", ["\x0c", "'\x85'", "'\u2028'", "'\x1c'"])
def test_lines_are_counted_as_the_parser_counts_them(odd: str) -> None:
    marks = outline(f"# Question 2\n{odd}\ntrain()\n# Question 5\ntrain()")
    assert [marks.question(at(line)) for line in (3, 5)] == [2, 5]


@pytest.mark.parametrize(
    "mark",
    [
        "# Question 5",
        "#Question 5:",
        "## **Question 5** (3 points)",
        "    # question 5",
        "#### QUESTION5",
        "# Question #5",
        "# Q5",
        "# Q5. Train the network",
        "# TODO: Question 5",
        "# Answer to question 5",
        "# Part III, Q5 (3 points)",
        "# 문제 5",
    ],
)
def test_a_question_mark_is_read_however_it_is_written(mark: str) -> None:
    assert outline(f"\n{mark}\nx = 1").question(at(3)) == 5
    assert outline(f"text:{mark}", "x = 1").question(at(1)) == 5


@pytest.mark.parametrize(
    "text",
    [
        "# my question 5",
        "x = 'Question 5'",
        "# Question five",
        "# q5",
        "# Q5 = x",
        "# Q5[0]",
        "# Q5a",
        "# FAQ 5",
        "# see Q5",
    ],
)
def test_other_text_is_no_question_mark(text: str) -> None:
    assert outline(f"{text}\nx = 1").question(at(2)) is None


def test_the_nearest_mark_above_counts_across_cells() -> None:
    marks = outline("x = 0\n# Question 2\nx = 1\n# Question 5\nx = 2\n", "x = 3\n# Question 6\n")
    assert [marks.question(at(line)) for line in (1, 2, 3, 4, 5, 99)] == [None, 2, 2, 5, 5, 5]
    assert marks.question(at(1, 2)) == 5
    assert marks.question(at(None, 2)) == 6
    assert marks.question(Location(file="elsewhere.py", line=1)) is None


@pytest.mark.parametrize(
    "heading",
    [
        "# Part III. PyTorch Module API",
        "## Part 3: nn.Module",
        "<h1>Part III</h1>",
        "**Part III** Module API",
        "# **Part Ⅲ**",
        "# 第三部分 PyTorch Module API",
        "# 第 3 章",
        "# 파트 3. 모듈 API",
        "# 제 3 부 모듈",
        "# Часть III",
        "# Parte 3",
    ],
)
def test_a_part_is_read_in_other_forms_and_languages(heading: str) -> None:
    marks = outline("text:# Part II", "x = 1", f"text:some text\n{heading}\nmore", "x = 2", "x = 3")
    assert [marks.part(at(1, cell)) for cell in (1, 2, 3)] == [2, 3, 3]


@pytest.mark.parametrize(
    "text", ["see Part III", "1. [Part III, Module API](#part3)", "# Partition 3", "# Part VII"]
)
def test_other_text_is_no_part(text: str) -> None:
    assert outline(f"text:{text}", "x = 1").part(at(1)) is None


def test_a_new_part_ends_the_question_of_the_last() -> None:
    marks = outline("# Question 5\nx = 1", "text:# Part V. Challenge", "x = 2\n# Question 7\nx = 3")
    assert [marks.question(at(1, 1)), marks.question(at(1, 2)), marks.question(at(3, 2))] == [
        5, None, 7,
    ]  # fmt: skip
    assert marks.part(at(3, 2)) == 5


def test_without_numbers_the_names_of_the_interfaces_tell_the_parts() -> None:
    marks = outline(
        "text:### 기초: Barebones PyTorch", "x = 1", "text:## nn.Module 사용하기", "x = 2",
        "text:# Sequential API", "# nn.Module is not used here\nx = 3",
        "text:# CIFAR-10 open-ended challenge", "x = 4",
    )  # fmt: skip
    assert [marks.part(at(2, cell)) for cell in (1, 2, 3, 4)] == [2, 3, 4, 5]


def test_where_parts_are_numbered_names_of_interfaces_are_no_headings() -> None:
    marks = outline("text:# Part V", "x = 1", "text:### Try nn.Module", "x = 2")
    assert marks.part(at(1, 2)) == 5


def test_an_exported_notebook_keeps_its_headings_as_comments_or_text() -> None:
    script = '# # Part II\nx = 1\n"""# Part III. Module API\n\nsome text\n"""\nx = 2\n# Part IV\nx'
    marks = outline(script)
    assert [marks.part(at(line)) for line in (2, 7, 9)] == [2, 3, 4]


@pytest.mark.timeout(20)  # what backtracks takes minutes
@pytest.mark.parametrize(
    "line",
    ["#" * 199, "# " * 99, "#" + " " * 198 + "x", "<h1" + ">" * 190, "# question" + " " * 189],
)
def test_lines_that_are_almost_headings_are_passed_over_at_once(line: str) -> None:
    text = "\n".join([line + "x"] * 20_000)
    assert find_marks([Piece(cell=0, text=text, is_code=True)]) == ()


def test_no_more_marks_are_kept_than_a_homework_could_have() -> None:
    text = "# Question 1\n" * 100_000
    assert len(find_marks([Piece(cell=0, text=text, is_code=True)])) == MAX_MARKS
