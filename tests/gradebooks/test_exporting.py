"""`torchgrade export`: the files that it writes, and what it refuses."""

from __future__ import annotations

import csv
import zipfile

import pytest
from openpyxl import load_workbook

from grader.errors import UsageError
from grader.gradebooks.exporting import export
from grader.report import write_batch, write_submission
from tests.report import builder


@pytest.fixture
def out(tmp_path):
    results = [builder.full_marks(), builder.failing(), builder.ungraded()]
    for result in results:
        write_submission(result, tmp_path / "out" / "submissions" / result.submission.id)
    write_batch(builder.batch(results), results, tmp_path / "out")
    return tmp_path / "out"


def write(out, kind, **options):
    return export(out, kind, **{"gradebook": None, "column": None, "file": None, **options})


def test_a_table_of_everybody(out):
    path = write(out, "csv").path
    assert path == out / "exports" / "csv.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["score"] for row in rows] == ["100", f"{builder.failing().score:g}", ""]


def test_a_workbook_of_everybody(out, tmp_path):
    path = write(out, "xlsx", file=tmp_path / "new" / "scores.xlsx").path
    rows = list(load_workbook(path).active.iter_rows(values_only=True))
    assert len(rows) == 4
    assert rows[1][rows[0].index("score")] == 100


def test_a_platforms_gradebook_is_filled_in(out, tmp_path):
    student = builder.full_marks().submission.student
    book = tmp_path / "gradebook.csv"
    book.write_text(f"Student,ID,Section,HW 05 (1)\n{student.name},{student.id},A,\nElse,9,A,\n")
    exported = write(out, "canvas", gradebook=book)
    with exported.path.open(encoding="utf-8-sig", newline="") as file:
        assert [row["HW 05 (1)"] for row in csv.DictReader(file)] == ["100", ""]
    assert [grade.score for grade in exported.unplaced] == [builder.failing().score]


def test_a_platform_without_its_gradebook_says_where_it_is(out):
    with pytest.raises(UsageError, match=r"--gradebook .* Download grading worksheet"):
        write(out, "moodle")


def test_the_gradebook_itself_is_not_written_over(out, tmp_path):
    book = tmp_path / "gradebook.csv"
    book.write_text("Student,ID,HW 05 (1)\nAda,4711,\n")
    with pytest.raises(UsageError, match="is the gradebook itself"):
        write(out, "canvas", gradebook=book, file=book)


def test_what_cannot_be_written_is_told(out, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be made"):
        write(out, "junit", file=tmp_path / "file" / "results.xml")


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"no results\.json"):
        write(tmp_path, "csv")


def test_reports_go_back_under_the_platform_s_names(out):
    graded = builder.full_marks()
    name = "김 철수_4711_assignsubmission_file_/report.html"
    info = graded.submission.model_copy(update={"feedback_name": name})
    write_submission(graded.model_copy(update={"submission": info}), out / "submissions" / info.id)
    exported = write(out, "feedback")
    with zipfile.ZipFile(exported.path) as packed:
        assert packed.namelist() == [name]
        page = (out / "submissions" / info.id / "report.html").read_bytes()
        assert packed.read(name) == page
    assert builder.failing().submission.id in exported.notes[0]


def test_a_report_that_two_would_be_handed_is_handed_to_neither(out):
    for result in (builder.full_marks(), builder.failing()):
        info = result.submission.model_copy(update={"feedback_name": "Bo_1/report.html"})
        write_submission(
            result.model_copy(update={"submission": info}), out / "submissions" / info.id
        )
    with pytest.raises(UsageError, match=r"nothing in .* was"):
        write(out, "feedback")


def test_reports_of_work_from_elsewhere_are_not_packed(out):
    with pytest.raises(UsageError, match=r"nothing in .* was"):
        write(out, "feedback")


def test_a_gradebook_goes_back_with_everything_that_people_typed(out, tmp_path):
    student = builder.full_marks().submission.student
    texts = [
        "x" * 140_000,
        "tab\tand\x07 bell, and\nlines; many\n" * 50_000,
        "\n" * 500_000 + "end",
    ]
    book = tmp_path / "worksheet.csv"
    with book.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Identifier", "Full name", "Grade", "Maximum Grade", "Online text"])
        writer.writerow([student.id, student.name, "", "100.00", texts[0]])
        writer.writerows(
            [[f"{n}", f"Else {n}", "", "100.00", text] for n, text in enumerate(texts)]
        )
    before = csv.field_size_limit(1 << 30)
    try:
        with write(out, "moodle", gradebook=book).path.open(
            encoding="utf-8-sig", newline=""
        ) as file:
            rows = list(csv.DictReader(file))
    finally:
        csv.field_size_limit(before)
    assert [row["Grade"] for row in rows] == ["100", "", "", ""]
    assert [row["Online text"] for row in rows] == [texts[0], *texts]
