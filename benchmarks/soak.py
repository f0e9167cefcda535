"""Many workers one after another, a third of them killed at random moments: does anything stay?

Counts processes, descriptors, mounts and temporary files, and compares the memory of the worker
server and of this process after the first workers with that after the last:

    python benchmarks/soak.py --workers 1000
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import threading
from pathlib import Path

import torch
from workers import worker_server

from grader.errors import WorkerError, WorkerNotStarted
from grader.protocol import messages as m
from grader.protocol import parts
from grader.sandbox.layers import IsolationConfig
from grader.sandbox.workers import Worker

LOAD = m.Load(
    cells=(parts.Cell(file="homework.py", source="def flatten(x):\n    return x.flatten(1)\n"),),
    seed=1,
    data=m.Data(
        train_dir=None, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2), batch_size=64,
        nominal_train=49000, nominal_validation=1000, nominal_test=10000,
    ),
    output_bytes=1000,
    names=("flatten",),
)  # fmt: skip
CALL = m.Call(callee="function:flatten", arguments=(parts.TensorArgument(tensor="x"),), seed=1)
LONGEST = 0.25
"""Seconds after its start within which a worker is killed; one that is not takes about as long."""


def descendants(pid: int) -> list[int]:
    """Children of a process, and theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        own = [int(text) for text in children.read_text().split()]
    except OSError:
        return []
    return [*own, *(below for child in own for below in descendants(child))]


def kill_one_below(server: int, delay: float, over: threading.Event) -> None:
    """After a while, kill the worker that runs, or its keeper."""
    if over.wait(delay):
        return
    below = descendants(server)
    if below:
        try:
            os.kill(random.choice(below), signal.SIGKILL)
        except ProcessLookupError:
            pass


def use_one(control: object, server: int, scratch: Path, *, kill: bool) -> bool:
    """Start a worker, load, call, end it; whether it answered."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        order = IsolationConfig(
            scratch=folder, memory_bytes=1 << 30, file_bytes=1 << 20, scratch_bytes=1 << 24,
            scratch_files=1000, cpu_seconds=60,
        )  # fmt: skip
        over = threading.Event()
        arguments = (server, random.uniform(0, LONGEST), over)
        killer = threading.Thread(target=kill_one_below, args=arguments)
        if kill:
            killer.start()
        try:
            with Worker(control, order) as worker:  # type: ignore[arg-type]
                worker.ask(LOAD, seconds=20)
                worker.ask(CALL, {"x": torch.ones(2, 3)}, seconds=20)
            return True
        except (WorkerError, WorkerNotStarted):
            return False
        finally:
            over.set()
            if kill:
                killer.join()


def state(server: int, scratch: Path) -> dict[str, int]:
    """What could have stayed."""
    return {
        "processes": len(descendants(server)),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "descriptors of the server": len(list(Path(f"/proc/{server}/fd").iterdir())),
        "mounts": len(Path("/proc/self/mountinfo").read_text().splitlines()),
        "temporary files": len(list(scratch.iterdir())),
        "MB of the server": _megabytes(server),
        "MB here": _megabytes(os.getpid()),
    }


def _megabytes(pid: int) -> int:
    """Proportional memory, from the kernel's own sum."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) >> 10
    return 0


def main() -> None:
    """Print what there is after the first tenth, and after all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    answered = killed = 0
    with tempfile.TemporaryDirectory() as folder, worker_server() as server:
        scratch = Path(folder)
        for number in range(options.workers):
            kill = random.random() < 1 / 3
            killed += kill
            answered += use_one(server.control, server.pid, scratch, kill=kill)
            if number + 1 == options.workers // 10:
                early = state(server.pid, scratch)
        late = state(server.pid, scratch)
    print(f"{options.workers} workers, {killed} to be killed, {answered} answered")
    for name, count in late.items():
        print(f"{name:28} {early[name]:6} {count:6}")


if __name__ == "__main__":
    main()
