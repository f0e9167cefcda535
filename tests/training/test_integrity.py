"""What is told of a training, by what was measured of it."""

from __future__ import annotations

import pytest

from grader.checks.catalogue import known_checks
from grader.protocol.parts import Optimizer
from grader.results import CurvePoint
from grader.rubric import default_rubric, load_rubric
from grader.training.integrity import (
    knows_the_images,
    knows_the_test_images,
    optimizer_beside,
    other_optimizer,
    other_settings,
    suspicious_measurements,
)


def optimizers(*names: str) -> list[Optimizer]:
    return [Optimizer(type_name=name, settings={}, holds_model=True) for name in names]


@pytest.mark.parametrize("stepped", [(), ("SGD",), ("SGD", "SGD")])
def test_the_optimizer_that_was_given_is_no_other(stepped: tuple[str, ...]) -> None:
    assert other_optimizer("module", optimizers("SGD"), optimizers(*stepped)) is None


def test_of_several_calls_each_has_its_own_optimizer() -> None:
    given = optimizers("Adam", "SGD")
    assert other_optimizer("challenge", given, optimizers("Adam", "SGD")) is None


def sgd(**settings: float) -> Optimizer:
    return Optimizer(type_name="SGD", settings=settings, holds_model=True)


def test_a_schedule_of_the_learning_rate_is_no_change() -> None:
    given, stepped = sgd(lr=0.1, momentum=0.9), sgd(lr=0.01, momentum=0.9)
    assert other_settings("module", [given], [stepped]) is None


def test_settings_that_change_in_the_training_are_named() -> None:
    given, stepped = sgd(lr=0.1, momentum=0.0), sgd(lr=0.1, momentum=0.9, nesterov=True)
    flag = other_settings("module", [given], [sgd(lr=0.0, momentum=0.0), stepped])
    assert flag is not None
    assert flag.text == (
        "module: the training was given SGD with momentum=0.0, nesterov=None, but it stepped with "
        "momentum=0.9, nesterov=True."
    )


def test_each_of_several_settings_that_were_given_may_step() -> None:
    given = [sgd(momentum=0.0), sgd(momentum=0.9)]
    assert other_settings("module", given, given) is None


def test_what_steps_on_other_weights_is_named() -> None:
    flag = optimizer_beside("module", optimizers("SGD"), optimizers("Adam", "SGD"))
    assert flag is not None
    assert "but Adam stepped in it, too, on other weights" in flag.text


@pytest.mark.parametrize(
    ("stepped", "says"),
    [
        (("Adam",), "but it was Adam that changed the weights."),
        (("SGD", "Adam", "Adam"), "but Adam, too, changed the weights."),
        (("Adam", "SGD", "AdamW"), "but Adam and AdamW, too, changed the weights."),
    ],
)
def test_another_optimizer_is_named(stepped: tuple[str, ...], says: str) -> None:
    flag = other_optimizer("module", optimizers("SGD"), optimizers(*stepped))
    assert flag is not None
    assert flag.text == f"module: the training was given SGD, {says}"


@pytest.mark.parametrize(
    ("seen", "unseen", "images", "known"),
    [
        (0.70, 0.66, 400, False),  # as honest runs do
        (0.70, 0.42, 400, True),  # a table of images beside a network that learned 42 %
        (0.70, 0.52, 400, True),
        (0.70, 0.50, 1000, True),  # images that were learned by heart
        (0.42, 0.34, 400, False),  # of few images chance may be the reason
        (0.15, 0.10, 400, False),
        (0.15, 0.00, 400, True),
    ],
)
def test_only_what_chance_does_not_explain_is_knowledge_of_images(seen, unseen, images, known):
    rules = load_rubric(default_rubric(), known_checks()).integrity
    assert (knows_the_images(seen, unseen, images, rules) is not None) == known


@pytest.mark.parametrize(
    ("accuracies", "found"),
    [
        ([0.1, 0.35, 0.45, 0.5], []),
        ([0.1, 0.71, 0.72], [1]),
        ([0.1, 0.1, 0.35, 0.36, 0.7], [2, 4]),
        ([0.1, 0.35, 0.45, 0.12, 0.5, 0.2, 0.52], []),
    ],
    ids=["learns", "at-once", "leaps-twice", "dips"],
)
def test_every_leap_of_a_curve_is_looked_into(accuracies, found):
    rules = load_rubric(default_rubric(), known_checks()).integrity
    curve = [
        CurvePoint(iteration=100 * number, loss=None, val_accuracy=accuracy)
        for number, accuracy in enumerate(accuracies)
    ]
    assert suspicious_measurements(curve, 0.7, rules) == found


@pytest.mark.parametrize(("test", "told"), [(0.69, False), (0.74, False), (1.0, True)])
def test_who_knows_the_test_images_alone_is_flagged(test, told):
    rules = load_rubric(default_rubric(), known_checks()).integrity
    flag = knows_the_test_images("challenge", test, 0.7, 1000, rules)
    assert (flag is not None) == told
