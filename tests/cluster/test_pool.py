"""The slots of a cluster against a Dask that does what a test says, and what is left of a grading
in a real scheduler."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

pytest.importorskip("distributed")

from distributed import Client, KilledWorker, LocalCluster

from grader.batch.pool import MAX_LOSSES
from grader.batch.slot import SlotLost
from grader.cluster import counting
from grader.cluster import pool as pools
from grader.cluster.pool import MAX_SENDINGS, ClusterPool
from grader.cluster.records import Answer, Begun, Left, Lost, News
from grader.errors import UserError
from grader.intake import read_submission
from grader.jobs import Finished, Opened, Refused
from grader.results import Provenance, SubmissionResult, Timing

PATIENCE_SECONDS = 30
GOOD, BAD = "tls://good:1", "tls://bad:1"
MADE = Provenance(
    data=None, rubric="", reference="", grader="", key="key", torch="", isolation=()
)  # fmt: skip


class Dask:
    """Stands in for a client, its scheduler and its workers.

    Attributes:
        does: what becomes of each task that is sent, the last of it again and again: returns what
            the task returns; raises what Dask raises; None is a task that nobody takes.
        sent: where each of them might go.
    """

    def __init__(self, *does) -> None:
        self.status = "running"
        self.does = list(does)
        self.sent: list[list[str] | None] = []
        self.workers = {address: {"resources": {"slot": 1}} for address in (GOOD, BAD)}
        self.cancelled = threading.Event()

    def scheduler_info(self, n_workers):
        return {"workers": self.workers}

    def register_plugin(self, plugin) -> None:
        pass

    def subscribe_topic(self, topic, tell) -> None:
        self._tell = tell

    def submit(self, function, call, *, key, resources, workers, pure):
        self.sent.append(workers)
        does = self.does.pop(0) if len(self.does) > 1 else self.does[0]
        return Future(lambda: does(self, key), pending=does is None)

    def tell(self, task, *events) -> None:
        for event in events:
            self._tell((0.0, News(task=task, event=event).model_dump_json()))

    def cancel(self, futures) -> None:
        self.cancelled.set()

    def close(self) -> None:
        self.status = "closed"


class Future:
    def __init__(self, does, *, pending) -> None:
        self._does = does
        self._pending = pending

    def result(self, timeout=None):
        if self._pending:
            raise TimeoutError
        return self._does()

    def done(self) -> bool:
        return not self._pending

    def release(self) -> None:
        pass


def killed(allowed_failures: int) -> KilledWorker:
    return KilledWorker("task", SimpleNamespace(address=BAD), allowed_failures)


def dying(*events, allowed_failures=0):
    """A task that is lost after these events."""

    def does(dask, task):
        dask.tell(task, *events)
        raise killed(allowed_failures)

    return does


def answering(worker, outcome, *events):
    def does(dask, task):
        dask.tell(task, *events)
        return Answer(worker=worker, outcome=outcome).model_dump_json()

    return does


@pytest.fixture
def submission(tmp_path):
    (tmp_path / "kim.py").write_text("x = 1\n")
    return read_submission(tmp_path / "kim.py")


@pytest.fixture
def graded(submission):
    """What a good worker answers."""
    result = SubmissionResult(
        submission=submission.info, status="ungraded", reason="nothing is graded here", score=0,
        max_score=100, provenance=MADE, timing=Timing(started="", seconds=0, host="", checks={}),
    )  # fmt: skip
    return answering(GOOD, Finished(result=result), Begun())


@pytest.fixture
def pool_on(setup, monkeypatch):
    """Opens a pool on a stand-in, without torch; what it warns of is in `said`."""

    @contextmanager
    def slot(_setup):
        opened = Opened(assignment="HW05", max_score=100, provenance=MADE)
        yield SimpleNamespace(open=lambda: opened)

    monkeypatch.setattr(pools, "single_slot", slot)

    def open_pool(dask):
        pool = ClusterPool(setup, dask, warn=open_pool.said.append)
        pool.open()
        return pool

    open_pool.said = []
    return open_pool


def grade_until_ungraded(pool, submission) -> int:
    """How many losses a batch counts before it gives up."""
    losses = 0
    while losses < MAX_LOSSES:
        with pytest.raises(SlotLost) as lost:
            pool.grade(submission, lambda event: None)
        losses += lost.value.losses
    return losses


def test_two_a_slot_are_handed_over(setup):
    dask = Dask()
    dask.workers = {"tls://a:1": {"resources": {"slot": 3.0, "GPU": 1}}, BAD: {"resources": {}}}
    assert ClusterPool(setup, dask).at_once == 6


def test_a_cluster_without_workers_is_asked_for_some(setup):
    dask = Dask()
    dask.workers = {}
    assert ClusterPool(setup, dask).at_once == 2


def test_what_is_lost_before_it_began_is_sent_again(pool_on, submission, graded):
    dask = Dask(dying(), dying(Begun(), Left()), answering(BAD, Lost()), graded)
    assert pool_on(dask).grade(submission, lambda event: None).max_score == 100
    assert dask.sent == [None] * 4


def test_workers_that_never_begin_are_a_matter_of_the_cluster(pool_on, submission):
    dask = Dask(dying())
    with pytest.raises(UserError, match=f"{submission.id} was sent .* {MAX_SENDINGS} times"):
        pool_on(dask).grade(submission, lambda event: None)
    assert len(dask.sent) == MAX_SENDINGS


@pytest.mark.parametrize("allowed_failures", [0, 1, 2])
def test_three_losses_end_it_however_often_dask_tries(pool_on, submission, allowed_failures):
    def does(dask, task):
        for number in range(allowed_failures + 1):
            dask.tell(task, Begun())
            if dask.cancelled.is_set() or dask.cancelled.wait(0.1 if number else 0):
                raise CancelledError(task)
            lost.append(number)
        raise killed(allowed_failures)

    lost = []
    assert grade_until_ungraded(pool_on(Dask(does)), submission) == len(lost) == 3


def test_a_fourth_beginning_is_cancelled_where_dask_would_try_for_ever(pool_on, submission):
    def does(dask, task):
        dask.tell(task, *[Begun()] * 4)
        assert dask.cancelled.wait(PATIENCE_SECONDS)
        raise CancelledError(task)

    with pytest.raises(SlotLost) as lost:
        pool_on(Dask(does)).grade(submission, lambda event: None)
    assert lost.value.losses == 3


def test_who_leaves_in_good_order_counts_for_nothing(pool_on, submission):
    task = dying(Begun(), Begun(), allowed_failures=0)  # one was retired, one was killed
    with pytest.raises(SlotLost) as lost:
        pool_on(Dask(task)).grade(submission, lambda event: None)
    assert lost.value.losses == 1


def test_a_bad_worker_that_comes_late_is_left_out(pool_on, submission, graded):
    refused = answering(BAD, Refused(message="It has torchgrade 9."))
    dask = Dask(graded, refused, graded)
    late = {BAD: dask.workers.pop(BAD)}
    pool = pool_on(dask)
    pool.grade(submission, lambda event: None)
    dask.workers.update(late)
    pool.grade(submission, lambda event: None)
    assert dask.sent == [None, None, [GOOD]]
    assert len(pool_on.said) == 1
    assert "tls://bad:1 cannot grade: It has torchgrade 9. It is given nothing" in pool_on.said[0]
    assert pool.at_once == 2


def test_a_bad_worker_at_first_ends_it(pool_on, submission):
    pool = pool_on(Dask(answering(BAD, Refused(message="It has torchgrade 9."))))
    with pytest.raises(UserError, match="cannot grade: It has torchgrade 9"):
        pool.grade(submission, lambda event: None)


def test_a_task_whose_workers_have_all_gone_is_sent_to_others(
    pool_on, submission, graded, monkeypatch
):
    monkeypatch.setattr(counting, "FRESH_SECONDS", -1.0)
    refused = answering(BAD, Refused(message="It has torchgrade 9."))
    dask = Dask(graded, refused, None, graded)
    pool = pool_on(dask)
    pool.grade(submission, lambda event: None)
    any_there = pool._workers.any_there

    def leave(addresses):
        dask.workers = {"tls://late:1": {"resources": {"slot": 1}}}
        return any_there(addresses)

    monkeypatch.setattr(pool._workers, "any_there", leave)
    pool.grade(submission, lambda event: None)
    assert dask.sent == [None, None, [GOOD], None]
    assert dask.cancelled.is_set()


def test_nothing_is_sent_where_dask_would_keep_it(pool_on, submission, graded):
    dask = Dask(graded)
    pool = pool_on(dask)
    dask.status = "connecting"
    with pytest.raises(UserError, match="connection to the Dask scheduler was lost"):
        pool.grade(submission, lambda event: None)
    assert dask.sent == []
    pool.close()
    assert dask.status == "closed"


def test_an_answer_that_cannot_be_read_is_another_torchgrades(pool_on, submission):
    pool = pool_on(Dask(lambda dask, task: '{"worker": "", "outcome": {"kind": "of 2030"}}'))
    with pytest.raises(UserError, match="another torchgrade"):
        pool.grade(submission, lambda event: None)


def test_no_plugin_is_left_of_a_grading_that_could_not_begin(setup, monkeypatch):
    @contextmanager
    def slot(_setup):
        raise UserError("the data set is missing")
        yield

    monkeypatch.setattr(pools, "single_slot", slot)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        with pytest.raises(UserError, match="missing"), ClusterPool(setup, client) as pool:
            pool.open()
        assert not any(name.startswith("torchgrade") for name in cluster.scheduler.worker_plugins)
