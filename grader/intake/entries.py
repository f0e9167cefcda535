"""Which file of a folder is run, and which of the others belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.errors import IntakeError
from grader.intake.notebooks import read_notebook
from grader.intake.recognition import homework_marks
from grader.intake.scripts import read_script
from grader.intake.source import Source

SOURCE_SUFFIXES = (".ipynb", ".py")
"""What holds code that can be run."""

MAX_CANDIDATES = 100
"""Files that are looked into for the homework; the first ones by depth and name."""

_IMPORTED = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w.]+)", re.MULTILINE)
_NAMED = 5
"""Other candidates that a note names one by one."""


@dataclass(frozen=True)
class Entry:
    """The file that is run, what of the homework it leads to, and what was decided."""

    name: str
    marks: frozenset[str]
    notes: tuple[str, ...] = ()


def read_source(path: Path, name: str) -> Source:
    """Read a notebook or a script, which of them by its name.

    Raises:
        IntakeError: it cannot be read; says why and what to do.
    """
    return read_notebook(path, name) if is_notebook(name) else read_script(path, name)


def is_source(name: str) -> bool:
    """Whether a file of that name holds code that can be run."""
    return name.lower().endswith(SOURCE_SUFFIXES)


def is_notebook(name: str) -> bool:
    """Whether a file of that name is a notebook."""
    return name.lower().endswith(".ipynb")


def find_entry(folder: Path, files: Sequence[str]) -> Entry:
    """The file that is run: the one that leads to most of the homework, else the first by name.

    A file leads to what stands in it and in the scripts it imports. Where several lead equally far,
    the one is run that holds more itself, then a notebook, then the one with more code.

    Raises:
        IntakeError: there is no such file.
    """
    names = [name for name in files if is_source(name)]
    if not names:
        raise IntakeError(
            f"{folder.name} holds no .ipynb or .py file{_instead(files)}. Hand in your notebook "
            "or script."
        )
    names.sort(key=lambda name: (name.count("/"), name))
    candidates = _codes(folder, names[:MAX_CANDIDATES])
    marks = {name: homework_marks(code) for name, code in candidates.items()}
    reached = {name: _reached(name, candidates) for name in candidates}
    reach = {name: frozenset().union(*(marks[each] for each in reached[name])) for name in reached}

    def rank(name: str) -> tuple[int, int, bool, int]:
        return len(reach[name]), len(marks[name]), is_notebook(name), len(candidates[name])

    entry = max(candidates, key=rank)
    # Another file with as much of the homework may be the one that was meant.
    rivals = [
        name
        for name in candidates
        if name not in reached[entry] and marks[entry] and marks[name] >= marks[entry]
    ]
    notes = (_rival_note(entry, rivals),) if rivals else ()
    return Entry(entry, reach[entry], notes)


def imported_scripts(folder: Path, entry: str, scripts: Sequence[str]) -> tuple[str, ...]:
    """`entry` and those of `scripts` that it imports, directly or not, by name.

    One that cannot be read counts as importing nothing; it matters if it is imported itself.
    """
    return tuple(sorted(_reached(entry, _codes(folder, [*scripts, entry]))))


def reached_marks(folder: Path, files: Sequence[str]) -> frozenset[str]:
    """What of the homework stands in any of these files."""
    return frozenset().union(*map(homework_marks, _codes(folder, files).values()))


def _codes(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """The code of files by name, none of those that cannot be read."""
    codes = dict.fromkeys(names, "")
    for name in names:
        with suppress(OSError, IntakeError):
            codes[name] = read_source(folder / name, name).code
    return codes


def _reached(entry: str, codes: Mapping[str, str]) -> set[str]:
    reached, to_do = {entry}, [entry]
    while to_do:
        found = set(_imports(codes[to_do.pop()], codes)) - reached
        reached |= found
        to_do.extend(found)
    return reached


def _imports(code: str, names: Mapping[str, str]) -> Iterator[str]:
    """The scripts among `names` that a source imports, by the last part of their name."""
    modules = {module.split(".")[-1] for module in _IMPORTED.findall(code)}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix == ".py" and path.stem in modules:
            yield name


def _instead(files: Sequence[str]) -> str:
    if not files:
        return ""
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    return f", only {', '.join(files[:_NAMED])}{more}"


def _rival_note(entry: str, rivals: Sequence[str]) -> str:
    more = f" and {len(rivals) - _NAMED} more" if len(rivals) > _NAMED else ""
    return (
        f"{entry} is what was graded; {', '.join(rivals[:_NAMED])}{more} would hold the homework, "
        "too."
    )
