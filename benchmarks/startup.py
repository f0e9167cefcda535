"""How long the first words take: `--help`, and a check without training.

python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
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
            print(f"| `{title}` | {statistics.median(spans):.2f} s | {max(spans):.2f} s |")


def _seconds(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
