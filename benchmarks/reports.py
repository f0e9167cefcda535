"""Reports of a large class: time to write them, their sizes, and how soon the index answers.

python benchmarks/reports.py [--submissions 1000] [--keep OUT]

The class is made up, by the rubric: who passes what is drawn, and so are curves and reasons. The
index is opened in a headless Chromium, where there is one with its chromedriver: interactive is
when the script has run, counted from the start of the navigation.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workers import ROOT

from grader.checks.catalogue import known_checks
from grader.report import read_submission, render_index, render_submission, write_batch
from grader.report.writing import write_submission
from grader.results import (
    RUN_NAMES,
    BatchEntry,
    BatchResult,
    CheckResult,
    CheckStatus,
    CurvePoint,
    DataInfo,
    IntegrityFlag,
    OptimizerInfo,
    Provenance,
    QuestionResult,
    RunName,
    RunResult,
    RunStatus,
    SourceLine,
    Student,
    SubmissionInfo,
    SubmissionResult,
    Timing,
)
from grader.rubric import Question, Rubric, default_rubric, load_rubric

FIRST = ("Ada", "Alan", "Barbara", "Claude", "Edsger", "Emmy", "Grace", "Kurt", "Sofya", "Tony")
LAST = ("Church", "Dijkstra", "Gödel", "Hoare", "Hopper", "Liskov", "Lovelace", "Noether", "Turing")
SOURCE = ROOT / "reference" / "solution.py"
EXCERPT = tuple(
    SourceLine(number=number, text=text)
    for number, text in enumerate(SOURCE.read_text(encoding="utf-8").splitlines()[:24], 1)
)
SETUP = Provenance(
    data=DataInfo(name="synthetic", fingerprint="0" * 64, description="Synthetic images"),
    rubric="1" * 64,
    reference="2" * 64,
    grader="0",
    key="3" * 64,
    torch="2",
    isolation=("landlock", "seccomp"),
)


def main() -> None:
    """Print a row for each thing that is measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=1000)
    parser.add_argument("--keep", type=Path, help="where the pages are left to be looked at")
    options = parser.parse_args()
    rubric = load_rubric(default_rubric(), known_checks())
    results = [made_up(rubric, number) for number in range(options.submissions)]
    batch = batch_of(rubric, results)
    print("| what | measured | asked for |\n| --- | ---: | ---: |")
    for result in results[:20]:
        render_submission(result)  # templates and patterns are compiled once
    milliseconds, sizes = zip(*(timed_page(result) for result in results), strict=True)
    row("report.html, median of a result", f"{statistics.median(milliseconds):.1f} ms", "50 ms")
    row("report.html, 99 of 100", f"{quantile(milliseconds, 0.99):.1f} ms", "50 ms")
    row("report.html, slowest", f"{max(milliseconds):.1f} ms", "50 ms")
    row("report.html, largest", f"{max(sizes) / 1000:.0f} KB", "300 KB")
    with kept_folder(options.keep) as out:
        started = time.perf_counter()
        for result in results:
            write_submission(result, out / "submissions" / result.submission.id)
        each = (time.perf_counter() - started) / len(results)
        row("report.html and result.json on disk, a result", f"{1000 * each:.1f} ms", "50 ms")
        started = time.perf_counter()
        page = render_index(batch, results)
        row("index.html, a result", f"{1000 * seconds_since(started) / len(results):.2f} ms", "")
        row("index.html, all of it", f"{seconds_since(started):.2f} s", "")
        row("index.html, size", f"{len(page.encode()) / 1e6:.2f} MB", "2 MB")
        started = time.perf_counter()
        read = (read_submission(out / each.result) for each in batch.submissions)
        write_batch(batch, read, out)
        row("index.html from the results on disk", f"{seconds_since(started):.2f} s", "")
        measure_in_browser(out / "index.html")


def row(what: str, measured: str, asked: str) -> None:
    """Print one row."""
    print(f"| {what} | {measured} | {asked} |", flush=True)


def seconds_since(started: float) -> float:
    """Since a moment of the same clock."""
    return time.perf_counter() - started


def timed_page(result: SubmissionResult) -> tuple[float, int]:
    """Milliseconds that a report takes, and its bytes."""
    started = time.perf_counter()
    page = render_submission(result)
    return 1000 * seconds_since(started), len(page.encode())


def quantile(values: Sequence[float], part: float) -> float:
    """The value that so many are not above."""
    return sorted(values)[math.ceil(part * len(values)) - 1]


@contextmanager
def kept_folder(keep: Path | None) -> Iterator[Path]:
    """A folder for the pages; a temporary one where none is named."""
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


# --- the browser ----------------------------------------------------------------------------------


def measure_in_browser(page: Path) -> None:
    """How soon the index is interactive, and how long sorting, searching and filtering take."""
    chromium, driver_path = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver_path is None:
        print("| index.html in Chromium | no chromium with its chromedriver here | 2 s |")
        return
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    service = webdriver.ChromeService(executable_path=driver_path)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        ready = [interactive(driver, page) for _ in range(5)]
        row(
            "index.html, interactive in Chromium",
            f"{statistics.median(ready):.2f} s",
            "2 s",
        )
        for what, action in ACTIONS.items():
            row(what, f"{driver.execute_script(TIMED % action):.0f} ms", "")
    finally:
        driver.quit()


def interactive(driver: Any, page: Path) -> float:
    """Seconds from the start of the navigation until the script has run and a frame is drawn."""
    driver.get(page.resolve().as_uri())
    return float(driver.execute_async_script(READY)) / 1000


