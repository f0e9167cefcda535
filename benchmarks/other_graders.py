"""The graders that benchmarks/others.py compares, the submission they grade, their environments."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat
import yaml
from workers import ROOT

# Theory of operation: `prepare` lays a fresh folder out, untimed; `commands` are called in it one
# after the other, timed; `passed` reads the results. What is made once for an assignment
# (autograder.zip, the released notebook, the rubric) is made with the entrant.

NOTEBOOK = "HW05.ipynb"
ASSIGNMENT = "ps1"

CHECKS = {
    "flatten.shape": "flatten",
    "flatten.values": "flatten",
    "three_layer_convnet.shape": "three_layer_convnet",
    "three_layer_convnet.values": "three_layer_convnet",
    "three_layer_convnet.gradients": "three_layer_convnet",
    "barebones.weights": "params",
    "module.structure": "ThreeLayerConvNet",
    "module.kaiming": "ThreeLayerConvNet",
    "module.values": "ThreeLayerConvNet",
    "module.gradients": "ThreeLayerConvNet",
}
"""The checks by torchgrade's names, and what of the notebook each is about."""

LEFT_OUT = (
    "google.colab",
    "train_part2(two_layer_fc,",
    "train_part34(model",
    "check_accuracy_part34(loader_test",
)
"""Of cells that train, measure or mount a drive. Question 2's stays, for its params."""

Class = Mapping[str, nbformat.NotebookNode]
"""The work of each student."""
Passed = dict[str, int]
"""How many of the checks each submission passed."""


@dataclass(frozen=True)
class Entrant:
    """A grader, as it grades a class in a fresh folder.

    `whole_class` says whether one call grades all. `prepare` lays out what is not timed, `commands`
    lists the calls that are, `passed` reads what they wrote.
    """

    name: str
    whole_class: bool
    environ: Mapping[str, str]
    prepare: Callable[[Path, Class], None]
    commands: Callable[[Path], list[list[str]]]
    passed: Callable[[Path], Passed]


def submission(comment: str, replaced: Mapping[str, str]) -> nbformat.NotebookNode:
    """The sample notebook without downloads and training, ending in a comment."""
    sample = nbformat.read(ROOT / "submissions" / "notebook" / NOTEBOOK, as_version=4)
    cells = []
    for cell in sample.cells:
        source = cell.source
        defines = source.startswith(("def ", "class "))
        if not defines and any(call in source for call in LEFT_OUT):
            continue
        if "download=True" in source:
            source = "loader_train = loader_val = loader_test = []"
        cells.append(new_cell(cell.cell_type, source))
    text = "\0".join(cell.source for cell in cells)
    for old, new in replaced.items():
        if old not in text:
            raise SystemExit(f"The sample has changed: it no longer holds {old!r}.")
        for cell in cells:
            cell.source = cell.source.replace(old, new)
    cells.append(new_cell("code", f"# {comment}"))
    return nbformat.v4.new_notebook(cells=number(cells), metadata=sample.metadata)


def new_cell(kind: str, source: str, **metadata: object) -> nbformat.NotebookNode:
    """A code or Markdown cell."""
    make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
    return make(source, metadata=metadata)


