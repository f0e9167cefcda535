"""Whether what a run reaches was learned here: pure functions of what the trusted side measured.

A model that knows something of the held-out images before it was trained has it from elsewhere. So
has one that does not learn as well from shuffled weights when the classes' labels are exchanged:
what was drawn at random is as random in another order, and to whoever learns labels, they are only
names. One that knows the images it was shown, but not others of the same kind, knows those images.
None of it depends on anything that the worker says of itself; only `other_optimizer` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.language import _
from grader.protocol.parts import Optimizer
from grader.results import CurvePoint, IntegrityFlag, RunName
from grader.rubric import Integrity
from grader.sentences import listed

ARRIVED_TRAINED = "arrived_trained"
KNOWS_WITHOUT_LEARNING = "knows_without_learning"
KNOWS_THE_IMAGES = "knows_the_images"
KNOWS_THE_TEST_IMAGES = "knows_the_test_images"
OTHER_OPTIMIZER = "other_optimizer"
WORKS_TOO_MUCH = "works_too_much"
SHARED_DIFFERS = "shared_differs"
NOT_LOOKED_INTO = "not_looked_into"
ENDED_WHEN_STOPPED = "ended_when_stopped"


def knows_before_training(curve: Sequence[CurvePoint], rules: Integrity) -> bool:
    """Whether the first measurement, before the first step, is better than guessing."""
    return bool(curve) and curve[0].iteration == 0 and curve[0].val_accuracy >= rules.knows


def suspicious_measurements(
    curve: Sequence[CurvePoint], threshold: float, rules: Integrity
) -> list[int]:
    """The measurements that come too soon or rise too much to be passed over; their indices.

    A rise is one above all that was measured before: to come back from a dip is no knowledge.
    Honest runs have such ones now and then. They cost time, and nothing else.
    """
    found = []
    for index in range(1, len(curve)):
        rise = curve[index].val_accuracy - max(point.val_accuracy for point in curve[:index])
        at_once = index == 1 and curve[index].val_accuracy >= threshold
        if at_once or rise > (rules.first_jump if index == 1 else rules.jump):
            found.append(index)
    return found


def arrived_trained(name: RunName, start: float) -> IntegrityFlag:
    """The flag for a model that is better than guessing before its first step."""
    return IntegrityFlag(
        flag=ARRIVED_TRAINED,
        text=_(
            "{run}: before its first training step the model classified {start:.1%} of the "
            "validation images correctly. It was trained again from weights whose values had been "
            "shuffled, and that is what counts.",
            run=name,
            start=start,
        ),
    )


def knows_after_shuffling(start: float) -> str:
    """Why a run does not count whose model needs no weights to know the images."""
    return _(
        "the model classified {start:.1%} of the validation images correctly before its first "
        "step, from weights whose values had been shuffled. What it knows does not come from "
        "training",
        start=start,
    )


def knows_without_learning(before: float, again: float, rules: Integrity) -> str | None:
    """Why a run does not count that does not learn what the labels say.

    Args:
        before: accuracy at a measurement.
        again: accuracy there when it was trained again, from shuffled weights on exchanged labels,
            by these.
        rules: the share that must remain.
    """
    if again >= rules.exchanged_share * before:
        return None
    # Without the second number: how labels are exchanged differs from time to time.
    return _(
        "the model classified {before:.1%} of the validation images correctly; trained again, up "
        "to there, from weights whose values had been shuffled, on the same images with the labels "
        "of the classes exchanged, it classified less than {share:.0%} as many by these labels. "
        "What it knows does not come from its training",
        before=before,
        share=rules.exchanged_share,
    )


def not_looked_into(name: RunName, before: float) -> IntegrityFlag:
    """The flag for a run whose leap could not be looked into."""
    return IntegrityFlag(
        flag=NOT_LOOKED_INTO,
        text=_(
            "{run}: the accuracy leapt to {before:.1%}, which honest runs do now and then. To see "
            "whether the training learns as much from other labels, the submission had no time "
            "left.",
            run=name,
            before=before,
        ),
    )


def works_too_much(
    name: RunName, cpu_seconds: float, epochs: float, epoch_seconds: float, rules: Integrity
) -> IntegrityFlag | None:
    """The flag for a training that takes far longer than that of the network that is asked for.

    Args:
        name: of the run.
        cpu_seconds: processor time of the training and of its measurements.
        epochs: that it may have trained, and that it was measured on.
        epoch_seconds: processor time of one epoch of the reference's network.
        rules: how much longer it may take.
    """
    if cpu_seconds <= rules.work * epochs * epoch_seconds:
        return None
    return IntegrityFlag(
        flag=WORKS_TOO_MUCH,
        text=_(
            "{run}: the training took more than {factor:g} times the processor time that the "
            "network asked for takes for as many images. It may have trained more than was "
            "counted.",
            run=name,
            factor=rules.work,
        ),
    )


def other_optimizer(
    name: RunName, given: Sequence[Optimizer], stepped: Sequence[Optimizer]
) -> IntegrityFlag | None:
    """The flag for a training that was given optimizers, and in which others stepped.

    Args:
        name: of the run.
        given: at least one, the last one last.
        stepped: those that changed the weights.
    """
    names = [each.type_name for each in stepped]
    others = _other_types(given, stepped)
    if not others:
        return None
    asked = given[-1].type_name
    values = {"run": name, "asked": asked, "others": listed(others)}
    if asked in names:
        text = _(
            "{run}: the training was given {asked}, but {others}, too, changed the weights.",
            **values,
        )
    else:
        text = _(
            "{run}: the training was given {asked}, but it was {others} that changed the weights.",
            **values,
        )
    return IntegrityFlag(flag=OTHER_OPTIMIZER, text=text)


def optimizer_beside(
    name: RunName, given: Sequence[Optimizer], beside: Sequence[Optimizer]
) -> IntegrityFlag | None:
    """The flag for a training in which others stepped on something else: on a twin, say."""
    others = _other_types(given, beside)
    if not others:
        return None
    text = _(
        "{run}: the training was given {asked}, but {others} stepped in it, too, on other weights "
        "than the model's.",
        run=name,
        asked=given[-1].type_name,
        others=listed(others),
    )
    return IntegrityFlag(flag=OTHER_OPTIMIZER, text=text)


def other_settings(
    name: RunName, given: Sequence[Optimizer], stepped: Sequence[Optimizer]
) -> IntegrityFlag | None:
    """The flag for a training whose optimizer stepped with other settings than it was given with.

    But for the learning rate, which schedulers change.
    """
    for each in stepped:
        alike = [one for one in given if one.type_name == each.type_name]
        changes = [_changed_settings(one, each) for one in alike]
        if not changes or not all(changes):
            continue
        changed = changes[-1]
        text = _(
            "{run}: the training was given {asked} with {given}, but it stepped with {stepped}.",
            run=name,
            asked=each.type_name,
            given=_settings(alike[-1], changed),
            stepped=_settings(each, changed),
        )
        return IntegrityFlag(flag=OTHER_OPTIMIZER, text=text)
    return None


def _other_types(given: Sequence[Optimizer], stepped: Sequence[Optimizer]) -> list[str]:
    asked = {each.type_name for each in given}
    return [name for name in dict.fromkeys(each.type_name for each in stepped) if name not in asked]


def _changed_settings(given: Optimizer, stepped: Optimizer) -> list[str]:
    names = {**given.settings, **stepped.settings}.keys() - {"lr"}
    return sorted(name for name in names if given.settings.get(name) != stepped.settings.get(name))


def _settings(optimizer: Optimizer, names: Sequence[str]) -> str:
    return ", ".join(f"{name}={optimizer.settings.get(name)}" for name in names)


def shared_differs(
    name: RunName, own: float | None, shared: float | None, *, shared_counts: bool
) -> IntegrityFlag:
    """The flag for a run whose own training misses what an equal one of the reference's reached.

    Args:
        name: of the run.
        own: the best accuracy of its own training; None where it reached none.
        shared: that of the reference's.
        shared_counts: whether that one stands all the same.
    """
    reached = shared or 0.0
    if own is None and shared_counts:
        text = _(
            "{run}: its first training steps equal the reference's, whose training reached "
            "{shared:.1%} and stands here; its own, carried out as a sample, reached no accuracy.",
            run=name,
            shared=reached,
        )
    elif own is None:
        text = _(
            "{run}: its first training steps equal the reference's, whose training reached "
            "{shared:.1%}; its own, carried out as a sample, reached no accuracy, and that is what "
            "counts.",
            run=name,
            shared=reached,
        )
    elif shared_counts:
        text = _(
            "{run}: its first training steps equal the reference's, whose training reached "
            "{shared:.1%} and stands here; its own, carried out as a sample, reached {own:.1%}.",
            run=name,
            shared=reached,
            own=own,
        )
    else:
        text = _(
            "{run}: its first training steps equal the reference's, whose training reached "
            "{shared:.1%}; its own, carried out as a sample, reached {own:.1%}, and that is what "
            "counts.",
            run=name,
            shared=reached,
            own=own,
        )
    return IntegrityFlag(flag=SHARED_DIFFERS, text=text)


def knows_the_images(seen: float, unseen: float, images: int, rules: Integrity) -> str | None:
    """Why a run does not count that is good on the images it was shown, and on these alone.

    Args:
        seen: accuracy on the validation images.
        unseen: on images that it was never shown.
        images: how many these were; few of them may be the harder ones by chance.
        rules: the share that must remain, and what chance may take off.
    """
    asked = rules.unseen_share * seen
    deviation = math.sqrt(asked * (1 - asked) / images)
    if unseen >= asked - rules.unseen_deviations * deviation:
        return None
    return _(
        "of the validation images the model classified {seen:.1%} correctly, but of images that "
        "it had never been shown, moved by a pixel and with some noise, less than {share:.0%} as "
        "many. It knows the images, not what they show",
        seen=seen,
        share=rules.unseen_share,
    )


def knows_the_test_images(
    name: RunName, test: float, validated: float, images: int, rules: Integrity
) -> IntegrityFlag | None:
    """The flag for a model that is far better on the test images, which anybody can get.

    Args:
        name: of the run.
        test: accuracy on the test images.
        validated: the best one on the validation images.
        images: how many of these there are.
        rules: as `knows_the_images` has them.
    """
    if knows_the_images(test, validated, images, rules) is None:
        return None
    return IntegrityFlag(
        flag=KNOWS_THE_TEST_IMAGES,
        text=_(
            "{run}: of the test images, which anybody can get, the model classified {test:.1%} "
            "correctly, of the validation images at most {validated:.1%}. Its test accuracy is "
            "left out.",
            run=name,
            test=test,
            validated=validated,
        ),
    )


def shows_nothing_unseen(seen: float, problem: str) -> str:
    """Why a run does not count whose model gives no scores for images that it was never shown."""
    return _(
        "of the validation images the model classified {seen:.1%} correctly, but for images that "
        "it had never been shown, moved by a pixel and with some noise, it gave no scores: "
        "{problem}",
        seen=seen,
        problem=problem,
    )


def ended_when_stopped(name: RunName, problem: str) -> IntegrityFlag:
    """The flag for a run that had reached its threshold and did not tell its end.

    It crashed, went on, dawdled or sent something else when it was stopped.
    """
    return IntegrityFlag(
        flag=ENDED_WHEN_STOPPED,
        text=_(
            "{run}: it had reached its threshold when its process ended ({problem}). Which "
            "optimizers had changed the weights could not be seen.",
            run=name,
            problem=problem,
        ),
    )
