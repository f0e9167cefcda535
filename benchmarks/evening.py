"""A class in one evening: 24 notebooks graded in full, beside plain execution of the same ones.

Takes a folder of notebooks, draws 18 correct, 4 unattempted and 2 wrong ones, grades them, executes
all of them plainly with their training passes cut short, and four of them to the end. What is done
is kept in OUT; the same command goes on:

    python benchmarks/evening.py NOTEBOOKS --out OUT [--data-root DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workers import ROOT

from grader.checks.catalogue import known_checks
from grader.rubric import default_rubric, load_rubric
from grader.rubric.models import Rubric

CLASS = {"correct": 18, "unattempted": 4, "wrong": 2}
TO_THE_END = 4
BATCHES = 14
"""Of each training pass, in an execution that is cut short."""
Found = dict[str, Any]
"""A file of JSON."""


class Evening:
    """The folder that everything is kept in."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.out: Path = options.out
        self.notebooks: Path = options.notebooks
        self.data = ["--data", options.data]
        self.data += ["--data-root", str(options.data_root)] if options.data_root else []
        self.draw = random.Random(options.seed)

    def choose(self) -> None:
        """Draw the class by what the notebooks earn without training."""
        looked = self.out / "looked"
        if not looked.exists():
            flat = self.out / "notebooks"
            flat.mkdir(parents=True)
            for path in sorted(self.notebooks.rglob("*.ipynb")):
                shutil.copy(path, flat / path.name)
            _torchgrade(flat, looked, "--no-train", "--data", "synthetic")
        kinds: dict[str, list[str]] = {kind: [] for kind in CLASS}
        for path in sorted(looked.glob("submissions/*/result.json")):
            result = json.loads(path.read_text())
            kinds[_kind(result)].append(result["submission"]["entry"])
        print("there are", {kind: len(names) for kind, names in kinds.items()})
        for kind, many in CLASS.items():
            for name in self.draw.sample(kinds[kind], many):
                target = self.out / "class" / kind / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.out / "notebooks" / name, target)

    def notebooks_of(self, kind: str) -> list[Path]:
        """Those of the class that were drawn as correct, unattempted or wrong."""
        return sorted((self.out / "class" / kind).iterdir())

    def everybody(self) -> list[Path]:
        """The class."""
        return [path for kind in CLASS for path in self.notebooks_of(kind)]

    def grade(self) -> None:
        """Grade it, with an empty shelf of shared trainings."""

        def graded() -> Found:
            flat = self.out / "handed-in"
            shutil.rmtree(flat, ignore_errors=True)
            flat.mkdir()
            for path in self.everybody():
                shutil.copy(path, flat)
            started = time.perf_counter()
            _torchgrade(flat, self.out / "graded", *self.data)
            return {"seconds": time.perf_counter() - started}

        self._keep("grading", graded)

    def execute(self, path: Path, *, to_the_end: bool) -> Found:
        """Execute a notebook plainly, as torch does by itself: with a thread for each core."""
        cores = len(os.sched_getaffinity(0))
        command = [sys.executable, str(ROOT / "benchmarks" / "plain.py"), str(path)]
        command += ["--threads", str(cores), *self.data]
        command += ["--batches", "0" if to_the_end else str(BATCHES)]

        def executed() -> Found:
            ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            told: Found = json.loads(ended.stdout)
            return told

        return self._keep(f"{'whole' if to_the_end else 'cut'}-{path.stem}", executed)

    def _keep(self, name: str, make: Callable[[], Found]) -> Found:
        """What a file holds; made and written where there is none."""
        path = self.out / f"{name}.json"
        if not path.exists():
            print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)
            path.write_text(json.dumps(make()))
        found: Found = json.loads(path.read_text())
        return found

    def result(self, name: str) -> Found:
        """How a notebook was graded."""
        for path in (self.out / "graded").glob("submissions/*/result.json"):
            result: Found = json.loads(path.read_text())
            if result["submission"]["entry"] == name:
                return result
        raise SystemExit(f"{name} has no result.")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", default="imagefolder")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    evening = Evening(parser.parse_args())
    if not (evening.out / "class").exists():
        evening.choose()
    evening.grade()
    cut = {path.name: evening.execute(path, to_the_end=False) for path in evening.everybody()}
    whole = {
        path.name: evening.execute(path, to_the_end=True)
        for path in random.Random(1).sample(evening.notebooks_of("correct"), TO_THE_END)
    }
    report(evening, cut, whole)


