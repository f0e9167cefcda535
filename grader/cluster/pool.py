"""The slots of a cluster, as the batch sees them."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from distributed import Client, Future, KilledWorker

from grader.batch.pool import MAX_LOSSES
from grader.batch.slot import Bug, OnEvent, SlotLost, single_slot
from grader.cluster.calls import pack_call, run_call
from grader.cluster.comparing import differences
from grader.cluster.counting import FRESH_SECONDS, Warn, Workers
from grader.cluster.failures import CONNECTED, preparing, require_connection, translated
from grader.cluster.host import SlotHost, grade_here, open_here
from grader.cluster.parcels import pack
from grader.cluster.records import ANSWER, SLOT, TOPIC, Answer, Differs, Lost
from grader.cluster.slots import this_installation
from grader.cluster.watching import Watch, Watches
from grader.errors import UserError
from grader.intake import Submission
from grader.jobs import Broken, Finished, Opened, Refused, Setup
from grader.results import SubmissionResult
from grader.version import torchgrade_source

MAX_THREADS = 2048
"""Each waits for one submission; more than 1,000 slots are graded on by as many of them."""
TASKS_A_SLOT = 2
"""One is graded, one is there when it is done."""
MAX_STARTS = 3
"""How often the first slot is asked for before that is a fault."""
MAX_SENDINGS = 20
"""How often a submission is sent whose workers end before they begin it, or are left out."""


def unheard(_sentence: str) -> None:
    """Where nobody is to be warned."""


class ClusterPool:
    """Slots on the workers of a Dask cluster; use as a context manager.

    See `grader.batch.pool.Pool`.

    Args:
        setup: what holds for all submissions.
        client: connected to the scheduler.
        insecure: whether workers are accepted that are reached without TLS.
        warn: is told what the user should know while the grading goes on.

    Attributes:
        closed, threads: see :class:`grader.batch.pool.Pool`.
    """

    def __init__(
        self, setup: Setup, client: Client, *, insecure: bool = False, warn: Warn = unheard
    ) -> None:
        self.closed = False
        self.threads = MAX_THREADS
        self._setup = setup
        self._client = client
        self._insecure = insecure
        self._name = f"torchgrade-{uuid4().hex}"
        self._workers = Workers(client, warn, insecure=insecure)
        self._watches = Watches()
        self._lock = threading.Lock()
        self._futures: set[Future[str]] = set()
        self._losses: Counter[str] = Counter()  # of each submission
        self._ours: Opened | None = None

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
        """Two a slot, and two where there are none: a cluster may grow when it is asked.

        Raises:
            UserError: a worker of it is not to be trusted; or the scheduler is gone.
        """
        return TASKS_A_SLOT * max(1, sum(self._workers.slots().values()))

    def open(self) -> Opened:
        """Let all workers load torch, and find out here what results depend on.

        Raises:
            UserError: rubric, data or cluster cannot be used.
            Bug: torchgrade failed.
        """
        self._workers.require_slots()
        plugin = SlotHost(
            self._name,
            source=torchgrade_source(),
            setup=self._setup.model_dump_json(),
            rubric=Path(self._setup.rubric).read_bytes(),
            eager=tuple(self._workers.slots()),
            insecure=self._insecure,
        )
        with preparing(self._client):
            self._client.register_plugin(plugin)
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
        try:
            for _sending in range(MAX_SENDINGS):
                task = f"torchgrade-{uuid4()}"
                limit = max(1, MAX_LOSSES - self._losses[submission.id])
                with self._watches.watching(task, on_event, limit) as watch:
                    answer = self._answer(task, submission, watch)
                if watch.error is not None:
                    raise watch.error
                if answer is not None and (result := self._result(answer)) is not None:
                    return result
        except SlotLost as lost:
            self._losses[submission.id] += lost.losses
            raise
        raise UserError(
            f"{submission.id} was sent to workers of the cluster {MAX_SENDINGS} times, and none of "
            "them lived until it began it. See in their logs what ends them: a slot takes a core "
            "and 1.5 GB beside the Dask worker's own memory. What was graded is kept."
        )

    def close(self) -> None:
        """End everything; whatever is being graded is lost."""
        with self._lock:
            was_closed, self.closed = self.closed, True
            futures = list(self._futures)
        if was_closed:
            return
        if self._client.status != CONNECTED:
            # Who waits for a task that was never sent would wait for ever.
            with suppress(Exception):
                self._client.close()
            return
        steps = (
            partial(self._client.cancel, futures),
            partial(self._client.unsubscribe_topic, TOPIC),
            partial(self._client.unregister_worker_plugin, self._name),
        )
        for step in steps:
            # One may have nothing to end, or nobody to tell; workers of a scheduler that is gone
            # end their slots when nothing comes.
            with suppress(Exception):
                step()

    def _what_we_grade_with(self) -> Opened:
        with single_slot(self._setup) as slot:
            return slot.open()

    def _answer(self, task: str, submission: Submission, watch: Watch) -> Answer | None:
        """What a worker answers; None where it is to be sent again, and nobody is to blame."""
        allowed = self._workers.allowed()
        future = self._submit(task, submission, allowed)
        watch.over_limit = partial(self._cancel_soon, future)
        try:
            with translated(self._client):
                text = self._text(future, allowed)
                answer = None if text is None else ANSWER.validate_json(text)
        except KilledWorker as killed:
            if not watch.begun:
                return None
            # It may have been begun more often: who leaves in good order counts for nothing.
            losses = min(watch.begun, killed.allowed_failures + 1)
            raise SlotLost("the Dask worker ended", losses) from killed
        except UserError as error:
            if self.closed:
                raise SlotLost("grading was ended") from error
            if watch.too_often:
                raise SlotLost("the Dask workers ended", watch.limit) from error
            raise
        finally:
            self._forget(future)
        if answer is not None and isinstance(answer.outcome, Lost):
            if not watch.begun:
                return None
            raise SlotLost("the examiner process ended unexpectedly", watch.begun)
        return answer

    def _submit(self, task: str, submission: Submission, allowed: list[str] | None) -> Future[str]:
        assert self._ours is not None
        parcel = pack(submission)
        call = pack_call(grade_here, self._name, task, parcel, self._ours.provenance.key)
        return self._send(task, call, allowed)

    def _send(self, task: str, call: bytes, allowed: list[str] | None) -> Future[str]:
        """Hand a call to Dask.

        Args:
            task: its key.
            call: a packed call.
            allowed: where it may go; None for anywhere.
        """
        with self._lock:
            if self.closed:
                raise SlotLost("grading was ended")
            with translated(self._client):
                require_connection(self._client)
                future: Future[str] = self._client.submit(
                    run_call,
                    call,
                    key=task,
                    resources={SLOT: 1},
                    workers=allowed,
                    pure=False,
                )
            self._futures.add(future)
        return future

    def _text(self, future: Future[str], allowed: list[str] | None) -> str | None:
        """What a task returns; None where all that may take it have gone, for whom Dask waits."""
        if allowed is None:
            return future.result()
        while (text := _result_soon(future)) is None:
            if not self._workers.any_there(allowed):
                self._client.cancel([future])
                break
        return text

    def _forget(self, future: Future[str]) -> None:
        with self._lock:
            self._futures.discard(future)
        future.release()

    def _cancel_soon(self, future: Future[str]) -> None:
        """Called in the thread that would have to hear that it was done."""
        threading.Thread(target=self._client.cancel, args=([future],), daemon=True).start()

    def _result(self, answer: Answer) -> SubmissionResult | None:
        """What was graded; None where that worker gives no results, and others do."""
        try:
            outcome = _good(answer)
            if isinstance(outcome, Differs):
                assert self._ours is not None
                what = "; ".join(differences(self._ours, this_installation(), outcome))
                raise UserError(
                    f"The worker {answer.worker} would give other results than this machine. What "
                    f"differs: {what}. Install the same there, and lay the same data where its "
                    "TORCHGRADE_DATA says; what was graded is kept."
                )
        except UserError as error:
            self._workers.leave_out(answer.worker, error)
            return None
        assert isinstance(outcome, Finished)
        self._workers.graded(answer.worker)
        return outcome.result


class LocalClusterPool(ClusterPool):
    """Slots of a cluster on this machine, whose workers run what we run; so one of them is asked
    what that is, and torch is loaded once less.

    Args:
        setup, client, warn: see :class:`ClusterPool`.
        workers: how many there are to be.
    """

    def __init__(self, setup: Setup, client: Client, workers: int, warn: Warn = unheard) -> None:
        super().__init__(setup, client, warn=warn)
        self._number = workers

    @property
    def at_once(self) -> int:
        """See :class:`ClusterPool`; asked for every few seconds."""
        self._replace_lost()
        return super().at_once

    def _replace_lost(self) -> None:
        """Start workers in the place of those that Dask gave up since they took long to start."""
        cluster = self._client.cluster
        assert cluster is not None, "its client was given one"
        cluster.scale(self._number)

    def _what_we_grade_with(self) -> Opened:
        for _start in range(MAX_STARTS - 1):
            with suppress(SlotLost):
                return self._asked()
        return self._asked()

    def _asked(self) -> Opened:
        future = self._send(f"torchgrade-{uuid4()}", pack_call(open_here, self._name), None)
        try:
            with translated(self._client):
                opened = _good(ANSWER.validate_json(self._awaited(future)))
        except KilledWorker as killed:
            raise SlotLost("the Dask worker ended") from killed
        finally:
            self._forget(future)
        assert isinstance(opened, Opened)
        return opened

    def _awaited(self, future: Future[str]) -> str:
        while (text := _result_soon(future)) is None:
            self._replace_lost()
        return text


def _result_soon(future: Future[str]) -> str | None:
    """What a task returns within some seconds; None where it does not."""
    try:
        return future.result(timeout=FRESH_SECONDS)
    except TimeoutError:
        return future.result() if future.done() else None  # its own error is one, too


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
