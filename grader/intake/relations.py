"""What the files of a hand-in are to each other, where not all of them may be one person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import IntakeError
from grader.intake.documents.exports import bare_code
from grader.intake.documents.reading import read_document
from grader.intake.imports import among, import_graph
from grader.intake.limits import MAX_CANDIDATES
from grader.intake.sources import Source, Surveyor
from grader.intake.suffixes import is_archive, is_source


@dataclass(frozen=True)
class Relations:
    """What the files of a hand-in are to each other."""

    works: tuple[str, ...] = ()
    """Those that may each be the homework: they hold something of it and no other imports them, or
    they are archives, which were left packed. What a notebook among them was saved as is none."""
    imported: tuple[str, ...] = ()
    """Those that the one that is run imports itself."""
    is_saved_twice: bool = False
    """Whether they are a notebook and the script that it was saved as, and nothing else."""


def relations(folder: Path, files: Sequence[str], run: str | None) -> Relations:
    """Look through the sources of a hand-in.

    Args:
        folder: where its files lie.
        files: their names.
        run: the one that is run, if one is.

    Returns:
        What they are to each other; nothing where the sources are more than is looked through,
        which the submission's reader is told.
    """
    surveyor = Surveyor(folder, folder.name)
    names = [name for name in files if is_source(name)][:MAX_CANDIDATES]
    try:
        sources = {name: surveyor.look_at(name) for name in names}
    except IntakeError:
        return Relations()
    graph = import_graph({name: each.imports for name, each in sources.items()}, among(names))
    imported = {name for by, theirs in graph.items() for name in theirs - {by}}
    works = [each for name, each in sources.items() if each.marks and name not in imported]
    packed = [name for name in files if is_archive(name)]
    return Relations(
        works=(*_without_exports(folder, works), *packed),
        imported=tuple(sorted(graph.get(run or "", frozenset()) - {run})),
        is_saved_twice=_are_saved_twice(folder, list(sources.values()), files),
    )


def _without_exports(folder: Path, works: Sequence[Source]) -> list[str]:
    """The names of works, but for scripts with the code of a notebook among them."""
    notebooks = {_bare_code(folder, each) for each in works if each.is_notebook} - {None}
    return [
        each.name for each in works if each.is_notebook or _bare_code(folder, each) not in notebooks
    ]


def _are_saved_twice(folder: Path, sources: Sequence[Source], files: Sequence[str]) -> bool:
    is_pair = sorted(each.is_notebook for each in sources) == [False, True]
    if not is_pair or len(files) > len(sources):
        return False
    first, second = (_bare_code(folder, each) for each in sources)
    return first is not None and first == second


def _bare_code(folder: Path, source: Source) -> tuple[str, ...] | None:
    """What stands in a notebook and in its export alike; None where it cannot be read."""
    if source.refusal is not None:
        return None
    return bare_code(read_document(folder / source.name, source.name).code)
