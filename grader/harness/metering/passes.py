"""Of how many images the next gradient can be: those of model calls whose results are still there.

Who forgets `torch.no_grad()` while validating has a graph made for every image and thrown away
again. That is no training. Each call of a model leaves a mark in the graphs that it and its parts
make; where all of these are gone, no gradient of them can be asked for any more. What was called
without leaving a mark counts, and so does what has not returned yet.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

_KEY = "torchgrade"


class _Mark:
    """Lives as long as one of the graphs that hold it."""


@dataclass(eq=False)
class _Pass:
    module: nn.Module
    given: int
    computed: int
    mark: _Mark | None = field(default_factory=_Mark)
    held: weakref.ref[_Mark] | None = None

    def leave_mark(self, node: Any) -> None:
        """In a node of a graph, for as long as that is there."""
        if self.mark is not None:
            node.metadata.setdefault(_KEY, []).append(self.mark)
            self.held = weakref.ref(self.mark)

    def finish(self) -> None:
        """From now on the graphs alone hold the mark, if there are any."""
        if self.held is not None:
            self.mark = None

    @property
    def counts(self) -> bool:
        """Whether a gradient of it may still be asked for."""
        return self.mark is not None or (self.held is not None and self.held() is not None)


class Passes:
    """The calls of outermost modules since the last gradient."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A gradient was computed, or another run begins."""
        self._all: list[_Pass] = []
        self._open: list[_Pass] = []

    def begin(self, module: nn.Module) -> None:
        """An outermost module is about to be called."""
        call = _Pass(module, 0, 0)
        self._all.append(call)
        self._open.append(call)

    def add(self, module: nn.Module, given: int, computed: int) -> None:
        """It is given so many images, and so many things that weights have computed before."""
        call = self._last(module)
        if call is None:
            call = _Pass(module, 0, 0)
            self._all.append(call)
        call.given += given
        call.computed = max(call.computed, computed)

    def note_result(self, module: nn.Module, result: Any) -> None:
        """A module, outermost or not, has returned."""
        if not self._open:
            return
        for node in _nodes(result):
            for call in self._open:
                call.leave_mark(node)
        own = self._last(module)
        if own is not None:
            own.finish()
            self._open.remove(own)

    def images(self) -> int:
        """What the modules were given; or what one was given that was computed, if that is more.

        The largest of the latter counts once: a network may be called in parts, one after the
        other.
        """
        counting = [call for call in self._all if call.counts]
        given = sum(call.given for call in counting)
        return max(given, max((call.computed for call in counting), default=0))

    def _last(self, module: nn.Module) -> _Pass | None:
        return next((call for call in reversed(self._open) if call.module is module), None)


def _nodes(result: Any) -> Iterator[Any]:
    if isinstance(result, Tensor):
        if result.grad_fn is not None:
            yield result.grad_fn
    elif isinstance(result, Mapping):
        yield from _nodes(list(result.values()))
    elif isinstance(result, list | tuple):
        for part in result:
            yield from _nodes(part)
