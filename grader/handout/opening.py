"""Opening what was handed out, to check with it."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from grader.checks.catalogue import known_checks
from grader.errors import UsageError
from grader.language import N_, _
from grader.rubric import load_rubric

RUBRIC = "rubric.yaml"
CASES = "cases"
_ENDING = ".safetensors"
_DAMAGED = (BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError)
"""What `zipfile` raises where it meets what is no zip of ours: a password, another compression."""


@dataclass(frozen=True)
class Handout:
    """What was handed out, unpacked.

    Attributes:
        rubric: its visible part.
        cases: the folder of recorded cases.
    """

    rubric: Path
    cases: Path


@contextmanager
def open_handout(path: Path) -> Iterator[Handout]:
    """Unpack it as long as it is needed.

    Raises:
        UsageError: it is not such a file, or a part of it is missing.
        RubricError: its rubric cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="torchgrade-handout-") as place:
        handout = Handout(Path(place, RUBRIC), Path(place, CASES))
        handout.cases.mkdir()
        try:
            with ZipFile(path) as packed:
                for name in packed.namelist():
                    # No other names: whatever it holds, nothing is written elsewhere.
                    if name == RUBRIC:
                        _unpack(packed, name, handout.rubric)
                    elif name.startswith(f"{CASES}/") and name.endswith(_ENDING):
                        _unpack(packed, name, handout.cases / Path(name).name)
        except OSError as error:
            raise UsageError(
                _("{file} cannot be read: {reason}.", file=path, reason=error.strerror)
            ) from error
        except _DAMAGED as error:
            problem = _("{file} is no file for checking.", file=path)
            raise UsageError(f"{problem} {_(_ASK)}") from error
        _require_all(path, handout)
        yield handout


_ASK = N_("Ask your instructor for the .zip that `torchgrade student build` made.")


def _unpack(packed: ZipFile, name: str, target: Path) -> None:
    with packed.open(name) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def _require_all(path: Path, handout: Handout) -> None:
    if not handout.rubric.exists():
        problem = _(
            "{file} is no file for checking: it holds no {rubric}.", file=path, rubric=RUBRIC
        )
        raise UsageError(f"{problem} {_(_ASK)}")
    rubric = load_rubric(handout.rubric, known_checks())
    for check in rubric.checks:
        if check.settings.draw_inputs and not (handout.cases / f"{check.id}{_ENDING}").exists():
            problem = _("{file} lacks the cases of {check}.", file=path, check=check.id)
            raise UsageError(f"{problem} {_(_ASK)}")


def require_answers() -> None:
    """See that the answers are here to check without a handout.

    Raises:
        UsageError: this torchgrade was handed out without them.
    """
    # Looked for on disk: to find a module in a package imports the package, and that imports torch.
    package = importlib.util.find_spec("reference")
    if not (package and package.origin and Path(package.origin).with_name("solution.py").exists()):
        raise UsageError(
            _(
                "This torchgrade was handed out without the answers. Say with --with which .zip it "
                "came in."
            )
        )
