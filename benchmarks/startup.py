"""How long the first words take: `--help`, a check without training, and the next one.

python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from workers import ROOT

SAMPLE = ROOT / "submissions" / "correct"


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        check = ["check", str(SAMPLE), "--no-train", "--data", "synthetic", "--out"]
        commands = {
            "import torch, torchvision": ["-c", "import torch, torchvision"],
            "torchgrade --help": ["-m", "grader", "--help"],
            "torchgrade check --no-train": ["-m", "grader", *check, str(Path(folder) / "out")],
        }
        print("| command | median | slowest |")
        print("| --- | --- | --- |")
        for title, arguments in commands.items():
            spans = [_seconds(arguments) for _ in range(times)]
            _print(title, spans)
        _print("check --no-train --watch, saved again", _saved_again(folder, check, times))


def _print(title: str, spans: list[float]) -> None:
    print(f"| `{title}` | {statistics.median(spans):.2f} s | {max(spans):.2f} s |", flush=True)


def _saved_again(folder: str, check: list[str], times: int) -> list[float]:
    """From a save until its result stands in the terminal."""
    work = Path(folder) / "work.py"
    shutil.copy(next(SAMPLE.glob("*.py")), work)
    command = [sys.executable, "-m", "grader", *check, "out", "--watch"]
    command[command.index(str(SAMPLE))] = work.name
    spans = []
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        _until_waiting(process.stdout)
        for _ in range(times):
            time.sleep(1)  # nobody saves at once
            started = time.perf_counter()
            work.write_text(f"{work.read_text()}\n# Saved again.\n")
            _until_waiting(process.stdout)
            spans.append(time.perf_counter() - started)
        process.send_signal(signal.SIGINT)
    return spans


def _until_waiting(printed: Iterable[str]) -> None:
    for line in printed:
        if line.startswith("Waiting for"):
            return
    raise SystemExit("torchgrade has ended.")


def _seconds(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
