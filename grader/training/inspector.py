"""Whether what an attempt reached was learned here: what is measured for it, and what is flagged.

The rules are pure functions (`integrity`); here is what carries out what they ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from grader.language import _
from grader.results import IntegrityFlag, RunName
from grader.rubric import Integrity
from grader.sandbox.allowance import Allowance
from grader.sandbox.student import Student
from grader.training.attempts import Attempt, Unseen
from grader.training.conductor import Conductor
from grader.training.integrity import (
    KNOWS_THE_IMAGES,
    KNOWS_WITHOUT_LEARNING,
    ended_when_stopped,
    knows_after_shuffling,
    knows_before_training,
    knows_the_images,
    knows_the_test_images,
    knows_without_learning,
    not_looked_into,
    optimizer_beside,
    other_optimizer,
    other_settings,
    shows_nothing_unseen,
    suspicious_measurements,
    works_too_much,
)

PRESCRIBED: tuple[RunName, ...] = ("barebones", "module", "sequential_convnet")
"""The runs of which the homework prescribes the network, and so what one image costs."""

Exchanged = tuple[Student, NDArray[np.int64]]


class Inspector:
    """Looks into the attempts of one submission.

    Args:
        student: the submission.
        rules: when something is to be flagged, or contradicts.
        conductor: carried out the attempts, and carries out the trials.
        seeds: run and attempt -> seed.
        exchanged: student, seed and the number of the trial -> the same submission in a worker
            whose training images have the labels of the classes exchanged, and class -> label.
        epoch_seconds: tells the processor time of one epoch of the reference's network.
        has_time_besides: whether a trial may take more time than the submission has left.

    Attributes:
        flags: what a person should look at.
    """

    def __init__(
        self,
        student: Student,
        rules: Integrity,
        conductor: Conductor,
        *,
        seeds: Callable[[RunName, int], int],
        exchanged: Callable[[Student, int, int], AbstractContextManager[Exchanged]],
        epoch_seconds: Callable[[], float],
        has_time_besides: bool,
    ) -> None:
        self._student = student
        self._rules = rules
        self._conductor = conductor
        self._seeds = seeds
        self._exchanged = exchanged
        self._epoch_seconds = epoch_seconds
        self._has_time_besides = has_time_besides
        self.flags: list[IntegrityFlag] = []

    def look_at(self, attempt: Attempt) -> None:
        """Flag what a person should look at; a test accuracy that shows nothing is taken away."""
        self._look_at_work(attempt)
        self._look_at_optimizers(attempt)
        self._look_at_test_accuracy(attempt)
        if attempt.is_settled and not attempt.ended:
            why = attempt.problem or _("no reason is known")
            self.flags.append(ended_when_stopped(attempt.order.name, why))

    def contradiction(self, attempt: Attempt) -> str | None:
        """Why an attempt that reached its threshold does not count; flagged, too."""
        flag, reason = KNOWS_WITHOUT_LEARNING, self._learned_elsewhere(attempt)
        if reason is None:
            flag, reason = KNOWS_THE_IMAGES, self._knows_the_images(attempt.unseen)
        if reason is not None:
            text = _("{run}: {reason}.", run=attempt.order.name, reason=reason)
            self.flags.append(IntegrityFlag(flag=flag, text=text))
        return reason

    def _look_at_work(self, attempt: Attempt) -> None:
        if attempt.order.name not in PRESCRIBED:
            return
        flag = works_too_much(
            attempt.order.name,
            attempt.cpu_seconds,
            attempt.work_epochs,
            self._epoch_seconds(),
            self._rules,
        )
        if flag is not None:
            self.flags.append(flag)

    def _look_at_optimizers(self, attempt: Attempt) -> None:
        order = attempt.order
        given = [each.optimizer for each in order.matched.recordings if each.optimizer is not None]
        # One of the student's own may have another one step, and a loop has as many as it wants.
        has_own = not all(hasattr(torch.optim, each.type_name) for each in given)
        if order.matched.last.api != "part34" or not given or has_own:
            return
        name = order.name
        flags = [other_optimizer(name, given, attempt.optimizers)]
        if name != "challenge":  # which has losses that learn, twins and schedules of its own
            flags.append(optimizer_beside(name, given, attempt.optimizers_beside))
            flags.append(other_settings(name, given, attempt.optimizers))
        self.flags += filter(None, flags)

    def _look_at_test_accuracy(self, attempt: Attempt) -> None:
        if attempt.test_accuracy is None or attempt.best is None:
            return
        images = self._conductor.held_out.validation_images
        flag = knows_the_test_images(
            attempt.order.name, attempt.test_accuracy, attempt.best, images, self._rules
        )
        if flag is not None:
            attempt.test_accuracy = None
            self.flags.append(flag)

    def _knows_the_images(self, unseen: Unseen | None) -> str | None:
        """Why what the model knows is not what images show."""
        assert unseen is not None, "every run that reaches its threshold is shown unseen images"
        if unseen.accuracy is None:
            return shows_nothing_unseen(unseen.seen, unseen.problem or _("no reason is known"))
        return knows_the_images(unseen.seen, unseen.accuracy, unseen.images, self._rules)

    def _learned_elsewhere(self, attempt: Attempt) -> str | None:
        """Why what the model knows cannot come from its training here."""
        order, rules = attempt.order, self._rules
        if knows_before_training(attempt.curve, rules):
            return knows_after_shuffling(attempt.curve[0].val_accuracy)
        leaps = suspicious_measurements(attempt.curve, order.spec.threshold, rules)
        if not leaps:
            return None
        before = [attempt.curve[index].val_accuracy for index in leaps]
        # A leap that no trial comes up to; one of several is missed by bad luck now and then.
        reasons: list[str | None] = [None] * len(leaps)
        for number in range(rules.exchanges):
            again = self._accuracies_again(attempt, leaps, number)
            if again is None:
                self.flags.append(not_looked_into(order.name, before[-1]))
                return None
            told = map(partial(knows_without_learning, rules=rules), before, again)
            reasons = [
                reason if reason is not None and (known is not None or number == 0) else None
                for known, reason in zip(reasons, told, strict=True)
            ]
            if not any(reasons):
                break
        return next(filter(None, reasons), None)

    def _accuracies_again(
        self, attempt: Attempt, pauses: Sequence[int], number: int
    ) -> list[float] | None:
        seed = self._seeds(attempt.order.name, number)
        waited = attempt.waited[pauses[-1]]
        seconds = self._rules.trial_times * waited + self._rules.trial_seconds
        with self._exchanged(self._student, seed, number) as (student, called):
            if self._has_time_besides and student.time.left < seconds:
                # Its own: whoever used up the other can be looked into, and gains nothing by it.
                student.allowance = Allowance(seconds)
            order = replace(attempt.order, seed=seed, shuffled=True)
            return self._conductor.accuracies_at(student, order, pauses, called, seconds)
