"""What an instructor got from a learning platform -> submissions, and who is missing.

::

    folder or archive ──trees──> names ──layouts──> hand-ins ──staging──> submissions
                                              rosters ──attendance──> people

What is unpacked lies in a temporary folder for as long as the download is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from grader.choices import LayoutName
from grader.errors import UsageError
from grader.files import open_regular
from grader.intake.archives.unpacking import readable
from grader.intake.discovery import read_own_work
from grader.intake.downloads.doubts import doubts
from grader.intake.downloads.passing_over import passed_over
from grader.intake.downloads.staging import Stager
from grader.intake.downloads.trees import Tree, open_tree
from grader.intake.layouts import Choice, HandIn, Part, Who, choose, lay_out, no_text
from grader.intake.layouts.plain import is_work
from grader.intake.leftovers import holds
from grader.intake.limits import DOWNLOAD, MAX_WRAPPERS
from grader.intake.names import as_id
from grader.intake.people.attendance import Attendance, HandedIn, identifier, take_attendance
from grader.intake.people.rosters import Roster, read_roster
from grader.intake.submission import Submission
from grader.intake.suffixes import archive_stem, is_archive
from grader.results import Source, Student
from grader.scratch import Scratch

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True)
class Download:
    """A download that is open: its submissions can be read and graded."""

    submissions: tuple[Submission, ...]
    source: Source
    """Where they come from: layout, people, what was passed over; as a result says it."""


@contextmanager
def open_download(
    source: Path,
    *,
    layout: LayoutName | None = None,
    roster: Path | None = None,
    on_progress: Progress = lambda what, done, total: None,
) -> Iterator[Download]:
    """Read what a learning platform handed out.

    One person's work that cannot be read is a submission with a `problem`; the rest goes on.

    Args:
        source: a folder, or a zip or tar.
        layout: whose names it has; found out when None.
        roster: a CSV with everybody in the course.
        on_progress: told how far it is.

    Raises:
        UsageError: there is no such source, it holds no submission, the layout does not fit, or
            the roster cannot be used.
        IntakeError: the archive as a whole cannot be unpacked.
    """
    enrolled = read_roster(roster) if roster is not None else None
    with Scratch() as scratch:
        tree = open_tree(
            source,
            scratch.path,
            DOWNLOAD,
            lambda done, total: on_progress("Unpacking", done, total),
        )
        tree, choice = _choose(tree, layout)
        yield _read(source, tree, choice, scratch.path, enrolled, on_progress)


@contextmanager
def open_own_work(path: Path) -> Iterator[Submission]:
    """Read one submission as its author has it: a source, a folder, or an archive of them.

    Raises:
        UsageError: there is no such file or folder.
    """
    if not holds(path.exists) or not (holds(path.is_dir) or is_archive(path.name)):
        yield read_own_work(path)
        return
    stem = archive_stem(path.name) if holds(path.is_file) else path.absolute().name
    place = path.resolve()
    part = Part(place.name, place.name if holds(place.is_file) else None)
    own = HandIn(id=as_id(stem or place.name), members=(Who(label=stem),), parts=(part,))
    with Scratch() as scratch:
        yield Stager(Tree(place.parent), scratch.path).read(own)


def _choose(tree: Tree, forced: LayoutName | None) -> tuple[Tree, Choice]:
    """The tree whose top holds the hand-ins, without folders around it, and its layout.

    Raises:
        UsageError: no name has the layout that was asked for.
    """
    outer = tree
    for _ in range(MAX_WRAPPERS):
        entries = tree.entries()
        is_wrapper = len(entries) == 1 and entries[0].is_folder and not entries[0].refused
        if not is_wrapper or choose(entries).layout.name != "plain":
            break
        tree = tree.below(entries[0].name)
    if tree is outer or _is_worth_stepping_in(tree):
        return tree, choose(tree.entries(), forced)
    return outer, choose(outer.entries(), forced)


def _is_worth_stepping_in(tree: Tree) -> bool:
    """Whether a lone folder holds many hand-ins, and is not one.

    A folder of one person's files looks like a folder of many people's; in an archive it is the
    folder that was packed.
    """
    entries = tree.entries()
    if choose(entries).layout.name != "plain":
        return True
    return tree.is_unpacked and sum(is_work(entry) for entry in entries) > 1


def _read(
    source: Path,
    tree: Tree,
    choice: Choice,
    scratch: Path,
    roster: Roster | None,
    on_progress: Progress,
) -> Download:
    hand_ins, others = lay_out(tree.entries(), choice, partial(_open_text, tree))
    if not hand_ins:
        raise UsageError(
            f"{source} holds no submission: no folder, no .ipynb or .py file and no archive."
        )
    staged = scratch / "hand-ins"
    staged.mkdir()
    stager = Stager(tree, staged)
    submissions = []
    for number, hand_in in enumerate(hand_ins):
        on_progress("Reading", number, len(hand_ins))
        submissions.append(stager.read(hand_in))
    on_progress("Reading", len(hand_ins), len(hand_ins))
    attendance = take_attendance(
        [
            HandedIn(each.id, each.members, each.late, is_broken=read.problem is not None)
            for each, read in zip(hand_ins, submissions, strict=True)
        ],
        roster,
    )
    return Download(
        tuple(
            _named(submission, hand_in.members, attendance)
            for hand_in, submission in zip(hand_ins, submissions, strict=True)
        ),
        Source(
            name=readable(source.absolute().name),
            layout=choice.layout.name,
            title=choice.layout.title,
            evidence=choice.evidence,
            notes=(
                *tree.notes,
                *doubts(tree, hand_ins, submissions),
                *attendance.notes,
            ),
            people=attendance.people,
            passed_over=tuple(passed_over(tree, choice, others)),
        ),
    )


def _open_text(tree: Tree, name: str) -> TextIO:
    """What an LMS wrote beside the work; nothing if it cannot be read: the work speaks for itself.

    Lines end where the file has them end, and nowhere else.
    """
    path = tree.path(name)
    try:
        if path.is_symlink():  # ours where we copied the class, and its author's all the same
            return no_text(name)
        file = open_regular(path)
    except OSError:
        return no_text(name)
    return TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="\n")


def _named(submission: Submission, members: Sequence[Who], attendance: Attendance) -> Submission:
    """A submission with its people's names, those of the roster where they are on it."""
    students = []
    for who in members:
        enrolled = attendance.enrolled.get((submission.id, who))
        students.append(
            Student(id=identifier(who), name=who.name)
            if enrolled is None
            else Student(id=enrolled.id, name=enrolled.name or who.name)
        )
    return submission.model_copy(
        update={"student": students[0], "members": tuple(students) if len(students) > 1 else ()}
    )
