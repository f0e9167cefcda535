"""Which file of a folder is run, and which of the others belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.errors import EmptyFile, IntakeError
from grader.intake.documents.document import Document, too_much_code
from grader.intake.documents.reading import read_document
from grader.intake.imports import among, beside, import_graph, reached
from grader.intake.limits import MAX_CANDIDATES, MAX_FILES, MAX_TEXT_IN_ALL
from grader.intake.recognition import defines_all, is_call, is_in_tensorflow, is_in_torch
from grader.intake.sources import Source, Surveyor
from grader.intake.suffixes import is_source
from grader.language import _
from grader.sentences import listed

_TEST = re.compile(r"^(?:tests?|conftest)$|^tests?_|_tests?$")
"""Scripts that import the work to look at it."""


@dataclass(frozen=True)
class Entry:
    """The file that is run, its content, what of the homework it leads to, and what was decided."""

    name: str
    document: Document
    marks: frozenset[str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Candidate:
    """A source that may be the one to be run, and how far it leads."""

    source: Source
    reached: frozenset[str]
    """The sources that are run with it: itself and those it imports."""
    reach: frozenset[str]
    """What of the homework stands in all of these."""
    filled: frozenset[str]
    """What of that is more than was handed out."""
    blanks: int
    """What was left in them as it was handed out."""

    @property
    def name(self) -> str:
        """Of its file."""
        return self.source.name

    @property
    def marks(self) -> frozenset[str]:
        """What of the homework stands in itself."""
        return self.source.marks

    @property
    def weight(self) -> tuple[int, int, int, int, bool, int]:
        """Of two, the one with the greater is run, if neither is there to import the other.

        What is not filled in counts where nothing is. The length comes last: what was handed out
        may be longer than what was made of it.
        """
        unfilled = len(self.reach) if not self.filled else 0
        source, marks = self.source, len(self.marks)
        return len(self.filled), unfilled, -self.blanks, marks, source.is_notebook, source.size

    @property
    def is_whole(self) -> bool:
        """Whether it holds by itself all that it leads to, its trainings too."""
        return self.marks == self.reach and any(map(is_call, self.marks))

    def adds_to(self, entry: _Candidate) -> bool:
        """Whether it holds a part of the homework that the other does not lead to.

        A notebook that trains and defines nothing does so, too: there may be one for each part.
        """
        trains_alone = (
            self.source.is_notebook and bool(self.marks) and all(map(is_call, self.marks))
        )
        return trains_alone or bool(self.source.filled - entry.filled)

    def is_run_by(self, other: _Candidate) -> bool:
        """Whether the other leads as far because it imports this one, and is what was meant.

        What only looks at a work, or shows it, imports it as well: one that trains when it is run
        is run itself.
        """
        return (
            self.name in other.reached
            and other.name not in self.reached
            and len(other.reach) == len(self.reach)
            and not self.is_whole
            and not self.source.trains_at_once
            and not _TEST.search(PurePosixPath(other.name).stem)
        )


def find_entry(folder: Path, files: Sequence[str]) -> Entry:
    """The file that is run: the one that leads to most of the homework, else the first by name.

    A file leads to what stands in it and in the scripts it imports; a definition that computes
    nothing does not count. Where several lead equally far, one that imports others of them goes
    before these; then the one is run that left less blank, then the one that holds more itself,
    then a notebook, then the one with more code. What is written with TensorFlow is none of them
    where another is in PyTorch.

    Raises:
        IntakeError: there is no such file, or it cannot be read.
    """
    names = [name for name in files if is_source(name)]
    if not names:
        raise IntakeError(_no_source(folder.name, files))
    names.sort(key=lambda name: (name.count("/"), name))
    found = _candidates(folder, names[:MAX_CANDIDATES])
    read = [each for each in found if each.source.refusal is None]
    unread = [each for each in found if each.source.refusal is not None]
    if not read:
        raise _refusal(max(unread, key=lambda each: each.weight))
    aside = _in_tensorflow(read)
    candidates = [each for each in read if each not in aside]
    roots = [each for each in candidates if not any(map(each.is_run_by, candidates))]
    entry = max(roots, key=lambda each: each.weight)
    for each in unread:
        if _is_rather_the_work(each, entry):
            less = _("{file} holds less of the homework.", file=entry.name)
            raise IntakeError(f"{_refusal(each)} {less}")
    document = read_document(folder / entry.name, entry.name)
    doubts = (*_doubts(entry, candidates), *_left_aside(entry, aside), *_losses(entry, unread))
    return Entry(entry.name, document, entry.reach, doubts)


def _candidates(folder: Path, names: Sequence[str]) -> list[_Candidate]:
    """The sources with what they lead to.

    Raises:
        IntakeError: they hold too much together.
    """
    surveyor = Surveyor(folder, folder.name)
    sources = {name: surveyor.look_at(name) for name in names}
    graph = import_graph({name: each.imports for name, each in sources.items()}, among(names))
    found = []
    for name, source in sources.items():
        run = reached(name, graph)
        all_of_it = [sources[each] for each in run]
        found.append(
            _Candidate(
                source,
                run,
                reach=frozenset().union(*(each.marks for each in all_of_it)),
                filled=frozenset().union(*(each.filled for each in all_of_it)),
                blanks=sum(each.blanks for each in all_of_it),
            )
        )
    return found


def _in_tensorflow(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """What is written with TensorFlow, where other files are in PyTorch: the course has both."""
    if not any(is_in_torch(each.source.imports) for each in candidates):
        return []  # then it is what was meant, and refused as such
    return [each for each in candidates if is_in_tensorflow(each.source.imports)]


def _refusal(unread: _Candidate) -> IntakeError:
    assert unread.source.refusal is not None
    return unread.source.refusal


def _is_rather_the_work(unread: _Candidate, entry: _Candidate) -> bool:
    """Whether it is evident that a file that cannot be read is what was to be graded.

    It shows more of the homework, or is a notebook beside what is only a helper.
    """
    if isinstance(_refusal(unread), EmptyFile):
        return False
    is_work = entry.source.is_notebook or defines_all(entry.reach) or any(map(is_call, entry.reach))
    is_helper = not entry.reach or not is_work
    return unread.marks > entry.reach or (unread.source.is_notebook and is_helper)


def _losses(entry: _Candidate, unread: Sequence[_Candidate]) -> Iterator[str]:
    """What could not be read and may matter: no script that holds nothing of the homework."""
    for each in unread:
        matters = each.source.is_notebook or each.marks
        if matters and not isinstance(_refusal(each), EmptyFile):
            graded = _("{file} is what was graded.", file=entry.name)
            yield f"{graded} {_refusal(each)}"


def _left_aside(entry: _Candidate, in_tensorflow: Sequence[_Candidate]) -> Iterator[str]:
    """Work in TensorFlow that was not graded; what holds none, such as a logger, goes unsaid."""
    names = [each.name for each in in_tensorflow if each.marks and each.name not in entry.reached]
    if names:
        yield _(
            "{file} is what was graded; what is written with TensorFlow was left aside: {others}.",
            file=entry.name,
            others=listed(names),
        )


def _doubts(entry: _Candidate, candidates: Sequence[_Candidate]) -> Iterator[str]:
    """What may make another file the one that was meant."""
    rivals = [
        each.name
        for each in candidates
        if each.name not in entry.reached and entry.marks and each.marks >= entry.marks
    ]
    if rivals:
        yield _(
            "{file} is what was graded; {others} would hold the homework, too.",
            file=entry.name,
            others=listed(rivals),
        )
    parts = [
        each.name
        for each in candidates
        if each.name not in (*entry.reached, *rivals) and each.adds_to(entry)
    ]
    if parts:
        yield _(
            "{file} alone is what was graded; parts of the homework stand in {others}, too. "
            "Hand in one file that holds all parts, or imports them.",
            file=entry.name,
            others=listed(parts),
        )
    run = [each.name for each in candidates if each.is_run_by(entry)]
    if run and not entry.source.is_notebook:  # a notebook is what was handed out
        yield _(
            "{file} is what was graded, as it imports {others}, which would hold as much of the "
            "homework.",
            file=entry.name,
            others=listed(run),
        )


def entry_of(folder: Path, name: str, *, brings_along: bool) -> tuple[Entry, tuple[str, ...]]:
    """A file that is to be run, with the scripts and packages beside it that it imports.

    A script that cannot be read counts as importing nothing; it is told when it is imported.

    Args:
        folder: where the file lies.
        name: of the file.
        brings_along: whether anything but the file itself belongs to it.

    Returns:
        The entry, and the names of all files that belong to it.

    Raises:
        IntakeError: the file cannot be read, or brings along more than any homework does.
    """
    document = read_document(folder / name, name)
    find = beside(folder) if brings_along else among(())
    sources: dict[str, Source] = {}
    to_do, surveyor = {name}, Surveyor(folder, name)
    while to_do:
        source = surveyor.look_at(to_do.pop())
        sources[source.name] = source
        if len(sources) > MAX_FILES:
            raise too_much_code(name, MAX_TEXT_IN_ALL)
        to_do |= {file for each in source.imports for file in find(source.name, each)}
        to_do -= sources.keys()
    marks = frozenset[str]().union(*(each.marks for each in sources.values()))
    return Entry(name, document, marks), tuple(sorted(sources))


def _no_source(folder: str, files: Sequence[str]) -> str:
    if not files:
        return _(
            "{folder} holds no .ipynb or .py file. Hand in your notebook or script.", folder=folder
        )
    return _(
        "{folder} holds no .ipynb or .py file, only {files}. Hand in your notebook or script.",
        folder=folder,
        files=listed(files),
    )
