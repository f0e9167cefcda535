"""News of what is being graded elsewhere, for whoever waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from grader.batch.slot import OnEvent
from grader.cluster.records import NEWS, Begun, Left


@dataclass
class Watch:
    """What is known of a task.

    Attributes:
        on_event: is told what happens.
        begun: how often a worker began it that has not said that it leaves.
        limit: how often that may be.
        over_limit: is called, in the thread that hears of it, once it was begun more often.
        error: what `on_event` raised, which it cannot where it is called.
    """

    on_event: OnEvent
    limit: int
    begun: int = 0
    over_limit: Callable[[], None] = field(default=lambda: None)
    error: Exception | None = None

    @property
    def too_often(self) -> bool:
        """Whether it was begun more often than it may be."""
        return self.begun > self.limit


class Watches:
    """All tasks that somebody waits for; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watches: dict[str, Watch] = {}

    @contextmanager
    def watching(self, task: str, on_event: OnEvent, limit: int) -> Iterator[Watch]:
        """Hand on what is said of a task, which may be begun so often."""
        watch = Watch(on_event, limit)
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
        if isinstance(news.event, Begun):
            watch.begun += 1
            if watch.too_often:
                watch.over_limit()
            return
        if isinstance(news.event, Left):
            watch.begun -= 1
            return
        try:
            watch.on_event(news.event)
        except Exception as error:
            watch.error = watch.error or error
