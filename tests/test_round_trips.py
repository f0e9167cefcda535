"""From what a platform hands out to what it takes back: every student once, with the right points.

What is written is read by others: `csv` and `openpyxl`, which know nothing of torchgrade.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

SAMPLES = Path(__file__).parents[1] / "submissions"


@dataclass(frozen=True)
class Person:
    """Someone in the course, with the sample that they hand in and its points without training."""

    name: str
    number: int
    sample: str | None
    points: float | None


CLASS = (
    Person("Ada Lovelace", 4711, "correct", 65),
    Person("김철수", 4712, "missing_relu", 51),
    Person("=cmd|' /C calc'!A0", 4713, "unattempted", 5),
    Person("Jo Late", 4714, "correct", 65),
    Person("Who Forgot", 4715, None, None),
)
HANDED_IN = [person for person in CLASS if person.sample is not None]


@pytest.fixture
def torchgrade(data_root, tmp_path):
    """Runs the command in an empty folder and requires that it succeeds."""

    def run(*arguments: object) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "grader", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "TORCHGRADE_DATA": str(data_root), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    return run


def homework(person: Person) -> bytes:
    return (SAMPLES / str(person.sample) / "homework.py").read_bytes()


def pack(path: Path, names: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in names.items():
            packed.writestr(name, content)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def test_canvas_there_and_back(torchgrade, tmp_path):
    names = {
        f"{''.join(p.name.lower().split())}{'_LATE' if 'Late' in p.name else ''}"
        f"_{p.number}_{90210 + p.number}_hw5.py": homework(p)
        for p in HANDED_IN
        if p.number != 4713  # what has slashes in it is no name of a file
    }
    names["anybody_4713_99999_hw5.py"] = homework(CLASS[2])
    download = pack(tmp_path / "submissions.zip", names)
    heads = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "HW 05 (77)"]
    rows: list[list[object]] = [[p.name, p.number, "", "", "A", ""] for p in CLASS]
    possible = ["    Points Possible", "", "", "", "", "100"]
    book = write_csv(tmp_path / "grades.csv", [heads, possible, *rows])

    torchgrade("grade", download, "--roster", book, "--out", "out", "--no-train")
    torchgrade("export", "out", "--to", "canvas", "--gradebook", book)
    torchgrade("export", "out", "--to", "xlsx")
    torchgrade("export", "out", "--to", "feedback")

    exports = tmp_path / "out" / "exports"
    filled = [row for row in read_csv(exports / "canvas.csv") if row["ID"]]
    assert len(filled) == len(CLASS)
    assert {row["ID"]: number(row["HW 05 (77)"]) for row in filled} == {
        str(person.number): person.points for person in CLASS
    }
    table = list(load_workbook(exports / "xlsx.xlsx").active.iter_rows(values_only=True))
    score = table[0].index("score")
    assert sorted(row[score] for row in table[1:] if row[score] is not None) == [5, 51, 65, 65]
    assert len(table) == 1 + len(CLASS)
    with zipfile.ZipFile(exports / "feedback.zip") as packed:
        expected = {name.removesuffix("hw5.py") + "report.html" for name in names}
        assert set(packed.namelist()) == expected


def test_moodle_there_and_back(torchgrade, tmp_path):
    folders = {
        p.number: f"{p.name.replace('/', ' ')}_{p.number}_assignsubmission_file_" for p in HANDED_IN
    }
    download = pack(
        tmp_path / "hw5.zip",
        {f"{folders[p.number]}/homework.py": homework(p) for p in HANDED_IN},
    )
    heads = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade",
             "Feedback comments"]  # fmt: skip
    rows: list[list[object]] = [
        [f"Participant {p.number}", p.name, f"{p.number}@x.org", "", "", "100.00", ""]
        for p in CLASS
    ]
    book = write_csv(tmp_path / "worksheet.csv", [heads, *rows])

    torchgrade("grade", download, "--roster", book, "--out", "out", "--no-train")
    torchgrade("export", "out", "--to", "moodle", "--gradebook", book)
    torchgrade("export", "out", "--to", "feedback")

    exports = tmp_path / "out" / "exports"
    back = read_csv(exports / "moodle.csv")
    assert {row["Identifier"]: number(row["Grade"]) for row in back} == {
        f"Participant {person.number}": person.points for person in CLASS
    }
    assert all(row["Feedback comments"] for row in back[: len(HANDED_IN)])
    with zipfile.ZipFile(exports / "feedback.zip") as packed:
        assert {Path(name).parts[0] for name in packed.namelist()} == set(folders.values())
