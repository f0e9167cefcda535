"""The runs of a submission: which attempts are made, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from grader.language import _
from grader.language.harness import from_harness
from grader.protocol import parts
from grader.results import BY_HAND, IntegrityFlag, OptimizerInfo, RunName, RunResult, RunStatus
from grader.rubric import Rubric
from grader.sandbox.allowance import Allowance
from grader.sandbox.student import Student
from grader.training.attempts import Attempt, Conductor, Order, Unseen
from grader.training.courses import course_of, rate_mistake, shortfall
from grader.training.integrity import (
    KNOWS_THE_IMAGES,
    KNOWS_WITHOUT_LEARNING,
    arrived_trained,
    ended_when_stopped,
    knows_after_shuffling,
    knows_before_training,
    knows_the_images,
    knows_the_test_images,
    knows_without_learning,
    not_looked_into,
    other_optimizer,
    shared_differs,
    shows_nothing_unseen,
    suspicious_measurements,
    works_too_much,
)
from grader.understanding.matched import MatchedRun, explain_match

PRESCRIBED: tuple[RunName, ...] = ("barebones", "module", "sequential_convnet")
"""The runs of which the homework prescribes the network, and so what one image costs."""

Exchanged = tuple[Student, NDArray[np.int64]]
FindShared = Callable[[RunName, MatchedRun], RunResult | None]


class Trainer:
    """Trains the runs of one submission, each at most once.

    Args:
        student: the submission.
        runs: the trainings that were found.
        rubric: thresholds, budgets and rules.
        conductor: carries out the attempts.
        seeds: run and attempt -> seed.
        exchanged: student, seed and the number of the trial -> the same submission in a worker
            whose training images have the labels of the classes exchanged, and class -> label.
        epoch_seconds: tells the processor time of one epoch of the reference's network.
        shared: the result of an equal training that reached its threshold, where there is one.
        verified: of which runs that are shared the own training is carried out, too.
        late_is_left_out: whether a run that no time is left for is none that was missed; nor is
            there time besides for looking into one.
        mixes: whether mixed precision is quicker here.

    Attributes:
        results: of the runs that were trained.
        flags: what a person should look at.
        mistakes: known ones, by which runs missed their thresholds.
    """

    def __init__(
        self,
        student: Student,
        runs: Mapping[RunName, MatchedRun],
        rubric: Rubric,
        conductor: Conductor,
        *,
        seeds: Callable[[RunName, int], int],
        exchanged: Callable[[Student, int, int], AbstractContextManager[Exchanged]],
        epoch_seconds: Callable[[], float],
        shared: FindShared = lambda name, matched: None,
        verified: Callable[[RunName], bool] = lambda name: False,
        late_is_left_out: bool = False,
        mixes: bool = False,
    ) -> None:
        self._student = student
        self._runs = runs
        self._specs = rubric.runs
        self._rules = conductor.rules
        self._integrity = rubric.integrity
        self._classes = rubric.data.classes
        self._conductor = conductor
        self._seeds = seeds
        self._exchanged = exchanged
        self._epoch_seconds = epoch_seconds
        self._shared = shared
        self._is_verified = verified
        self._late_is_left_out = late_is_left_out
        self._mixes = mixes and self._rules.stop_when_reached
        self.results: dict[RunName, RunResult] = {}
        self.flags: list[IntegrityFlag] = []
        self.mistakes: dict[RunName, str] = {}

    def run(self, name: RunName) -> RunResult:
        """Train a run, with further seeds after a near miss, and keep its result.

        Raises:
            TimeUsedUp: it was not decided in the time of the submission, and is to be left out.
        """
        if name not in self.results:
            self.results[name] = self._train(name)
        return self.results[name]

    def _train(self, name: RunName) -> RunResult:
        matched = self._runs.get(name)
        threshold = self._specs[name].threshold
        if matched is None:
            return RunResult(
                status=RunStatus.NOT_FOUND,
                threshold=threshold,
                reached=False,
                reason=_("no training of such a model was found in your work"),
            )
        problem = next((r.problem for r in matched.recordings if r.problem), None)
        if problem is not None:
            where = matched.last.where
            return RunResult(
                status=RunStatus.FAILED,
                where=str(where),
                why=explain_match(matched),
                threshold=threshold,
                reached=False,
                optimizer=optimizer_info(matched.last),
                reason=_(
                    "the training at {place} cannot be carried out: {problem}",
                    place=where,
                    problem=from_harness(problem),
                ),
            )
        shared = self._shared(name, matched)
        if shared is None:
            return self._train_itself(name, matched)
        result = shared.model_copy(
            update={
                "where": str(matched.last.where),
                "why": explain_match(matched),
                "optimizer": optimizer_info(matched.last),
            }
        )
        return self._verify(name, matched, result) if self._is_verified(name) else result

    def _verify(self, name: RunName, matched: MatchedRun, shared: RunResult) -> RunResult:
        """Its own training where that comes to the same; else the shared one, and a flag."""
        own = self._train_itself(name, matched)
        if own.reached:
            return own
        self.flags.append(shared_differs(name, own.best_val_accuracy, shared.best_val_accuracy))
        return shared

    def _train_itself(self, name: RunName, matched: MatchedRun) -> RunResult:
        attempts = self._attempts(name, matched)
        best = max(attempts, key=lambda attempt: attempt.best or 0.0)
        late = attempts[-1].late
        if self._late_is_left_out and late is not None and not best.is_settled:
            raise late
        self._look_at_work(best)
        self._look_at_optimizers(best)
        self._look_at_test_accuracy(best)
        if best.reached and best.crashed:
            self.flags.append(ended_when_stopped(name, best.problem or _("no reason is known")))
        mistake = None if best.reached else _mistake(best)
        if mistake is not None:
            self.mistakes[name] = mistake
        return self._result(attempts, best, self._contradiction(best) if best.reached else None)

    # --- attempts -----------------------------------------------------------------------------

    def _attempts(self, name: RunName, matched: MatchedRun) -> list[Attempt]:
        """Of its model; where none reached, of further ones that were as good a choice."""
        attempts = self._attempts_of_one(name, matched, 0)
        for rival in matched.rivals[: self._rules.further_models]:
            if any(attempt.reached for attempt in attempts):
                break
            attempts += self._attempts_of_one(name, rival, len(attempts))
        return attempts

    def _attempts_of_one(self, name: RunName, matched: MatchedRun, number: int) -> list[Attempt]:
        """With the first seed; where that misses by little, with further ones until one reaches.

        Args:
            name: of the run.
            matched: what trains it.
            number: attempts that were made before.
        """
        # Each in a worker of its own: what one run has learned is not there for the next.
        order = Order(name, matched, self._specs[name], number, self._seeds(name, number))
        quick = self._quick_attempt(order)
        if quick is not None:
            return [quick]
        attempts = [self._first_attempt(order)]
        further = self._rules.further_seeds if self._is_near_miss(attempts[0]) else 0
        while not attempts[-1].reached and len(attempts) <= further:
            order = replace(attempts[0].order, retry=len(attempts))
            attempts.append(self._attempt_afresh(order, number + len(attempts)))
        return attempts

    def _quick_attempt(self, order: Order) -> Attempt | None:
        """In mixed precision; None where it did not reach, which may be for the rounding.

        What it reaches is measured in full precision.
        """
        if not (self._mixes and order.spec.mixed_precision and order.matched.last.model):
            return None
        attempt = self._attempt_afresh(replace(order, mixed=True), order.number)
        if knows_before_training(attempt.curve, self._integrity) or attempt.problem is not None:
            return None
        return attempt if attempt.is_settled else None

    def _first_attempt(self, order: Order) -> Attempt:
        """Of a model; from shuffled weights where it arrives trained."""
        attempt = self._attempt_afresh(order, order.number)
        if not knows_before_training(attempt.curve, self._integrity):
            return attempt
        self.flags.append(arrived_trained(order.name, attempt.curve[0].val_accuracy))
        return self._attempt_afresh(replace(order, shuffled=True), order.number)

    def _attempt_afresh(self, order: Order, number: int) -> Attempt:
        seed = self._seeds(order.name, number)
        with self._student.fresh(seed) as student:
            return self._conductor.attempt(student, replace(order, number=number, seed=seed))

    def _is_near_miss(self, attempt: Attempt) -> bool:
        if attempt.best is None or attempt.problem is not None or attempt.reached:
            return False
        return attempt.best >= attempt.order.spec.threshold - self._rules.near_miss

    def _look_at_work(self, attempt: Attempt) -> None:
        if attempt.order.name not in PRESCRIBED:
            return
        flag = works_too_much(
            attempt.order.name,
            attempt.cpu_seconds,
            attempt.work_epochs,
            self._epoch_seconds(),
            self._integrity,
        )
        if flag is not None:
            self.flags.append(flag)

    def _look_at_optimizers(self, attempt: Attempt) -> None:
        order = attempt.order
        recorded = order.matched.last
        asked = recorded.optimizer
        # One of the student's own may have another one step, and a loop has as many as it wants.
        if recorded.api != "part34" or asked is None or not hasattr(torch.optim, asked.type_name):
            return
        flag = other_optimizer(order.name, asked, attempt.optimizers)
        if flag is not None:
            self.flags.append(flag)

    def _look_at_test_accuracy(self, attempt: Attempt) -> None:
        if attempt.test_accuracy is None or attempt.best is None:
            return
        images = self._conductor.held_out.validation_images
        flag = knows_the_test_images(
            attempt.order.name, attempt.test_accuracy, attempt.best, images, self._integrity
        )
        if flag is not None:
            attempt.test_accuracy = None
            self.flags.append(flag)

    # --- what contradicts them ----------------------------------------------------------------

    def _contradiction(self, attempt: Attempt) -> str | None:
        """Why an attempt that reached its threshold does not count; flagged, too."""
        flag, reason = KNOWS_WITHOUT_LEARNING, self._learned_elsewhere(attempt)
        if reason is None:
            flag, reason = KNOWS_THE_IMAGES, self._knows_the_images(attempt.unseen)
        if reason is not None:
            text = _("{run}: {reason}.", run=attempt.order.name, reason=reason)
            self.flags.append(IntegrityFlag(flag=flag, text=text))
        return reason

    def _knows_the_images(self, unseen: Unseen | None) -> str | None:
        """Why what the model knows is not what images show."""
        assert unseen is not None, "every run that reaches its threshold is shown unseen images"
        if unseen.accuracy is None:
            return shows_nothing_unseen(unseen.seen, unseen.problem or _("no reason is known"))
        return knows_the_images(unseen.seen, unseen.accuracy, unseen.images, self._integrity)

    def _learned_elsewhere(self, attempt: Attempt) -> str | None:
        """Why what the model knows cannot come from its training here."""
        order, rules = attempt.order, self._integrity
        if knows_before_training(attempt.curve, rules):
            return knows_after_shuffling(attempt.curve[0].val_accuracy)
        leaps = suspicious_measurements(attempt.curve, order.spec.threshold, rules)
        if not leaps:
            return None
        before = [attempt.curve[index].val_accuracy for index in leaps]
        # A leap that no trial comes up to; one of several is missed by bad luck now and then.
        reasons: list[str | None] = [None] * len(leaps)
        for number in range(self._integrity.exchanges):
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
        rules = self._integrity
        seconds = rules.trial_times * attempt.waited[pauses[-1]] + rules.trial_seconds
        with self._exchanged(self._student, seed, number) as (student, called):
            if not self._late_is_left_out and student.time.left < seconds:
                # Its own: whoever used up the other can be looked into, and gains nothing by it.
                student.allowance = Allowance(seconds)
            order = replace(attempt.order, seed=seed, shuffled=True)
            return self._conductor.accuracies_at(student, order, pauses, called, seconds)

    def _result(
        self, attempts: Sequence[Attempt], best: Attempt, contradiction: str | None
    ) -> RunResult:
        order, reached = best.order, best.reached and contradiction is None
        failed = contradiction is not None or (not reached and best.problem is not None)
        status = RunStatus.REACHED if reached else RunStatus.FAILED if failed else RunStatus.MISSED
        return RunResult(
            status=status,
            where=best.where or str(order.matched.last.where),
            why=explain_match(attempts[0].order.matched),
            threshold=order.spec.threshold,
            reached=reached,
            near_miss=status is RunStatus.MISSED and self._is_near_miss(best),
            best_val_accuracy=best.best,
            final_val_accuracy=best.curve[-1].val_accuracy if best.curve else None,
            test_accuracy=best.test_accuracy,
            iterations=best.iterations,
            epochs=best.epochs,
            budget=order.spec.epochs,
            optimizer=optimizer_info(order.matched.last),
            seeds=tuple(attempt.order.seed for attempt in attempts),
            mixed_precision=order.mixed,
            curve=tuple(best.curve),
            reason=None if reached else contradiction or self._miss(best, len(attempts)),
        )

    def _miss(self, attempt: Attempt, attempts: int) -> str:
        spec = attempt.order.spec
        if attempt.best is None:
            return attempt.problem or _("no accuracy could be measured")
        reason = shortfall(spec, attempt.best, attempts)
        if attempt.problem:
            return _("{reason}. It ended early: {problem}", reason=reason, problem=attempt.problem)
        course = course_of(attempt.curve, self._classes)
        return _("{reason}; {other}", reason=reason, other=course) if course else reason


def _mistake(missed: Attempt) -> str | None:
    """The known mistake by which a training missed; of several the one that weighs most."""
    if missed.habits:
        return missed.habits[0]
    asked, recorded = missed.order.spec.learning_rate, missed.order.matched.last
    info = optimizer_info(recorded)
    rate = info.settings.get("lr") if info is not None else None
    # Other optimizers take other rates.
    is_plain = info is not None and info.name in ("SGD", BY_HAND)
    if asked is None or not is_plain or not isinstance(rate, float):
        return None
    return rate_mistake(rate, asked)


def optimizer_info(recording: parts.Recorded) -> OptimizerInfo | None:
    """The optimizer as results name it; the barebones loop is plain SGD by hand."""
    if recording.optimizer is not None:
        return OptimizerInfo(
            name=recording.optimizer.type_name, settings=dict(recording.optimizer.settings)
        )
    if recording.api == "part2":
        return OptimizerInfo(name=BY_HAND, settings={"lr": recording.learning_rate})
    return None
