"""What lies in a folder and is nobody's work: hidden files, traces of tools, data, old reports."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from grader.intake.walking import TooDeep, walk

_LEFTOVERS = {"__pycache__", "venv", "__MACOSX", "Thumbs.db", "desktop.ini", "Icon\r"}
_DATA = {"cifar-10-batches-py", "cifar-10-python.tar.gz"}
"""What torchvision downloads: 340 MB beside the work of whoever ran it, and served here anyway."""

_REPORTS = ({"result.json", "report.html"}, {"results.json", "index.html"})
_BESIDE = {"grading.log"}
_OUTPUT = _BESIDE.union(*_REPORTS)


def is_leftover(name: str) -> bool:
    """Whether a file or folder is hidden, or left behind by a tool."""
    return name.startswith(".") or name in _LEFTOVERS or name in _DATA


def report_files(names: Collection[str]) -> set[str]:
    """Of the names in one folder, those that torchgrade wrote there; one alone is not its own."""
    found = set[str]().union(*(pair for pair in _REPORTS if pair <= set(names)))
    return found | (_BESIDE & set(names)) if found else found


def is_report(folder: Path) -> bool:
    """Whether a folder holds torchgrade's output and nothing else, as deep as work may lie.

    A student may have written the report beside the work, or above it, and the work is to be found.

    Raises:
        OSError: the folder, or one in it, cannot be listed.
    """
    if not report_files([path.name for path in folder.iterdir()]):
        return False
    try:
        return all(
            name in _OUTPUT or is_leftover(name)
            for listed in walk(folder, lambda path: not is_leftover(path.name))
            for name in listed.files
        )
    except TooDeep:  # whose it is says that it lies too deep
        return False


def is_report_folder(path: Path) -> bool:
    """Whether it is a folder, no link, that can be looked into and holds torchgrade's output."""
    return holds(lambda: path.is_dir() and not path.is_symlink() and is_report(path))


def holds(condition: Callable[[], bool]) -> bool:
    """Whether it does; of what cannot be looked at, it does not, and reading it says why."""
    try:
        return condition()
    except OSError:
        return False
