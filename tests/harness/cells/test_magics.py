"""IPython's syntax as Python."""

from __future__ import annotations

import pytest

from grader.harness.cells.magics import to_python


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%cd data\nx = 1", "get_ipython().run_line_magic('cd', 'data')\nx = 1"),
        ("!ls -l\nfiles = !pwd", "get_ipython().system('ls -l')\nfiles = get_ipython()."
         "getoutput('pwd')"),
        ("if x:\n    %cd data\n    !ls", "if x:\n    get_ipython().run_line_magic('cd', 'data')\n"
         "    get_ipython().system('ls')"),
        ("%%bash\nls\n", "get_ipython().run_cell_magic('bash', '', 'ls\\n')"),
        ("model?", "get_ipython().run_line_magic('pinfo', 'model')"),
        (">>> x = 1\n>>> y = 2", "x = 1\ny = 2"),
    ],
)  # fmt: skip
def test_magics_and_shell_lines_become_calls(source: str, python: str) -> None:
    assert to_python(source).rstrip("\n") == python


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%time train(1)", "train(1)"),
        ("acc = %time check(2)", "acc = check(2)"),
        ("a, b = %timeit -n 10 -r3 f(x)", "a, b = f(x)"),
        ("    %prun -s1 f(x)", "f(x)"),
        ("%%time\nx = 1\ntrain(x)", "\nx = 1\ntrain(x)"),
        ("\n%%capture out\nx = 1", "\n\nx = 1"),
    ],
)
def test_what_is_only_measured_or_captured_is_run(source: str, python: str) -> None:
    assert to_python(source).rstrip("\n") == python


@pytest.mark.parametrize(
    "source",
    [
        "!ls\nx = 1 / 0",
        "\n\n  \n%cd x\n\nx = 1 / 0",
        "%%time\n\nx = 1 / 0",
        "%time f()\nx = 1 / 0",
    ],
)
def test_lines_keep_their_numbers(source: str) -> None:
    number = source.split("\n").index("x = 1 / 0")
    assert to_python(source).split("\n")[number] == "x = 1 / 0"


@pytest.mark.parametrize("source", ["x = (", "F.", "'unterminated", "def f(:", "((((%", "x = 5 %"])
def test_what_is_neither_stays_no_python(source: str) -> None:
    with pytest.raises(SyntaxError):
        compile(to_python(source), "cell", "exec")


def test_a_flood_of_magics_ends() -> None:
    source = "%a\n" * 2000
    assert to_python(source) == source