def report(evening: Evening, cut: dict[str, Found], whole: dict[str, Found]) -> None:
    """Print the times, and every run beside what plain execution reached."""
    rubric = load_rubric(default_rubric(), known_checks())
    plain = {name: _expected_seconds(told, rubric) for name, told in cut.items()}
    print("plain execution, seconds: measured, and expected from its cut passes")
    for name, told in whole.items():
        print(f"  {told['seconds']:6.0f} {plain[name]:6.0f}  {name}")
        plain[name] = told["seconds"]
    here = json.loads((evening.out / "grading.json").read_text())["seconds"]
    total = sum(plain.values())
    print(
        f"{len(plain)} notebooks: plain {total:.0f} s, here {here:.0f} s: {total / here:.1f} times"
    )
    for path in evening.everybody():
        result = evening.result(path.name)
        print(f"{path.parent.name:12} {result['score']:5.1f} of {result['max_score']} {path.name}")
        for run, told in result["runs"].items():
            cell = re.search(r", cell (\d+)", told["where"] or "")
            if cell is None or told["status"] == "not_found":
                continue
            beside = {
                "plain": accuracies_in(
                    whole.get(path.name, {}).get("printed", {}).get(f"{path.name}{cell[0]}", "")
                ),
                "its author": _printed(path).get(cell[1], []),
            }
            print(f"  {run:19} {_verdict(told['best_val_accuracy'], told['threshold'])}", end="")
            for who, accuracies in beside.items():
                # The last of a challenge is that on the test images, in another cell.
                reached = max(accuracies, default=None)
                print(f"  {who} {_verdict(reached, told['threshold'])}", end="")
            print(f"  {told['shared_with'] or ''}")


def _torchgrade(source: Path, out: Path, *options: str) -> None:
    command = [sys.executable, "-m", "grader", "grade", str(source), "--out", str(out), *options]
    subprocess.run(command, check=False, stdout=sys.stderr)


def _kind(result: Found) -> str:
    if result["score"] + result["left_out"] >= result["max_score"]:
        return "correct"
    attempted = sum(each["score"] for each in result["questions"] if each["id"] != "flatten")
    return "wrong" if attempted else "unattempted"


def _expected_seconds(told: Found, rubric: Rubric) -> float:
    """Its passes with all their steps; without validation, and so rather too little."""
    steps = rubric.data.train_images / rubric.data.batch_size
    return sum(each["step"] or 0.0 for each in told["passes"]) * steps


def _printed(path: Path) -> dict[str, list[float]]:
    """The accuracies that a notebook's author saw, by cell."""
    found: dict[str, list[float]] = {}
    cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
    for number, cell in enumerate(cells, 1):
        text = "".join(
            "".join(output.get("text", [])) for output in cell.get("outputs", []) if output
        )
        found[str(number)] = accuracies_in(text)
    return found


def accuracies_in(text: str) -> list[float]:
    """Those that the homework's own function printed."""
    told = re.findall(r"Got\s+(\d+)\s*/\s*(\d+)\s+correct", text)
    return [int(right) / int(of) for right, of in told if int(of)]


def _verdict(accuracy: float | None, threshold: float) -> str:
    if accuracy is None:
        return "   -       "
    return f"{accuracy:.3f} {'yes' if accuracy >= threshold else 'no ':3}  "


if __name__ == "__main__":
    main()
