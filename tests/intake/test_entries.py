"""Which of several files is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.intake import read_own_work, read_submission
from tests.intake.notebooks import HOMEWORK, write

ALL = HOMEWORK + "def three_layer_convnet(x, params): pass\nclass ThreeLayerConvNet: pass\n"


def test_of_two_notebooks_the_one_with_more_of_the_homework_is_run(tmp_path: Path) -> None:
    write(tmp_path / "a.ipynb", [HOMEWORK])
    write(tmp_path / "b.ipynb", [ALL])
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.notes) == ("b.ipynb", ())


def test_of_two_copies_the_one_with_more_code_is_run_and_the_other_named(tmp_path: Path) -> None:
    write(tmp_path / "PyTorch-Copy1.ipynb", [ALL])
    write(tmp_path / "PyTorch.ipynb", [ALL, "train_part34(model, optimizer)"])
    write(tmp_path / "PyTorch (1).ipynb", [ALL, "train_part34(model, optimizer)", "x = 'filled'"])
    submission = read_submission(tmp_path)
    assert submission.entry == "PyTorch (1).ipynb"
    assert submission.notes == (
        "PyTorch (1).ipynb is what was graded; PyTorch.ipynb would hold the homework, too.",
    )


def test_a_notebook_is_run_rather_than_its_export(tmp_path: Path) -> None:
    write(tmp_path / "hw.ipynb", [ALL])
    (tmp_path / "hw.py").write_text(f"# coding: utf-8\n# In[1]:\n{ALL}")
    assert read_submission(tmp_path).entry == "hw.ipynb"


def test_a_script_that_holds_the_work_is_run_rather_than_an_empty_notebook(tmp_path: Path) -> None:
    write(tmp_path / "scratch.ipynb", ["1 + 1"])
    (tmp_path / "hw.py").write_text(ALL)
    assert read_submission(tmp_path).entry == "hw.py"


def test_a_copy_that_jupyter_keeps_is_never_looked_at(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    write(tmp_path / ".ipynb_checkpoints" / "hw-checkpoint.ipynb", [ALL, ALL])
    write(tmp_path / "hw.ipynb", [HOMEWORK])
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.files, submission.notes) == ("hw.ipynb", ("hw.ipynb",), ())


def test_a_report_beside_the_code_is_kept_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    write(tmp_path / "hw.ipynb", [HOMEWORK])
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.files) == ("hw.ipynb", ("hw.ipynb", "report.pdf"))


def test_only_a_report_is_named(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    assert "holds no .ipynb or .py file, only report.pdf." in str(read_submission(tmp_path).problem)


def test_a_broken_notebook_beside_a_good_one_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("<html>")
    write(tmp_path / "b.ipynb", [HOMEWORK])
    assert read_submission(tmp_path).entry == "b.ipynb"


def test_the_only_notebook_is_broken(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("<html>")
    submission = read_submission(tmp_path)
    assert "a.ipynb is a web page" in str(submission.problem)
    assert submission.files == ("a.ipynb",)


@pytest.mark.parametrize("name", ["HW.IPYNB", "Hw.Py"])
def test_the_case_of_a_suffix_does_not_matter(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "HW.IPYNB":
        write(path, [HOMEWORK])
    else:
        path.write_text(HOMEWORK)
    assert read_submission(path).problem is None
    assert read_submission(tmp_path).entry == name


def test_one_s_own_notebook_brings_along_the_scripts_it_imports(tmp_path: Path) -> None:
    write(tmp_path / "hw.ipynb", ["%run ./runs.py\nfrom nets import flatten", "train_part2(1)"])
    (tmp_path / "runs.py").write_text("")
    (tmp_path / "nets.py").write_text("import helper\n")
    (tmp_path / "helper.py").write_text("")
    (tmp_path / "other.py").write_text("")
    submission = read_own_work(tmp_path / "hw.ipynb")
    assert submission.files == ("helper.py", "hw.ipynb", "nets.py", "runs.py")
