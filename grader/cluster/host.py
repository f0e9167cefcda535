"""What runs in a Dask worker: a plugin that keeps slots, and the task that uses them."""

from __future__ import annotations

import asyncio

from distributed import Worker, WorkerPlugin, get_worker

from grader.cluster.parcels import Parcel
from grader.cluster.records import SLOT, TOPIC, Answer, News, Outcome
from grader.cluster.slots import WorkerSlots
from grader.jobs import CheckStarted, Setup, Trained


class SlotHost(WorkerPlugin):
    """Keeps slots as long as the Dask worker lives; sent once a worker, with the rubric.

    Args:
        name: of this grading.
        setup: how to grade, as JSON.
        rubric: the rubric's bytes.
    """

    # Dask removes it by its name.
    def __init__(self, name: str, setup: str, rubric: bytes) -> None:
        self.name = name
        self.slots: WorkerSlots | None = None
        self._setup = setup
        self._rubric = rubric

    def setup(self, worker: Worker) -> None:
        """Begin to load torch; Dask calls it in its event loop."""
        number = int(worker.state.total_resources.get(SLOT, 0))
        if number:  # others are none of ours
            setup = Setup.model_validate_json(self._setup)
            self.slots = WorkerSlots(setup, self._rubric, number)
            self.slots.prepare()

    async def teardown(self, worker: Worker) -> None:
        """End all processes: the grading, or the worker, ends."""
        if self.slots is not None:
            await asyncio.to_thread(self.slots.close)


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
    worker, slots = get_worker(), _slots(name)

    def tell(event: CheckStarted | Trained | None) -> None:
        worker.log_event(TOPIC, News(task=task, event=event).model_dump_json())

    return _answer(slots.grade(parcel, key, tell))


def open_here(name: str) -> str:
    """The task that asks what is graded with; takes and returns as :func:`grade_here` does."""
    return _answer(_slots(name).open())


def _slots(name: str) -> WorkerSlots:
    host = get_worker().plugins[name]
    assert isinstance(host, SlotHost)
    assert host.slots is not None
    return host.slots


def _answer(outcome: Outcome) -> str:
    return Answer(worker=get_worker().address, outcome=outcome).model_dump_json()
