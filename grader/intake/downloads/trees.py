"""What an instructor or a student points at, a folder or an archive, as one folder to look into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from grader.errors import UsageError
from grader.intake.archives.opening import unpack
from grader.intake.archives.unpacking import LINK
from grader.intake.entry_names import EntryRefused, Refusal, composed, safe_path, told_apart
from grader.intake.layouts import Entry
from grader.intake.leftovers import holds, is_leftover, is_report_folder, report_files
from grader.intake.limits import ArchiveLimits
from grader.intake.suffixes import archive_stem, is_archive


@dataclass(frozen=True)
class Tree:
    """A folder, and what of its content was left out when it was unpacked."""

    root: Path
    is_unpacked: bool = False
    """Whether it came out of an archive and lies in a folder of ours."""
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    """Paths below the root that are not there, and why."""
    notes: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    """Paths below the root that were not unpacked, as they are called like leftovers."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Paths below the root of what has another name here than in the archive, which others have."""

    def entries(self) -> list[Entry]:
        """What stands at its top, by name, without leftovers and reports of torchgrade.

        Raises:
            UsageError: it cannot be listed.
        """
        paths = self._paths()
        reports = report_files([path.name for path in paths])
        names = told_apart(self._own_names())
        entries = {
            names[path.name]: Entry(
                names[path.name],
                is_folder=holds(path.is_dir),
                refused=LINK if holds(path.is_symlink) else None,
            )
            for path in paths
            if not is_leftover(path.name)
            and path.name not in reports
            and not is_report_folder(path)
        }
        for name, reason in self.refused.items():
            top, _, below = name.partition("/")
            if top not in entries and _is_path(name):
                entries[top] = Entry(top, is_folder=bool(below), refused=reason)
        return list(entries.values())

    def leftovers(self) -> list[Entry]:
        """What stands at its top and is called like a hidden file or a trace of a tool."""
        there = {
            path.name: Entry(path.name, is_folder=holds(path.is_dir))
            for path in self._paths()
            if is_leftover(path.name)
        }
        packed = {name: Entry(name) for name in self.hidden if "/" not in name}
        return list((packed | there).values())

    def reports(self) -> list[str]:
        """The names of the folders at its top that hold torchgrade's own output alone."""
        return [path.name for path in self._paths() if is_report_folder(path)]

    def twins(self) -> list[list[str]]:
        """Names at its top that are one name, written in one piece and taken apart."""
        twins: dict[str, list[str]] = {}
        for name in sorted(told_apart(self._own_names())):
            twins.setdefault(composed(name), []).append(name)
        return [names for names in twins.values() if len(names) > 1]

    def renamed_at_top(self) -> dict[str, str]:
        """What stands at its top under another name than in the archive, and that name."""
        return {name: own for name, own in self.renamed.items() if "/" not in name}

    def _paths(self) -> list[Path]:
        """What lies at its top, by name.

        Raises:
            UsageError: it cannot be listed.
        """
        try:
            return sorted(self.root.iterdir())
        except OSError as error:
            raise UsageError(
                f"The folder {self.root} cannot be listed: {error.strerror}. "
                "Correct its permissions."
            ) from error

    def _own_names(self) -> set[str]:
        """Of what lies at its top, and of what does not as it was left out."""
        refused = {name.partition("/")[0] for name in self.refused if _is_path(name)}
        return refused | {path.name for path in self._paths()}

    def path(self, name: str) -> Path:
        """Where an entry lies; on disk its characters may be written in pieces."""
        path = self.root / name
        if holds(path.exists) or holds(path.is_symlink):
            return path
        return self.root / self._own_name_of.get(name, name)

    @cached_property
    def _own_name_of(self) -> dict[str, str]:
        """What is called so here."""
        return {name: own for own, name in told_apart(self._own_names()).items()}

    def refused_in(self, name: str) -> dict[str, Refusal]:
        """What was left out of an entry at its top: itself, or files below it."""
        return self._refused_by_top.get(name, {})

    @cached_property
    def _refused_by_top(self) -> dict[str, dict[str, Refusal]]:
        """What was left out, by the names at its top: a download may have a person for each."""
        by_top: dict[str, dict[str, Refusal]] = {}
        for path, reason in self.refused.items():
            by_top.setdefault(path.partition("/")[0], {})[path] = reason
        return by_top

    def nowhere(self) -> dict[str, Refusal]:
        """What was left out and would have belonged to no entry."""
        return {name: reason for name, reason in self.refused.items() if not _is_path(name)}

    def below(self, name: str) -> Tree:
        """The tree of one of its folders."""
        inner = {
            path.removeprefix(f"{name}/") if _is_path(path) else path: reason
            for path, reason in self.refused.items()
        }
        hidden = tuple(
            path.removeprefix(f"{name}/") for path in self.hidden if path.startswith(f"{name}/")
        )
        renamed = {
            path.removeprefix(f"{name}/"): own.removeprefix(f"{name}/")
            for path, own in self.renamed.items()
            if path.startswith(f"{name}/")
        }
        return Tree(self.path(name), self.is_unpacked, inner, self.notes, hidden, renamed)


def open_tree(
    source: Path,
    scratch: Path,
    limits: ArchiveLimits,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Tree:
    """A folder as it stands, or an archive unpacked.

    Args:
        source: the folder or archive.
        scratch: an existing folder for what is unpacked.
        limits: how much may come out of an archive.
        on_progress: told how much of an archive is unpacked, of how much.

    Raises:
        UsageError: there is neither a folder nor an archive of that name.
        IntakeError: the archive cannot be unpacked.
    """
    if holds(source.is_dir):
        return Tree(source)
    if not holds(source.is_file):
        raise UsageError(
            f"There is no folder or archive {source}. Name the folder of submissions, or the "
            "archive that the learning platform gave you."
        )
    if not is_archive(source.name):
        raise UsageError(
            f"{source} is neither a folder nor a .zip or .tar archive. Name what the learning "
            "platform gave you; `torchgrade check` grades a single file."
        )
    target = scratch / (archive_stem(source.name).strip(". ")[:60] or "unpacked")
    target.mkdir()
    unpacked = unpack(source, target, limits, on_progress)
    return Tree(target, True, unpacked.refused, unpacked.notes, unpacked.hidden, unpacked.renamed)


def _is_path(name: str) -> bool:
    try:
        return safe_path(name) == name
    except EntryRefused:
        return False
