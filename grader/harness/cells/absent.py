"""Which names are missing because a library is not here, told where one ends a training."""

from __future__ import annotations

from grader.harness.cells.statements import Statement
from grader.protocol.parts import Location


class Absent:
    """Names that statements would have bound, by the library that they could not import."""

    def __init__(self) -> None:
        self._needed: dict[str, tuple[str, Location]] = {}

    def note(self, statement: Statement, error: BaseException) -> None:
        """A statement raised: what it binds is missing, and what is made of that further below."""
        needed = self._of_name(error)
        # Not what a subclass says of itself: it may be the student's.
        if type(error) is ModuleNotFoundError and isinstance(error.name, str):
            needed = error.name, statement.where
        if needed is not None:
            self._needed.update(dict.fromkeys(statement.binds, needed))

    def explain(self, error: BaseException, message: str) -> str:
        """The message of an error, with the library that its name needs."""
        needed = self._of_name(error)
        if needed is None:
            return message
        library, place = needed
        return (
            f"{message}: it needs {library}, which is neither installed here nor handed in "
            f"({place})"
        )

    def _of_name(self, error: BaseException) -> tuple[str, Location] | None:
        name = error.name if type(error) is NameError else None
        return self._needed.get(name) if isinstance(name, str) else None
