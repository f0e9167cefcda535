"""What a model never uses is no part of it; what it uses without learning it is."""

from __future__ import annotations

import pytest
import torch

from grader.checks.unused import used_part

SOURCE = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.more = nn.Linear(2, 2)
        self.more.requires_grad_({learns})

    def forward(self, x):
        scores = self.fc(x)
        {rest}
"""


@pytest.mark.parametrize(
    ("rest", "learns", "names"),
    [
        ("return scores", True, ["fc.weight", "fc.bias"]),
        ("return scores", False, ["fc.weight", "fc.bias"]),
        ("return self.more(scores)", True, ["fc.weight", "fc.bias", "more.weight", "more.bias"]),
        ("return self.more(scores)", False, ["fc.weight", "fc.bias", "more.weight", "more.bias"]),
        (
            "return scores + self.more(scores).detach()",
            True,
            ["fc.weight", "fc.bias", "more.weight", "more.bias"],
        ),
        ("raise ValueError", True, ["fc.weight", "fc.bias", "more.weight", "more.bias"]),
    ],
    ids=["unused", "unused-and-frozen", "used", "frozen", "without-gradient", "fails"],
)
def test_only_what_changes_the_scores_is_used(student_of, rest, learns, names) -> None:
    model = student_of(SOURCE.format(rest=rest, learns=learns)).build("Net", {})
    before = model.weights()
    assert [each.name for each in used_part(model, torch.ones(4, 3)).parameters] == names
    assert all(torch.equal(before[name], weight) for name, weight in model.weights().items())
