"""What a course of ten thousand would take on a cluster: durations replayed through a real one.

    python benchmarks/scale.py [--tasks 10000] [--slots 16 32 64] [--seconds 240]

Dask's scheduler, its workers and torchgrade's pool are the real ones; only the grading is replaced
by sleeping. How long a submission takes is drawn from a lognormal distribution with the mean and
spread of 24 real notebooks, trainings included; time runs so much faster that each run takes about
`--seconds`. One task in 500 loses its examiner halfway and is graded again. Every task carries a
real notebook's bytes, tells as many news as a grading, and returns a real result.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from distributed import Client, Future, get_worker
from workers import ROOT

from grader.batch.pool import MAX_LOSSES
from grader.batch.scheduler import _completed
from grader.batch.slot import SlotLost, single_slot
from grader.cluster.parcels import Parcel, pack
from grader.cluster.pool import ClusterPool
from grader.cluster.records import SLOT, TOPIC, Answer, Begun, Lost, News
from grader.intake import Submission, read_submission
from grader.jobs import CheckStarted, Finished, Setup
from grader.results import SubmissionResult
from grader.rubric import default_rubric

REAL_SECONDS = (
    2, 2, 2, 5, 5, 7, 13, 15, 37, 66, 72, 79, 80, 87, 101, 186, 189, 191, 254, 255, 337, 609, 629,
    1198,
)  # fmt: skip
"""Of the 24 notebooks of docs/measured.md, each on one core."""
MOST_SECONDS = 10800.0
"""What the rubric lets a submission take."""
LOST = 1 / 500
NEWS = 22
LOOK_SECONDS = 0.5
"""Between two looks at Dask's scheduler."""
WORKERS = 4
"""Dask's worker processes, which share the slots."""


@dataclass(frozen=True)
class Replayed:
    """What is carried by every task, and how long each takes."""

    parcel: Parcel
    answer: str
    seconds: dict[str, float]


class ReplayPool(ClusterPool):
    """The pool of a cluster, where grading is sleeping."""

    def __init__(self, setup: Setup, client: Client, replayed: Replayed, seed: int) -> None:
        super().__init__(setup, client)
        self._replayed = replayed
        self._draw = random.Random(seed)
        client.subscribe_topic(TOPIC, self._watches.tell)

    def _submit(self, task: str, submission: Submission, allowed: list[str] | None) -> Future[str]:
        replayed = self._replayed
        future: Future[str] = self._client.submit(
            sleep_here,
            task,
            replayed.parcel,
            replayed.seconds[submission.id],
            Answer(worker="", outcome=Lost()).model_dump_json()
            if self._draw.random() < LOST
            else replayed.answer,
            key=task,
            resources={SLOT: 1},
            workers=allowed,
            pure=False,
        )
        return future


def sleep_here(task: str, parcel: Parcel, seconds: float, answer: str) -> str:
    """The task: what a grading says and returns, after as long."""
    worker = get_worker()
    worker.log_event(TOPIC, News(task=task, event=Begun()).model_dump_json())
    for number in range(NEWS):
        time.sleep(seconds / NEWS)
        event = CheckStarted(check=f"check {number}", title="What is looked at")
        worker.log_event(TOPIC, News(task=task, event=event).model_dump_json())
    return answer


