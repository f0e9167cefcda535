"""A calibration in small, trained for real."""

from __future__ import annotations

import io
import json
from pathlib import Path

from rich.console import Console

from grader.batch.scheduler import grade_batch
from grader.calibrating.running import FIGURES, PAGE, Plan, calibrate
from grader.intake import read_submission
from grader.terminal import LiveView

SAMPLE = Path(__file__).parents[2] / "submissions" / "unattempted"


def test_right_solutions_are_trained_with_seeds_of_their_own_and_once_alone(setup, tmp_path):
    plan = Plan(runs=("barebones",), seeds=3, mistakes=0, rate=1e-3)
    asked = setup.model_copy(update={"threads": 1})
    for _ in range(2):  # the second time nothing is trained
        with LiveView(Console(file=io.StringIO())) as view:
            found = calibrate(tmp_path / "out", asked, plan, view, slots=1)
    (run,) = found.runs
    # Whoever grades a class on the same data by the same rules is told.
    work = read_submission(SAMPLE)
    with LiveView(Console(file=io.StringIO())) as view:
        grade_batch([work], tmp_path / "class", setup.model_copy(update={"train": False}), view)
    batch = json.loads((tmp_path / "class" / "results.json").read_text())
    assert [each["run"] for each in batch["fairness"]] == ["barebones"]
    assert batch["fairness"][0]["bound"] == run.bound
    assert run.run == "barebones"
    assert len(set(run.accuracies)) > 1
    assert run.threshold == 0.42
    written = json.loads((tmp_path / "out" / FIGURES).read_text())
    assert written["runs"][0]["accuracies"] == list(run.accuracies)
    assert "Barebones PyTorch" in (tmp_path / "out" / PAGE).read_text()
    results = sorted((tmp_path / "out" / "right" / "submissions").glob("*/result.json"))
    trained = [json.loads(path.read_text())["runs"] for path in results]
    assert len({tuple(runs["barebones"]["seeds"]) for runs in trained}) == 3
    assert all(runs["module"]["status"] == "skipped" for runs in trained)
