"""Accuracy on held-out images."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.errors import ReplyError
from grader.training.measuring import count_correct


def test_counting_takes_nan_for_wrong():
    scores = torch.tensor([[1.0, 2.0], [float("nan"), 1.0], [3.0, 1.0], [0.0, float("-inf")]])
    assert count_correct(scores, np.array([1, 1, 1, 0])) == 2


@pytest.mark.parametrize("shape", [(3, 2), (8,), (2, 2, 2), (4, 0)])
def test_counting_refuses_scores_of_another_form(shape):
    with pytest.raises(ReplyError, match="4 images"):
        count_correct(torch.zeros(shape), np.zeros(4, dtype=np.int64))


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.complex64])
def test_counting_refuses_scores_that_are_no_floating_point_numbers(dtype):
    with pytest.raises(ReplyError, match="floating-point"):
        count_correct(torch.zeros(4, 10, dtype=dtype), np.zeros(4, dtype=np.int64))
