"""What is told of a training, by what was measured of it."""

from __future__ import annotations

import pytest

from grader.integrity import other_optimizer
from grader.protocol.messages import Optimizer


def optimizers(*names: str) -> list[Optimizer]:
    return [Optimizer(type_name=name, settings={}, holds_model=True) for name in names]


@pytest.mark.parametrize("stepped", [(), ("SGD",), ("SGD", "SGD")])
def test_the_optimizer_that_was_given_is_no_other(stepped: tuple[str, ...]) -> None:
    assert other_optimizer("module", optimizers("SGD")[0], optimizers(*stepped)) is None


@pytest.mark.parametrize(
    ("stepped", "says"),
    [
        (("Adam",), "but it was Adam that changed the weights."),
        (("SGD", "Adam", "Adam"), "but Adam, too, changed the weights."),
        (("Adam", "SGD", "AdamW"), "but Adam and AdamW, too, changed the weights."),
    ],
)
def test_another_optimizer_is_named(stepped: tuple[str, ...], says: str) -> None:
    flag = other_optimizer("module", optimizers("SGD")[0], optimizers(*stepped))
    assert flag is not None
    assert flag.text == f"module: the training was given SGD, {says}"
