"""Folders within folders, looked through without recursion and no deeper than any homework lies.

`os.walk` recurses up to Python 3.11, and git carries a folder 1,200 levels deep in 2,400 bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.intake.limits import MAX_FOLDER_DEPTH


@dataclass(frozen=True)
class Listed:
    """What lies in one folder; links to folders are neither."""

    folder: Path
    files: tuple[str, ...]
    """Names by alphabet, of pipes and links to files, too."""


class TooDeep(Exception):
    """Folders lie deeper within each other than a homework's."""


def walk(top: Path, is_entered: Callable[[Path], bool]) -> Iterator[Listed]:
    """A folder and those below it, each before what lies in it, by alphabet.

    Args:
        top: the first folder.
        is_entered: whether a folder below it is looked into.

    Raises:
        OSError: a folder cannot be listed.
        TooDeep: one lies more than `MAX_FOLDER_DEPTH` folders below the first.
    """
    to_do = [(top, 0)]
    while to_do:
        folder, depth = to_do.pop()
        if depth > MAX_FOLDER_DEPTH:
            raise TooDeep
        folders, files = _listed(folder)
        yield Listed(folder, tuple(sorted(files)))
        inner = filter(is_entered, (folder / name for name in sorted(folders, reverse=True)))
        to_do.extend((path, depth + 1) for path in inner)


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    folders, files = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif not entry.is_dir():
                files.append(entry.name)
    return folders, files
