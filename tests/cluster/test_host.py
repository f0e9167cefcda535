"""What a Dask worker makes of what it is sent, without a cluster around it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest

pytest.importorskip("distributed")

from distributed import Client, LocalCluster, get_worker

from grader.batch.slot import SlotLost
from grader.cluster import host as hosting
from grader.cluster.calls import pack_call, run_call
from grader.cluster.host import SlotHost, grade_here, open_here, telling
from grader.cluster.parcels import Parcel
from grader.cluster.records import ANSWER, Begun
from grader.jobs import CheckStarted, Refused
from grader.version import torchgrade_source

CHECK = CheckStarted(check="flatten.values", title="")
PATIENCE_SECONDS = 30
BEGUN, ENDED = threading.Event(), threading.Event()


class Worker:
    """Stands in for Dask's worker: remembers what was told, and the states of its tasks."""

    address = "tls://a:1"

    def __init__(self, slots: float = 1.0) -> None:
        self.told: list[dict] = []
        self.plugins: dict[str, SlotHost] = {}
        self.state = SimpleNamespace(total_resources={"slot": slots}, tasks={})

    def log_event(self, topic, text) -> None:
        self.told.append(json.loads(text))

    def runs(self, task, state="executing") -> None:
        self.state.tasks[task] = SimpleNamespace(state=state)


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr(hosting, "get_worker", lambda: worker)
    return worker


@pytest.fixture
def prepared(monkeypatch):
    """Addresses of workers that began to load torch."""
    loading = []

    class Slots:
        def __init__(self, setup, rubric, number) -> None:
            assert number == 1

        def prepare(self) -> None:
            loading.append(True)

        def close(self) -> None:
            pass

    monkeypatch.setattr(hosting, "WorkerSlots", Slots)
    return loading


def host(ours, **options) -> SlotHost:
    given = {
        "source": torchgrade_source(), "setup": ours.model_dump_json(), "rubric": b"",
        "eager": (), "insecure": False,
    }  # fmt: skip
    return SlotHost("grading", **{**given, **options})


def refusal(worker: Worker, plugin: SlotHost) -> str:
    """What is answered to both tasks."""
    plugin.setup(worker)
    worker.plugins["grading"] = plugin
    answers = [open_here("grading"), grade_here("grading", "task", Parcel("", ()), "key")]
    outcomes = [ANSWER.validate_json(answer).outcome for answer in answers]
    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], Refused)
    return outcomes[0].message


def test_another_torchgrade_is_found_before_anything_of_it_is_read(worker, setup):
    plugin = host(setup, source="9.9.9 (of another day)", setup='{"unknown": 1}')
    assert "and this machine 9.9.9 (of another day)" in refusal(worker, plugin)


def test_what_fails_in_getting_ready_is_told_by_every_task(worker, setup):
    assert refusal(worker, host(setup, setup="{")).startswith("ValidationError: ")


def test_a_worker_that_is_reached_without_tls_grades_nothing(worker, setup, prepared):
    worker.address = "tcp://10.0.0.5:1"
    assert "reached without TLS" in refusal(worker, host(setup))
    plugin = host(setup, insecure=True)
    plugin.setup(worker)
    assert plugin.slots is not None


def test_a_worker_that_was_sent_no_plugin_says_so(worker):
    answer = ANSWER.validate_json(open_here("grading"))
    assert isinstance(answer.outcome, Refused)
    assert "Grade again" in answer.outcome.message


def test_torch_is_loaded_at_once_by_those_that_are_there_at_first(worker, setup, prepared):
    late, there, none = host(setup), host(setup, eager=(worker.address,)), host(setup)
    late.setup(worker)
    assert prepared == []
    there.setup(worker)
    assert prepared == [True]
    none.setup(Worker(slots=0))
    assert none.slots is None


def test_news_are_told_as_long_as_somebody_waits(worker, setup):
    plugin = host(setup)
    tell = telling(worker, plugin, "task")
    with pytest.raises(SlotLost):
        tell(CHECK)
    worker.runs("task")
    tell(CHECK)
    assert [news["event"]["kind"] for news in worker.told] == ["check"]
    worker.runs("task", "cancelled")
    with pytest.raises(SlotLost):
        tell(CHECK)


def test_a_worker_that_leaves_says_so_of_what_it_has_begun(worker, setup, prepared):
    plugin = host(setup)
    plugin.setup(worker)
    worker.runs("task")
    telling(worker, plugin, "task")(Begun())
    asyncio.run(plugin.teardown(worker))
    assert [(news["task"], news["event"]["kind"]) for news in worker.told] == [
        ("task", "begun"),
        ("task", "left"),
    ]


def keep_telling(task: str) -> str:
    """A task that grades until nobody wants it any more."""
    worker = get_worker()
    tell = telling(worker, worker.plugins["grading"], task)
    BEGUN.set()
    with suppress(SlotLost):
        while True:
            tell(CHECK)
            time.sleep(0.01)
    ENDED.set()
    return ""


def test_what_is_running_when_its_grading_is_killed_ends(setup):
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as cluster:
        with Client(cluster) as client:
            client.register_plugin(host(setup))
            future = client.submit(run_call, pack_call(keep_telling, "task"), key="task")
            assert BEGUN.wait(PATIENCE_SECONDS)
            assert not ENDED.wait(0.1)
            del future  # as Dask does for a client that has gone
        assert ENDED.wait(PATIENCE_SECONDS)
