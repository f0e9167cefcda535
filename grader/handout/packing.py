"""Making what is handed out."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import yaml

from grader.checks.catalogue import known_checks
from grader.distribution import make_wheel
from grader.errors import UsageError
from grader.handout.opening import CASES, RUBRIC
from grader.results import Visibility
from grader.rubric import Rubric, load_rubric

_KNOWN_TO_ALL = ("reference/__init__.py", "reference/facts.py", "reference/py.typed")
_HEADING = "# What can be checked at home. Made by `torchgrade student build`.\n"


def build(out: Path, *, rubric: Path, starter: Sequence[Path]) -> Path:
    """Write the zip.

    Args:
        out: the zip.
        rubric: the instructor's.
        starter: files that students begin with.

    Raises:
        RubricError: the rubric cannot be used.
        UsageError: no check of it is visible, a starter file cannot be read, or the zip not be
            written.
    """
    whole = load_rubric(rubric, known_checks())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        visible = folder / RUBRIC
        visible.write_text(_visible_part(rubric, whole), encoding="utf-8")
        _record(load_rubric(visible, known_checks()), folder)
        wheel = make_wheel(folder, visible, keeps=may_be_seen)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            with ZipFile(out, "w", ZIP_DEFLATED) as packed:
                packed.write(visible, RUBRIC)
                packed.write(wheel, wheel.name)
                for path in sorted((folder / CASES).iterdir()):
                    packed.write(path, f"{CASES}/{path.name}")
                for path in starter:
                    packed.write(path, path.name)
        except OSError as error:
            what = error.filename or out
            raise UsageError(f"{what} cannot be packed: {error.strerror}.") from error
    return out


def _visible_part(path: Path, rubric: Rubric) -> str:
    """The rubric with the checks that a student may see at once, under another seed."""
    shown = {id_ for id_, seen in rubric.visibilities.items() if seen is Visibility.VISIBLE}
    if not shown:
        raise UsageError(f"{path}: no check is visible, so there is nothing to be checked at home.")
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["assignment"]["seed"] = secrets.randbelow(1 << 31)
    withheld = sum(check.points for check in rubric.checks if check.id not in shown)
    data["assignment"]["withheld"] = withheld
    for question in data["questions"]:
        question["checks"] = [check for check in question["checks"] if check["id"] in shown]
    data["questions"] = [question for question in data["questions"] if question["checks"]]
    return _HEADING + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def may_be_seen(name: str) -> bool:
    """Of the reference only what is named: an editor's copy of the solution may lie beside it."""
    return not name.startswith("reference/") or name in _KNOWN_TO_ALL


def _record(rubric: Rubric, folder: Path) -> None:
    """Draw cases for nobody in particular, and write them down with their answers."""
    # Here alone does the command line need torch.
    from grader.checks.drawing import DrawnCases
    from grader.checks.recorded import record

    (folder / CASES).mkdir()
    for check in rubric.checks:
        if check.settings.draw_inputs:
            cases = DrawnCases(rubric.assignment, "handout", check, rubric.data)
            record(cases, check, folder / CASES)
