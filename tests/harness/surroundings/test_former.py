"""What libraries had when the homework was written is there again."""

from __future__ import annotations

import pytest

KEPT = (
    "from grader.harness.surroundings.former import keep_former\n"
    "keep_former()\nimport numpy as np\n"
)
OPTIMIZER = "optimizer = optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)\n"


@pytest.mark.parametrize(
    "line",
    [
        "assert np.product([2, 3]) == 6 and np.float(1) == 1.0 and np.Inf > 0",
        OPTIMIZER + "optim.lr_scheduler.StepLR(optimizer, 3, gamma=0.1, verbose=True)",
        OPTIMIZER + "optim.lr_scheduler.StepLR(optimizer, 3, 0.1, -1, False)",
        OPTIMIZER + "class Own(optim.lr_scheduler.LRScheduler):\n"
        "    def __init__(self, optimizer):\n"
        "        super().__init__(optimizer, -1, verbose=False)\n"
        "    def get_lr(self):\n        return [1.0]\nOwn(optimizer)",
    ],
    ids=["numpy", "named", "last", "own"],
)
def test_what_was_dropped_is_there(load, line: str) -> None:
    assert load(KEPT + line).errors == ()


def test_a_scheduler_s_other_settings_are_its_own(load) -> None:
    outcome = load(KEPT + OPTIMIZER + "optim.lr_scheduler.StepLR(optimizer, 3, gama=0.1)")
    assert [error.type_name for error in outcome.errors] == ["TypeError"]
