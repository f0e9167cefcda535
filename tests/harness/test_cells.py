"""Cells and their statements: compiled once, each with its place."""

from __future__ import annotations

import pytest

from grader.harness.cells import Program
from grader.protocol.messages import Cell, Location


def program(*sources: str) -> Program:
    cells = (Cell(file=f"cell {i}", source=source) for i, source in enumerate(sources, start=1))
    return Program(tuple(cells))


def run(*sources: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    for statement in program(*sources).statements:
        exec(statement.code, namespace)
    return namespace


def at(line: int, cell: int = 1) -> Location:
    return Location(file=f"cell {cell}", line=line)


def test_statements_are_numbered_through_all_cells_and_know_their_places() -> None:
    statements = program("x = 1\n\ny = (\n  2)\n", "", "for i in x:\n    pass\nz = 3").statements
    assert [statement.number for statement in statements] == [0, 1, 2, 3]
    assert [statement.cell for statement in statements] == [0, 0, 2, 2]
    assert [statement.where for statement in statements] == [at(1), at(3), at(1, 3), at(3, 3)]


def test_a_cell_further_down_a_file_counts_from_its_first_line() -> None:
    cell = Cell(file="homework.py", source="# Question 4\nx = 1\n1 / 0", first_line=10)
    parsed = Program((cell,))
    assert [statement.where.line for statement in parsed.statements] == [11, 12]
    assert parsed.question_above(Location(file="homework.py", line=11)) == 4
    with pytest.raises(ZeroDivisionError) as caught:
        exec(parsed.statements[1].code, {})
    assert caught.traceback[-1].lineno == 11  # counts from 0


def test_statements_run_in_order_in_one_namespace() -> None:
    namespace = run("x = 1\ndef f():\n    return x", "x = 2\ny = f()")
    assert namespace["y"] == 2


def test_a_future_import_holds_for_the_rest_of_its_cell_and_no_other() -> None:
    namespace = run(
        "'''a docstring'''\nfrom __future__ import annotations\ndef f(x: Unknown): pass",
        "def g(x: int): pass",
    )
    assert namespace["f"].__annotations__ == {"x": "Unknown"}  # type: ignore[attr-defined]
    assert namespace["g"].__annotations__ == {"x": int}  # type: ignore[attr-defined]


def test_our_own_future_imports_do_not_reach_student_code() -> None:
    assert run("def f(x: int): pass")["f"].__annotations__ == {"x": int}  # type: ignore[attr-defined]


def test_definitions_are_found_with_the_last_of_a_name() -> None:
    parsed = program(
        "def flatten(x):\n    pass\n\nclass Net:\n    pass",
        "if True:\n    def flatten(x):\n        pass\nasync def g(): pass",
    )
    assert parsed.definition("flatten") == at(2, 2)
    assert parsed.definition("Net") == at(4)
    assert parsed.definition("g") == at(4, 2)
    assert parsed.definition("nothing") is None


def test_methods_and_inner_functions_are_no_definitions_of_the_module() -> None:
    parsed = program(
        "def flatten(x):\n    def inner(): pass\n"
        "class Net:\n    def flatten(self): pass\n    class Part: pass",
    )
    assert parsed.definition("flatten") == at(1)
    assert parsed.definition("inner") is None
    assert parsed.definition("Part") is None


@pytest.mark.parametrize(
    "source",
    [
        "if x:\n    pass\nelse:\n    {}",
        "try:\n    pass\nexcept E:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "for x in y:\n    with z:\n        pass\n    {}",
        "match x:\n  case 1:\n    {}",
    ],
)
def test_a_definition_in_a_block_of_the_module_is_found(source: str) -> None:
    text = source.format("def flatten(x): pass")
    assert program(text).definition("flatten") == at(len(text.splitlines()))


@pytest.mark.parametrize("odd", ["\x0c", "'\x85'", "'\u2028'", "'\x1c'"])
def test_lines_are_counted_as_the_parser_counts_them(odd: str) -> None:
    parsed = program(f"# Question 2\n{odd}\r\ntrain()\n# Question 5\ntrain()")
    places = [statement.where for statement in parsed.statements][-2:]
    assert [parsed.question_above(place) for place in places] == [2, 5]


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
    ],
)
def test_a_question_mark_is_read_however_it_is_written(mark: str) -> None:
    assert program(f"\n{mark}\nx = 1").question_above(at(3)) == 5


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
    assert program(f"{text}\nx = 1").question_above(at(2)) is None


def test_the_nearest_mark_above_in_the_same_cell_counts() -> None:
    parsed = program("x = 0\n# Question 2\nx = 1\n# Question 5\nx = 2\n", "x = 3\n# Question 6\n")
    assert [parsed.question_above(at(line)) for line in (1, 2, 3, 4, 5, 99)] == [
        None, 2, 2, 5, 5, 5,
    ]  # fmt: skip
    assert parsed.question_above(at(1, 2)) is None
    assert parsed.question_above(Location(file="elsewhere.py", line=1)) is None
    assert parsed.question_above(Location(file="cell 2")) == 6


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\ny = (", 2),
        ("x = 1\n  y = 2", 2),
        ("def f(:\n    pass", 1),
        ("x = 1\nreturn x", 2),
        ("x = 1\n\nbreak", 3),
        ("def f():\n    x = 1\n    nonlocal x", 3),
        ("print 'hello'", 1),
        ("x = 1\nawait f()", 2),
    ],
)
def test_a_syntax_error_is_told_with_file_and_line(source: str, line: int) -> None:
    with pytest.raises(SyntaxError) as caught:
        program("good = 1", source)
    assert caught.value.filename == "cell 2"
    assert caught.value.lineno == line
    assert caught.value.msg


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + ")" * 5000,
        "x = " + "-" * 100_000 + "1",
        "x = " + "+".join(["1"] * 50_000),
        "".join(f"{' ' * i}if x:\n" for i in range(200)) + " " * 200 + "pass",
    ],
    ids=["brackets", "signs", "sum", "indentation"],
)
def test_source_that_cannot_be_parsed_is_a_syntax_error(source: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        program(source)
    assert caught.value.filename == "cell 1"


def test_an_empty_cell_is_no_statement() -> None:
    assert program("", "# only a comment", "\n\n").statements == ()
