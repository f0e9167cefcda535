"""`%torchgrade` in a real kernel."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from grader.language.catalogues import catalogue

SAMPLE = Path(__file__).parents[1] / "submissions" / "starter_notebook" / "HW05.ipynb"


@pytest.fixture
def execute(tmp_path, data_root, monkeypatch):
    """Executes cells in a kernel of their own, beside the files that are named."""
    monkeypatch.setenv("TORCHGRADE_DATA", str(data_root))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)

    def run(*cells: str, files: tuple[str, ...] = ("HW05.ipynb",)) -> list[dict]:
        for name in files:
            shutil.copy(SAMPLE, tmp_path / name)
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in ("%load_ext torchgrade", *cells)]
        )
        resources = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=240, resources=resources).execute()
        return [cell["outputs"] for cell in notebook.cells[1:]]

    return run


def test_the_open_notebook_is_checked_and_its_report_shown(execute):
    shown, modules = execute(
        "%torchgrade --no-train",
        "import sys; print('torch' in sys.modules, 'pytest' in sys.modules)",
    )
    said = next(output["text"] for output in shown if output["output_type"] == "stream")
    page = next(output["data"]["text/html"] for output in shown if "data" in output)
    assert "of 100" in said
    assert page.startswith("<iframe sandbox srcdoc=")
    assert "three_layer_convnet" in page
    assert "<script" not in page
    assert modules[0]["text"] == "False False\n"  # the kernel is left as it was


def test_the_score_is_told_in_the_language_that_is_asked_for(execute):
    (shown,) = execute("%torchgrade --no-train --lang ko")
    said = next(output["text"] for output in shown if output["output_type"] == "stream")
    page = next(output["data"]["text/html"] for output in shown if "data" in output)
    sentence = catalogue("ko").gettext("Score: {points} of {max_points}")
    score = re.escape(sentence.format(points="SOME", max_points=100)).replace("SOME", r"[\d.]+")
    assert re.search(score, said)
    assert "&lt;html lang=&quot;ko&quot;&gt;" in page


def test_of_several_notebooks_one_must_be_named(execute):
    with pytest.raises(CellExecutionError, match="Say which notebook"):
        execute("%torchgrade --no-train", files=("a.ipynb", "b.ipynb"))


def test_what_cannot_be_checked_is_said(execute):
    with pytest.raises(CellExecutionError, match=r"missing\.ipynb"):
        execute("%torchgrade missing.ipynb --no-train")
