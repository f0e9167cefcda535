"""Cells and their statements: compiled once, each with its place."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.harness.cells.statements import Program
from grader.protocol.parts import Cell, Location


def program(*sources: str, stop_at_error: bool = False) -> Program:
    cells = (
        Cell(file=f"cell {i}", source=source, stop_at_error=stop_at_error)
        for i, source in enumerate(sources, start=1)
    )
    return Program(tuple(cells))


def run(*sources: str, stop_at_error: bool = False) -> dict[str, object]:
    namespace: dict[str, object] = {}
    for statement in program(*sources, stop_at_error=stop_at_error).statements:
        exec(statement.code, namespace)
    return namespace


def defined(parsed: Program) -> dict[str, Location]:
    return {k: v for statement in parsed.statements for k, v in statement.defines.items()}


def at(line: int, cell: int = 1) -> Location:
    return Location(file=f"cell {cell}", line=line)


def test_statements_are_numbered_through_all_cells_and_know_their_places() -> None:
    statements = program("x = 1\n\ny = (\n  2)\n", "", "for i in x:\n    pass\nz = 3").statements
    assert [statement.number for statement in statements] == [0, 1, 2, 3]
    assert [statement.cell for statement in statements] == [0, 0, 2, 2]
    assert [statement.where for statement in statements] == [at(1), at(3), at(1, 3), at(3, 3)]


def test_a_cell_further_down_a_file_counts_from_its_first_line() -> None:
    cell = Cell(file="homework.py", source="\nx = 1\n1 / 0", first_line=10)
    parsed = Program((cell,))
    assert [statement.where.line for statement in parsed.statements] == [11, 12]
    with pytest.raises(ZeroDivisionError) as caught:
        exec(parsed.statements[1].code, {})
    assert caught.traceback[-1].lineno == 11  # counts from 0


def test_statements_run_in_order_in_one_namespace() -> None:
    namespace = run("x = 1\ndef f():\n    return x", "x = 2\ny = f()")
    assert namespace["y"] == 2


@pytest.mark.parametrize(("stop_at_error", "below"), [(True, "int"), (False, int)])
def test_a_future_import_holds_for_the_rest_of_a_notebook_or_of_its_script(
    stop_at_error: bool, below: object
) -> None:
    namespace = run(
        "'''a docstring'''\nfrom __future__ import annotations\ndef f(x: Unknown): pass",
        "def g(x: int): pass",
        stop_at_error=stop_at_error,
    )
    assert namespace["f"].__annotations__ == {"x": "Unknown"}  # type: ignore[attr-defined]
    assert namespace["g"].__annotations__ == {"x": below}  # type: ignore[attr-defined]


def test_what_a_cell_defines_has_its_source_as_in_a_notebook() -> None:
    """TorchScript compiles from it."""
    namespace = run("x = 1", "\n\ndef f(x):\n    return x + 1\n")
    assert inspect.getsource(namespace["f"]) == "def f(x):\n    return x + 1\n"  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["all_feature_names", "no_such_feature"])
def test_whatever_is_imported_from_the_future_is_the_student_s_own_affair(name: str) -> None:
    parsed = program(f"from __future__ import {name}", stop_at_error=True)
    assert len(parsed.statements) + len(parsed.broken) == 1


def test_our_own_future_imports_do_not_reach_student_code() -> None:
    assert run("def f(x: int): pass")["f"].__annotations__ == {"x": int}  # type: ignore[attr-defined]


def test_definitions_are_found_with_the_last_of_a_name() -> None:
    parsed = program(
        "def flatten(x):\n    pass\n\nclass Net:\n    pass",
        "if True:\n    def flatten(x):\n        pass\nasync def g(): pass",
    )
    assert defined(parsed) == {"flatten": at(2, 2), "Net": at(4), "g": at(4, 2)}


def test_methods_and_inner_functions_are_no_definitions_of_the_module() -> None:
    parsed = program(
        "def flatten(x):\n    def inner(): pass\n"
        "class Net:\n    def flatten(self): pass\n    class Part: pass",
    )
    assert defined(parsed) == {"flatten": at(1), "Net": at(3)}


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
    assert defined(program(text)) == {"flatten": at(len(text.splitlines()))}


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


def test_what_the_last_of_many_branches_defines_is_found() -> None:
    parsed = program("if x == 0:\n  pass\n" + "elif x:\n  def f(): pass\n" * 900)
    assert defined(parsed) == {"f": at(1802)}


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + ")" * 5000,
        "x = " + "-" * 100_000 + "1",
        "x = " + "+".join(["1"] * 50_000),
        "".join(f"{' ' * i}if x:\n" for i in range(200)) + " " * 200 + "pass",
        "if x:\n  pass\n" + "elif x:\n  pass\n" * 2000,
    ],
    ids=["brackets", "signs", "sum", "indentation", "branches"],
)
def test_source_that_cannot_be_parsed_is_a_syntax_error(source: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        program(source)
    assert caught.value.filename == "cell 1"


def test_an_empty_cell_is_no_statement() -> None:
    assert program("", "# only a comment", "\n\n").statements == ()


def notebook(*sources: str) -> Program:
    cells = (
        Cell(file=f"cell {i}", source=source, stop_at_error=True)
        for i, source in enumerate(sources, start=1)
    )
    return Program(tuple(cells))


def test_a_notebook_s_broken_cell_costs_itself() -> None:
    parsed = notebook("x = 1", "y = (\n", "z = 3")
    assert [statement.where for statement in parsed.statements] == [at(1, 1), at(1, 3)]
    assert [statement.number for statement in parsed.statements] == [0, 1]
    (cell,) = parsed.broken
    assert (cell, parsed.broken[cell].lineno) == (1, 1)


def test_a_cell_is_read_as_ipython_reads_it_where_it_is_no_python() -> None:
    parsed = notebook("\n%matplotlib inline\nimport os\n!ls\nx = 1", "   y = 2\n   z = y")
    assert [statement.where for statement in parsed.statements] == [
        at(2), at(3), at(4), at(5), at(1, 2), at(2, 2),
    ]  # fmt: skip
    assert parsed.broken == {}


def test_an_exported_script_with_shell_lines_is_read_the_same() -> None:
    assert [s.where.line for s in program("!pip install x\nx = 1\n%cd y").statements] == [1, 2, 3]


def test_a_syntax_error_is_told_as_the_student_wrote_it() -> None:
    parsed = notebook("%cd x\n\nfor i in range(3)\n    pass")
    assert parsed.broken[0].lineno in (1, 3)
    assert "get_ipython" not in str(parsed.broken[0].text)


_PIECES = st.sampled_from(
    ["%", "%%", "!", "?", "time", "ls -l", "x", " = ", "(", ")", "\n", "    ", "def f():", "'",
     "\\", "#", "\x0c", "\r", "\x00", "합", ">>> ", "...", "if x:", "%%time\n", "%timeit f()",
     "\u2028"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=40))
def test_any_text_is_a_cell_of_a_notebook(source: str) -> None:
    parsed = notebook(source, "x = 1")
    assert parsed.statements[-1].where == at(1, 2)
    assert all(statement.where.line is not None for statement in parsed.statements)
    assert 1 not in parsed.broken
