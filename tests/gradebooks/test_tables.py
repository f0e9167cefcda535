"""Text stays text and numbers stay numbers, in whatever opens the file."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from grader.errors import UsageError
from grader.gradebooks import Table, csv_text, write_xlsx

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1", "\t=1", "\uff1d1+1"]


def read(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula(tmp_path, text):
    table = Table(("name", text), ((text, 1.5),))
    rows = read(csv_text(table))
    assert rows[0][1].lstrip().startswith("'")
    assert rows[1][0].lstrip().startswith("'")
    write_xlsx(table, tmp_path / "scores.xlsx", text)
    sheet = load_workbook(tmp_path / "scores.xlsx").active
    assert [sheet["A2"].data_type, sheet["B1"].data_type] == ["s", "s"]
    assert sheet["B2"].value == 1.5


@given(st.text(max_size=20), st.sampled_from(",;\t"))
def test_any_text_is_one_cell(text, delimiter):
    written = csv_text(Table(("a", "b"), ((text, 2.0),)), delimiter)
    rows = list(csv.reader(io.StringIO(written[1:]), delimiter=delimiter))
    assert len(rows) == 2
    assert rows[1][1] == "2"


AWKWARD = st.text(st.sampled_from("=+-@a1,;\t\n '\""), max_size=12)


@given(AWKWARD, st.sampled_from(",;\t"), st.sampled_from(",;\t"))
def test_no_cell_is_a_formula_wherever_a_spreadsheet_divides_it(text, written_by, read_by):
    rows = ((f"x{text}", text), (text, f"x{text}"))
    written = csv_text(Table(("a", "b"), rows), written_by)
    for row in csv.reader(io.StringIO(written[1:]), delimiter=read_by):
        for cell in row:
            assert not re.match(r"\s*([=@]|[+-]\s*[=@a+-])", cell), (row, written)


def test_no_formula_stands_behind_a_quotation_mark():
    written = csv_text(Table(("a", "b"), (("x", 'a;"=1+1;b'),)))
    cells = [cell for row in csv.reader(io.StringIO(written[1:]), delimiter=";") for cell in row]
    assert not any(cell.strip().startswith("=") for cell in cells)


@pytest.mark.parametrize("text", ["-", "-3.5", "이지수", "Ada, the first", "a\nb", "1,5"])
def test_other_text_stays_as_it_is(text):
    assert read(csv_text(Table(("a",), ((text,),))))[1] == [text]


def test_numbers_are_written_without_noise():
    (_, row) = read(csv_text(Table(("a", "b", "c"), ((0.1 + 0.2, 100.0, None),))))
    assert row == ["0.3", "100", ""]


def test_a_workbook_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        write_xlsx(Table(("a",), ()), tmp_path, "HW 05")


def test_what_goes_back_stays_whole_and_is_no_formula_either():
    long = "x" * 40_000 + "\x07"
    rows = read(csv_text(Table(("a",), ((long,), ("=1+1",), ("a\n \n=1",))), is_whole=True))
    assert rows[1:] == [[long], ["'=1+1"], ["a\n \n'=1"]]