def number(cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The same cells, with ids that do not change from run to run."""
    for position, cell in enumerate(cells):
        cell.id = f"cell{position}"
    return cells


def call(command: list[str], folder: Path, environ: Mapping[str, str]) -> None:
    """Run to the end; what it says is shown only if it fails."""
    ended = subprocess.run(
        command, cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if ended.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{ended.stdout}\nended with {ended.returncode}")


# torchgrade


def torchgrade_entrant(top: Path) -> Entrant:
    """`torchgrade grade`, with a rubric of the ten checks."""
    rubric = yaml.safe_load((ROOT / "rubric.yaml").read_text())
    for question in rubric["questions"]:
        question["checks"] = [each for each in question["checks"] if each["id"] in CHECKS]
    rubric["questions"] = [each for each in rubric["questions"] if each["checks"]]
    (top / "rubric.yaml").write_text(yaml.safe_dump(rubric, sort_keys=False))
    command = [sys.executable, "-m", "grader", "grade", "class", "--out", "out", "--no-train"]
    command += ["--data", "synthetic", "--jobs", "1", "--rubric", str(top / "rubric.yaml")]
    return Entrant(
        name="torchgrade",
        whole_class=True,
        environ={**os.environ, "OMP_NUM_THREADS": "1"},
        prepare=lambda folder, class_: write_notebooks(folder / "class", class_),
        commands=lambda folder: [command],
        passed=torchgrade_passed,
    )


def write_notebooks(folder: Path, class_: Class) -> None:
    """A folder for each student."""
    for student, notebook in class_.items():
        (folder / student).mkdir(parents=True)
        nbformat.write(notebook, folder / student / NOTEBOOK)


def torchgrade_passed(folder: Path) -> Passed:
    """From each submission's result.json."""
    passed = {}
    for path in (folder / "out" / "submissions").glob("*/result.json"):
        questions = json.loads(path.read_text())["questions"]
        states = {each["id"]: each["status"] for one in questions for each in one["checks"]}
        if set(states) != set(CHECKS):
            raise SystemExit(f"torchgrade carried out {sorted(states)}")
        passed[path.parent.name] = sum(state == "passed" for state in states.values())
    return passed


# otter-grader


def otter_entrant(top: Path, environment: Path, home: Path) -> Entrant:
    """`otter run` on an autograder.zip, which is made once."""
    environ = environ_of(environment, home)
    folder = top / "otter"
    (folder / "tests").mkdir(parents=True)
    (folder / "bundle.py").write_text(bundle())
    for check, subject in CHECKS.items():
        name = check.replace(".", "_")
        code = f">>> import bundle, other_checks\n>>> other_checks.{name}({subject})"
        case = {"code": code, "hidden": True, "locked": False}
        suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": name, "points": 1, "suites": [suite]}
        (folder / "tests" / f"{name}.py").write_text(f"OK_FORMAT = True\n\ntest = {test!r}\n")
    otter = str(environment / "bin" / "otter")
    generate = [otter, "generate", "--tests-dir", "tests", "--output-path", "autograder.zip"]
    call([*generate, "bundle.py"], folder, environ)
    run = [otter, "run", "--autograder", str(folder / "autograder.zip"), "--no-logo"]
    return Entrant(
        name="otter-grader",
        whole_class=False,
        environ=environ,
        prepare=write_notebooks,
        commands=partial(otter_commands, run),
        passed=otter_passed,
    )


def otter_commands(run: list[str], folder: Path) -> list[list[str]]:
    """One for each submission."""
    students = sorted(folder.iterdir())
    return [[*run, "--output-dir", str(each), str(each / NOTEBOOK)] for each in students]


def otter_passed(folder: Path) -> Passed:
    """From each submission's results.json."""
    passed = {}
    for path in folder.glob("*/results.json"):
        tests = json.loads(path.read_text())["tests"]
        scores = {each["name"]: each.get("score") for each in tests if each.get("max_score")}
        if len(scores) != len(CHECKS):
            raise SystemExit(f"otter-grader carried out {sorted(scores)}")
        passed[path.parent.name] = sum(score == 1 for score in scores.values())
    return passed


# nbgrader


def nbgrader_entrant(top: Path, environment: Path, home: Path) -> Entrant:
    """`nbgrader autograde` in a course whose assignment was generated once."""
    environ = environ_of(environment, home)
    course = top / "course"
    source = course / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    notebook = submission("source", {})
    notebook.cells += nbgrader_cells()
    number(notebook.cells)
    nbformat.write(notebook, source / NOTEBOOK)
    nbgrader = str(environment / "bin" / "nbgrader")
    call([nbgrader, "generate_assignment", ASSIGNMENT], course, environ)
    autograde = [nbgrader, "autograde", ASSIGNMENT]
    export = [nbgrader, "export", "--to", "grades.csv"]
    return Entrant(
        name="nbgrader",
        whole_class=True,
        environ=environ,
        prepare=partial(hand_in, course),
        commands=lambda folder: [autograde],
        passed=lambda folder: nbgrader_passed(folder, export, environ),
    )


def nbgrader_cells() -> list[nbformat.NotebookNode]:
    """A cell of hidden tests for each check; the first holds what they all need."""
    needed = [bundle(), "import other_checks"]
    cells = []
    for position, (check, subject) in enumerate(CHECKS.items()):
        name = check.replace(".", "_")
        lines = [*([] if position else needed), f"other_checks.{name}({subject})"]
        hidden = "\n".join(["### BEGIN HIDDEN TESTS", *lines, "### END HIDDEN TESTS"])
        metadata = {
            "grade": True, "grade_id": name, "locked": True, "points": 1, "schema_version": 3,
            "solution": False, "task": False, "cell_type": "code",
        }  # fmt: skip
        cells.append(new_cell("code", hidden, nbgrader=metadata))
    return cells


def hand_in(course: Path, folder: Path, class_: Class) -> None:
    """A fresh course, with the class's work in the released notebook."""
    shutil.copytree(course, folder, dirs_exist_ok=True)
    released = nbformat.read(folder / "release" / ASSIGNMENT / NOTEBOOK, as_version=4)
    tests = [cell for cell in released.cells if "nbgrader" in cell.metadata]
    for student, notebook in class_.items():
        target = folder / "submitted" / student / ASSIGNMENT
        target.mkdir(parents=True)
        cells = number([*notebook.cells, *tests])
        merged = nbformat.v4.new_notebook(cells=cells, metadata=released.metadata)
        nbformat.write(merged, target / NOTEBOOK)


def nbgrader_passed(folder: Path, export: list[str], environ: Mapping[str, str]) -> Passed:
    """From the exported grades."""
    call(export, folder, environ)
    passed = {}
    with (folder / "grades.csv").open() as grades:
        for row in csv.DictReader(grades):
            if float(row["max_score"]) != len(CHECKS):
                raise SystemExit(f"nbgrader grades out of {row['max_score']}")
            passed[row["student_id"]] = round(float(row["score"]))
    return passed


# What both are given


def bundle() -> str:
    """The checks and what they import of the reference, as the source of one module that makes all.

    Neither of the two takes a package along with its checks.
    """
    files = {
        "reference.facts": ROOT / "reference" / "facts.py",
        "reference": ROOT / "reference" / "__init__.py",
        "reference.solution": ROOT / "reference" / "solution.py",
        "other_checks": ROOT / "benchmarks" / "other_checks.py",
    }
    lines = ["import sys, types"]
    for name, path in files.items():
        lines.append(f"sys.modules[{name!r}] = types.ModuleType({name!r})")
        lines.append(f"exec({path.read_text()!r}, sys.modules[{name!r}].__dict__)")
    return "\n".join(lines) + "\n"


# Environments


def environment(folder: Path, package: str) -> Path:
    """An environment with that package and a kernel, which finds torch in ours; made once."""
    ready = folder / "ready"
    if ready.exists():
        return folder
    print(f"Making an environment for {package} …", flush=True)
    python = str(folder / "bin" / "python")
    folder.mkdir(parents=True, exist_ok=True)
    call([sys.executable, "-m", "venv", "--clear", str(folder)], folder, os.environ)
    call([python, "-m", "pip", "install", "--quiet", package, "ipykernel"], folder, os.environ)
    ours = sysconfig.get_paths()["purelib"]
    theirs = sysconfig.get_path("purelib", vars={"base": str(folder)})
    # Lines of a .pth file go to the end of sys.path: what was installed here comes first.
    (Path(theirs) / "torch_of_torchgrade.pth").write_text(f"{ours}\n")
    call([python, "-m", "ipykernel", "install", "--sys-prefix"], folder, os.environ)
    call([python, "-c", "import torch, torchvision"], folder, os.environ)
    ready.touch()
    return folder


def environ_of(environment: Path, home: Path) -> dict[str, str]:
    """The variables of an activated environment; nobody's own settings or kernels are found."""
    home.mkdir(exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "PYTHONPATH", "XDG_"))
    }
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {
        **kept, "PATH": path, "VIRTUAL_ENV": str(environment), "HOME": str(home),
        "OMP_NUM_THREADS": "1",
    }  # fmt: skip
