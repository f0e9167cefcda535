from __future__ import annotations

import pytest
import torch

from grader.harness.loading.mending import mend

X = torch.arange(24.0).reshape(2, 3, 4)


def test_a_function_that_others_hold_already_is_right_from_then_on():
    def flatten(batch):
        return batch.reshape(-1)

    held = [flatten]
    mend("flatten", flatten)
    assert torch.equal(held[0](X), X.flatten(1))
    assert torch.equal(held[0](batch=X), X.flatten(1))


def test_further_arguments_of_a_student_s_own_are_taken_and_left_aside():
    def flatten(x, start=0, *, verbose=False):
        return x.flatten(start)

    assert mend("flatten", flatten)
    assert torch.equal(flatten(X), X.flatten(1))
    assert torch.equal(flatten(X, 2, verbose=True), X.flatten(1))
    assert torch.equal(flatten(x=X), X.flatten(1))


def closure():
    lost = -1

    def flatten(x):
        return x.reshape(lost)

    return flatten


@pytest.mark.parametrize(
    ("name", "value"),
    [("flatten", closure()), ("flatten", torch.numel), ("other", lambda x: x.numel())],
    ids=["closure", "builtin", "another-name"],
)
def test_what_cannot_be_mended_stays_as_it_is(name, value):
    before = value(X)
    assert not mend(name, value)
    after = value(X)
    assert before.equal(after) if isinstance(before, torch.Tensor) else before == after
