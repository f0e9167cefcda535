"""News of what is being graded elsewhere, for whoever waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from grader.cluster.records import NEWS
from grader.slot import OnEvent


@dataclass
class Watch:
    """What is known of a task.

    Attributes:
        on_event: is told what happens.
        begun: how often a worker began it.
        error: what `on_event` raised, which it cannot where it is called.
    """

    on_event: OnEvent
    begun: int = 0
    error: Exception | None = None


class Watches:
    """All tasks that somebody waits for; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watches: dict[str, Watch] = {}

    @contextmanager
    def watching(self, task: str, on_event: OnEvent) -> Iterator[Watch]:
        """Hand on what is said of a task."""
        watch = Watch(on_event)
        with self._lock:
            self._watches[task] = watch
        try:
            yield watch
        finally:
            with self._lock:
                del self._watches[task]

    def tell(self, event: tuple[float, str]) -> None:
        """Hand on what Dask's topic says: a time, and `News` as JSON; not of others' tasks.

        It is called in the thread that hears from the scheduler, and raises nothing.
        """
        _when, text = event
        try:
            news = NEWS.validate_json(text)
        except ValueError:
            return  # another version's, from another grading on the same cluster
        with self._lock:
            watch = self._watches.get(news.task)
        if watch is None:
            return
        if news.event is None:
            watch.begun += 1
            return
        try:
            watch.on_event(news.event)
        except Exception as error:
            watch.error = watch.error or error
