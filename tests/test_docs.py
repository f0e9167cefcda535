"""Every command in the documentation works as it stands there, in the order of its page."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from grader.handout.packing import build as build_handout

TOP = Path(__file__).parents[1]
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (TOP / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CANNOT = {
    "torchgrade audit --rubric rubric.yaml": "takes minutes; tests/auditing has a small one",
    "torchgrade calibrate --rubric rubric.yaml": "takes an hour; tests/calibrating has a small one",
    "torchgrade calibrate --rubric rubric.yaml --seeds 30": "takes an hour, too",
    "torchgrade data fetch": "downloads",
    "torchgrade grade submissions.zip --out OUT --scheduler tls://HOST:8786 "
    "--tls-ca ca.pem --tls-cert cert.pem --tls-key key.pem": "tests/cluster starts such a cluster",
    "torchgrade data import DIR": "is tested with data sets of its own",
    "torchgrade check HW05.ipynb --no-train --watch": "does not end",
}
"""Commands that are not run here, and why."""
PEOPLE = {"kim": 4711, "lee": 4712}


def commands(page: str) -> Iterator[str]:
    """Each command of torchgrade's on a page, once."""
    seen: set[str] = set()
    for block in _BLOCK.findall((TOP / page).read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            command = " ".join(line.partition("#")[0].split())
            if command.startswith("torchgrade ") and command not in seen:
                seen.add(command)
                yield command


def adjustments(page: str) -> str:
    """The file that a page says to write."""
    found = re.search(
        r"^```yaml\n(adjustments:.*?)^```", (TOP / page).read_text(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the pages speak of: a homework, a class's download, lists of people, a rubric."""
    folder = tmp_path_factory.mktemp("docs")
    notebook = TOP / "submissions" / "starter_notebook" / "HW05.ipynb"
    shutil.copy(notebook, folder / "HW05.ipynb")
    shutil.copy(TOP / "rubric.yaml", folder)
    build_handout(folder / "hw05-check.zip", rubric=TOP / "rubric.yaml", starter=[])
    with zipfile.ZipFile(folder / "submissions.zip", "w") as packed:
        for name, number in PEOPLE.items():
            packed.write(notebook, f"{name}_{number}_{90210 + number}_HW05.ipynb")
    export = {f"submission_{number}": {":submitters": [{":name": name, ":sid": str(number)}]}
              for name, number in PEOPLE.items()}  # fmt: skip
    with zipfile.ZipFile(folder / "assignment_export.zip", "w") as packed:
        packed.writestr("assignment_1_export/submission_metadata.yml", yaml.safe_dump(export))
        for number in PEOPLE.values():
            packed.write(notebook, f"assignment_1_export/submission_{number}/HW05.ipynb")
    rows = [[name, number, "A", ""] for name, number in PEOPLE.items()]
    for table in ("students.csv", "Grades.csv"):
        with (folder / table).open("w", newline="") as file:
            csv.writer(file).writerows([["Student", "ID", "Section", "HW 05 (1)"], *rows])
    return folder


def test_pages_hold_commands():
    assert "torchgrade grade submissions.zip --roster students.csv --out OUT" in list(
        commands("docs/instructors.md")
    )


@pytest.mark.parametrize("page", [page for page in PAGES if list(commands(page))])
def test_every_command_of_a_page_works(page, folder, data_root):
    # Results of one page are not there for the next: each begins as its reader does.
    shutil.rmtree(folder / "OUT", ignore_errors=True)
    for command in commands(page):
        if command in _CANNOT:
            continue
        if command == "torchgrade report OUT":
            (folder / "OUT" / "adjustments.yaml").write_text(adjustments(page))
        done = subprocess.run(
            [sys.executable, "-m", "grader", *command.split()[1:]],
            cwd=folder,
            env={**os.environ, "TORCHGRADE_DATA": str(data_root), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        lost_points = command.startswith("torchgrade check") and done.returncode == 1
        assert done.returncode == 0 or lost_points, f"{command}\n{done.stderr}{done.stdout}"


def test_the_command_reference_is_that_of_the_commands():
    made = subprocess.run(
        [sys.executable, "-m", "typer", "grader.cli.app", "utils", "docs", "--name", "torchgrade"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (TOP / "docs" / "commands.md").read_text(encoding="utf-8").strip() == made.stdout.strip()
