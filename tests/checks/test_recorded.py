"""What was recorded is what was drawn: inputs, answers, seeds and sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from grader.checks.catalogue import known_checks
from grader.checks.drawing import DrawnCases
from grader.checks.recorded import RecordedCases, record
from grader.errors import UsageError
from grader.rubric import CheckSpec, default_rubric, load_rubric

RUBRIC = load_rubric(default_rubric(), known_checks())
WITH_CASES = [check for check in RUBRIC.checks if check.settings.draw_inputs]


def drawn(spec: CheckSpec) -> DrawnCases:
    return DrawnCases(RUBRIC.assignment, "anybody", spec, RUBRIC.data)


@pytest.mark.parametrize("spec", WITH_CASES, ids=lambda spec: spec.id)
def test_recorded_cases_are_the_drawn_ones(spec: CheckSpec, tmp_path: Path) -> None:
    record(drawn(spec), spec, tmp_path)
    recorded, original = RecordedCases(tmp_path, spec), drawn(spec)
    if spec.settings.shapes:
        for flat, asked in zip(recorded.flatten(), original.flatten(), strict=True):
            assert torch.equal(flat.x, asked.x)
            assert torch.equal(flat.flat, asked.flat)
            assert str(flat) == str(asked) == str(recorded.current)
        return
    pairs = (
        zip(recorded.convnet(), original.convnet(), strict=True)
        if spec.settings.cases
        else (
            (case, other)
            for (size, case), (same, other) in zip(
                recorded.module(), original.module(), strict=True
            )
            if size == same
        )
    )
    number = -1
    for number, (case, asked) in enumerate(pairs):
        assert all(map(torch.equal, case.params, asked.params))
        assert torch.equal(case.upstream, asked.upstream)
        assert torch.equal(case.answers.scores(), asked.answers.scores())
        x_gradient, gradients = case.answers.gradients()
        asked_x, asked_gradients = asked.answers.gradients()
        assert torch.equal(x_gradient, asked_x)
        assert all(map(torch.equal, gradients, asked_gradients))
        assert (case.shapes, str(case)) == (asked.shapes, str(asked))
        assert recorded.seed(number) == original.seed(number)
    assert number + 1 == len(spec.settings.cases or spec.settings.constructors)


def test_what_is_missing_or_damaged_is_told(tmp_path: Path) -> None:
    spec = WITH_CASES[0]
    with pytest.raises(UsageError, match="anew"):
        list(RecordedCases(tmp_path, spec).flatten())
    (tmp_path / f"{spec.id}.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(UsageError, match="anew"):
        list(RecordedCases(tmp_path, spec).flatten())