def main() -> None:
    """Print a table: makespan, efficiency and memory against slots."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--slots", type=int, nargs="+", default=[16, 32, 64])
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    setup = Setup(rubric=str(default_rubric()), data="synthetic", data_root=None, train=False)
    sample, result = graded_sample(setup)
    answer = Answer(worker="tcp://worker", outcome=Finished(result=result)).model_dump_json()
    real = draw(options.tasks, random.Random(options.seed))
    print(f"mean {statistics.mean(real):.0f} s, median {statistics.median(real):.0f} s, longest "
          f"{max(real):.0f} s; {statistics.mean(real) * 1000 / 3600:.1f} core-hours a thousand; "
          f"answer {len(answer) >> 10} KB")  # fmt: skip
    print("| slots | real makespan | replayed | faster by | efficiency | tasks a second "
          "| most at Dask's scheduler | its memory before | at most | its CPU |")  # fmt: skip
    print("| ---: " * 10 + "|")
    for slots in options.slots:
        speed = sum(real) / slots / options.seconds
        with cluster(slots) as (client, scheduler):
            seconds = {str(number): each / speed for number, each in enumerate(real)}
            submissions = [sample.model_copy(update={"id": name}) for name in seconds]
            pool = ReplayPool(setup, client, Replayed(pack(sample), answer, seconds), slots)
            before = memory(scheduler, "VmRSS")
            with most_tasks(client) as most:
                took = replay(pool, submissions)
            ideal = sum(seconds.values()) / slots
            print(f"| {slots} | {took * speed / 3600:.1f} h | {took:.0f} s | {speed:.0f} | "
                  f"{ideal / took:.3f} | {len(real) / took:.0f} | {max(most)} | {before} MB | "
                  f"{memory(scheduler, 'VmHWM')} MB | {cpu_seconds(scheduler):.0f} s |",
                  flush=True)  # fmt: skip


def draw(many: int, random_numbers: random.Random) -> list[float]:
    """Durations in seconds, with the mean and spread of the real ones."""
    mean, spread = statistics.mean(REAL_SECONDS), statistics.stdev(REAL_SECONDS)
    sigma = math.sqrt(math.log(1 + (spread / mean) ** 2))
    mu = math.log(mean) - sigma**2 / 2
    return [min(MOST_SECONDS, random_numbers.lognormvariate(mu, sigma)) for _task in range(many)]


def graded_sample(setup: Setup) -> tuple[Submission, SubmissionResult]:
    """A notebook and its result."""
    sample = read_submission(ROOT / "submissions" / "starter_notebook" / "HW05.ipynb")
    with single_slot(setup) as slot:
        slot.open()
        return sample, slot.grade(sample, lambda event: None)


@contextmanager
def most_tasks(client: Client) -> Iterator[list[int]]:
    """How many tasks Dask's scheduler holds, looked at again and again in the meantime."""
    held, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            held.append(client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)))

    with ThreadPoolExecutor(1) as executor:
        looking = executor.submit(look)
        try:
            yield held
        finally:
            ended.set()
            looking.result()


def replay(pool: ReplayPool, submissions: list[Submission]) -> float:
    """Seconds that all of them take."""
    losses = 0

    def grade(submission: Submission) -> SubmissionResult:
        nonlocal losses
        for _loss in range(MAX_LOSSES):
            try:
                return pool.grade(submission, lambda event: None)
            except SlotLost:
                losses += 1
        raise SlotLost("three times")

    started = time.monotonic()
    with ThreadPoolExecutor(pool.threads) as executor:
        done = sum(1 for _result in _completed(executor, grade, submissions, pool))
    assert done == len(submissions)
    print(f"lost and graded again: {losses}", file=sys.stderr)
    return time.monotonic() - started


@contextmanager
def cluster(slots: int) -> Iterator[tuple[Client, int]]:
    """A scheduler and workers in processes of their own: a client, and the scheduler's id."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        file = Path(folder) / "scheduler.json"
        command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"]
        command += ["--host", "tcp://127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
        scheduler = start(stack, command)
        client = stack.enter_context(Client(scheduler_file=str(file), timeout=60))
        for _worker in range(WORKERS):
            command = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-dashboard"]
            command += ["--scheduler-file", str(file), "--no-nanny", "--local-directory", folder]
            command += ["--nthreads", str(slots // WORKERS)]
            start(stack, [*command, "--resources", f"{SLOT}={slots // WORKERS}"])
        client.wait_for_workers(WORKERS, timeout=60)
        yield client, scheduler


def start(stack: ExitStack, command: list[str]) -> int:
    """A process that ends with the stack; its id."""
    process = stack.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=ROOT))
    stack.callback(process.kill)
    return process.pid


def memory(pid: int, field: str) -> int:
    """MB of a process, as /proc's status says."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) >> 10 for line in lines if line.startswith(field))


def cpu_seconds(pid: int) -> float:
    """Of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    main()
