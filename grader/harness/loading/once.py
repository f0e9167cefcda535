"""What a statement did that works only once, undone before it is carried out.

A statement that trains is run twice: up to its training while cells are loaded, and as a whole when
it is carried out. By then a folder that it makes is there, and a setting that it takes out of a
dictionary is not. Both are put right only then, since cells below may look at what it left.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import os
import shutil
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

_KINDS = frozenset(
    map(id, (dict, list, set, deque, defaultdict, OrderedDict, Counter))
)  # a subclass, or a metaclass that is compared, may be the student's and raise anything
LARGEST, MOST = 1000, 20_000
"""Items of one container that is looked into, and of all: settings and histories, no images."""
MOST_FOLDERS = 100
"""Of one statement that are looked at; to tell where one lies takes the longer the deeper it is."""


@dataclass(frozen=True)
class _Done:
    """What one statement did.

    Attributes:
        changed: containers, and copies of them from before.
        folders: those that it made.
    """

    changed: tuple[tuple[Any, Any], ...]
    folders: tuple[Path, ...]

    def undo(self) -> None:
        """Give the containers their contents back, and remove the folders."""
        for container, kept in self.changed:
            container.clear()
            (container.update if hasattr(container, "update") else container.extend)(kept)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


class Once:
    """Notes which containers of a namespace a statement changes, and which folders it makes."""

    def __init__(self) -> None:
        self._kept: list[tuple[Any, Any]] = []
        self._folders: list[Path] = []
        self._made = 0

    def install(self) -> None:
        """See folders being made, for good; os.makedirs and pathlib come through here."""
        os.mkdir = self._noting(os.mkdir)

    def begin(self, namespace: dict[str, Any]) -> None:
        """Another statement is about to run in this namespace."""
        self._kept = [(each, copy.copy(each)) for each in _containers(namespace)]
        self._folders, self._made = [], 0

    def anew(self, code: CodeType, namespace: dict[str, Any]) -> Callable[[], None]:
        """The statement in hand as something to carry out, as if it had not run yet."""
        done = self._done()

        def run() -> None:
            done.undo()
            exec(code, namespace)

        return run

    def _done(self) -> _Done:
        changed = [pair for pair in self._kept if _contents(pair[0]) != _contents(pair[1])]
        return _Done(tuple(changed), tuple(self._folders))

    def _noting(self, makes: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(makes)
        def mkdir(path: Any, *args: Any, **keywords: Any) -> None:
            makes(path, *args, **keywords)
            self._made += 1
            if self._made > MOST_FOLDERS:
                return
            with contextlib.suppress(TypeError, OSError):  # bytes, or nobody knows where
                self._folders.append(Path(path).absolute())

        return mkdir


def _containers(namespace: dict[str, Any]) -> Iterator[Any]:
    """Those that have names, and those within them, as far as there is room."""
    waiting = deque(value for name, value in namespace.items() if not name.startswith("__"))
    seen, room = {id(namespace)}, MOST
    while waiting:
        value = waiting.popleft()
        if id(type(value)) not in _KINDS or id(value) in seen:
            continue
        seen.add(id(value))
        if len(value) <= min(LARGEST, room):
            room -= len(value)
            yield value
            waiting.extend(value.values() if isinstance(value, dict) else value)


def _contents(container: Any) -> object:
    """What it holds, by identity: comparing tensors tells nothing, and other objects may raise."""
    if isinstance(container, dict):
        return [(id(key), id(value)) for key, value in container.items()]
    held = map(id, container)
    return {*held} if isinstance(container, set) else [*held]
