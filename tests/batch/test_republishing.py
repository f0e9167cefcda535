"""Reports written again: with adjustments, and without grading."""

from __future__ import annotations

import json

import pytest
from filelock import FileLock

from grader.adjustments import FILE
from grader.batch.outfolder import LOCK
from grader.batch.republishing import republish
from grader.errors import AdjustmentsError, UsageError
from grader.report import read_submission, write_batch, write_submission
from tests.report import builder


@pytest.fixture
def out(tmp_path):
    """A folder of results: one with full marks, one with lost points, one that is ungraded."""
    results = [builder.full_marks(), builder.failing(), builder.ungraded()]
    for result in results:
        write_submission(result, tmp_path / "submissions" / result.submission.id)
    write_batch(builder.batch(results), results, tmp_path)
    return tmp_path


FAILING = builder.failing()


def adjust(out, text: str) -> list[AdjustmentsError]:
    (out / FILE).write_text(f"adjustments:\n{text}")
    misfits: list[AdjustmentsError] = []
    republish(out, misfits.append)
    return misfits


def page(out, name: str = FAILING.submission.id) -> str:
    return (out / "submissions" / name / "report.html").read_text()


def test_an_adjustment_stands_in_every_report_and_goes_with_its_entry(out):
    name = FAILING.submission.id
    before = {path: path.read_bytes() for path in out.rglob("*.*") if path.is_file()}
    entry = (
        f"- {{submission: {name}, question: module, points: 2, reason: 'Seen <b>it</b>', by: K}}\n"
    )
    assert adjust(out, entry) == []
    result = read_submission(out / "submissions" / name / "result.json")
    assert (result.score, result.final_score) == (FAILING.score, FAILING.score + 2)
    assert "+2 points" in page(out)
    assert "Seen &lt;b&gt;it&lt;/b&gt;" in page(out)
    entries = json.loads((out / "results.json").read_text())["submissions"]
    assert [each["adjustment"] for each in entries] == [0, 2, 0]
    assert "adjusted" in (out / "index.html").read_text()
    (out / FILE).unlink()
    republish(out, pytest.fail)
    assert {path: path.read_bytes() for path in before} == before


def test_results_are_read_when_nobody_writes_them_any_more(out):
    with FileLock(out / LOCK):
        (out / "results.json").write_text("{}")  # half of it, as it were
        with pytest.raises(UsageError, match="Another torchgrade is writing"):
            republish(out, pytest.fail)


def test_one_that_does_not_fit_is_told_and_left_out(out):
    (misfit,) = adjust(out, f"- {{submission: {FAILING.submission.id}, points: 500, by: K}}\n")
    assert "adjustments.yaml:2: " in str(misfit)
    assert "Adjusted by hand" not in page(out)


def test_an_unknown_submission_changes_nothing(out):
    before = page(out)
    with pytest.raises(AdjustmentsError, match="no submission 'nobody'"):
        adjust(out, "- {submission: nobody, points: 1, by: K}\n")
    assert page(out) == before


def test_points_for_ungraded_work_are_its_score(out):
    name = builder.ungraded().submission.id
    adjust(out, f"- {{submission: {name}, points: 40, reason: Graded by hand., by: K}}\n")
    assert "the score is what was given by hand" in page(out, name)
    assert "40" in page(out, name)


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"holds no results\.json"):
        republish(tmp_path, pytest.fail)
    assert list(tmp_path.iterdir()) == []


def test_results_of_another_version_are_told(out):
    (out / "results.json").write_text('{"schema_version": 99}')
    with pytest.raises(UsageError, match="Grade again into it"):
        republish(out, pytest.fail)


def test_a_lost_result_is_told(out):
    path = out / "submissions" / FAILING.submission.id / "result.json"
    path.unlink()
    with pytest.raises(UsageError, match=r"result\.json cannot be read"):
        republish(out, pytest.fail)
