"""A class in one evening: 24 notebooks graded in full, beside plain execution of the same ones.

Takes a folder of notebooks, draws 18 correct, 4 unattempted and 2 wrong ones, executes them plainly
with their training passes cut short, grades them, and executes four of them to the end. Plain
execution is what a person would do with them: one notebook after the other, with as many threads
as torch takes by itself. A notebook whose plain execution would take longer than an hour of a core
is passed over, and named: it was made for a GPU. So is what is named by `--without`: one whose
largest network plain execution never comes to. The machine should do nothing else meanwhile. What
is done is kept in OUT; the same command goes on:

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
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from core_time import CoreTime
from workers import ROOT

from grader.checks.catalogue import known_checks
from grader.rubric import default_rubric, load_rubric

CLASS = {"correct": 18, "unattempted": 4, "wrong": 2}
TO_THE_END = 4
CUT_SECONDS = 200
"""Within which a cut execution ends, or the whole one would take too long."""
LONGEST = 3600
"""Seconds that plain execution of one notebook may be expected to take on one core."""
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
        self.without: list[str] = options.without
        self.cores = len(os.sched_getaffinity(0))
        self.rubric = load_rubric(default_rubric(), known_checks())

    def choose(self) -> dict[str, list[Path]]:
        """Draw the class by what the notebooks earn without training: kind -> notebooks."""
        flat, looked = self.out / "notebooks", self.out / "looked"
        if not looked.exists():
            flat.mkdir(parents=True)
            for path in sorted(self.notebooks.rglob("*.ipynb")):
                shutil.copy(path, flat / path.name)
            _torchgrade(flat, looked, "--no-train", "--data", "synthetic")
        kinds: dict[str, list[Path]] = {kind: [] for kind in CLASS}
        for path in sorted(looked.glob("submissions/*/result.json")):
            result = json.loads(path.read_text())
            kinds[_kind(result)].append(flat / result["submission"]["entry"])
        print("there are", {kind: len(found) for kind, found in kinds.items()}, flush=True)
        return {kind: self._take(found, CLASS[kind]) for kind, found in kinds.items()}

    def _take(self, found: list[Path], many: int) -> list[Path]:
        """The first ones, in a drawn order, that plain execution can carry out."""
        waiting = iter(self.draw.sample(found, len(found)))
        taken: list[Path] = []
        while len(taken) < many:
            asked = list(islice(waiting, many - len(taken)))
            if not asked:
                raise SystemExit("There are too few notebooks that can be executed plainly.")
            asked = [path for path in asked if path.name not in self.without]
            for path, told in zip(asked, self.execute(asked, "cut"), strict=True):
                seconds = self.expected(told, "core_step")
                if seconds <= LONGEST:
                    taken.append(path)
                else:
                    print(f"passed over: {path.name}, {seconds:.0f} s", flush=True)
        return sorted(taken)

    def execute(self, notebooks: list[Path], how: Literal["cut", "whole"]) -> list[Found]:
        """Execute notebooks plainly; their training passes cut short, or whole."""
        batches = BATCHES if how == "cut" else 0

        def execute(path: Path) -> Found:
            command = [sys.executable, str(ROOT / "benchmarks" / "plain.py"), str(path)]
            command += ["--batches", str(batches), *self.data]
            limit = CUT_SECONDS if how == "cut" else None
            try:
                ended = subprocess.run(
                    command, stdout=subprocess.PIPE, text=True, check=True, timeout=limit
                )
            except subprocess.TimeoutExpired:
                return {"passes": [{"core_step": LONGEST}]}
            told: Found = json.loads(ended.stdout.splitlines()[-1])
            return told

        return [self._keep(f"{how}-{path.stem}", partial(execute, path)) for path in notebooks]

    def grade(self, everybody: list[Path]) -> Found:
        """Grade them, with an empty shelf of shared trainings; what it took."""

        def graded() -> Found:
            handed_in = self.out / "handed-in"
            shutil.rmtree(handed_in, ignore_errors=True)
            handed_in.mkdir()
            for path in everybody:
                shutil.copy(path, handed_in)
            started, core_time = time.perf_counter(), CoreTime()
            _torchgrade(handed_in, self.out / "graded", *self.data)
            return {
                "seconds": time.perf_counter() - started,
                "core_seconds": core_time.seconds(),
            }

        return self._keep("grading", graded)

    def result(self, name: str) -> Found:
        """How a notebook was graded."""
        for path in (self.out / "graded").glob("submissions/*/result.json"):
            result: Found = json.loads(path.read_text())
            if result["submission"]["entry"] == name:
                return result
        raise SystemExit(f"{name} has no result.")

    def expected(self, told: Found, step: Literal["step", "core_step"]) -> float:
        """Seconds of a whole execution, by its cut passes: without validation, so rather few."""
        steps = self.rubric.data.train_images / self.rubric.data.batch_size
        return sum(each[step] or 0.0 for each in told["passes"]) * steps

    def _keep(self, name: str, make: Callable[[], Found]) -> Found:
        """What a file holds; made and written where there is none."""
        path = self.out / f"{name}.json"
        if not path.exists():
            print(f"{time.strftime('%H:%M:%S')} {name}", flush=True)
            path.write_text(json.dumps(make()))
        found: Found = json.loads(path.read_text())
        return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", default="imagefolder")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--without", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--seed", type=int, default=1)
    evening = Evening(parser.parse_args())
    chosen = evening.choose()
    everybody = [path for kind in CLASS for path in chosen[kind]]
    grading = evening.grade(everybody)
    to_the_end = random.Random(1).sample(chosen["correct"], TO_THE_END)
    cut = evening.execute(everybody, "cut")
    whole = dict(zip(to_the_end, evening.execute(to_the_end, "whole"), strict=True))
    report_times(evening, grading, dict(zip(everybody, cut, strict=True)), whole)
    for kind in CLASS:
        for path in chosen[kind]:
            report_verdicts(evening, kind, path, whole.get(path, {}).get("printed", {}))


def report_times(
    evening: Evening, grading: Found, cut: dict[Path, Found], whole: dict[Path, Found]
) -> None:
    """Print what plain execution takes beside what grading took."""
    plain = {path: evening.expected(told, "step") for path, told in cut.items()}
    core = {path: evening.expected(told, "core_step") for path, told in cut.items()}
    print("plain execution, seconds (of a core): measured, and expected from its cut passes")
    for path, told in whole.items():
        print(
            f"  {told['seconds']:6.0f} ({told['core_seconds']:6.0f})"
            f"  {plain[path]:6.0f} ({core[path]:6.0f})  {path.name}"
        )
        plain[path], core[path] = told["seconds"], told["core_seconds"]
    for name, there, here in (
        ("seconds", sum(plain.values()), grading["seconds"]),
        ("core-seconds", sum(core.values()), grading["core_seconds"]),
    ):
        print(
            f"{len(plain)} notebooks, {name}: plain {there:.0f}, here {here:.0f}, "
            f"{there / here:.1f} times"
        )
    busy = grading["core_seconds"] / grading["seconds"] / evening.cores
    print(f"{evening.cores} cores were busy with it {busy:.0%}")


def report_verdicts(evening: Evening, kind: str, path: Path, plain: dict[str, str]) -> None:
    """Print a notebook's points, and its runs beside what plain execution and its author saw."""
    result, author = evening.result(path.name), _printed(path)
    print(f"{kind:12} {result['score']:5.1f} of {result['max_score']} {path.name}")
    for run, told in result["runs"].items():
        cell = re.search(r", cell (\d+)", told["where"] or "")
        if cell is None or told["status"] == "not_found":
            continue
        verdicts = {
            "here": told["best_val_accuracy"],
            "plain": max(accuracies_in(plain.get(f"{path.name}{cell[0]}", "")), default=None),
            "its author": max(accuracies_in(author.get(cell[1], "")), default=None),
        }
        line = "  ".join(
            f"{who} {_verdict(accuracy, told['threshold'])}" for who, accuracy in verdicts.items()
        )
        print(f"  {run:19} {line}  {told['shared_with'] or ''}")


def _torchgrade(source: Path, out: Path, *options: str) -> None:
    command = [sys.executable, "-m", "grader", "grade", str(source), "--out", str(out), *options]
    subprocess.run(command, check=False, stdout=sys.stderr)


def _kind(result: Found) -> str:
    if result["score"] + result["left_out"] >= result["max_score"]:
        return "correct"
    attempted = sum(each["score"] for each in result["questions"] if each["id"] != "flatten")
    return "wrong" if attempted else "unattempted"


def _printed(path: Path) -> dict[str, str]:
    """What a notebook's author saw, by cell."""
    cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
    return {
        str(number): "".join("".join(output.get("text", [])) for output in cell.get("outputs", []))
        for number, cell in enumerate(cells, 1)
    }


def accuracies_in(text: str) -> list[float]:
    """Those that the homework's own function printed."""
    told = re.findall(r"Got\s+(\d+)\s*/\s*(\d+)\s+correct", text)
    return [int(right) / int(of) for right, of in told if int(of)]


def _verdict(accuracy: float | None, threshold: float) -> str:
    if accuracy is None:
        return "    -    "
    return f"{accuracy:.3f} {'yes' if accuracy >= threshold else 'no ':3}"


if __name__ == "__main__":
    main()
