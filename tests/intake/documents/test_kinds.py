"""What a file is, whatever its name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read_submission
from tests.intake.notebooks import HOMEWORK, write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_notebook_with_the_suffix_of_a_script_is_read_as_a_notebook(
    tmp_path: Path, encoding: str
) -> None:
    path = write(tmp_path / "hw5.py", [HOMEWORK, "x = 1"])
    path.write_text(path.read_text(), encoding=encoding)
    submission = read_submission(path)
    assert [cell.source for cell in submission.cells] == [HOMEWORK, "x = 1"]
    assert submission.cells[0].file == "hw5.py, cell 1"
    assert submission.notes == ("hw5.py holds a notebook; it was read as one.",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("opening", ["", "'''My work'''\r\n", "# words\n" * 1000])
def test_a_script_with_the_suffix_of_a_notebook_is_read_as_a_script(
    tmp_path: Path, encoding: str, opening: str
) -> None:
    path = tmp_path / "hw5.ipynb"
    path.write_text(opening + HOMEWORK, encoding=encoding)
    submission = read_submission(path)
    assert [cell.file for cell in submission.cells] == ["hw5.ipynb"]
    assert HOMEWORK in submission.cells[0].source
    assert submission.notes == ("hw5.ipynb holds a script; it was read as one.",)


def test_a_script_that_begins_with_a_dict_is_a_script(tmp_path: Path) -> None:
    path = tmp_path / "hw5.py"
    path.write_text('{"a": 1}\n' + HOMEWORK)
    assert read_submission(path).notes == ()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html>\n<html>", "a web page: the page that shows the script was saved"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04\x00", "a zip archive"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS; the script"),
    ],
)
def test_what_is_no_script_is_named(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "hw5.py"
    path.write_bytes(content)
    problem = str(read_submission(path).problem)
    assert problem.startswith(f"hw5.py is {kind}")
    assert problem.endswith("Download the script itself and hand that in.")
