"""A submission's own modules are run statement by statement, as its cells are.

A part in a file of its own may train while it is imported: by then its training functions, defined
some lines above, must be wrapped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.harness.cells.statements import Program
from grader.protocol.parts import Cell

OnStatement = Callable[[dict[str, Any]], None]


class OwnModules(MetaPathFinder):
    """Finds modules in files of the submission's.

    Args:
        is_own: whether a file is the submission's.
        on_statement: told a module's namespace after each of its statements.
    """

    def __init__(self, is_own: Callable[[str], bool], on_statement: OnStatement) -> None:
        self._is_own = is_own
        self._on_statement = on_statement

    def install(self) -> None:
        """Ask here first, for good."""
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        self._look_afresh(sys.path if path is None else path)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or type(spec.loader) is not SourceFileLoader:
            return None
        if not self._is_own(spec.origin):
            return None
        spec.loader = _Loader(fullname, spec.origin, self._on_statement)
        return spec

    def _look_afresh(self, folders: Iterable[str]) -> None:
        """Forget what was in the submission's folders: a cell may have written a module just now.

        Python looks again when a folder's time has changed, which two files within a tick of the
        clock do not show.
        """
        for folder in folders:
            finder = sys.path_importer_cache.get(folder)
            if isinstance(finder, FileFinder) and self._is_own(f"{finder.path}{os.sep}module.py"):
                finder.invalidate_caches()


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, on_statement: OnStatement) -> None:
        super().__init__(fullname, path)
        self._on_statement = on_statement

    def exec_module(self, module: ModuleType) -> None:
        """Run the statements."""
        run_statements(self.path, module.__dict__, self._on_statement)


def run_statements(file: str, namespace: dict[str, Any], on_statement: OnStatement) -> None:
    """Run a file of the submission's in a namespace.

    Raises:
        SyntaxError: it is no Python; nothing of it was run.
        OSError: it cannot be read.
    """
    source = decode_source(Path(file).read_bytes())
    for statement in Program((Cell(file=file, source=source),)).statements:
        exec(statement.code, namespace)
        on_statement(namespace)
