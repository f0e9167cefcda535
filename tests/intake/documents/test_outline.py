"""Headings of parts and questions: which line stands under which."""

from __future__ import annotations

import pytest

from grader.intake.documents.outline import Outline, Piece, find_marks
from grader.intake.limits import MAX_MARKS
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


def parts(*pieces: str) -> list[int | None]:
    """The part of the last line of each code cell."""
    marks = outline(*pieces)
    return [marks.part(at(None, number)) for number in range(1, len(marks.cells) + 1)]


def test_a_comment_in_a_notebook_begins_no_part() -> None:
    cell = "model = nn.Sequential(\n# part 4: classifier\n)\ntrain()"
    assert outline("text:# Part V. Challenge", cell).part(at(4, 1)) == 5
    assert parts("text:# Sequential API", cell, "text:# Challenge", cell) == [4, 5]
    assert parts("text:# My homework", f"# Question 7\n{cell}") == [None]


def test_the_homework_s_own_headings_count_as_comments_where_no_text_tells_parts() -> None:
    cells = "# Part IV. PyTorch Sequential API\nx", "# Part V. CIFAR-10 open-ended challenge\nx"
    assert parts("text:# My homework", *cells, "# part 4: classifier\nx") == [4, 5, 5]
    assert parts("text:# Part III", *cells) == [3, 3]


OWN = {
    3: "text:# Part III. PyTorch Module API",
    4: "text:# Part IV. PyTorch Sequential API",
    5: "text:# Part V. CIFAR-10 open-ended challenge",
}
SHORT = {3: "text:## Part 3", 4: "text:## Part 4", 5: "text:## Part 5"}


@pytest.mark.parametrize("heading", [OWN, SHORT], ids=["own", "short"])
@pytest.mark.parametrize("within", ["text:## Part 4: training", "text:**Part III** the model"])
def test_a_heading_within_a_later_part_leads_back_to_none(
    heading: dict[int, str], within: str
) -> None:
    assert parts(heading[3], "x", heading[4], "x", heading[5], within, "x") == [3, 4, 5]
    assert parts(heading[3], "x", heading[4], "x", heading[5], "x", within, "x") == [3, 4, 5, 5]


def test_a_heading_within_a_part_leads_on_to_none_that_has_the_homework_s_own() -> None:
    assert parts(OWN[3], "x", "text:## Part 5: results", "x", OWN[4], "x", OWN[5], "x") == [
        3, 3, 4, 5,
    ]  # fmt: skip


def test_the_name_of_an_interface_within_a_later_part_leads_back_to_none() -> None:
    cells = (
        "text:## Sequential API",
        "x",
        "text:## Challenge",
        "x",
        "text:### My nn.Sequential",
        "x",
    )
    assert parts(*cells) == [4, 5, 5]


@pytest.mark.parametrize("heading", [OWN, SHORT], ids=["own", "short"])
def test_parts_may_stand_in_another_order(heading: dict[int, str]) -> None:
    assert parts(heading[3], "x", heading[5], "x", heading[4], "x") == [3, 5, 4]


def test_the_homework_s_own_heading_leads_back_to_a_part() -> None:
    assert parts(OWN[4], "x", OWN[5], "x", OWN[4], "x") == [4, 5, 4]
    assert parts(OWN[4], "x", OWN[5], "x", OWN[4].replace("# ", "### "), "x") == [4, 5, 5]


@pytest.mark.parametrize("of_text", [True, False])
def test_a_table_of_contents_is_led_back_from(*, of_text: bool) -> None:
    contents = "# Part 3: Modules\n# Part 4: Sequential\n# Part 5: my own\n"
    if of_text:
        assert parts(f"text:{contents}", "x", *(SHORT[3], "x", SHORT[4], "x")) == [5, 3, 4]
    else:
        marks = outline(f"{contents}\nimport torch\n# Part 3\nx\n# Part 4\nx\n")
        assert [marks.part(at(line)) for line in (7, 9)] == [3, 4]


def test_a_comment_in_a_script_leads_back_to_no_part() -> None:
    marks = outline("# Part III\nx\n# Part IV\nx\n# Part V\nx = (\n# part 4: classifier\n)\nx")
    assert marks.part(at(9)) == 5


@pytest.mark.parametrize(
    "sentence",
    [
        "# Part III introduced the PyTorch Module API, which allows you to define any layer.",
        "# 第三部分介绍了PyTorch Module API",
    ],
)
def test_a_sentence_that_an_export_makes_a_comment_begins_no_part(sentence: str) -> None:
    """It stands below the heading of Part IV in the course's notebook."""
    lines = (
        "# # Part III. PyTorch Module API", "# In[12]:", "x",
        "# # Part IV. PyTorch Sequential API", "#", sentence, "# In[13]:", "x",
        "# # Part V. CIFAR-10 open-ended challenge", "# In[14]:", "x",
    )  # fmt: skip
    marks = outline("\n".join(lines))
    assert [marks.part(at(line)) for line in (3, 8, 11)] == [3, 4, 5]


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
