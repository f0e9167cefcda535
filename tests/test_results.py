"""What a result's models take: whatever a submission brings about, in bounded space."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.jsonform import to_json
from grader.report.wording import settings
from grader.results import (
    MAX_TEXT,
    CheckResult,
    CheckStatus,
    IntegrityFlag,
    OptimizerInfo,
    QuestionResult,
    RunResult,
    RunStatus,
)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (10**400, "about 1e+400"),
        (-(10**4_000), "about -1e+4000"),
        (1 << 1024, "about 1e+308"),
        (10**300, 1e300),
        (2, 2.0),
        (True, True),
        (None, None),
        ("varies", "varies"),
    ],
)
def test_a_setting_of_any_size_is_kept_or_put_in_words(value: object, kept: object) -> None:
    info = OptimizerInfo(name="SGD", settings={"lr": value})
    assert info.settings["lr"] == kept
    assert type(info.settings["lr"]) is type(kept)
    assert settings(info).startswith("lr")
    assert OptimizerInfo.model_validate_json(to_json(info)) == info


@given(st.one_of(st.integers(), st.floats(), st.integers(300, 4_000).map(lambda n: -(10**n))))
def test_any_number_can_be_written_and_shown(value: float) -> None:
    info = OptimizerInfo(name="SGD", settings={"lr": value})
    assert settings(info)
    again = OptimizerInfo.model_validate_json(to_json(info))
    is_finite = not isinstance(value, float) or math.isfinite(value)
    assert (again == info) == is_finite  # JSON has no other numbers


def test_a_text_longer_than_anybody_reads_is_cut_with_a_mark() -> None:
    long = "x" * 8_000_000
    run = RunResult(status=RunStatus.FAILED, threshold=0.4, reached=False, reason=long, why=long)
    flag = IntegrityFlag(flag="f", text=long)
    for text in (run.reason, run.why, flag.text):
        assert text == "x" * MAX_TEXT + "… (cut)"
    again = RunResult.model_validate_json(run.model_dump_json())
    assert again == run


def test_what_was_left_out_is_not_asked_for_and_no_other_skipped_check():
    def check(points: float, *, left_out: bool) -> CheckResult:
        return CheckResult(
            id="a.b", title="A", status=CheckStatus.SKIPPED, score=0.0, max_score=points,
            reason="Not run.", left_out=left_out,
        )  # fmt: skip

    checks = (check(9, left_out=False), check(7, left_out=True))
    question = QuestionResult(id="a", title="A", score=0.0, max_score=16.0, checks=checks)
    assert question.asked_points == 9
