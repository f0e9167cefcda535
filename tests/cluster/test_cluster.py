"""A real scheduler and real workers: what is lost is graded again, and nothing else changes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from distributed import Client, Security

from grader.batch.scheduler import grade_batch, grade_on
from grader.cluster import LocalCluster, RemoteCluster
from grader.cluster.connecting import LOCALLY, cluster_pool
from grader.errors import UserError
from grader.intake import read_submission
from tests.cluster.certificates import make_certificates
from tests.processes import all_ending, dask_workers, processes_below

HOMEWORK = "def flatten(x): return x.reshape(len(x), -1)\n"
BEGUN = "Scheduler at:"
SCHEDULER = "import sys; sys.modules['grader'] = None; import distributed.cli.dask_scheduler as run"
"""One that has no torchgrade."""


class Listener:
    """An observer that remembers, and does something at the first event of each submission."""

    def __init__(self, at_first=lambda submission: None) -> None:
        self.finished: list[str] = []
        self._at_first = at_first
        self._seen: set[str] = set()

    def opened(self, opened) -> None:
        pass

    def batch_started(self, total, kept) -> None:
        pass

    def submission_started(self, submission) -> None:
        pass

    def event(self, submission, event) -> None:
        if submission.id not in self._seen:
            self._seen.add(submission.id)
            self._at_first(submission)

    def submission_finished(self, result) -> None:
        self.finished.append(result.submission.id)


@pytest.fixture
def setup(setup):
    return setup.model_copy(update={"train": False})


@pytest.fixture
def class_of_three(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    found = []
    for name in ("kim", "lee", "park"):
        (folder / f"{name}.py").write_text(f"{HOMEWORK}# {name}\n")
        found.append(read_submission(folder / f"{name}.py"))
    return found


def results(out: Path) -> dict[str, str]:
    """The text of every result.json, but for its timing."""
    found = {}
    for path in (out / "submissions").glob("*/result.json"):
        result = json.loads(path.read_text())
        del result["timing"]
        found[path.parent.name] = json.dumps(result)
    return found


class Cluster:
    """A scheduler and workers with TLS, each in a process of its own.

    Attributes:
        scheduler, workers: the processes.
        where: how to reach it.
    """

    def __init__(self, folder: Path, stack: ExitStack, workers: int) -> None:
        self._folder = folder
        self._stack = stack
        self._files = make_certificates(folder)
        self.start_scheduler(port="0")
        self.workers = [self.start_worker("--no-nanny") for _number in range(workers)]
        security = Security(
            tls_ca_file=str(self._files.ca),
            tls_client_cert=str(self._files.cert),
            tls_client_key=str(self._files.key),
        )
        with Client(self.where.address, security=security) as client:
            client.wait_for_workers(workers, timeout=60)

    def start_scheduler(self, port: str) -> None:
        self.scheduler = self._start(
            ["-c", f"{SCHEDULER}; run.main()"], "--host", "tls://127.0.0.1", "--port", port
        )
        assert self.scheduler.stderr is not None
        line = next(line for line in self.scheduler.stderr if BEGUN in line)
        self.where = RemoteCluster(line.split()[-1], self._files, insecure=False)

    def start_worker(self, *options: str) -> subprocess.Popen[str]:
        place = Path(tempfile.mkdtemp(dir=self._folder))
        return self._start(
            ["-m", "distributed.cli.dask_worker"], self.where.address, *options,
            "--nthreads", "1", "--resources", "slot=1", "--local-directory", str(place),
        )  # fmt: skip

    def _start(self, what: list[str], *arguments: str) -> subprocess.Popen[str]:
        tls = ["--tls-ca-file", self._files.ca, "--tls-cert", self._files.cert,
               "--tls-key", self._files.key]  # fmt: skip
        process = self._stack.enter_context(
            subprocess.Popen(
                [sys.executable, *what, *arguments, *map(str, tls), "--no-dashboard"],
                stderr=subprocess.PIPE if "-c" in what else subprocess.DEVNULL,
                env={**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"},
                text=True,
            )
        )
        self._stack.callback(process.kill)
        return process


@pytest.fixture
def start_cluster(tmp_path):
    """Starts a cluster; all of it ends after the test."""
    with ExitStack() as stack:
        yield lambda workers: Cluster(tmp_path, stack, workers)


def test_workers_come_and_go_and_only_the_one_that_is_killed_is_counted(
    start_cluster, class_of_three, setup, tmp_path
):
    cluster = start_cluster(workers=1)
    signals, stack = [signal.SIGKILL, signal.SIGTERM], ExitStack()

    def replace(submission):
        if signals:
            stack.enter_context(all_ending(processes_below(cluster.workers[-1].pid)))
            cluster.workers[-1].send_signal(signals.pop(0))
            # A nanny, which Dask's workers have by default, lets its worker end in good order.
            cluster.workers.append(cluster.start_worker("--nanny" if signals else "--no-nanny"))

    listener = Listener(replace)
    with cluster_pool(setup, cluster.where) as pool:
        graded = grade_on(pool, class_of_three, tmp_path / "out", setup, listener)
    stack.close()
    assert [each.entry.status for each in graded] == ["graded"] * 3
    assert sorted(listener.finished) == ["kim", "lee", "park"]
    assert processes_below(cluster.workers[2].pid) == []
    logs = [path.read_text() for path in (tmp_path / "out").rglob("grading.log")]
    assert "".join(logs).count("process was lost") == 1
    grade_batch(class_of_three, tmp_path / "here", setup, Listener())
    assert results(tmp_path / "out") == results(tmp_path / "here")


@pytest.mark.slow
def test_a_scheduler_that_is_lost_ends_it_and_the_next_grading_goes_on(
    start_cluster, class_of_three, setup, tmp_path
):
    cluster = start_cluster(workers=1)

    class Ending(Listener):
        def submission_finished(self, result) -> None:
            super().submission_finished(result)
            cluster.scheduler.kill()
            cluster.scheduler.wait()
            cluster.start_scheduler(port=cluster.where.address.rpartition(":")[2])

    first, second = Ending(), Listener()
    with (
        pytest.raises(UserError, match="connection to the Dask scheduler was lost"),
        cluster_pool(setup, cluster.where) as pool,
    ):
        grade_on(pool, class_of_three, tmp_path / "out", setup, first)
    assert len(first.finished) == 1
    graded = grade_batch(class_of_three, tmp_path / "out", setup, second)
    assert sorted(first.finished + second.finished) == ["kim", "lee", "park"]
    assert len(graded) == 3


@pytest.mark.slow
def test_who_kills_its_worker_three_times_is_ungraded_and_the_next_is_graded(
    class_of_three, setup, tmp_path
):
    killed = []

    class OnKim(Listener):
        def event(self, submission, event) -> None:
            if submission.id == "kim":
                for worker in dask_workers():
                    if worker not in killed:
                        killed.append(worker)
                        os.kill(worker, signal.SIGKILL)

    with cluster_pool(setup, LocalCluster(1)) as pool:
        graded = grade_on(pool, class_of_three, tmp_path / "out", setup, OnKim())
    assert len(killed) == 3
    assert [each.entry.status for each in graded] == ["ungraded", "graded", "graded"]
    assert "lost 3 times" in graded[0].reason
    for name in ("lee", "park"):
        log = (tmp_path / "out" / "submissions" / name / "grading.log").read_text()
        assert "process was lost" not in log


@pytest.mark.parametrize("patience", ["60s", "1ms"])
def test_a_worker_that_is_killed_before_anything_is_graded_is_replaced(
    setup, monkeypatch, patience
):
    """By Dask; or by us, where it starts again so slowly that Dask gives it up."""
    submit, killed = Client.submit, []
    monkeypatch.setitem(LOCALLY, "distributed.deploy.lost-worker-timeout", patience)

    def submit_and_kill(client, *arguments, **options):
        future = submit(client, *arguments, **options)
        if not killed:  # it loads torch first, for seconds
            killed.extend(dask_workers())
            os.kill(killed[0], signal.SIGKILL)
        return future

    monkeypatch.setattr(Client, "submit", submit_and_kill)
    with cluster_pool(setup, LocalCluster(1)) as pool:
        assert pool.open().max_score == 100
    assert len(killed) == 1


def test_an_exception_in_the_middle_leaves_what_was_graded_and_no_process(
    class_of_three, setup, tmp_path
):
    class Interrupted(Listener):
        def submission_finished(self, result) -> None:
            super().submission_finished(result)
            raise KeyboardInterrupt

    before = set(processes_below(os.getpid()))
    with pytest.raises(KeyboardInterrupt), cluster_pool(setup, LocalCluster(2)) as pool:
        grade_on(pool, class_of_three, tmp_path / "out", setup, Interrupted())
    index = json.loads((tmp_path / "out" / "results.json").read_text())
    assert len(index["submissions"]) == 1
    left = set(processes_below(os.getpid())) - before
    assert [pid for pid in left if b"resource_tracker" not in _command(pid)] == []


def test_a_log_that_cannot_be_written_ends_it(class_of_three, setup, tmp_path):
    class Failing(Listener):
        def event(self, submission, event) -> None:
            raise UserError("the disk is full")

    with (
        pytest.raises(UserError, match="the disk is full"),
        cluster_pool(setup, LocalCluster(1)) as pool,
    ):
        grade_on(pool, class_of_three[:1], tmp_path / "out", setup, Failing())


def test_nobody_answers_where_no_scheduler_is(setup, monkeypatch):
    monkeypatch.setattr("grader.cluster.connecting.CONNECT_SECONDS", 0.5)
    where = RemoteCluster("tcp://127.0.0.1:9", None, insecure=False)
    with pytest.raises(UserError, match="No Dask scheduler answers"), cluster_pool(setup, where):
        pass


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
