"""Trains right solutions over seeds, and mistaken ones, and tells what they reach."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from grader.auditing.works import HOMEWORK, mistaken, reference
from grader.batch.calibrations import keep_calibration
from grader.batch.outfolder import read_out
from grader.batch.scheduler import Observer, grade_batch
from grader.calibrating.chances import chance_to_miss, propose_threshold, spread_of
from grader.checks.catalogue import known_checks
from grader.errors import UsageError
from grader.intake import read_submission
from grader.jobs import Setup
from grader.report import write_text
from grader.report.calibration import Calibration, MistakeReach, RunCalibration
from grader.report.jsonform import to_json
from grader.report.pages import render_calibration
from grader.results import RUN_NAMES, RunName, SubmissionResult
from grader.rubric import Rubric, load_rubric

PAGE, FIGURES = "calibration.html", "calibration.json"
_RUN_OF_PART: dict[str, RunName] = {
    "three_layer_convnet": "barebones",
    "question_2": "barebones",
    "ThreeLayerConvNet": "module",
    "question_5": "module",
    "question_6": "sequential_convnet",
}
"""The run in which a mistake in a part of the homework shows; `flatten` is in all, and in none."""


@dataclass(frozen=True)
class Plan:
    """What is trained.

    Attributes:
        runs: of the right solution.
        seeds: how often each.
        mistakes: how often each known mistake's run; 0 for none.
        rate: the chance to miss that thresholds are proposed for.
    """

    runs: tuple[RunName, ...]
    seeds: int
    mistakes: int
    rate: float


def calibrate(
    out: Path, setup: Setup, plan: Plan, observer: Observer, *, slots: int
) -> Calibration:
    """Train, and work out the chances.

    Args:
        out: where results and the page go; what is trained already is not trained again.
        setup: how to grade; its rubric holds the thresholds and the rule.
        plan: what is trained.
        observer: who watches.
        slots: how many at once.

    Raises:
        UserError: as `grade_batch` does; or too few seeds.
    """
    if plan.seeds < 3:
        raise UsageError("A spread needs --seeds 3 at least; some thirty tell something.")
    rubric = load_rubric(Path(setup.rubric), known_checks())
    with tempfile.TemporaryDirectory(prefix="torchgrade-calibrate-") as place:
        results: list[SubmissionResult] = []
        right = _written(Path(place, "right"), reference(), plan.seeds)
        rules = _single_trainings(Path(setup.rubric), plan.runs, Path(place, "right.yaml"))
        results += _graded(right, out / "right", setup, rules, observer, slots)
        wrong: dict[str, list[SubmissionResult]] = {}
        for run in RUN_NAMES if plan.mistakes else ():
            folders = [
                folder
                for mistake, source in _mistakes_of(run)
                for folder in _written(Path(place, run, mistake), source, plan.mistakes)
            ]
            if folders:
                rules = _single_trainings(Path(setup.rubric), (run,), Path(place, f"{run}.yaml"))
                wrong[run] = _graded(folders, out / f"wrong_{run}", setup, rules, observer, slots)
    found = Calibration(
        assignment=rubric.assignment.title,
        data=results[0].provenance.data,
        torch=results[0].provenance.torch,
        rate=plan.rate,
        runs=tuple(_of_run(run, results, rubric, plan.rate) for run in plan.runs),
        mistakes=tuple(_of_mistakes(wrong)),
    )
    root = Path(setup.data_root) if setup.data_root else None
    for each in found.runs:
        keep_calibration(each, results[0].provenance, rubric, root)
    write_text(out / FIGURES, to_json(found))
    write_text(out / PAGE, render_calibration(found))
    return found


def _mistakes_of(run: RunName) -> Iterator[tuple[str, str]]:
    """Each mistake that can show in a run, in one of the shapes in which it was written."""
    seen: set[str] = set()
    for work in mistaken():
        if _RUN_OF_PART.get(work.part) == run and work.mistake not in seen:
            seen.add(work.mistake)
            yield work.mistake, work.source


def _written(place: Path, source: str, many: int) -> list[Path]:
    """The same work many times: seeds are drawn from its bytes."""
    folders = [place / f"seed_{number:03}" for number in range(1, many + 1)]
    for number, folder in enumerate(folders, 1):
        folder.mkdir(parents=True)
        text = f"{source}\n# Calibration, training {number}.\n"
        (folder / HOMEWORK).write_text(text, encoding="utf-8")
    return folders


def _single_trainings(rubric: Path, runs: Sequence[RunName], path: Path) -> Path:
    """A rubric that asks for these runs alone, and trains each once, whatever it reaches."""
    data: dict[str, Any] = yaml.safe_load(rubric.read_text(encoding="utf-8"))
    data["training"] |= {"further_seeds": 0, "near_miss": 0.0, "stop_when_reached": False}
    wanted = {f"{run}.accuracy" for run in runs}
    for question in data["questions"]:
        question["checks"] = [check for check in question["checks"] if check["id"] in wanted]
        for check in question["checks"]:
            check["needs"] = []
            check.pop("partial", None)
    data["questions"] = [question for question in data["questions"] if question["checks"]]
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def _graded(
    folders: Sequence[Path], out: Path, setup: Setup, rubric: Path, observer: Observer, slots: int
) -> list[SubmissionResult]:
    submissions = [
        read_submission(folder, f"{folder.parent.name}_{folder.name}") for folder in folders
    ]
    setup = setup.model_copy(
        update={"rubric": str(rubric), "train": True, "share": False, "full_curves": True}
    )
    grade_batch(submissions, out, setup, observer, slots=slots)
    return read_out(out)[1]


def _of_run(
    run: RunName, results: Sequence[SubmissionResult], rubric: Rubric, rate: float
) -> RunCalibration:
    accuracies = [
        best for result in results if (best := result.runs[run].best_val_accuracy) is not None
    ]
    if len(accuracies) < len(results):
        raise UsageError(f"{len(results) - len(accuracies)} trainings of {run} gave no accuracy.")
    spread, threshold = spread_of(accuracies), rubric.runs[run].threshold
    chance = chance_to_miss(spread, threshold, rubric.training)
    return RunCalibration(
        run=run,
        threshold=threshold,
        accuracies=tuple(sorted(accuracies)),
        mean=spread.mean,
        deviation=spread.deviation,
        normal=spread.normal,
        missed=chance.missed,
        one=chance.one,
        ruled=chance.ruled,
        bound=chance.bound,
        counted=chance.counted,
        proposed=propose_threshold(spread, rate, rubric.training),
    )


def _of_mistakes(wrong: dict[str, list[SubmissionResult]]) -> Iterator[MistakeReach]:
    for run in RUN_NAMES:
        by_mistake: dict[str, list[SubmissionResult]] = {}
        for result in wrong.get(run, []):
            by_mistake.setdefault(result.submission.id.rpartition("_seed_")[0], []).append(result)
        for mistake, results in sorted(by_mistake.items()):
            trained = [result.runs[run] for result in results]
            yield MistakeReach(
                mistake=mistake,
                run=run,
                trainings=len(trained),
                reached=sum(each.reached for each in trained),
                best=max((each.best_val_accuracy or 0.0 for each in trained), default=0.0),
            )
