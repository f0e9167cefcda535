"""What a file is, by its name."""

from __future__ import annotations

from typing import Final

SOURCE_SUFFIXES = (".ipynb", ".py")
"""What holds code that can be run."""
ARCHIVE_SUFFIXES: Final = (
    ".zip",
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz2",
    ".tar.xz",
    ".txz",
)
FOREIGN_SUFFIXES: Final = (
    ".rar", ".7z", ".egg", ".alz", ".hwp", ".hwpx", ".gz", ".bz2", ".xz", ".zst", ".lzh", ".cab",
    ".dmg", ".iso",
)  # fmt: skip
"""What people pack their work into, or write it in, and torchgrade does not open."""


def is_source(name: str) -> bool:
    """Whether a file of that name holds code that can be run."""
    return name.lower().endswith(SOURCE_SUFFIXES)


def is_notebook(name: str) -> bool:
    """Whether a file of that name is a notebook."""
    return name.lower().endswith(".ipynb")


def is_archive(name: str) -> bool:
    """Whether a file is called like an archive that can be opened here."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def is_foreign(name: str) -> bool:
    """Whether a file is called like a packed one that cannot be opened here."""
    return name.lower().endswith(FOREIGN_SUFFIXES) and not is_archive(name)


def archive_stem(name: str) -> str:
    """The name without the ending that makes it an archive."""
    for suffix in sorted(ARCHIVE_SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)] or name
    return name
