"""The work that a rubric is audited with, written down as submissions.

A mistake is a part of the homework, done wrong by somebody who did not write the catalogue of
mistakes; the rest of the work is right. Its first line, `# part: flatten`, says which part.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.checks.catalogue import known_mistakes

_TOP = Path(__file__).parents[2]
_INSTALLED = _TOP / "reference" / "audit"
_PART = re.compile(r"# part: (\w+)\n")
_BETWEEN_NAMES = "__"
HOMEWORK = "homework.py"


@dataclass(frozen=True)
class Work:
    """A submission and what is known of it.

    Attributes:
        id: of the submission.
        kind: the reference, a correct variant of it, or work with a known mistake.
        mistake: its id in `reference.misconceptions`.
        folder: its files.
    """

    id: str
    kind: Literal["reference", "variant", "mistake"]
    mistake: str | None
    folder: Path

    @property
    def must_be_trained(self) -> bool:
        """Whether its mistake shows only then."""
        return self.mistake in (known_mistakes("trainings") or ())


@dataclass(frozen=True)
class Mistaken:
    """The source of a whole work with a known mistake.

    Attributes:
        name: tells apart several with the same mistake.
        mistake: its id.
        part: of the homework that it is in.
        source: of all of it.
    """

    name: str
    mistake: str
    part: str
    source: str


def write_works(place: Path) -> tuple[Work, ...]:
    """Write all of them into a folder, one folder each; the reference first."""
    return *_right(place), *_wrong(place)


def _right(place: Path) -> Iterator[Work]:
    reference = _material("reference", "submissions/correct")
    yield Work("reference", "reference", None, _copied(reference, place / "reference"))
    for folder in sorted(_material("variants", "tests/variants").iterdir()):
        if folder.is_dir() and not folder.name.startswith(("_", ".")):
            name = f"variant_{folder.name}"
            yield Work(name, "variant", None, _copied(folder, place / name))


def _wrong(place: Path) -> Iterator[Work]:
    for work in mistaken():
        folder = place / f"mistake_{work.name}"
        folder.mkdir(parents=True)
        (folder / HOMEWORK).write_text(work.source, encoding="utf-8")
        yield Work(folder.name, "mistake", work.mistake, folder)


def reference() -> str:
    """The source of the homework done right."""
    return (_material("reference", "submissions/correct") / HOMEWORK).read_text(encoding="utf-8")


def mistaken() -> Iterator[Mistaken]:
    """Every work with a known mistake."""
    right = reference()
    for path in sorted(_material("mistakes", "tests/mistakes/single").glob("*.py")):
        piece = path.read_text(encoding="utf-8")
        mistake, _, _ = path.stem.partition(_BETWEEN_NAMES)
        yield Mistaken(path.stem, mistake, part_of(piece), with_part(right, piece))


def with_part(homework: str, part: str) -> str:
    """The homework with one of its parts replaced.

    Args:
        homework: the source of the whole.
        part: source that begins with `# part: NAME`, the name of a function or class, or
            `question_N` for the statements under that heading.

    Raises:
        ValueError: the homework has no such part.
    """
    name = part_of(part)
    body = part.partition("\n")[2].rstrip() + "\n"
    start, end = (
        _question(homework, name) if name.startswith("question_") else _named(homework, name)
    )
    lines = homework.splitlines(keepends=True)
    return "".join((*lines[:start], body, "\n", *lines[end:]))


def part_of(piece: str) -> str:
    """Which part of the homework a piece is, as its first line says.

    Raises:
        ValueError: it does not say so.
    """
    said = _PART.match(piece)
    if said is None:
        raise ValueError("the first line does not say `# part: NAME`")
    return said[1]


def _named(homework: str, name: str) -> tuple[int, int]:
    """The lines of a definition at the top."""
    for node in ast.parse(homework).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            assert node.end_lineno is not None
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            return first - 1, node.end_lineno
    raise ValueError(f"the homework does not define {name}")


def _question(homework: str, name: str) -> tuple[int, int]:
    """The lines under a question's heading, up to the next part's."""
    heading = f"# Question {name.removeprefix('question_')}"
    lines = homework.splitlines()
    if heading not in lines:
        raise ValueError(f"the homework has no line {heading!r}")
    start = lines.index(heading) + 1
    end = next((i for i in range(start, len(lines)) if lines[i].startswith("# ====")), len(lines))
    return start, end


def _copied(folder: Path, target: Path) -> Path:
    return Path(shutil.copytree(folder, target))


def _material(installed: str, in_tree: str) -> Path:
    """Where it lies: in a source tree, or in what was installed."""
    place = _TOP / in_tree
    return place if place.is_dir() else _INSTALLED / installed
