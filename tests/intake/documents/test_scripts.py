"""Python files as text, in every encoding that students' editors write."""

from __future__ import annotations

import ast
import codecs
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import IntakeError
from grader.intake.documents.scripts import read_script
from grader.intake.limits import MAX_SOURCE_BYTES
from grader.protocol.parts import Cell

KOREAN = "# 합성곱 신경망\nx = '정확도'\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "homework.py"


@dataclass(frozen=True)
class Script:
    """The one cell of a script, and the note on how it was read."""

    cell: Cell
    note: str | None


def read(path: Path, content: bytes) -> Script:
    path.write_bytes(content)
    source = read_script(path, "hw/homework.py")
    (cell,) = source.cells
    return Script(cell, next(iter(source.notes), None))


def refusal(path: Path, content: bytes) -> str:
    with pytest.raises(IntakeError) as caught:
        read(path, content)
    return str(caught.value)


def test_a_script_is_one_cell_under_the_name_it_is_given(script: Path) -> None:
    read_back = read(script, b"x = 1\n")
    assert read_back.cell.file == "hw/homework.py"
    assert read_back.cell.source == "x = 1\n"
    assert read_back.cell.first_line == 1
    assert not read_back.cell.stop_at_error
    assert read_back.note is None


@pytest.mark.parametrize(
    "content",
    [
        KOREAN.encode(),
        codecs.BOM_UTF8 + KOREAN.encode(),
        KOREAN.replace("\n", "\r\n").encode(),
        KOREAN.replace("\n", "\r").encode(),
    ],
    ids=["plain", "byte-order-mark", "windows-newlines", "old-mac-newlines"],
)
def test_utf8_is_read_without_a_note(script: Path, content: bytes) -> None:
    read_back = read(script, content)
    assert read_back.cell.source == KOREAN
    assert read_back.note is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_with_its_mark_is_read_with_a_note(script: Path, encoding: str) -> None:
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    read_back = read(script, mark.get(encoding, b"") + KOREAN.encode(encoding))
    assert read_back.cell.source == KOREAN
    assert read_back.note == "hw/homework.py was read as UTF-16."


@pytest.mark.parametrize("opening", ["", "# -*- coding: utf-8 -*-\n"])
def test_korean_windows_text_is_read_with_a_note(script: Path, opening: str) -> None:
    read_back = read(script, (opening + KOREAN).encode("cp949"))
    assert read_back.cell.source == opening + KOREAN
    assert read_back.note == "hw/homework.py is not UTF-8; it was read as cp949."


def test_western_windows_text_is_read_with_a_note(script: Path) -> None:
    text = "x = 1  # caf\u00e9 \u2014 50 \u20ac\n"
    read_back = read(script, text.encode("cp1252"))
    assert read_back.cell.source == text
    assert read_back.note is not None
    assert "cp1252" in read_back.note


@pytest.mark.parametrize("encoding", ["latin-1", "cp949", "shift_jis", "euc-kr"])
def test_a_coding_cookie_is_believed(script: Path, encoding: str) -> None:
    text = f"# -*- coding: {encoding} -*-\nx = 'abc {'é' if encoding == 'latin-1' else '一'}'\n"
    read_back = read(script, text.encode(encoding))
    assert read_back.cell.source == text
    assert read_back.note is None


@pytest.mark.parametrize(
    "cookie", ["no-such-encoding", "rot13", "hex", "undefined", "punycode", "idna", "zip"]
)
def test_a_senseless_coding_cookie_hides_no_source(script: Path, cookie: str) -> None:
    text = f"# coding: {cookie}\nx = 1\n"
    read_back = read(script, text.encode())
    assert ast.parse(read_back.cell.source).body
    assert "x = 1" in read_back.cell.source


@pytest.mark.parametrize("content", [b"", b"\n \t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_file_is_refused(script: Path, content: bytes) -> None:
    assert refusal(script, content).startswith("hw/homework.py is empty.")


@pytest.mark.parametrize(
    "content", [b"\x7fELF\x02\x01\x01\x00\x00", b"\x89PNG\r\n\x1a\n\x00", b"x = 1\n\x00"]
)
def test_a_binary_file_is_refused(script: Path, content: bytes) -> None:
    assert "binary file" in refusal(script, content)


def test_utf16_without_its_mark_is_refused(script: Path) -> None:
    assert "binary file" in refusal(script, b"x = 1\n".decode().encode("utf-16-le"))


def test_damaged_utf16_is_refused(script: Path) -> None:
    assert "damaged UTF-16" in refusal(script, codecs.BOM_UTF16_LE + b"x")


def test_text_in_no_known_encoding_is_refused(script: Path) -> None:
    assert "no known text encoding" in refusal(script, b"x = 1  # \xff\x81\n")
    assert "no known text encoding" in refusal(script, "x = 1".encode("utf-32"))


@pytest.mark.parametrize("encoding", ["utf-7", "punycode", "idna", "rot13", "unicode_escape"])
def test_what_no_editor_writes_is_not_decoded(script: Path, encoding: str) -> None:
    script.write_bytes(f"# coding: {encoding}\nx = '+2AA-'\n".encode())
    document = read_script(script, "homework.py")
    assert document.cells[0].source.endswith("x = '+2AA-'\n")
    assert "it was read as" in document.notes[0]


def test_a_file_that_is_too_large_is_refused_unread(script: Path) -> None:
    with script.open("wb") as file:
        file.truncate(MAX_SOURCE_BYTES + 1)
    with pytest.raises(IntakeError, match="16 MB large"):
        read_script(script, "homework.py")


def test_the_largest_file_that_is_allowed_is_read(script: Path) -> None:
    content = b"x" * MAX_SOURCE_BYTES
    assert len(read(script, content).cell.source) == MAX_SOURCE_BYTES


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match=r"a\.py cannot be read: it is no regular file\."):
        read_script(tmp_path, "a.py")
    with pytest.raises(IntakeError, match=r"a\.py cannot be read: No such file"):
        read_script(tmp_path / "a.py", "a.py")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_script_or_refused(tmp_path_factory: object, content: bytes) -> None:
    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    path = tmp_path_factory.getbasetemp() / "any.py"
    try:
        source = read(path, content).cell.source
    except IntakeError:
        return
    assert source.strip()
    assert "\r" not in source
    source.encode("utf-8")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufeff"), min_size=1))
def test_utf8_text_comes_back_unchanged(tmp_path_factory: object, text: str) -> None:
    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    path = tmp_path_factory.getbasetemp() / "any.py"
    text = "x = 1\n\n" + text
    assert read(path, text.encode()).cell.source == text
