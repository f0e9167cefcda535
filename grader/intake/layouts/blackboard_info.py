"""Blackboard's text beside an attempt: who sent it, and what the files were called.

What the student typed stands in the middle of it, so that nothing here may take longer for one
text than for another: lines are looked at one by one, and no pattern is tried again further on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, islice, takewhile

from grader.intake.layouts.model import Who
from grader.intake.limits import MAX_INFO_LINE

_LOGIN = re.compile(r"\(([^()\s]++)\)")
_BEFORE_NAME = re.compile(r"[(),;:]")
_PEOPLE = {"Name", "Group Member", "Group Members", "Member", "Members", "이름", "그룹 구성원"}
_ORIGINAL = {"Original filename", "원래 파일 이름", "원본 파일 이름"}
_STORED = {"Filename", "파일 이름"}
_PEOPLE_LINES = 50
_TYPED, _COMMENTS = "Submission Field:", "Comments:"
_FILES = {"Files:", "파일:"}
_NOTHING_TYPED = "There is no student submission text data"


@dataclass(frozen=True)
class Info:
    """What the text beside an attempt says."""

    members: tuple[Who, ...] = ()
    originals: tuple[tuple[str, str], ...] = ()
    """Names in the download and what they were before."""
    typed: bool = False
    notes: tuple[str, ...] = ()


def parse_info(text: str) -> Info:
    """What the text says; of a text that is cut off, what stands in it."""
    lines = text.splitlines()
    typed_at = next((n for n, line in enumerate(lines) if line.startswith(_TYPED)), len(lines))
    return Info(
        # What the student typed comes after the people and may hold such lines as well.
        members=tuple(dict.fromkeys(_members(_head(lines[:typed_at])))),
        originals=tuple(_originals(lines[_files_at(lines) :])),
        typed=_is_typed(lines[typed_at + 1 :]),
    )


def _head(lines: Sequence[str]) -> list[str]:
    """The lines up to the first empty one: what was typed comes after it in every language."""
    filled = dropwhile(lambda line: not line.strip(), lines)
    return list(takewhile(str.strip, islice(filled, _PEOPLE_LINES)))


def _members(lines: Sequence[str]) -> Iterator[Who]:
    for line in lines:
        field, _, people = line[:MAX_INFO_LINE].partition(":")
        if field.strip() not in _PEOPLE:
            continue
        end = 0
        for login in _LOGIN.finditer(people):
            name = _BEFORE_NAME.split(people[end : login.start()])[-1].strip()
            end = login.end()
            yield Who(name=name or None, login=login[1])


def _files_at(lines: Sequence[str]) -> int:
    """Where the list of files begins: it is the last thing in a text."""
    return max((n for n, line in enumerate(lines) if line.strip() in _FILES), default=0)


def _originals(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    original = None
    for line in lines:
        field, _, name = (part.strip() for part in line[:MAX_INFO_LINE].partition(":"))
        if field in _ORIGINAL:
            original = name
        elif field in _STORED and original and name:
            yield name, original
            original = None


def _is_typed(lines: Sequence[str]) -> bool:
    """Whether anything stands between the line of the text box and that of the comments."""
    end = next((n for n, line in enumerate(lines) if line.startswith(_COMMENTS)), len(lines))
    typed = [line for line in lines[:end] if line.strip()]
    return bool(typed) and not any(_NOTHING_TYPED in line for line in typed)
