"""The slots of a cluster, as the batch sees them."""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from distributed import Client, Future, KilledWorker

from grader.cluster.addresses import open_addresses
from grader.cluster.comparing import differences
from grader.cluster.host import SlotHost, grade_here, open_here
from grader.cluster.parcels import pack
from grader.cluster.records import ANSWER, SLOT, TOPIC, Answer, Differs, Lost
from grader.cluster.slots import this_installation
from grader.cluster.watching import Watch, Watches
from grader.errors import UserError
from grader.intake import Submission
from grader.jobs import Broken, Finished, Opened, Refused, Setup
from grader.pool import MAX_STARTS
from grader.results import SubmissionResult
from grader.slot import Bug, OnEvent, SlotLost, single_slot

MAX_THREADS = 2048
"""Each waits for one submission; more than 1,000 slots are graded on by as many of them."""
TASKS_A_SLOT = 2
"""One is graded, one is there when it is done."""
RECOUNT_SECONDS = 2.0
"""How long what the cluster offered is taken for what it offers."""
MAX_UNBEGUN = 20
"""How often a submission is sent again whose workers ended before they began it."""


class ClusterPool:
    """Slots on the workers of a Dask cluster; use as a context manager. See `grader.pool.Pool`.

    Args:
        setup: what holds for all submissions.
        client: connected to the scheduler.
        insecure: whether workers are accepted that are reached without TLS.

    Attributes:
        closed, threads: see :class:`grader.pool.Pool`.
    """

    def __init__(self, setup: Setup, client: Client, *, insecure: bool = False) -> None:
        self.closed = False
        self.threads = MAX_THREADS
        self._setup = setup
        self._client = client
        self._insecure = insecure
        self._name = f"torchgrade-{uuid4().hex}"
        self._watches = Watches()
        self._lock = threading.Lock()
        self._futures: set[Future[str]] = set()
        self._ours: Opened | None = None
        self._counted: tuple[float, int] | None = None  # when, and how many slots

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
    def at_once(self) -> int:
        """Two a slot, and two where there are none yet: a cluster may grow when it is asked.

        Raises:
            UserError: no worker of it can be used.
        """
        return TASKS_A_SLOT * max(1, self.slots())

    def slots(self) -> int:
        """How many slots the cluster offers now.

        Raises:
            UserError: no worker of it can be used.
        """
        now = time.monotonic()
        if self._counted is None or now - self._counted[0] > RECOUNT_SECONDS:
            self._counted = now, self._count()
        return self._counted[1]

    def open(self) -> Opened:
        """Let all workers load torch, and find out here what results depend on.

        Raises:
            UserError: rubric, data or cluster cannot be used.
            Bug: torchgrade failed.
        """
        self.slots()
        rubric = Path(self._setup.rubric).read_bytes()
        plugin = SlotHost(self._name, self._setup.model_dump_json(), rubric)
        try:
            self._client.register_plugin(plugin)
        except ModuleNotFoundError as error:
            raise _not_installed(error) from error
        except OSError as error:
            raise UserError(
                "A worker of the cluster was lost just when it was prepared. Grade again."
            ) from error
        self._client.subscribe_topic(TOPIC, self._watches.tell)
        self._ours = self._what_we_grade_with()
        return self._ours

    def grade(self, submission: Submission, on_event: OnEvent) -> SubmissionResult:
        """Grade a submission wherever Dask finds a slot.

        Raises:
            UserError: nothing can be graded until the user mends something.
            SlotLost: whoever graded it ended.
            Bug: torchgrade failed.
        """
        for _sending in range(MAX_UNBEGUN):
            task = f"torchgrade-{uuid4()}"
            with self._watches.watching(task, on_event) as watch:
                answer = self._answer(task, submission, watch)
            if watch.error is not None:
                raise watch.error
            if answer is not None:
                return self._result(answer)
        raise SlotLost("no worker lives long enough to begin it")

    def close(self) -> None:
        """End everything; whatever is being graded is lost."""
        with self._lock:
            was_closed, self.closed = self.closed, True
            futures = list(self._futures)
        if was_closed or self._client.status != "running":
            return
        try:
            self._client.cancel(futures)
            self._client.unsubscribe_topic(TOPIC)
            self._client.unregister_worker_plugin(self._name)
        except (OSError, ValueError, TimeoutError, CancelledError):
            pass  # the scheduler is gone; the workers end their slots when nothing comes

    def _what_we_grade_with(self) -> Opened:
        with single_slot(self._setup) as slot:
            return slot.open()

    def _answer(self, task: str, submission: Submission, watch: Watch) -> Answer | None:
        """What a worker answers; None where it was lost before it began."""
        future = self._submit(task, submission)
        try:
            return ANSWER.validate_json(future.result())
        except KilledWorker as killed:
            if not watch.begun:
                return None
            raise SlotLost("the Dask worker ended", losses=watch.begun) from killed
        except ModuleNotFoundError as error:
            raise _not_installed(error) from error
        except (CancelledError, OSError) as error:
            if self.closed:
                raise SlotLost("grading was ended") from error
            raise UserError(
                "The connection to the Dask scheduler was lost. Grade again when it is there; "
                "what was graded is kept."
            ) from error
        finally:
            with self._lock:
                self._futures.discard(future)
            future.release()

    def _submit(self, task: str, submission: Submission) -> Future[str]:
        assert self._ours is not None
        parcel = pack(submission)
        with self._lock:
            if self.closed:
                raise SlotLost("grading was ended")
            future = self._client.submit(
                grade_here,
                self._name,
                task,
                parcel,
                self._ours.provenance.key,
                key=task,
                resources={SLOT: 1},
                pure=False,
            )
            self._futures.add(future)
        return future

    def _result(self, answer: Answer) -> SubmissionResult:
        outcome = _good(answer)
        if isinstance(outcome, Differs):
            assert self._ours is not None
            what = "; ".join(differences(self._ours, this_installation(), outcome))
            raise UserError(
                f"The worker {answer.worker} would give other results than this machine. What "
                f"differs: {what}. Install the same there, and lay the same data where its "
                "TORCHGRADE_DATA says; what was graded is kept."
            )
        assert isinstance(outcome, Finished)
        return outcome.result

    def _count(self) -> int:
        """Of the workers that are there now."""
        try:
            workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, CancelledError, TimeoutError):
            # Lost, or slow: whoever waits for a task is told which.
            return self._counted[1] if self._counted is not None else 0
        exposed = open_addresses(workers)
        if exposed and not self._insecure:
            raise UserError(
                f"The worker {exposed[0]} is reached without TLS. Start it with TLS; or say "
                "--insecure-cluster, where nobody else is on that network."
            )
        slots = sum(int(worker["resources"].get(SLOT, 0)) for worker in workers.values())
        if workers and not slots:
            raise UserError(
                f"None of the {len(workers)} workers of the cluster offers a slot. Start them "
                "with `dask worker ... --resources slot=1`, which grades one submission at a time."
            )
        return slots


