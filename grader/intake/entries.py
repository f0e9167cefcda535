"""Which file of a folder is run, and which of the others belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.errors import IntakeError
from grader.intake.documents import Document
from grader.intake.limits import MAX_CANDIDATES
from grader.intake.notebooks import read_notebook
from grader.intake.recognition import homework_marks
from grader.intake.scripts import read_script
from grader.intake.suffixes import is_notebook, is_source
from grader.sentences import listed

_IMPORTED = re.compile(
    r"^[ \t]*(?:(?:from|import)[ \t]+([\w.]+)|%run[ \t]+([\w./-]+)\.py\b)", re.MULTILINE
)


@dataclass(frozen=True)
class Entry:
    """The file that is run, its content, what of the homework it leads to, and what was decided."""

    name: str
    document: Document
    marks: frozenset[str]
    notes: tuple[str, ...] = ()


def read_document(path: Path, name: str) -> Document:
    """Read a notebook or a script, which of them by its name.

    Raises:
        IntakeError: it cannot be read; says why and what to do.
    """
    return read_notebook(path, name) if is_notebook(name) else read_script(path, name)


def find_entry(folder: Path, files: Sequence[str]) -> Entry:
    """The file that is run: the one that leads to most of the homework, else the first by name.

    A file leads to what stands in it and in the scripts it imports. Where several lead equally far,
    the one is run that holds more itself, then a notebook, then the one with more code.

    Raises:
        IntakeError: there is no such file, or it cannot be read.
    """
    names = [name for name in files if is_source(name)]
    if not names:
        raise IntakeError(
            f"{folder.name} holds no .ipynb or .py file{_instead(files)}. Hand in your notebook "
            "or script."
        )
    names.sort(key=lambda name: (name.count("/"), name))
    documents = _documents(folder, names[:MAX_CANDIDATES])
    codes = _codes(documents)
    marks = {name: homework_marks(code) for name, code in codes.items()}
    reached = {name: _reached(name, codes) for name in codes}
    reach = {name: frozenset().union(*(marks[each] for each in reached[name])) for name in reached}

    def rank(name: str) -> tuple[int, int, bool, int]:
        return len(reach[name]), len(marks[name]), is_notebook(name), len(codes[name])

    entry = max(codes, key=rank)
    # Another file with as much of the homework may be the one that was meant.
    rivals = [
        name
        for name in codes
        if name not in reached[entry] and marks[entry] and marks[name] >= marks[entry]
    ]
    notes = (_rival_note(entry, rivals),) if rivals else ()
    # What was wrong with it is raised now.
    document = documents[entry] or read_document(folder / entry, entry)
    return Entry(entry, document, reach[entry], notes)


def entry_of(folder: Path, name: str, scripts: Sequence[str]) -> tuple[Entry, tuple[str, ...]]:
    """A file that is to be run, with those of `scripts` that it imports, directly or not.

    A script that cannot be read counts as importing nothing; it matters if it is imported itself.

    Returns:
        The entry, and the names of all files that belong to it.

    Raises:
        IntakeError: the file cannot be read.
    """
    document = read_document(folder / name, name)
    codes = _codes(_documents(folder, scripts)) | {name: document.code}
    files = tuple(sorted(_reached(name, codes)))
    marks = frozenset().union(*(homework_marks(codes[each]) for each in files))
    return Entry(name, document, marks), files


def _documents(folder: Path, names: Sequence[str]) -> dict[str, Document | None]:
    """What the files hold by name, None for those that cannot be read."""
    documents: dict[str, Document | None] = dict.fromkeys(names)
    for name in names:
        with suppress(OSError, IntakeError):
            documents[name] = read_document(folder / name, name)
    return documents


def _codes(documents: Mapping[str, Document | None]) -> dict[str, str]:
    return {name: document.code if document else "" for name, document in documents.items()}


def _reached(entry: str, codes: Mapping[str, str]) -> set[str]:
    reached, to_do = {entry}, [entry]
    while to_do:
        found = set(_imports(codes[to_do.pop()], codes)) - reached
        reached |= found
        to_do.extend(found)
    return reached


def _imports(code: str, names: Mapping[str, str]) -> Iterator[str]:
    """The scripts among `names` that a source imports, by the last part of their name."""
    found = _IMPORTED.findall(code)
    modules = {re.split(r"[./]", module or script)[-1] for module, script in found}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix == ".py" and path.stem in modules:
            yield name


def _instead(files: Sequence[str]) -> str:
    return f", only {listed(files)}" if files else ""


def _rival_note(entry: str, rivals: Sequence[str]) -> str:
    return f"{entry} is what was graded; {listed(rivals)} would hold the homework, too."
