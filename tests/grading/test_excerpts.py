from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.grading.excerpts import MAX_LINES, MAX_WIDTH, excerpt
from grader.protocol.parts import Cell

FLATTEN = '''\
import torch

def flatten(x):
    """Flattens.

    Returns: (N, -1)
    """
    # TODO: yours
    ######

    return x.view(x.shape[0], -1)

print("after")
'''


def numbers(cells, where) -> list[int]:
    return [line.number for line in excerpt(cells, where)]


def marked(cells, where) -> list[str]:
    return [line.text for line in excerpt(cells, where) if line.marked]


def test_a_definition_is_shown_by_its_code_alone():
    cells = [Cell(file="a.py", source=FLATTEN)]
    assert numbers(cells, "a.py, line 3") == [3, 11]
    assert marked(cells, "a.py, line 3") == ["def flatten(x):"]


def test_any_other_line_is_shown_with_its_neighbours():
    cells = [Cell(file="a.py", source=FLATTEN)]
    assert numbers(cells, "a.py, line 11") == [8, 9, 10, 11, 12, 13]
    assert marked(cells, "a.py, line 11") == ["    return x.view(x.shape[0], -1)"]


def test_the_methods_of_a_class_are_shown_without_their_docstrings():
    source = 'class Net:\n    """Doc."""\n    def f(self):\n        """Doc."""\n        return 1'
    assert numbers([Cell(file="a.py", source=source)], "a.py, line 1") == [1, 3, 5]


def test_lines_of_a_cell_count_from_its_first():
    cells = [Cell(file="n.ipynb, cell 1", source="a"), Cell(file="n.ipynb, cell 2", source="x\ny")]
    assert marked(cells, "n.ipynb, cell 2, line 2") == ["y"]


def test_a_cell_that_is_no_python_is_shown_all_the_same():
    assert marked([Cell(file="a.py", source="%magic\ndef (")], "a.py, line 2") == ["def ("]


def test_a_place_that_is_not_in_the_cells_has_no_lines():
    cells = [Cell(file="a.py", source="x")]
    for where in (None, "", "a.py", "b.py, line 1", "a.py, line 0", "a.py, line 9", "a.py, line x"):
        assert excerpt(cells, where) == ()


@given(source=st.text("ad:efx()\n#'\" =", max_size=200), line=st.integers(-2, 40))
def test_an_excerpt_is_bounded_and_in_order(source, line):
    found = excerpt([Cell(file="a.py", source=source)], f"a.py, line {line}")
    assert len(found) <= MAX_LINES
    assert all(len(each.text) <= MAX_WIDTH for each in found)
    assert [each.number for each in found] == sorted({each.number for each in found})
    assert not found or sum(each.marked for each in found) == 1
