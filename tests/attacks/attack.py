"""An attack: a folder with what is handed in and an `expect.yaml` that says what must come of it.

In every file of text, ``@WORLD@`` stands for a folder with other people's work and results and a
secret, ``@REPO@`` for that of torchgrade and ``@PORT@`` for a free port. What cannot be kept as
text is written by ``build(folder)`` in the attack's `build.py`.
"""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from grader.choices import Mode
from grader.sandbox.layers import LANDLOCK, MODES, NAMESPACES, SECCOMP

HERE = Path(__file__).parent
TEXT = (".py", ".ipynb", ".txt", ".ini", ".pth", ".csv")
LAYERS = {"landlock": LANDLOCK, "seccomp": SECCOMP, "namespaces": NAMESPACES}


class Expectation(BaseModel):
    """`expect.yaml`.

    Attributes:
        about: what it tries, in a sentence.
        number: of its class in docs/threat-model.md.
        max_score: what its honest parts earn.
        status: how it ends.
        says: texts that must stand in its result.
        hides: texts that must not.
        hand_in: the file of the folder that is handed in; the whole folder when None.
        train: whether it is graded with training.
        slow: whether it is left to `make attacks`.
        needs: the layers that keep it; without one of them it is named in the threat model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    number: Annotated[int, Field(ge=1, le=47)]
    max_score: float
    status: Literal["graded", "ungraded"] = "graded"
    says: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    hand_in: str | None = None
    train: bool = False
    slow: bool = False
    needs: tuple[Literal["landlock", "seccomp", "namespaces"], ...] = ()


@dataclass(frozen=True)
class Attack:
    """A folder below this one."""

    folder: Path

    @property
    def expected(self) -> Expectation:
        """What must come of it."""
        text = (self.folder / "expect.yaml").read_text(encoding="utf-8")
        return Expectation.model_validate(yaml.safe_load(text))

    def is_kept_in(self, mode: Mode) -> bool:
        """Whether the mode has every layer that it needs."""
        return all(LAYERS[need] in MODES[mode] for need in self.expected.needs)

    def hand_in(self, target: Path, values: dict[str, str]) -> Path:
        """Write what is handed in below `target`, which is made, and say which path that is."""
        shutil.copytree(self.folder, target, ignore=shutil.ignore_patterns("expect.yaml"))
        build = target / "build.py"
        if build.exists():
            _load(build).build(target)
            build.unlink()
        for path in target.rglob("*"):
            if path.suffix in TEXT and path.is_file() and not path.is_symlink():
                _fill_in(path, values)
        return target / self.expected.hand_in if self.expected.hand_in else target


def attacks() -> list[Attack]:
    """Every attack, by name."""
    return [Attack(path.parent) for path in sorted(HERE.glob("*/expect.yaml"))]


def _load(path: Path):
    spec = importlib.util.spec_from_file_location("build", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _fill_in(path: Path, values: dict[str, str]) -> None:
    content = path.read_bytes()
    for name, value in values.items():
        content = content.replace(f"@{name}@".encode(), value.encode())
    path.write_bytes(content)