READY = """
const done = arguments[0];
const entry = performance.getEntriesByType("navigation")[0];
const painted = performance.getEntriesByName("first-contentful-paint")[0];
done(Math.max(entry.domContentLoadedEventEnd, painted ? painted.startTime : 0));
"""
TIMED = """
const started = performance.now();
%s
document.body.offsetHeight;  // the layout belongs to it
return performance.now() - started;
"""
SEARCH = """
const search = document.querySelector('#tools input');
search.value = 'hopper'; search.dispatchEvent(new Event('input', {bubbles: true}));
"""
FILTER = """
const filter = document.querySelector('#tools select');
filter.value = 'flagged'; filter.dispatchEvent(new Event('input', {bubbles: true}));
"""
ACTIONS = {
    "sorting by name": "document.querySelectorAll('#table th button')[0].click();",
    "sorting by score": "document.querySelectorAll('#table th button')[2].click();",
    "searching": SEARCH,
    "filtering": FILTER,
}


# --- a class that is made up ----------------------------------------------------------------------


def batch_of(rubric: Rubric, results: list[SubmissionResult]) -> BatchResult:
    """The batch of these results."""
    entries = (
        BatchEntry(
            id=result.submission.id,
            status=result.status,
            score=result.score,
            max_score=result.max_score,
            result=f"submissions/{result.submission.id}/result.json",
        )
        for result in results
    )
    return BatchResult(
        assignment=rubric.assignment.title,
        data=SETUP.data,
        provenance=SETUP,
        submissions=tuple(entries),
    )


def made_up(rubric: Rubric, number: int) -> SubmissionResult:
    """A submission; the same number gives the same one."""
    draw = random.Random(number)
    runs = {name: _run(rubric, name, draw) for name in RUN_NAMES}
    skill = draw.betavariate(5, 1)
    questions = tuple(_question(spec, runs, skill, draw) for spec in rubric.questions)
    ungraded = draw.random() < 0.02
    name = f"{draw.choice(FIRST)} {draw.choice(LAST)} {number}"
    flags = (IntegrityFlag(flag="works_too_much", text="challenge: far too much processor time."),)
    return SubmissionResult(
        submission=SubmissionInfo(
            id=f"student_{number:04}_hw05",
            student=Student(id=str(20_000 + number), name=name),
            entry="PyTorch.ipynb",
            files=("PyTorch.ipynb",),
            layout="folder",
        ),
        status="ungraded" if ungraded else "graded",
        reason="There is no notebook and no Python file in it." if ungraded else None,
        score=0.0 if ungraded else sum(question.score for question in questions),
        max_score=rubric.points,
        questions=() if ungraded else questions,
        runs={} if ungraded else runs,
        integrity=flags if draw.random() < 0.02 and not ungraded else (),
        provenance=SETUP,
        timing=Timing(started="2026-11-02T09:14:31Z", seconds=41.2, host="lab", checks={}),
    )


def _run(rubric: Rubric, name: RunName, draw: random.Random) -> RunResult:
    spec = rubric.runs[name]
    often = rubric.training.validations_per_epoch
    steps = math.ceil(rubric.data.train_images / rubric.data.batch_size)
    top = spec.threshold + draw.gauss(0.05, 0.04)
    curve: list[CurvePoint] = []
    for index in range(1 + int(often * spec.epochs)):
        done = 1 - math.exp(-5 * index / (often * spec.epochs))
        accuracy = round(0.1 + (top - 0.1) * done + draw.gauss(0, 0.008), 3)
        at = round(index * steps / often)
        curve.append(CurvePoint(iteration=at, loss=2.3 - 1.8 * done, val_accuracy=accuracy))
    best = max(point.val_accuracy for point in curve)
    reached = best >= spec.threshold
    return RunResult(
        status=RunStatus.REACHED if reached else RunStatus.MISSED,
        where="PyTorch.ipynb, cell 27, line 26",
        threshold=spec.threshold,
        reached=reached,
        best_val_accuracy=best,
        final_val_accuracy=curve[-1].val_accuracy,
        test_accuracy=best - 0.01,
        iterations=curve[-1].iteration,
        epochs=float(spec.epochs),
        optimizer=OptimizerInfo(name="SGD", settings={"lr": 0.003, "momentum": 0.9}),
        seeds=(7,),
        curve=tuple(curve),
        reason=None if reached else f"The best validation accuracy was {best:.1%}.",
    )


def _question(
    spec: Question, runs: dict[RunName, RunResult], skill: float, draw: random.Random
) -> QuestionResult:
    checks = []
    for check in spec.checks:
        by_run = [run for name, run in runs.items() if check.id == f"{name}.accuracy"]
        passed = by_run[0].reached if by_run else draw.random() < skill
        reason = (
            f"For x of shape (1, 3, 32, 32): the scores differ from the reference's by up to "
            f"{draw.uniform(1, 3):.3g}; {draw.randint(1, 640)} of 640 values differ."
        )
        checks.append(
            CheckResult(
                id=check.id,
                title=known_checks()[check.id].title,
                status=CheckStatus.PASSED if passed else CheckStatus.FAILED,
                score=check.points if passed else 0.0,
                max_score=check.points,
                reason=None if passed else (by_run[0].reason if by_run else reason),
                where=None if passed else "PyTorch.ipynb, cell 15, line 4",
                lines=() if passed else EXCERPT,
            )
        )
    return QuestionResult(
        id=spec.id,
        title=spec.title,
        score=sum(check.score for check in checks),
        max_score=spec.points,
        checks=tuple(checks),
    )


if __name__ == "__main__":
    main()
