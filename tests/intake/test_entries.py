"""Which of several files is run."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from grader.intake import read_own_work, read_submission, sources
from grader.intake.documents import parsing
from tests.intake.notebooks import HOMEWORK, text, write

ALL = HOMEWORK + (
    "def three_layer_convnet(x, params): return flatten(x)\n"
    "class ThreeLayerConvNet:\n    scores = 3 * [0]\n"
)


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


GIVEN = "def train_part2(model_fn, params, learning_rate): pass\ndef train_part34(m, o): pass\n"
RUNS = "train_part2(three_layer_convnet, [], 1e-2)\ntrain_part34(ThreeLayerConvNet(), None)\n"


@pytest.mark.parametrize("name", ["hw5.ipynb", "main.py"])
def test_what_runs_the_homework_goes_before_the_library_that_defines_it(
    tmp_path: Path, name: str
) -> None:
    source = f"from hw5_lib import *\n{RUNS}"
    if name == "hw5.ipynb":
        write(tmp_path / name, [source])
    else:
        (tmp_path / name).write_text(source)
    (tmp_path / "hw5_lib.py").write_text(f"{GIVEN}{ALL}def again():\n    pass\n")
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.notes) == (name, ())


@pytest.mark.parametrize(
    "start", ["from src.run import main", "from src import run", "import src.run"]
)
def test_a_start_script_goes_before_the_package_that_it_runs(tmp_path: Path, start: str) -> None:
    package = tmp_path / "src"
    package.mkdir()
    (tmp_path / "main.py").write_text(f"{start}\nmain()\n")
    (package / "__init__.py").write_text("# nothing\n")
    (package / "layers.py").write_text(GIVEN + ALL)
    runs = "".join(f"    {line}\n" for line in RUNS.splitlines())
    (package / "run.py").write_text(f"from .layers import *\ndef main():\n{runs}")
    submission = read_submission(tmp_path)
    assert submission.entry == "main.py"
    assert submission.notes == (
        "main.py is what was graded, as it imports src/run.py, which would hold as much of the "
        "homework.",
    )


@pytest.mark.parametrize("other", ["plot.py", "test_homework.py", "demo.ipynb"])
def test_a_work_that_is_whole_goes_before_what_only_uses_it(tmp_path: Path, other: str) -> None:
    (tmp_path / "homework.py").write_text(ALL + RUNS)
    source = "from homework import flatten\nprint(flatten)\n"
    if other == "demo.ipynb":
        write(tmp_path / other, [source])
    else:
        (tmp_path / other).write_text(source)
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.notes) == ("homework.py", ())


@pytest.mark.parametrize(
    "looks", ["from homework import *\nshow()\n", '"""\nimport homework\n"""\n']
)
def test_what_looks_at_a_work_in_two_files_does_not_go_before_it(
    tmp_path: Path, looks: str
) -> None:
    (tmp_path / "utils.py").write_text("def flatten(x):\n    return x\n")
    (tmp_path / "homework.py").write_text(f"from utils import *\n{GIVEN}{ALL}{RUNS}")
    (tmp_path / "visualize.py").write_text(looks)
    assert read_submission(tmp_path).entry == "homework.py"


def test_a_main_script_with_loops_of_its_own_goes_before_its_definitions(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(ALL)
    (tmp_path / "main.py").write_text("import nets\nfor x in data:\n    nets.flatten(x)\n")
    assert read_submission(tmp_path).entry == "main.py"


def test_scripts_that_import_each_other_lead_to_the_one_with_more(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"import b\n{HOMEWORK}")
    (tmp_path / "b.py").write_text(f"import a\n{ALL}")
    assert read_submission(tmp_path).entry == "b.py"


@pytest.mark.timeout(60)  # a scan for each pair of them takes minutes
def test_scripts_that_all_import_each_other_are_looked_through_once(tmp_path: Path) -> None:
    everyone = "".join(f"import m{number}\n" for number in range(100))
    for number in range(100):
        (tmp_path / f"m{number}.py").write_text(everyone * 150)
    (tmp_path / "m7.py").write_text(everyone + ALL)
    assert read_submission(tmp_path).entry == "m7.py"


def test_no_more_than_one_of_many_large_sources_is_held_at_once(tmp_path: Path) -> None:
    line = "# " + "x" * 77 + "\n"
    code = "# \U0001f600\n" + line * ((1 << 20) // len(line))  # four bytes a character in memory
    for number in range(8):
        (tmp_path / f"x{number}.py").write_text(code)
    (tmp_path / "hw.py").write_text(ALL)
    tracemalloc.start()
    try:
        assert read_submission(tmp_path).entry == "hw.py"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 << 20


def test_a_script_that_imports_without_end_takes_little_memory(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.py").write_text("import " + ", ".join(f"m{n}" for n in range(100_000)))
    (tmp_path / "hw.py").write_text("import a\n" + ALL)
    tracemalloc.start()
    try:
        assert read_submission(tmp_path).entry == "hw.py"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20  # to parse a part of it takes that; the whole would take 60


NETS = (
    f"{HOMEWORK}def three_layer_convnet(x, params):\n    return x @ params\n"
    "class ThreeLayerConvNet:\n    def forward(self, x):\n        return flatten(x)\n"
)


@pytest.mark.parametrize(
    ("start", "script"),
    [
        ("from mynet import ThreeLayerConvNet", "mynet/__init__.py"),
        ("import mynet", "mynet/__init__.py"),
        ("from src import (\n    nets,  # (mine)\n)", "src/nets.py"),
        ("import torch; import nets", "nets.py"),
        ("import importlib\nn = importlib.import_module('src.nets')", "src/nets.py"),
        ("%matplotlib inline\nfrom src import (\n    nets,\n)", "src/nets.py"),
        ("torch?\nfrom src import (\n    nets,\n)", "src/nets.py"),  # no Python, and no magic
        ("%run -i nets.py", "nets.py"),
        ("%run nets", "nets.py"),
    ],
)
def test_a_notebook_is_run_rather_than_what_it_imports(
    tmp_path: Path, start: str, script: str
) -> None:
    write(tmp_path / "hw5.ipynb", [start, RUNS])
    (tmp_path / script).parent.mkdir(exist_ok=True)
    (tmp_path / script).write_text(NETS)
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.notes) == ("hw5.ipynb", ())


def test_a_package_leads_to_what_it_imports_from_within(tmp_path: Path) -> None:
    write(tmp_path / "hw5.ipynb", ["from mynet import *", RUNS])
    package = tmp_path / "mynet" / "models"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("from .models import *\n")
    (package / "__init__.py").write_text("from ..models.nets import *\nfrom . import nets\n")
    (package / "nets.py").write_text(NETS)
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.notes) == ("hw5.ipynb", ())


def test_what_a_library_calls_like_a_script_is_not_that_script(tmp_path: Path) -> None:
    write(tmp_path / "hw5.ipynb", ["import torch.utils.data\nfrom torch import nets", RUNS])
    (tmp_path / "nets.py").write_text(NETS)
    assert read_submission(tmp_path).entry == "nets.py"


def test_an_import_in_a_text_or_a_comment_is_none(tmp_path: Path) -> None:
    write(tmp_path / "hw5.ipynb", ['"""\nimport nets\n"""\n# import nets', RUNS])
    (tmp_path / "nets.py").write_text(NETS)
    assert read_submission(tmp_path).entry == "nets.py"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("rest", ["x = 1\n" * 100_000, f"f'{'{a}' * 10_000}'"])
def test_sources_too_large_to_be_parsed_are_looked_through_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(parsing, "parse", parsed.append)
    write(tmp_path / "hw5.ipynb", ["from src import (\n    nets,\n)\n" + rest, RUNS])
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "nets.py").write_text(NETS)
    assert read_submission(tmp_path).entry == "hw5.ipynb"
    assert parsed == [NETS]


def test_a_script_is_scanned_once_however_many_import_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned = []
    monkeypatch.setattr(sources, "trains_at_once", lambda code: bool(scanned.append(code)))
    (tmp_path / "nets.py").write_text(f"{NETS}def main():\n    train_part2(1)\n")
    for number in range(20):
        (tmp_path / f"test_{number}.py").write_text("import nets\n")
    assert read_submission(tmp_path).entry == "nets.py"
    assert len(scanned) == 1


def test_more_code_than_any_homework_s_is_refused_before_all_of_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_TEXT_IN_ALL", 3 << 20)
    for number in range(5):
        (tmp_path / f"{number}.py").write_text("#" * (1 << 20))
    (tmp_path / "hw.py").write_text(ALL)
    message = f"{tmp_path.name} holds more than 3 MB of code, which no homework does. "
    assert read_submission(tmp_path).problem == message + "Hand in your own work alone."


@pytest.mark.parametrize(
    ("limit", "what"), [("MAX_CELLS_IN_ALL", "1,000 cells"), ("MAX_TEXT_IN_ALL", "0 MB of code")]
)
def test_notebooks_of_more_text_than_any_homework_s_are_refused_before_all_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, what: str
) -> None:
    monkeypatch.setattr(sources, limit, 1_000)
    read: list[str] = []
    monkeypatch.setattr(sources, "homework_marks", lambda code: frozenset(read.append(code) or ()))
    for number in range(5):
        write(tmp_path / f"{number}.ipynb", ["x = 1", *[text("# 1\n")] * 400])
    message = f"{tmp_path.name} holds more than {what}, which no homework does. "
    assert read_submission(tmp_path).problem == message + "Hand in your own work alone."
    assert len(read) < 3


def put_cut_off(path: Path, *cells: str) -> None:
    whole = write(path, cells).read_text()
    path.write_text(whole[: whole.rindex("metadata")])


def test_a_notebook_that_is_cut_off_gives_way_to_no_helper(tmp_path: Path) -> None:
    put_cut_off(tmp_path / "hw5.ipynb", NETS, RUNS)
    (tmp_path / "layers.py").write_text(HOMEWORK)
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.cells) == (None, ())
    assert submission.problem == (
        "hw5.ipynb is cut off: it ends in line 1 in the middle of a cell. Download or upload it "
        "again. layers.py holds less of the homework."
    )


@pytest.mark.parametrize("content", ["<html>", '{\n<<<<<<< HEAD\n"cells": []}', "PK\x03\x04"])
@pytest.mark.parametrize("helper", [HOMEWORK, "import torch\n"])
def test_a_notebook_that_shows_nothing_gives_way_to_no_helper(
    tmp_path: Path, content: str, helper: str
) -> None:
    (tmp_path / "hw5.ipynb").write_text(content)
    (tmp_path / "layers.py").write_text(helper)
    assert str(read_submission(tmp_path).problem).startswith("hw5.ipynb ")


def test_a_broken_copy_of_a_work_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    write(tmp_path / "hw5.ipynb", [NETS, RUNS])
    put_cut_off(tmp_path / "copy.ipynb", NETS, RUNS, "# and more")
    submission = read_submission(tmp_path)
    assert submission.entry == "hw5.ipynb"
    assert submission.notes == (
        "hw5.ipynb is what was graded. copy.ipynb is cut off: it ends in line 1 in the middle of a "
        "cell. Download or upload it again.",
    )


def test_a_script_with_loops_of_its_own_is_graded_beside_a_page_of_it(tmp_path: Path) -> None:
    (tmp_path / "hw5.py").write_text(NETS)
    (tmp_path / "hw5.ipynb").write_text("<html>")
    submission = read_submission(tmp_path)
    assert submission.entry == "hw5.py"
    assert "hw5.ipynb is a web page" in submission.notes[0]


@pytest.mark.parametrize("name", ["Untitled.ipynb", "__init__.py"])
def test_an_empty_file_beside_the_work_is_no_loss(tmp_path: Path, name: str) -> None:
    (tmp_path / "hw5.py").write_text(HOMEWORK)
    (tmp_path / name).write_text("" if name == "__init__.py" else '{"cells": []}')
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.notes) == ("hw5.py", ())


STARTER = (
    f"{HOMEWORK}def three_layer_convnet(x, params):\n    w1, b1 = params\n    scores = None\n"
    "    # TODO: Implement this.\n    pass\n    return scores\n"
    'class ThreeLayerConvNet(nn.Module):\n    """What to do."""\n'
    "    def __init__(self, channels=3):\n        super().__init__()\n        pass\n"
    "    def forward(self, x):\n        scores = None\n        return scores\n"
)
STARTER_RUNS = (
    "train_part2(two_layer_fc, [w1, w2], 1e-2)\n",
    "model = None\noptimizer = None\n# TODO\npass\ntrain_part34(model, optimizer)\n",
)
COMMENTS = "# What is to be done here, at length.\n" * 50


@pytest.mark.parametrize("name", ["hw5.ipynb", "hw5.py"])
@pytest.mark.parametrize("runs", [RUNS, "for x, y in loader_train:\n    step(x)\n"])
def test_what_was_filled_in_is_run_rather_than_the_longer_starter(
    tmp_path: Path, name: str, runs: str
) -> None:
    write(tmp_path / "PyTorch_original.ipynb", [STARTER + COMMENTS, *STARTER_RUNS])
    if name == "hw5.ipynb":
        write(tmp_path / name, [NETS, runs])
    else:
        (tmp_path / name).write_text(NETS + runs)
    submission = read_submission(tmp_path)
    assert submission.entry == name
    assert submission.notes == (
        f"{name} is what was graded; PyTorch_original.ipynb would hold the homework, too.",
    )


def test_of_two_starters_the_one_in_which_the_last_part_is_filled_in_is_run(tmp_path: Path) -> None:
    write(tmp_path / "a.ipynb", [STARTER + COMMENTS, *STARTER_RUNS])
    filled = STARTER_RUNS[1].replace("pass", "model = make()\noptimizer = SGD(model)")
    write(tmp_path / "b.ipynb", [STARTER, STARTER_RUNS[0], filled])
    assert read_submission(tmp_path).entry == "b.ipynb"


def test_a_starter_alone_is_run_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / "hw5.ipynb", [STARTER, *STARTER_RUNS])
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.problem, submission.notes) == ("hw5.ipynb", None, ())


def test_a_definition_that_is_left_in_a_second_cell_takes_nothing_from_the_first(
    tmp_path: Path,
) -> None:
    write(tmp_path / "hw5.ipynb", [NETS, STARTER, RUNS])
    write(tmp_path / "part.ipynb", [NETS.split("class")[0] + COMMENTS, RUNS])
    assert read_submission(tmp_path).entry == "hw5.ipynb"


@pytest.mark.parametrize("suffix", ["ipynb", "py"])
def test_parts_in_files_of_their_own_are_named(tmp_path: Path, suffix: str) -> None:
    defined, module = NETS.split("class")
    first, second = RUNS.splitlines()
    parts = {"part2": (defined, first), "part3": (f"class{module}", second), "part45": (second,)}
    for name, cells in parts.items():
        path = tmp_path / f"{name}.{suffix}"
        if suffix == "ipynb":
            write(path, cells)
        else:
            path.write_text("\n".join(cells))
    submission = read_submission(tmp_path)
    others = "part3.ipynb and part45.ipynb" if suffix == "ipynb" else "part3.py and part45.py"
    assert submission.entry == f"part2.{suffix}"
    assert submission.notes == (
        f"part2.{suffix} alone is what was graded; parts of the homework stand in {others}, too. "
        "Hand in one file that holds all parts, or imports them.",
    )


def test_an_older_copy_with_less_in_it_is_no_part(tmp_path: Path) -> None:
    write(tmp_path / "hw5.ipynb", [NETS, RUNS])
    write(tmp_path / "backup.ipynb", [NETS, RUNS.splitlines()[0]])
    assert read_submission(tmp_path).notes == ()


TENSORFLOW = "import tensorflow as tf\nfrom tensorflow import keras\n"


@pytest.mark.parametrize("name", ["PyTorch.ipynb", "hw5.py"])
def test_the_same_homework_in_tensorflow_is_left_aside(tmp_path: Path, name: str) -> None:
    write(tmp_path / "TensorFlow.ipynb", [TENSORFLOW, NETS + COMMENTS, RUNS])
    if name == "hw5.py":
        (tmp_path / name).write_text(f"import numpy, torch\n{HOMEWORK}")
    else:
        write(tmp_path / name, ["import torch.nn as nn", NETS])
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.problem) == (name, None)
    assert submission.notes == (
        f"{name} is what was graded; what is written with TensorFlow was left aside: "
        "TensorFlow.ipynb.",
    )


def test_a_logger_in_tensorflow_that_the_work_imports_goes_unsaid(tmp_path: Path) -> None:
    (tmp_path / "logger.py").write_text(TENSORFLOW)
    write(tmp_path / "hw5.ipynb", ["import torch\nfrom logger import Logger", NETS, RUNS])
    submission = read_submission(tmp_path)
    assert (submission.entry, submission.notes) == ("hw5.ipynb", ())


def test_work_in_tensorflow_gives_way_to_no_helper_without_pytorch(tmp_path: Path) -> None:
    write(tmp_path / "TensorFlow.ipynb", [TENSORFLOW, NETS, RUNS])
    (tmp_path / "layers.py").write_text(f"import numpy\n{HOMEWORK}")
    problem = str(read_submission(tmp_path).problem)
    assert problem.startswith("TensorFlow.ipynb is written with TensorFlow.")
