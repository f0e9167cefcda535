"""Hand-ins -> submissions: files under their authors' names, archives unpacked."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from grader.errors import IntakeError, UsageError, UserError
from grader.files import is_full, remove_tree
from grader.intake.archives.opening import how_to_hand_in, unpack
from grader.intake.archives.unpacking import LINK, Unpacked, readable
from grader.intake.discovery import (
    broken_submission,
    cannot_be_read,
    list_files,
    no_source,
    read_submission,
    refuse_a_flood_of_bytes,
)
from grader.intake.downloads.placing import stage, unused
from grader.intake.downloads.trees import Tree
from grader.intake.entry_names import Refusal
from grader.intake.layouts import HandIn, Part
from grader.intake.limits import DOWNLOAD, HAND_IN, MAX_NESTED_ARCHIVES
from grader.intake.names import as_text
from grader.intake.submission import Submission
from grader.intake.suffixes import archive_stem, is_archive, is_foreign, is_source
from grader.language import N_, _

_MAX_NOTES = 10
_TYPED = N_(
    "The work was typed into the text box of the learning platform. "
    "Hand in the .ipynb or .py file instead."
)


class Stager:
    """Reads hand-ins one by one; what has to be unpacked or renamed goes into a folder each.

    Files that are complete as they lie are read where they are.

    Args:
        tree: the download.
        scratch: an existing folder of ours.
    """

    def __init__(self, tree: Tree, scratch: Path) -> None:
        self._tree = tree
        self._scratch = scratch
        self._count = 0
        self._left = DOWNLOAD.total_bytes
        self._own_left, self._own_entries = HAND_IN.total_bytes, HAND_IN.entries

    def read(self, hand_in: HandIn) -> Submission:
        """The submission of a hand-in, under its id; one that cannot be read has a `problem`.

        Raises:
            UsageError: the disk is full, whoever filled it.
        """
        name = hand_in.id
        notes = list(hand_in.notes)
        self._own_left, self._own_entries = HAND_IN.total_bytes, HAND_IN.entries
        try:
            path = self._gather(hand_in, name, notes)
            submission = read_submission(self._opened(path, name, notes), name)
        except UserError as error:
            _require_room(error.__cause__)
            submission = broken_submission(name, self._tree.root, "folder", str(error))
        except OSError as error:
            _require_room(error)
            problem = cannot_be_read(error)
            submission = broken_submission(name, self._tree.root, "folder", problem)
        except Exception as error:  # whatever one person handed in, the others' is read
            what = as_text(f"{type(error).__name__}: {error}")[:500]
            problem = _(
                "torchgrade itself failed to read {name} ({what}). Please report it.",
                name=readable(name),
                what=what,
            )
            submission = broken_submission(name, self._tree.root, "folder", problem)
        if hand_in.typed and submission.problem is None:
            notes.append(_("Text was typed into the learning platform as well; it is not graded."))
        return submission.model_copy(
            update={
                "notes": (*submission.notes, *notes),
                "late": hand_in.late,
                "attempt": hand_in.attempt,
                "older": tuple(map(readable, hand_in.older)),
                "feedback_name": hand_in.feedback_name and as_text(hand_in.feedback_name),
            }
        )

    def _gather(self, hand_in: HandIn, name: str, notes: list[str]) -> Path:
        """Where all parts of a hand-in lie together under their authors' names.

        Raises:
            IntakeError: there is nothing, or nothing that may be read.
            OSError: something cannot be linked or copied.
        """
        parts = self._parts_there(hand_in, notes)
        if not parts:
            if hand_in.typed:
                raise IntakeError(_(_TYPED))
            nothing = _("No file was handed in.")
            raise IntakeError(f"{nothing} {how_to_hand_in(is_packed=False)}")
        first = self._tree.path(parts[0].source)
        is_as_its_author_had_it = parts[0].name in (None, parts[0].source)
        if len(parts) == 1 and is_as_its_author_had_it:
            return first
        if len(parts) == 1 and first.is_dir():
            return first
        folder = self._new_folder(name)
        placed = [(self._tree.path(part.source), part) for part in parts]
        refuse_a_flood_of_bytes(name, {part.source: path.stat().st_size for path, part in placed})
        stage(placed, folder)
        staged = list(folder.iterdir())
        return staged[0] if len(staged) == 1 and staged[0].is_file() else folder

    def _parts_there(self, hand_in: HandIn, notes: list[str]) -> list[Part]:
        """The parts that may be read; of the others it is said why not.

        Raises:
            IntakeError: there are only others.
        """
        refused = {
            path: reason
            for part in hand_in.parts
            for path, reason in self._refused_in(part.source).items()
        }
        there = [part for part in hand_in.parts if not self._is_gone(part.source, refused)]
        told = [reason.of(readable(path)) for path, reason in refused.items()]
        if hand_in.parts and not there:
            raise IntakeError(
                _("{reason}. Hand in the file itself, without data and models.", reason=told[0])
            )
        notes += map(_left_out, told[:_MAX_NOTES])
        more = len(told) - _MAX_NOTES
        if more > 0:
            notes.append(_("{number:,} more files were left out.", number=more))
        return there

    def _is_gone(self, source: str, refused: Collection[str]) -> bool:
        """Whether a part was left out, or is a folder of which everything was."""
        has_lost = any(path.startswith(f"{source}/") for path in refused)
        return source in refused or (has_lost and not self._tree.path(source).is_dir())

    def _refused_in(self, source: str) -> dict[str, Refusal]:
        refused = dict(self._tree.refused_in(source))
        if self._tree.path(source).is_symlink():  # it may point at anything on this machine
            refused[source] = LINK
        return refused

    def _opened(self, path: Path, name: str, notes: list[str]) -> Path:
        """Where a hand-in's sources lie: it may be an archive, or hold nothing but archives.

        Raises:
            IntakeError: there is no source in it, whatever was opened.
        """
        if not path.is_dir():
            return self._opened_file(path, name, notes)
        files = list(list_files(path))
        archives = [file for file in files if is_archive(file)]
        if any(is_source(file) for file in files):
            notes += map(_left_packed, archives[:_MAX_NOTES])
            return path
        if not archives:
            raise IntakeError(_nothing_to_grade(name, files))
        return self._opened_archives(path, archives, name, notes, MAX_NESTED_ARCHIVES)

    def _opened_archives(
        self, below: Path, archives: Sequence[str], name: str, notes: list[str], levels: int
    ) -> Path:
        """Where the sources lie that archives hold, with archives in them so many levels deep.

        Raises:
            IntakeError: there is no source in it, whatever was opened.
        """
        folder = self._new_folder(name)
        for file in archives:
            target = folder if len(archives) == 1 else unused(folder / archive_stem(file))
            target.mkdir(parents=True, exist_ok=True)
            self._unpack(below / file, target, notes)
        files = list(list_files(folder))
        inner = [file for file in files if is_archive(file)]
        if levels and inner and not any(is_source(file) for file in files):
            return self._opened_archives(folder, inner, name, notes, levels - 1)
        return _unpacked_sources(folder, name)

    def _opened_file(self, path: Path, name: str, notes: list[str]) -> Path:
        if is_archive(path.name):
            return self._opened_archives(path.parent, [path.name], name, notes, MAX_NESTED_ARCHIVES)
        # What is no regular file, or has an impossible name, is told by who reads it.
        if is_source(path.name) or not path.is_file():
            return path
        raise IntakeError(_nothing_to_grade(name, [path.name]))

    def _unpack(self, archive: Path, folder: Path, notes: list[str]) -> None:
        if self._left <= 0:
            raise IntakeError(
                _(
                    "The hand-ins together unpack to more than {most} GB. "
                    "Grade them in several parts.",
                    most=DOWNLOAD.total_bytes >> 30,
                )
            )
        if self._own_left <= 0:
            raise IntakeError(
                _(
                    "The archives together unpack to more than {most} MB. "
                    "Pack your work alone, without data sets and saved models.",
                    most=HAND_IN.total_bytes >> 20,
                )
            )
        if self._own_entries <= 0:
            raise IntakeError(
                _(
                    "The archives together hold more than {most:,} files and folders. "
                    "Pack your work alone.",
                    most=HAND_IN.entries,
                )
            )
        left = min(self._own_left, self._left)
        limits = replace(HAND_IN, total_bytes=left, entries=self._own_entries)
        try:
            unpacked = unpack(archive, folder, limits)
        except BaseException:
            remove_tree(folder)  # the next one needs the room
            raise
        self._left -= unpacked.written
        self._own_left -= unpacked.written
        self._own_entries -= unpacked.entries
        notes += _notes_on(unpacked, archive.name)

    def _new_folder(self, name: str) -> Path:
        """A folder that is called like the hand-in, in one that is its alone."""
        self._count += 1
        folder = self._scratch / str(self._count) / name[:60].rstrip(". ")
        folder.mkdir(parents=True)
        return folder


def _require_room(error: BaseException | None) -> None:
    """See that it was not the disk; what one hand-in had filled it with is gone by now.

    Raises:
        UsageError: there is no room for anybody's.
    """
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full and is_full(Path(tempfile.gettempdir())):
        raise UsageError(
            _("The disk of TMPDIR is full. Make room, or name a folder on a larger disk in TMPDIR.")
        ) from error


def _notes_on(unpacked: Unpacked, archive: str) -> list[str]:
    told = [
        _left_out(reason.of(_("{file} in {archive}", file=path, archive=readable(archive))))
        for path, reason in islice(unpacked.refused.items(), _MAX_NOTES)
    ]
    notes = [*unpacked.notes, *told]
    more = len(unpacked.refused) - _MAX_NOTES
    if more > 0:
        notes.append(_("{number:,} more entries were left out.", number=more))
    renamed = islice(unpacked.renamed.items(), _MAX_NOTES)
    return notes + [_renamed(place, own, readable(archive)) for place, own in renamed]


def _renamed(place: str, own: str, archive: str) -> str:
    return _(
        "{file} in {archive} is called like another file or folder; it was unpacked as {place}.",
        file=readable(own),
        archive=archive,
        place=readable(place),
    )


def _left_out(reason: str) -> str:
    return _("{reason}; it was left out.", reason=reason)


def _left_packed(archive: str) -> str:
    return _("{archive} was left packed, as there is source beside it.", archive=readable(archive))


def _unpacked_sources(folder: Path, name: str) -> Path:
    """The folder that holds the sources, without those around it that hold nothing else.

    Raises:
        IntakeError: there is no source.
    """
    files = list(list_files(folder))
    if not any(is_source(file) for file in files):
        raise IntakeError(_nothing_to_grade(name, files, is_unpacked=True))
    while len(inner := list(folder.iterdir())) == 1 and inner[0].is_dir():
        folder = inner[0]
    return folder


def _nothing_to_grade(name: str, files: Sequence[str], *, is_unpacked: bool = False) -> str:
    """Why there is nothing to be graded, by what there is instead."""
    packed = next((file for file in files if is_archive(file)), None)
    if is_unpacked and packed is not None:
        return _(
            "{archive} lies too many archives deep. {advice}",
            archive=readable(packed),
            advice=how_to_hand_in(is_packed=True),
        )
    foreign = next((file for file in files if is_foreign(file)), None)
    if foreign is not None:
        return _(
            "{file} cannot be opened here. {advice}",
            file=readable(foreign),
            advice=how_to_hand_in(is_packed=True),
        )
    if len(files) == 1:
        return no_source(readable(files[0]))
    return _(
        "{folder} holds no .ipynb and no .py file. Hand in your notebook or script.",
        folder=readable(name),
    )
