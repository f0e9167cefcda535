"""Tables in which people's own texts stand: no text keeps the rest from being read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.intake import parse_table, read_table
from grader.intake.people import tables
from grader.intake.people.rosters import read_roster

HEADINGS = ["Identifier", "Full name", "Status", "Online text", "Feedback comments"]
LINES = "a;b;c;d;e;f;g;h\n" * 3
TEXTS = {
    "140,000 characters": "x" * 140_000,
    "20 MB": "<p>x</p>\n" * 2_200_000,
    "other marks": LINES,
    "a tab a line": "\t\t\t\t\t\t\t\t\t\t\n" * 20,
    "quotation marks": 'say "a;b;c;d;e;f;g"\n' * 9,
    "blank": "\n" * 1_000_000,
}


@pytest.fixture
def worksheet(tmp_path: Path):
    """Writes Moodle's grading worksheet, with a text that Eve typed into it."""

    def write(text: str) -> Path:
        path = tmp_path / "worksheet.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            writer.writerow(["Participant 4710", "Eve Doe", "", text, ""])
            writer.writerow(["Participant 4711", "Ada Lovelace", "", "", ""])
        return path

    return write


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_everybody_is_read_whatever_one_of_them_typed(worksheet, text: str) -> None:
    path = worksheet(text)
    assert [p.name for p in read_roster(path).people] == ["Eve Doe", "Ada Lovelace"]
    book = read_table(path, "gradebook")
    assert [row.cells[3] for row in book.rows] == ["Online text", text, ""]


def test_of_what_is_not_written_back_no_more_is_kept_than_is_wanted(worksheet) -> None:
    book = read_table(worksheet("x" * 140_000), "roster", longest=100)
    assert [len(row.cells[3]) for row in book.rows] == [11, 100, 0]


@pytest.mark.parametrize("text", ["x" * 200_000, '"'])
def test_the_limit_that_all_of_python_shares_is_put_back(text: str) -> None:
    before = csv.field_size_limit()
    parse_table(f'a,b\n"{text}",1\n', "students.csv")
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("limit", "value", "content", "message"),
    [
        ("MAX_TABLE_BYTES", 100, "name,id\n" + "Ada,7\n" * 20, "is larger than any roster"),
        (
            "MAX_TABLE_LINE",
            50,
            "name,id\n" + "x" * 51,
            "r.csv, line 2, has more than 50 characters",
        ),
        ("MAX_TABLE_CELLS", 8, "name,id\n" + "Ada,7\n" * 20, "more than 8 cells up to line 3"),
        ("MAX_TABLE_CELLS", 8, "name,id\n" + "\n" * 20, "more than 8 cells up to line 7"),
    ],
)
def test_a_table_beyond_all_bounds_is_told(
    tmp_path: Path, monkeypatch, limit: str, value: int, content: str, message: str
) -> None:
    monkeypatch.setattr(tables, limit, value)
    path = tmp_path / "r.csv"
    path.write_text(content)
    before = csv.field_size_limit()
    with pytest.raises(UsageError, match=message):
        read_roster(path)
    assert csv.field_size_limit() == before


def test_the_mark_between_cells_is_that_of_most_lines() -> None:
    typed = "a;b;c;d;e;f"
    rows = parse_table(f"name,id,text\nEve,1,{typed}\nAda,2,\n", "r.csv").rows
    assert [row.cells[0] for row in rows] == ["name", "Eve", "Ada"]
    rows = parse_table("name\tid\nLovelace, Ada\t1\n1,2,3\t4\n", "r.csv").rows
    assert [len(row.cells) for row in rows] == [2, 2, 2]
