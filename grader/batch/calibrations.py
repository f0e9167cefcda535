"""Calibrations that were carried out on this machine, for whoever grades by the same rules later.

Each run's lies in a file of its own beside the data sets, under the key of all that it depends on:
data, reference, torch, and the rubric's thresholds and rules.
"""

from __future__ import annotations

from pathlib import Path

from grader.data import calibrations_home
from grader.keys import key_of
from grader.report import write_text
from grader.report.calibration import RunCalibration
from grader.report.jsonform import to_json
from grader.results import RUN_NAMES, Fairness, Provenance, RunName
from grader.rubric import Rubric


def keep_calibration(
    found: RunCalibration, made: Provenance, rubric: Rubric, root: Path | None
) -> None:
    """Keep what was found of a run.

    Args:
        found: of the run.
        made: what it was trained on and with.
        rubric: by whose rules.
        root: where the data sets lie, None for the default.
    """
    write_text(_path(found.run, made, rubric, root), to_json(found))


def kept_fairness(made: Provenance, rubric: Rubric, root: Path | None) -> tuple[Fairness, ...]:
    """What is known of the rubric's thresholds; the arguments are those of `keep_calibration`."""
    found = []
    for run in RUN_NAMES:
        try:
            text = _path(run, made, rubric, root).read_text(encoding="utf-8")
            each = RunCalibration.model_validate_json(text)
        except (OSError, ValueError):
            continue  # there is none, or one that another version wrote
        found.append(
            Fairness(
                run=run,
                threshold=each.threshold,
                trainings=len(each.accuracies),
                missed=each.missed,
                bound=each.bound,
            )
        )
    return tuple(found)


def _path(run: RunName, made: Provenance, rubric: Rubric, root: Path | None) -> Path:
    key = key_of(
        made.data.fingerprint if made.data else "",
        made.reference,
        made.torch,
        rubric.runs[run].model_dump_json(),
        rubric.training.model_dump_json(),
    )
    return calibrations_home(root) / f"{run}-{key[:16]}.json"
