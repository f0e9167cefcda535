"""The autograder in the smallest container that it is built for, from the zip.

Four submissions one after another, each in a control group of its own: seconds of the clock, the
most memory that is no file's, processes that the kernel ended for want of memory, and the score.
Needs to be root, and control groups of version 1 or 2 that may be made.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers import ROOT

from grader.gradescope import build
from grader.rubric import default_rubric

sys.path.insert(0, str(ROOT))

from tests.gradescope.container import Container  # the tests' own

CGROUPS = Path("/sys/fs/cgroup")
NAME = "torchgrade-benchmark"
_PERIOD = 100_000
SAMPLES = ("correct", "missing_relu", "unattempted", "exits")


@dataclass
class Group:
    """A control group, and what it used at most."""

    folders: dict[str, Path]
    peak: int = 0
    killed: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    def enter(self) -> None:
        """Put the calling process into it."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    def watch(self) -> None:
        """Note its memory again and again, until told to stop."""
        memory = self.folders["memory"]
        while not self._done.wait(0.05):
            lines = (memory / "memory.stat").read_text().splitlines()
            numbers = {name: int(value) for name, value in (line.split() for line in lines)}
            self.peak = max(self.peak, numbers.get("total_rss", numbers.get("anon", 0)))
        for name in ("memory.oom_control", "memory.events"):
            if (memory / name).exists():
                lines = (memory / name).read_text().splitlines()
                found = [line.split()[1] for line in lines if line.startswith("oom_kill ")]
                self.killed = int(found[0]) if found else 0

    def stop(self) -> None:
        """End the watching."""
        self._done.set()


@contextmanager
def group(cores: float, megabytes: int) -> Iterator[Group]:
    """A control group with these limits; removed afterwards."""
    if (CGROUPS / "cgroup.controllers").exists():
        (CGROUPS / "cgroup.subtree_control").write_text("+cpu +memory")
        folders = dict.fromkeys(("cpu", "memory"), CGROUPS / NAME)
    else:
        folders = {name: CGROUPS / name / NAME for name in ("cpu", "memory")}
    for folder in set(folders.values()):
        folder.mkdir()
    limits = {
        "cpu.max": f"{int(cores * _PERIOD)} {_PERIOD}",
        "cpu.cfs_quota_us": str(int(cores * _PERIOD)),
        "memory.max": str(megabytes << 20),
        "memory.limit_in_bytes": str(megabytes << 20),
    }
    for name, value in limits.items():
        path = folders[name.partition(".")[0]] / name
        if path.exists():
            path.write_text(value)
    made = Group(folders)
    watching = threading.Thread(target=made.watch)
    watching.start()
    try:
        yield made
    finally:
        made.stop()
        watching.join()
        for folder in set(folders.values()):
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a group as soon as its last process is gone."""
    for _ in range(100):
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.1)
        else:
            return


class DebianRoot:
    """A Debian of its own, with the PyTorch that Debian builds for CPUs alone.

    Made beforehand, as root: `debootstrap --variant=minbase sid DIR`, and in it `apt-get install
    --no-install-recommends python3-torch python3-torchvision python3-venv libseccomp2`. What else
    torchgrade needs is installed by its own setup.sh.

    Args:
        root: that folder.
        autograder: the zip.
    """

    def __init__(self, root: Path, autograder: Path) -> None:
        self.root, self.base = root, root / "autograder"
        shutil.rmtree(self.base, ignore_errors=True)
        with zipfile.ZipFile(autograder) as packed:
            packed.extractall(self.base / "source")
        # Debian has its own versions.
        (self.base / "source" / "constraints.txt").write_text("")

    def setup(self) -> subprocess.CompletedProcess[str]:
        """What is done once; with a network."""
        made = self._run("python3 -m venv --system-site-packages /autograder/venv")
        done = self._run("bash /autograder/source/setup.sh") if made.returncode == 0 else made
        if done.returncode == 0:
            shutil.copy(self.base / "source" / "run_autograder", self.base / "run_autograder")
        return done

    def grade(self, *files: Path, preexec: Callable[[], None]) -> Any:
        """What results.json says of some files; without a network."""
        for name in ("submission", "results"):
            shutil.rmtree(self.base / name, ignore_errors=True)
            (self.base / name).mkdir()
        for path in files:
            shutil.copy(path, self.base / "submission")
        self._run("bash /autograder/run_autograder", "--net", preexec=preexec)
        return json.loads((self.base / "results" / "results.json").read_text())

    def _run(
        self, command: str, *apart: str, preexec: Callable[[], None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        script = "\n".join((
            "mount --make-rprivate /",
            f'mount -t proc proc "{self.root / "proc"}"',
            f'mount --rbind /dev "{self.root / "dev"}"',
            f'mount -t tmpfs tmpfs "{self.root / "tmp"}"',
            f'exec chroot "{self.root}" /bin/bash -c "$0"',
        ))  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--ipc", "--fork", *apart,
             "bash", "-ec", script, command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", **kept},
            capture_output=True, text=True, check=False, preexec_fn=preexec,
        )  # fmt: skip


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", type=float, default=1.0)
    parser.add_argument("--megabytes", type=int, default=1536)
    parser.add_argument("--debian", type=Path, help="a root with Debian's torch, see DebianRoot")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        build(
            folder / "autograder.zip",
            container="small", data="synthetic", rubric=default_rubric(), index=None,
        )  # fmt: skip
        zipped = folder / "autograder.zip"
        container: Container | DebianRoot
        if options.debian is not None:
            container = DebianRoot(options.debian, zipped)
        else:
            container = Container(folder / "root", zipped)
        done = container.setup()
        if done.returncode:
            raise SystemExit(done.stderr)
        print("| submission | seconds | memory | ended for want of it | score |")
        print("| --- | --- | --- | --- | --- |")
        for name in SAMPLES:
            started = time.monotonic()
            with group(options.cores, options.megabytes) as limited:
                told = container.grade(
                    ROOT / "submissions" / name / "homework.py", preexec=limited.enter
                )
            seconds = time.monotonic() - started
            score = sum(test.get("score", 0) for test in told["tests"])
            most = sum(test.get("max_score", 0) for test in told["tests"])
            print(
                f"| {name} | {seconds:.0f} s | {limited.peak >> 20} MB | {limited.killed} | "
                f"{score:g} of {most:g} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
