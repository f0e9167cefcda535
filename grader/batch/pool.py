"""Pools of slots: whoever has a submission to grade is given a free one."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, LifoQueue
from types import TracebackType
from typing import Protocol, Self

from grader.batch.launching import Launcher
from grader.batch.slot import OnEvent, Slot, SlotLost
from grader.errors import UserError
from grader.intake import Submission
from grader.jobs import Opened, Setup
from grader.language import _
from grader.machine import own_cores, this_machine
from grader.results import SubmissionResult

MAX_LOSSES = 3
"""How often a submission may take its examiner down before it is left ungraded."""
_PAUSES = (0.0, 2.0, 10.0)
"""Seconds before a slot is opened again whose examiner ended before it was given anything."""


class Pool(Protocol):
    """What a batch is graded by, wherever its slots are; used from many threads."""

    @property
    def threads(self) -> int:
        """How many calls of `grade` may ever be under way at once."""

    @property
    def at_once(self) -> int:
        """How many submissions are worth being handed over now, those in hand included."""

    @property
    def closed(self) -> bool:
        """Whether grading was ended."""

    def open(self) -> Opened:
        """Say what is graded with; raises as `grade` does. Call it once, before anything else."""

    def grade(self, submission: Submission, on_event: OnEvent) -> SubmissionResult:
        """Grade a submission; waits for a free slot.

        Raises:
            UserError: nothing can be graded until the user mends something.
            SlotLost: what graded it ended; it may be given again.
            Bug: torchgrade failed.
        """

    def close(self) -> None:
        """End everything; whatever is being graded is lost."""


@dataclass(frozen=True)
class _Place:
    """Room for a slot: the cores that are its own, and the slot, once it is open."""

    cores: tuple[int, ...]
    slot: Slot | None = None


class SlotPool:
    """Slots of this machine that share one launcher; use as a context manager.

    Safe to use from many threads.

    Args:
        setup: what holds for all submissions.
        slots: how many there are.
        launcher: one that is starting already; without, one is started when it is needed.

    Attributes:
        closed, threads, at_once: see :class:`Pool`.
    """

    def __init__(self, setup: Setup, slots: int, launcher: Launcher | None = None) -> None:
        self._setup = setup
        self._lock = threading.Lock()
        self._launcher = launcher
        self._over = threading.Event()
        self.threads = slots
        self.at_once = 2 * slots  # a thread that is done finds the next one waiting
        # A slot is opened when it is needed; the last one used is the first again.
        self._free: LifoQueue[_Place] = LifoQueue()
        for cores in own_cores(slots, this_machine()):
            self._free.put(_Place(cores))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        """See :class:`Pool`."""
        return self._over.is_set()

    def open(self) -> Opened:
        """Open a slot, and say what it grades with.

        Raises:
            UserError: rubric or data cannot be used.
            SlotLost: the examiner ended.
            Bug: torchgrade failed.
        """
        place = self._free.get()
        try:
            slot, opened = self._open(place)
            place = replace(place, slot=slot)
        finally:
            self._free.put(place)
        return opened

    def grade(self, submission: Submission, on_event: OnEvent) -> SubmissionResult:
        """Grade a submission in the next free slot.

        Raises:
            UserError: nothing can be graded until the user mends something.
            SlotLost: the examiner ended; the next submission gets a new one.
            Bug: torchgrade failed.
        """
        place = self._free.get()
        slot = place.slot
        try:
            if slot is None:
                slot, _opened = self._open(place)
            result = slot.grade(submission, on_event)
        except BaseException:
            if slot is not None:
                slot.close()
                slot = None
            raise
        finally:
            self._free.put(replace(place, slot=slot))
        return result

    def close(self) -> None:
        """End everything; whatever is being graded is lost."""
        with self._lock:
            self._over.set()
            if self._launcher is not None:
                self._launcher.close()
                self._launcher = None
        for place in self._drained():  # those in use are closed by whoever uses them
            if place.slot is not None:
                place.slot.close()
            # Whoever waits for one, or comes later, is told that it is over.
            self._free.put(replace(place, slot=None))

    def _drained(self) -> list[_Place]:
        places: list[_Place] = []
        with suppress(Empty):
            while True:
                places.append(self._free.get_nowait())
        return places

    def _open(self, place: _Place) -> tuple[Slot, Opened]:
        for pause in _PAUSES:
            with suppress(SlotLost):
                return self._open_once(place)
            if self._over.wait(pause):
                break
        return self._open_once(place)

    def _open_once(self, place: _Place) -> tuple[Slot, Opened]:
        setup = self._setup.model_copy(update={"cores": place.cores})
        try:
            slot = Slot(setup, self._living_launcher())
        except OSError as error:
            raise UserError(
                _(
                    "No grading process can be started: {reason}. Free memory and room in TMPDIR, "
                    "or grade fewer at once with --jobs. What was graded is kept.",
                    reason=error.strerror,
                )
            ) from error
        try:
            return slot, slot.open()
        except BaseException:
            slot.close()
            raise

    def _living_launcher(self) -> Launcher:
        with self._lock:
            if self.closed:
                raise SlotLost("grading was ended")
            if self._launcher is not None and not self._launcher.alive:
                self._launcher.close()
                self._launcher = None
            if self._launcher is None:
                # It ends with the thread that started it, which must outlive the grading.
                self._launcher = Launcher(debug=self._setup.debug)
            return self._launcher
