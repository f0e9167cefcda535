"""Which script of several is run, and which ones it draws in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from grader.errors import IntakeError

SOURCE_SUFFIXES: Final = (".py", ".ipynb")
"""What a submission's entry can be; a file or folder without any is nobody's homework."""

_HOMEWORK = re.compile(
    rb"\bdef (?:flatten|three_layer_convnet)\b|\bclass ThreeLayerConvNet\b|\btrain_part(?:2|34)\("
)
_IMPORTED = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([\w.]+)", re.MULTILINE)


def is_source(name: str) -> bool:
    """Whether a file of that name holds code that can be run."""
    return name.lower().endswith(SOURCE_SUFFIXES)


def find_entry(folder: Path, files: Sequence[str]) -> str:
    """The script that is run: the one that leads to most of the homework, else the first by name.

    A script leads to what stands in it and in the scripts it imports; where two lead equally far
    (a test file that imports the homework), the one that holds more itself is run.

    Raises:
        IntakeError: there is no script.
        OSError: a script cannot be read.
    """
    scripts = [name for name in files if name.endswith(".py")]
    if not scripts:
        raise IntakeError(f"{folder.name} holds no .py file. Hand in your script.")
    sources = {name: _head(folder / name) for name in scripts}
    marks = {name: set(_HOMEWORK.findall(source)) for name, source in sources.items()}

    def reach(name: str) -> tuple[int, int]:
        found = set().union(*(marks[each] for each in _reached(name, sources)))
        return len(found), len(marks[name])

    return max(scripts, key=reach)


def imported_scripts(folder: Path, entry: str, scripts: Sequence[str]) -> tuple[str, ...]:
    """`entry` and those of `scripts` that it imports, directly or not, by name.

    One that cannot be read counts as importing nothing; it matters if it is imported itself.
    """
    sources = dict.fromkeys(scripts, b"")
    for name in scripts:
        with suppress(OSError):
            sources[name] = _head(folder / name)
    return tuple(sorted(_reached(entry, sources)))


def _reached(entry: str, sources: Mapping[str, bytes]) -> set[str]:
    reached, to_do = {entry}, [entry]
    while to_do:
        found = set(_imports(sources[to_do.pop()], sources)) - reached
        reached |= found
        to_do.extend(found)
    return reached


def _imports(source: bytes, scripts: Mapping[str, bytes]) -> Iterator[str]:
    """The scripts among `scripts` that a source imports, by the last part of their name."""
    modules = {
        module.split(b".")[-1].decode("utf-8", "replace") for module in _IMPORTED.findall(source)
    }
    return (name for name in scripts if Path(name).stem in modules)


def _head(path: Path) -> bytes:
    """The first megabyte."""
    with path.open("rb") as file:
        return file.read(1 << 20)
