"""What is missing after a statement was stopped at its training, and the errors that follow.

While cells are loaded, a loop of the student's own is stopped at its first step: the names that its
statement would have bound, the lists that it would have filled and the files that it would have
written are not there. That an error is of this making can be told for a name; for the rest of the
same cell it is taken to be, since most of it looks at what the training gave.
"""

from __future__ import annotations

from grader.harness.cells import Statement


class Cuts:
    """The statements that were stopped."""

    def __init__(self) -> None:
        self._cells: set[int] = set()
        self._missing: set[str] = set()

    def note(self, statement: Statement) -> None:
        """A statement was stopped at its training."""
        self._cells.add(statement.cell)
        self._missing |= statement.binds

    def explain(self, statement: Statement, error: BaseException) -> bool:
        """Whether an error of a statement may follow from a stop before; what it binds is missing.

        Args:
            statement: the one that raised.
            error: what it raised.
        """
        name = error.name if type(error) is NameError else None  # not what a subclass says of it
        of_name = isinstance(name, str) and name in self._missing
        if statement.cell not in self._cells and not of_name:
            return False
        self._missing |= statement.binds
        return True
