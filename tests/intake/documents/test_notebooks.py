"""Notebooks as cells: every format, and every way in which a file is broken."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import IntakeError
from grader.intake.documents import notebooks
from grader.intake.documents.document import Document
from grader.intake.documents.notebooks import read_notebook
from grader.intake.limits import (
    MAX_CELLS,
    MAX_NOTEBOOK_BYTES,
    MAX_OBJECTS,
    MAX_SOURCE_BYTES,
    MAX_VALUES,
)
from tests.intake.notebooks import code, document, text, write


def read(path: Path, *cells: object, **more: object) -> Document:
    return read_notebook(write(path / "hw.ipynb", cells, **more), "kim/hw.ipynb")


def refusal(path: Path, content: bytes) -> str:
    (path / "hw.ipynb").write_bytes(content)
    with pytest.raises(IntakeError) as caught:
        read_notebook(path / "hw.ipynb", "kim/hw.ipynb")
    message = str(caught.value)
    assert message.startswith("kim/hw.ipynb ")
    assert len(message) < 500
    return message


def test_code_cells_come_in_order_and_are_counted_among_all_cells(tmp_path: Path) -> None:
    source = read(tmp_path, text("# Title"), code("x = 1\n", 3), text("words"), code(["y =", " 2"]))
    assert [(cell.file, cell.source) for cell in source.cells] == [
        ("kim/hw.ipynb, cell 2", "x = 1\n"),
        ("kim/hw.ipynb, cell 4", "y = 2"),
    ]
    assert all(cell.stop_at_error for cell in source.cells)
    assert source.executed == (3, None)
    assert source.title == "Title"
    assert source.notes == ()


def test_cells_without_code_are_no_cells(tmp_path: Path) -> None:
    source = read(tmp_path, "", " \n", {"cell_type": "raw", "source": "x"}, "z = 1")
    assert [cell.source for cell in source.cells] == ["z = 1"]


def test_headings_are_kept_as_marks(tmp_path: Path) -> None:
    source = read(tmp_path, "x = 1", text("words\n\n# Part III. Module"), "x = 2", "# Question 5")
    assert [(mark.cell, mark.line, mark.part, mark.question) for mark in source.marks] == [
        (1, 0, 3, None),
        (2, 1, None, 5),
    ]


@pytest.mark.parametrize("version", [2, 3])
def test_older_formats_are_read_as_the_same_cells(tmp_path: Path, version: int) -> None:
    sheet = {
        "cells": [
            {"cell_type": "markdown", "source": "# Part II"},
            {"cell_type": "heading", "level": 1, "source": "words"},
            {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "prompt_number": 7, "outputs": 3},
            {"cell_type": "code", "input": "z = 3", "prompt_number": None, "language": "python"},
        ]
    }
    old = {"nbformat": version, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    path = tmp_path / "hw.ipynb"
    path.write_text(json.dumps(old))
    source = read_notebook(path, "hw.ipynb")
    assert [cell.source for cell in source.cells] == ["x = 1\ny = 2", "z = 3"]
    assert source.executed == (7, None)
    assert [mark.part for mark in source.marks] == [2]


def test_what_nbformat_writes_is_read(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("x = 1"), nbformat.v4.new_markdown_cell("# Title")]
    )
    nbformat.write(notebook, tmp_path / "hw.ipynb")
    assert [cell.source for cell in read_notebook(tmp_path / "hw.ipynb", "hw.ipynb").cells] == [
        "x = 1"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_tools_write_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "hw.ipynb"
    content = json.dumps(document([code("x = '합성곱'")]), ensure_ascii=False)
    path.write_bytes(content.encode(encoding))
    assert read_notebook(path, "hw.ipynb").cells[0].source == "x = '합성곱'"


def test_bytes_that_are_no_utf8_are_replaced_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "hw.ipynb"
    content = json.dumps(document([code("x = 1  # ABC"), code("y = 2")]), indent=1)
    path.write_bytes(content.replace("ABC", "\xb0").encode("latin-1"))
    source = read_notebook(path, "hw.ipynb")
    assert [cell.source for cell in source.cells] == ["x = 1  # \ufffd", "y = 2"]
    (note,) = source.notes
    assert "hw.ipynb is not wholly UTF-8 (the first wrong byte is in line 8)" in note


def test_halves_of_pairs_become_text_that_can_be_written(tmp_path: Path) -> None:
    source = read(tmp_path, "x = 'a\ud800b'")
    assert source.cells[0].source == "x = 'a\ufffdb'"


def test_line_ends_of_other_systems_are_line_ends(tmp_path: Path) -> None:
    assert read(tmp_path, "x = 1\r\ny = 2\rz = 3").cells[0].source == "x = 1\ny = 2\nz = 3"


@pytest.mark.parametrize("source", [None, 5, {"a": 1}, ["x", 5], [["x"]], True])
def test_a_cell_without_text_is_left_out_and_named(tmp_path: Path, source: object) -> None:
    found = read(tmp_path, code(source), "y = 2", 17, None, [])
    assert [cell.file for cell in found.cells] == ["kim/hw.ipynb, cell 2"]
    assert found.notes == ("kim/hw.ipynb: cells without text were left out: 1, 3, 4 and 5.",)


@pytest.mark.parametrize("count", ["3", -1, 0, 1.5, [], {}])
def test_an_odd_execution_count_is_none(tmp_path: Path, count: object) -> None:
    assert read(tmp_path, code("x = 1", count)).executed == (None,)


@pytest.mark.parametrize("version", [2, 3])
def test_odd_cells_of_an_old_format_are_read_without_a_search_for_what_is_odd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    def validate(*_: object, **__: object) -> None:
        raise AssertionError("validated")  # which takes a millisecond for each of 5,000 cells

    monkeypatch.setattr(nbformat, "validate", validate)
    counts = ["x", -1, 1.5, {}, 7]
    cells = [{"cell_type": "code", "input": "x = 1", "prompt_number": each} for each in counts]
    path = tmp_path / "hw.ipynb"
    path.write_text(json.dumps({"nbformat": version, "worksheets": [{"cells": cells}]}))
    assert read_notebook(path, "hw.ipynb").executed == (None, None, None, None, 7)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"<!DOCTYPE html>\n<html>", "is a web page"),
        (b"\xef\xbb\xbf\n <html lang='en'>", "is a web page"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"PK\x03\x04...", "is a zip archive"),
        (b"\x1f\x8b\x08", "is a gzip archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "pointer of Git LFS"),
        (b'{"nbformat": 4, "cells": [', "is cut off: it ends in line 1"),
        (b'{"nbformat": 4,\n "cells": [{"source": "x = ', "is cut off: it ends in line 2"),
        (b'{"nbformat": 4,\n oops}', "line 2, column 2 is no JSON"),
        (b'{\n<<<<<<< HEAD\n"cells": []}', "marks of a merge conflict (line 2)"),
        (b"<<<<<<< HEAD\n{}", "marks of a merge conflict (line 1)"),
        (b"import torch\nx = 1\n", "line 1, column 1 is no JSON"),
        (b"[1, 2]", "is no notebook"),
        (b"17", "is no notebook"),
        (b"{}", "is no notebook"),
        (b'{"nbformat": 3, "worksheets": 5}', "is no notebook"),
        (b'{"nbformat": "4", "worksheets": []}', "is no notebook"),
        (b'{"cells": []}', "holds no code"),
        (b'{"nbformat": 3, "worksheets": []}', "holds no code"),
        (b'{"cells": [{"cell_type": "markdown", "source": "x"}]}', "holds no code"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "is damaged"),
        (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested more deeply"),
        (b"[" * 100_000, "nested more deeply"),
        (b'{"a":' * 100_000, "nested more deeply"),
    ],
    ids=lambda value: value[:30].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_what_is_no_notebook_is_refused_with_the_mend(
    tmp_path: Path, content: bytes, message: str
) -> None:
    assert message in refusal(tmp_path, content)


def test_a_notebook_of_another_language_is_refused(tmp_path: Path) -> None:
    other = document([code("x <- 1")], metadata={"language_info": {"name": "R"}})
    assert "is a notebook in R" in refusal(tmp_path, json.dumps(other).encode())


def test_an_editor_of_several_languages_may_have_a_kernel_of_python(tmp_path: Path) -> None:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"language_info": {"name": "polyglot-notebook"}, "kernelspec": kernel}
    assert read(tmp_path, "x = 1", metadata=metadata).cells[0].source == "x = 1"


def test_a_file_of_a_gigabyte_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "hw.ipynb"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(IntakeError, match=f"1,024 MB large, and {MAX_NOTEBOOK_BYTES >> 20} MB"):
        read_notebook(path, "hw.ipynb")


def test_a_flood_of_objects_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    cells = b",".join([b'{"source":""}'] * (MAX_OBJECTS + 1))
    assert "more than 1,000,000 objects" in refusal(tmp_path, b'{"cells":[' + cells + b"]}")


@pytest.mark.parametrize("value", [b'"k%d":""', b"%d"])
def test_a_flood_of_keys_or_numbers_is_refused(tmp_path: Path, value: bytes) -> None:
    values = b",".join(value % number for number in range(MAX_VALUES + 1))
    around = (b"{", b"}") if b":" in value else (b"[", b"]")
    flood = b'{"cells":[],"metadata":' + around[0] + values + around[1] + b"}"
    assert "more than 4,000,000 objects" in refusal(tmp_path, flood)


def test_a_flood_of_cells_is_refused(tmp_path: Path) -> None:
    cells = b",".join([b'{"cell_type":"code","source":"x"}'] * (MAX_CELLS + 1))
    assert "holds 5,001 cells" in refusal(tmp_path, b'{"cells":[' + cells + b"]}")


@pytest.mark.parametrize("sheets", [1, 10])
def test_a_flood_of_cells_of_an_old_format_is_refused(tmp_path: Path, sheets: int) -> None:
    old = {"nbformat": 3, "worksheets": [{"cells": [{}] * (6_000 // sheets)}] * sheets}
    assert "holds 6,000 cells, and 5,000 are the most" in refusal(
        tmp_path, json.dumps(old).encode()
    )


def test_a_flood_of_code_is_refused(tmp_path: Path) -> None:
    big = json.dumps(document([code("x" * (MAX_SOURCE_BYTES + 1))])).encode()
    assert "more than 16 MB of code" in refusal(tmp_path, big)


def test_a_flood_of_text_is_refused_and_a_picture_within_text_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebooks, "MAX_SOURCE_BYTES", 1 << 20)
    picture = text("# Title\n![me](data:image/png;base64," + "A" * (2 << 20) + ")\n")
    assert read(tmp_path, picture, "x = 1").title == "Title"
    flood = json.dumps(document([text("# 1\n" * (1 << 18)), code("x = 1")])).encode()
    assert "more than 1 MB of code" in refusal(tmp_path, flood)


def test_outputs_of_many_megabytes_are_left_unread(tmp_path: Path) -> None:
    cell = code("x = 1")
    cell["outputs"] = [{"output_type": "display_data", "data": {"image/png": "A" * (10 << 20)}}]
    assert [each.source for each in read(tmp_path, cell).cells] == ["x = 1"]


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner)
)
_CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading", 3]),
        "source": _VALUES | st.text(),
        "input": _VALUES | st.text(),
        "execution_count": _VALUES,
        "prompt_number": _VALUES,
        "outputs": _VALUES,
    },
)
_DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "nbformat": st.integers(-1, 6) | _VALUES,
        "nbformat_minor": _VALUES,
        "metadata": _VALUES,
        "cells": st.lists(_CELLS | _VALUES, max_size=6) | _VALUES,
        "worksheets": st.lists(
            st.fixed_dictionaries({"cells": st.lists(_CELLS | _VALUES, max_size=4)}) | _VALUES,
            max_size=3,
        ),
    },
)


def _reads_or_refuses(path: Path, content: bytes) -> None:
    """The one thing that always holds: a source that can be graded, or a sentence."""
    path.write_bytes(content)
    refused = ""
    try:
        source = read_notebook(path, "hw.ipynb")
    except IntakeError as error:
        refused = str(error)
    if refused:
        assert refused.startswith("hw.ipynb ")
        return
    assert source.cells
    assert len(source.executed) == len(source.cells)
    assert all(0 <= mark.cell <= len(source.cells) for mark in source.marks)
    for cell in source.cells:
        cell.model_dump_json().encode("utf-8")


@given(_DOCUMENTS)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, value: object):
    path = tmp_path_factory.getbasetemp() / "any.ipynb"
    _reads_or_refuses(path, json.dumps(value).encode("utf-8", "surrogatepass"))


@given(st.data())
def test_any_damage_to_a_notebook_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(json.dumps(document([code("x = 1", 1), text("# Part II")])).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 30)))
        content[start:end] = data.draw(st.binary(max_size=8))
    _reads_or_refuses(tmp_path_factory.getbasetemp() / "damaged.ipynb", bytes(content))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    _reads_or_refuses(tmp_path_factory.getbasetemp() / "bytes.ipynb", content)


@pytest.mark.timeout(20)  # what backtracks takes minutes
def test_a_heading_of_blanks_is_read_at_once(tmp_path: Path) -> None:
    source = read(tmp_path, text("#" + " " * 1_000_000), "x = 1")
    assert source.title is None


def test_another_language_is_named_in_letters_that_utf_8_can_carry(tmp_path: Path) -> None:
    metadata = {"language_info": {"name": "R\ud800"}}
    content = json.dumps(document([code("x <- 1")], metadata=metadata)).encode()
    assert refusal(tmp_path, content).encode("utf-8")
