"""Bad input of every kind gets a clear reason, and what is sound in it is still judged."""

from __future__ import annotations

import platform
import sys

import pytest

REST = (
    "def three_layer_convnet(x, params):\n"
    "    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params\n"
    "    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))\n"
    "    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))\n"
    "    return x.reshape(len(x), -1).mm(fc_w) + fc_b\n"
)
REST_POINTS = 18.0


def statuses(result):
    return {c.id: c.status.value for question in result.questions for c in question.checks}


def reason(result, identifier):
    checks = {c.id: c for question in result.questions for c in question.checks}
    return checks[identifier].reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "homework.py is empty"),
        (b"  \n\t\n", "homework.py is empty"),
        (b"\x7fELF\x00\x01\x02", "binary"),
        (b"def flatten(x):\n    return x\n\nif True\n", "homework.py, line 4"),
        (b"x = (" * 5000, "homework.py"),
        ("def flatten(x)\n".encode("utf-16"), "homework.py, line 1"),
    ],
    ids=["empty", "blank", "binary", "syntax error", "nested", "utf-16 with a syntax error"],
)
def test_what_cannot_be_run_is_ungraded_with_file_and_line(
    grade_quickly, tmp_path, content, message
):
    path = tmp_path / "homework.py"
    path.write_bytes(content)
    result = grade_quickly(path)
    assert result.status == "ungraded"
    assert message in result.reason
    assert result.score == 0
    assert result.max_score == 100


def test_a_folder_without_python_is_ungraded(grade_quickly, tmp_path):
    folder = tmp_path / "kim"
    folder.mkdir()
    (folder / "report.pdf").write_bytes(b"%PDF-1.4")
    result = grade_quickly(folder)
    assert result.status == "ungraded"
    assert "no .ipynb or .py file, only report.pdf" in result.reason


@pytest.mark.parametrize(
    ("flatten", "message"),
    [
        ("return None", "NoneType"),
        ("return [1.0]", "list"),
        ("return x.numpy()", "ndarray"),
        ("return x.reshape(len(x), -1) * float('nan')", "NaN"),
        ("return x.reshape(len(x), -1).double()", "torch.float64"),
        ("return x.reshape(len(x), -1).long()", "torch.int64"),
        ("return x.reshape(len(x), -1).to('meta')", "meta"),
        ("return torch.ones(50 * 2**28)", "memory"),
        ("return torch.ones(1).expand(50 * 2**28)", "too large"),
        ("return flatten(x)", "RecursionError"),
        ("raise Evil", "__str__ raised ZeroDivisionError"),
        ("raise ValueError('x' * 10**8)", "xxx"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import os; os._exit(0)", "exit code 0"),
        ("return x.sum()", "shape ()"),
        ("return torch.sparse_coo_tensor((2, 2))", "sparse"),
    ],
)
def test_a_bad_answer_costs_only_its_own_checks(grade_quickly, tmp_path, flatten, message):
    path = tmp_path / "homework.py"
    evil = "class Evil(Exception):\n    def __str__(self): return 1 / 0\n"
    path.write_text(f"{evil}def flatten(x):\n    {flatten}\n{REST}")
    result = grade_quickly(path)
    assert result.status == "graded"
    checks = statuses(result)
    assert "failed" in (checks["flatten.shape"], checks["flatten.values"])
    failed = "flatten.shape" if checks["flatten.shape"] == "failed" else "flatten.values"
    assert message in reason(result, failed)
    assert len(reason(result, failed)) < 4000
    assert {checks[f"three_layer_convnet.{name}"] for name in ("shape", "values", "gradients")} == {
        "passed"
    }


@pytest.mark.parametrize(
    "first_line",
    [
        "import a_module_that_is_not_there",
        "raise RuntimeError('no')",
        "import os; os._exit(0)",
        "for _ in range(10**3): print('x' * 10**6)",
        "def f(): f()\nf()",
        "from torch.utils.data import *\nimport numpy as np",
        "torch.set_default_dtype(torch.float64)",
        "torch.set_grad_enabled(False)",
        "exit()",
        "input('name?')",
    ],
)
def test_what_goes_wrong_at_the_top_does_not_stop_the_rest(grade_quickly, tmp_path, first_line):
    path = tmp_path / "homework.py"
    path.write_text(f"{first_line}\n{REST}")
    result = grade_quickly(path)
    assert result.status == "graded"
    assert result.score == REST_POINTS


def test_a_partial_submission_is_valid(grade_quickly, tmp_path):
    path = tmp_path / "homework.py"
    path.write_text("def flatten(x):\n    return x.reshape(x.shape[0], -1)\n")
    result = grade_quickly(path)
    assert statuses(result)["flatten.values"] == "passed"
    assert result.score == 5
    assert "does not define three_layer_convnet" in reason(result, "three_layer_convnet.shape")


def test_work_below_long_folders_is_graded(grade_quickly, tmp_path):
    folder = tmp_path / "work" / "/".join(["x" * 200] * 3)
    folder.mkdir(parents=True)
    path = folder / "homework.py"
    path.write_text("def flatten(x):\n    return x.reshape(x.shape[0], -1)\nraise ValueError\n")
    result = grade_quickly(tmp_path / "work")
    assert result.score == 5
    assert any("ValueError" in note for note in result.notes)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python 3.12 reads it")
def test_what_only_a_newer_python_reads_says_so(grade_quickly, tmp_path):
    path = tmp_path / "homework.py"
    path.write_text('d = {"a": 1}\nprint(f"{d["a"]}")\n')
    result = grade_quickly(path)
    assert result.status == "ungraded"
    assert f"by Python {platform.python_version()}, which runs here" in result.reason


def test_given_code_earns_nothing_when_it_was_not_handed_in(grade_quickly, tmp_path):
    path = tmp_path / "homework.py"
    path.write_text("x = 1\n")
    assert grade_quickly(path).score == 0
