"""The slots of one Dask worker: a pool as on one machine, opened when it is needed."""

from __future__ import annotations

import os
import platform
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from grader.batch.pool import SlotPool
from grader.batch.slot import Bug, SlotLost
from grader.cluster.parcels import Parcel, unpack
from grader.cluster.records import Begun, Differs, Happening, Installation, Lost, Outcome
from grader.data.roots import ROOT_VARIABLE
from grader.errors import TorchgradeError
from grader.files import remove_tree
from grader.installed import installed_packages
from grader.jobs import Broken, Finished, Opened, Refused, Setup
from grader.scratch import Scratch

Tell = Callable[[Happening], None]
IDLE_SECONDS = 60.0
"""After so long without a submission the processes are ended; a later one gets new ones. Whoever
sent them may have been killed, and Dask does not tell."""


class WorkerSlots:
    """Grades what comes; safe to use from many threads.

    Args:
        setup: how to grade; its rubric is not read.
        rubric: the rubric's bytes.
        slots: how many are graded at once.
        idle_seconds: see `IDLE_SECONDS`.
    """

    def __init__(
        self, setup: Setup, rubric: bytes, slots: int, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._setup = setup
        self._rubric = rubric
        self._slots = slots
        self._idle_seconds = idle_seconds
        self._lock = threading.RLock()
        self._in_hand = 0  # submissions
        self._timer: threading.Timer | None = None
        self._opened: tuple[Scratch, SlotPool, Opened] | None = None
        self._closed = threading.Event()
        # A launcher ends with the thread that started it. Dask's threads may leave their pool;
        # these live until the slots are closed, or the process ends.
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="torchgrade")

    def prepare(self) -> None:
        """Begin to load torch; what is wrong is told by whatever is asked next."""
        self._threads.submit(self._outcome_of, self._opened_as)

    def open(self) -> Outcome:
        """What these slots grade with."""
        return self._run(self._opened_as)

    def grade(self, parcel: Parcel, key: str, tell: Tell) -> Outcome:
        """Grade a submission, if the results of these slots are those that are wanted.

        Args:
            parcel: the submission.
            key: of all that holds for every submission.
            tell: is told in another thread what happens; it raises what is to end the grading.
        """
        return self._run(lambda: self._grade(parcel, key, tell))

    def close(self) -> None:
        """End everything; what is being graded is lost."""
        self._closed.set()
        self._end_processes()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, action: Callable[[], Outcome]) -> Outcome:
        try:
            return self._threads.submit(self._outcome_of, action).result()
        except (CancelledError, RuntimeError):
            if self._closed.is_set():
                return Lost()
            raise

    def _outcome_of(self, action: Callable[[], Outcome]) -> Outcome:
        """What comes of an action; what it raises, as a record."""
        try:
            with self._in_use():
                return action()
        except (TorchgradeError, OSError) as error:
            if self._closed.is_set():
                return Lost()  # whatever it says, it comes of the ending
            return _as_outcome(error)

    def _opened_as(self) -> Opened:
        _scratch, _pool, opened = self._open()
        return opened

    def _grade(self, parcel: Parcel, key: str, tell: Tell) -> Outcome:
        scratch, pool, opened = self._open()
        if opened.provenance.key != key:
            return Differs(opened=opened, installation=this_installation())
        folder = Path(tempfile.mkdtemp(dir=scratch.path))
        folder.chmod(0o755)  # as on the instructor's disk: a worker may be another user
        try:
            submission = unpack(parcel, folder)
            tell(Begun())  # not before torch is loaded: a loss until then is not the submission's
            return Finished(result=pool.grade(submission, tell))
        finally:
            remove_tree(folder)

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._lock:
            self._in_hand += 1
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        try:
            yield
        finally:
            with self._lock:
                self._in_hand -= 1
                if self._in_hand == 0 and not self._closed.is_set():
                    self._timer = threading.Timer(self._idle_seconds, self._end_if_idle)
                    self._timer.daemon = True
                    self._timer.start()

    def _open(self) -> tuple[Scratch, SlotPool, Opened]:
        with self._lock:
            if self._closed.is_set():
                raise SlotLost("grading was ended")
            if self._opened is None:
                opened = self._opened = self._new_pool()
                if self._closed.is_set():  # meanwhile, without waiting for it
                    self._end_processes()
                return opened
            return self._opened

    def _new_pool(self) -> tuple[Scratch, SlotPool, Opened]:
        root = os.environ.get(ROOT_VARIABLE) or self._setup.data_root
        with ExitStack() as stack:
            scratch = stack.enter_context(Scratch())
            scratch.path.chmod(0o711)
            rubric = scratch.path / "rubric.yaml"
            rubric.write_bytes(self._rubric)
            setup = self._setup.model_copy(update={"rubric": str(rubric), "data_root": root})
            pool = stack.enter_context(SlotPool(setup, self._slots))
            opened = pool.open()
            stack.pop_all()  # from here on they end with the slots
        return scratch, pool, opened

    def _end_if_idle(self) -> None:
        with self._lock:
            if self._in_hand == 0:
                self._end_processes()

    def _end_processes(self) -> None:
        # Without the lock: whoever opens a pool holds it for seconds, and ends it itself.
        opened, self._opened = self._opened, None
        if opened is not None:
            scratch, pool, _opened = opened
            pool.close()
            scratch.close()


def _as_outcome(error: TorchgradeError | OSError) -> Outcome:
    """What a slot raises, or what lies around it."""
    if isinstance(error, SlotLost):
        return Lost()
    if isinstance(error, Bug):
        return Broken(message=str(error), traceback=error.details)
    if isinstance(error, OSError):
        return Refused(message=f"It cannot write to its TMPDIR: {error.strerror}.")
    return Refused(message=str(error))


def this_installation() -> Installation:
    """What results depend on beside torchgrade and the data."""
    return Installation(python=platform.python_version(), packages=tuple(installed_packages()))