class LocalClusterPool(ClusterPool):
    """Slots of a cluster on this machine, whose workers run what we run; so one of them is asked
    what that is, and torch is loaded once less."""

    def _what_we_grade_with(self) -> Opened:
        for _start in range(MAX_STARTS - 1):
            with suppress(SlotLost):
                return self._asked()
        return self._asked()

    def _asked(self) -> Opened:
        future = self._client.submit(
            open_here, self._name, key=f"torchgrade-{uuid4()}", resources={SLOT: 1}, pure=False
        )
        try:
            opened = _good(ANSWER.validate_json(future.result()))
        except KilledWorker as killed:
            raise SlotLost("the Dask worker ended") from killed
        assert isinstance(opened, Opened)
        return opened


def _not_installed(error: ModuleNotFoundError) -> UserError:
    return UserError(
        f"A worker of the cluster has no {error.name}. Install the same torchgrade, with the extra "
        "`cluster`, wherever a Dask worker runs."
    )


def _good(answer: Answer) -> Opened | Finished | Differs:
    """What is no failure; that is raised as in a pool of this machine."""
    outcome = answer.outcome
    if isinstance(outcome, Lost):
        raise SlotLost("the examiner process ended unexpectedly")
    if isinstance(outcome, Refused):
        raise UserError(f"The worker {answer.worker} cannot grade: {outcome.message}")
    if isinstance(outcome, Broken):
        raise Bug(outcome.message, outcome.traceback)
    return outcome
