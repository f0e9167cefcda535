"""Every definition that a submission gives a name of the homework, in the order of running.

A notebook may define a function twice: a first attempt and a better one, or one that works and a
later cell that was left unfinished. The trusted side decides which of them is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

from grader.harness.cells.failures import Sources
from grader.harness.cells.statements import Statement
from grader.protocol.parts import Location

MAX_VERSIONS = 10


@dataclass
class Version:
    """One definition, and the namespace as it was at the end of its cell."""

    value: Any
    where: Location
    cell: int
    namespace: dict[str, Any]


class Versions:
    """Collects the versions of some names.

    Args:
        names: of the homework.
        sources: tells which files are the student's.
    """

    def __init__(self, names: Sequence[str], sources: Sources) -> None:
        self._sources = sources
        self._versions: dict[str, list[Version]] = {name: [] for name in names}

    def of(self, name: str) -> Sequence[Version]:
        """The last versions of a name."""
        return self._versions.get(name, [])

    def note(self, statement: Statement, bound: dict[str, Any], namespace: dict[str, Any]) -> None:
        """A statement was run and bound these names anew."""
        for name, versions in self._versions.items():
            if bound.get(name) is not None:
                where = statement.defines.get(name) or self._code_place(bound[name])
                place = where or statement.where
                versions.append(Version(bound[name], place, statement.cell, namespace))
                del versions[:-MAX_VERSIONS]
            for version in versions:
                if version.cell == statement.cell:
                    version.namespace = dict(namespace)

    def _code_place(self, value: Any) -> Location | None:
        code = getattr(value, "__code__", None)
        if not isinstance(code, CodeType):
            return None
        own = self._sources.own_name(code.co_filename)
        return Location(file=own, line=code.co_firstlineno) if own is not None else None
