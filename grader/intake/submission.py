"""`Submission`: one student's work as it was handed in."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote_from_bytes, unquote_to_bytes

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
)

from grader.files import open_regular
from grader.intake.documents.outline import Mark
from grader.intake.limits import MAX_BYTES
from grader.intake.names import as_text
from grader.keys import key_of
from grader.protocol.parts import Cell
from grader.results import Student, SubmissionInfo

_CHUNK = 1 << 20


def _path_of(value: object, info: ValidationInfo) -> object:
    if info.mode == "json" and isinstance(value, str):
        return os.fsdecode(unquote_to_bytes(value))
    return value


def _textual(value: object) -> object:
    return as_text(value) if isinstance(value, str) else value


# JSON carries text alone, and a folder's name is bytes of any encoding: as in the path of a URL.
_Folder = Annotated[
    Path,
    BeforeValidator(_path_of),
    PlainSerializer(
        lambda path: quote_from_bytes(os.fsencode(path)), return_type=str, when_used="json"
    ),
]
# Sentences name files, which may be called anything.
_Sentence = Annotated[str, BeforeValidator(_textual)]


class Submission(BaseModel):
    """A submission, read and ready to be graded.

    Either `cells` hold its source, or `problem` says why there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    student: Student
    root: _Folder = Field(description="the folder that holds its files")
    files: tuple[str, ...] = Field(description="names relative to root")
    entry: str | None = None
    layout: Literal["file", "folder"]
    digest: str = Field(description="sha256 over the names and contents of all files")
    cells: tuple[Cell, ...] = Field(default=(), description="in the order of the document")
    executed: tuple[int | None, ...] = Field(
        default=(), description="the n of `In [n]` for each cell; empty for a script"
    )
    marks: tuple[Mark, ...] = Field(
        default=(), description="the headings of the homework's parts and questions"
    )
    notes: tuple[_Sentence, ...] = ()
    problem: _Sentence | None = None
    members: tuple[Student, ...] = Field(default=(), description="a group's members; else none")
    late: bool = False
    attempt: str | None = Field(default=None, description="which one, where there were several")
    older: tuple[str, ...] = Field(default=(), description="attempts that this one takes over from")
    feedback_name: str | None = Field(
        default=None, description="what a page for its author is called in the platform's words"
    )

    @property
    def execution_order(self) -> tuple[Cell, ...]:
        """The cells as they were last executed; one that was not comes after the one above it."""
        last, keys = 0, []
        for count in self.executed:
            last = count if count is not None else last
            keys.append(last)
        if len(keys) != len(self.cells):
            return self.cells
        order = sorted(range(len(keys)), key=keys.__getitem__)
        return tuple(self.cells[position] for position in order)

    @property
    def fingerprint(self) -> str:
        """sha256 over all of it that a result depends on, but for whose it is."""
        return key_of(self.digest, self.entry or "", *self.notes)

    @property
    def info(self) -> SubmissionInfo:
        """What a result says of it."""
        return SubmissionInfo(
            id=self.id,
            student=self.student,
            entry=self.entry,
            files=self.files,
            layout=self.layout,
            members=self.members,
            late=self.late,
            attempt=self.attempt,
            older=self.older,
            feedback_name=self.feedback_name,
        )


def digest_files(root: Path, names: Iterable[str]) -> str:
    """sha256 over names and contents, independent of the order of `names`.

    Raises:
        OSError: a file cannot be read.
    """
    hashes, room = {}, MAX_BYTES
    for name in names:
        digest = hashlib.sha256()
        with open_regular(root / name) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                room -= len(chunk)
                if room < 0:  # it has grown since it was found to be small enough
                    raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(root / name))
        hashes[name] = digest.digest()
    return _digest(hashes)


def digest_contents(contents: Mapping[str, bytes]) -> str:
    """The same of files that are read already, by their names."""
    return _digest({name: hashlib.sha256(content).digest() for name, content in contents.items()})


def _digest(hashes: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(hashes):
        encoded = name.encode("utf-8", "surrogateescape")
        digest.update(len(encoded).to_bytes(8, "little") + encoded + hashes[name])
    return digest.hexdigest()
