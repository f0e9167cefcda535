"""What the files of a hand-in are to each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.intake import sources
from grader.intake.relations import Relations, relations

WORK = "import torch\ndef flatten(x):\n    return x\n"


def put(folder: Path, **files: str) -> list[str]:
    """Writes scripts, and notebooks where a name says so."""
    names = []
    for name, code in files.items():
        stem, _, kind = name.partition("__")
        path = folder / f"{stem}.{kind or 'py'}"
        cell = {"cell_type": "code", "source": code, "metadata": {}, "outputs": []}
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        path.write_text(json.dumps(notebook) if kind == "ipynb" else code)
        names.append(path.name)
    return names


def test_a_file_that_another_imports_is_no_work_of_its_own(tmp_path: Path) -> None:
    files = put(tmp_path, hw5="import nets\n" + WORK, nets=WORK, other=WORK, data="x = 1\n")
    assert relations(tmp_path, files, "hw5.py") == Relations(
        works=("hw5.py", "other.py"), imported=("nets.py",)
    )


def test_a_file_that_is_called_like_a_library_is_told_where_it_is_imported(tmp_path: Path) -> None:
    files = put(tmp_path, hw5="import matplotlib.pyplot as plt\n" + WORK, matplotlib="x = 1\n")
    assert relations(tmp_path, files, "hw5.py").imported == ("matplotlib.py",)
    assert relations(tmp_path, files, None).imported == ()


def test_an_archive_counts_as_a_work(tmp_path: Path) -> None:
    files = [*put(tmp_path, hw5=WORK), "hw5.zip", "notes.txt"]
    assert relations(tmp_path, files, "hw5.py").works == ("hw5.py", "hw5.zip")


def test_only_a_notebook_and_its_export_are_one_work_saved_twice(tmp_path: Path) -> None:
    export = "# coding: utf-8\n\n# In[1]:\n\n" + WORK
    pair = put(tmp_path, a__ipynb=WORK, a=export)
    assert relations(tmp_path, pair, "a.ipynb") == Relations(("a.ipynb",), (), is_saved_twice=True)
    put(tmp_path, x="x = 1\n", other=WORK + "flatten = None\n")
    (tmp_path / "cut.ipynb").write_text("{")
    for files in (
        [*pair, "x.py"],
        [*pair, "data.bin"],
        ["a.ipynb", "other.py"],
        ["cut.ipynb", "a.py"],
        ["a.py"],
        [],
    ):
        assert not relations(tmp_path, files, "a.py").is_saved_twice


def test_more_code_than_any_homework_s_is_not_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_TEXT_IN_ALL", 100)
    assert relations(tmp_path, put(tmp_path, a=WORK * 2, b=WORK * 2), "a.py") == Relations()
