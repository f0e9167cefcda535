"""What runs in a Dask worker: a plugin that keeps slots, and the tasks that use them."""

from __future__ import annotations

import asyncio

from distributed import Worker, WorkerPlugin, get_worker

from grader.batch.slot import SlotLost
from grader.cluster.addresses import open_addresses
from grader.cluster.parcels import Parcel
from grader.cluster.records import SLOT, TOPIC, Answer, Begun, Happening, Left, News, Outcome
from grader.cluster.slots import Tell, WorkerSlots
from grader.errors import UserError
from grader.jobs import Refused, Setup
from grader.version import torchgrade_source


class SlotHost(WorkerPlugin):
    """Keeps slots as long as the Dask worker lives; sent once a worker, with the rubric.

    It may arrive where another torchgrade is: what it holds is texts and bytes, and nothing of it
    is read before that is ruled out.

    Args:
        name: of this grading.
        source: which torchgrade sends it.
        setup: how to grade, as JSON.
        rubric: the rubric's bytes.
        eager: addresses of the workers that load torch at once. Others do at their first task: to
            those that come when a grading was killed, Dask sends its plugin for ever.
        insecure: whether it may grade where it is reached without TLS.

    Attributes:
        refusal: why nothing can be graded here.
    """

    # Dask removes it by its name.
    def __init__(
        self,
        name: str,
        *,
        source: str,
        setup: str,
        rubric: bytes,
        eager: tuple[str, ...],
        insecure: bool,
    ) -> None:
        self.name = name
        self.slots: WorkerSlots | None = None
        self.refusal = "It offers no slot."
        self.begun: set[str] = set()
        self._source = source
        self._setup = setup
        self._rubric = rubric
        self._eager = eager
        self._insecure = insecure

    def setup(self, worker: Worker) -> None:
        """Get ready; Dask calls it in its event loop. What is wrong is the answer to every task."""
        number = int(worker.state.total_resources.get(SLOT, 0))
        if not number:  # others are none of ours
            return
        try:
            self._require_ours(worker.address)
            setup = Setup.model_validate_json(self._setup)
        except Exception as error:  # it would be read in this worker's log, and nowhere else
            told = isinstance(error, UserError)
            self.refusal = str(error) if told else f"{type(error).__name__}: {error}"
            return
        self.slots = WorkerSlots(setup, self._rubric, number)
        if worker.address in self._eager:
            self.slots.prepare()

    async def teardown(self, worker: Worker) -> None:
        """End all processes: the grading, or the worker, ends."""
        for task in tuple(self.begun):
            worker.log_event(TOPIC, News(task=task, event=Left()).model_dump_json())
        if self.slots is not None:
            await asyncio.to_thread(self.slots.close)

    def _require_ours(self, address: str) -> None:
        here = torchgrade_source()
        if here != self._source:
            raise UserError(
                f"It has torchgrade {here}, and this machine {self._source}. Install the same "
                "there."
            )
        if open_addresses([address]) and not self._insecure:
            raise UserError(
                "It is reached without TLS. Start it with TLS; or say --insecure-cluster, where "
                "nobody else is on that network."
            )


def grade_here(name: str, task: str, parcel: Parcel, key: str) -> str:
    """The task: grade a submission in a slot of this worker.

    Args:
        name: of the grading.
        task: Dask's key of this task; news of it go by that.
        parcel: the submission.
        key: of all that a result depends on beside the submission.

    Returns:
        An `Answer` as JSON.
    """
    host = _host(name)
    if host is None or host.slots is None:
        return _refused(host)
    try:
        return _answer(host.slots.grade(parcel, key, telling(get_worker(), host, task)))
    finally:
        host.begun.discard(task)


def open_here(name: str) -> str:
    """The task that asks what is graded with; takes and returns as :func:`grade_here` does."""
    host = _host(name)
    if host is None or host.slots is None:
        return _refused(host)
    return _answer(host.slots.open())


def telling(worker: Worker, host: SlotHost, task: str) -> Tell:
    """What tells news of a task, as long as somebody waits for it.

    Dask cannot end a task's thread. What nobody wants any more, since the grading was killed, ends
    itself at the next event: it would keep its slot for hours.
    """

    def tell(event: Happening) -> None:
        known = worker.state.tasks.get(task)
        if known is None or known.state == "cancelled":
            raise SlotLost("nobody waits for it any more")
        if isinstance(event, Begun):
            host.begun.add(task)
        worker.log_event(TOPIC, News(task=task, event=event).model_dump_json())

    return tell


def _host(name: str) -> SlotHost | None:
    host = get_worker().plugins.get(name)
    assert host is None or isinstance(host, SlotHost)
    return host


def _refused(host: SlotHost | None) -> str:
    """The answer of a worker that cannot grade."""
    if host is None:
        unknown = "It knows nothing of this grading: its scheduler was started again meanwhile."
        return _answer(Refused(message=f"{unknown} Grade again."))
    return _answer(Refused(message=host.refusal))


def _answer(outcome: Outcome) -> str:
    return Answer(worker=get_worker().address, outcome=outcome).model_dump_json()
