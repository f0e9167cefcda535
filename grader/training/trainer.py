"""The runs of a submission: which attempts are made, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from grader.language import _
from grader.language.harness import from_harness
from grader.protocol import parts
from grader.results import BY_HAND, OptimizerInfo, RunName, RunResult, RunStatus
from grader.rubric import Rubric
from grader.sandbox.student import Student
from grader.training.attempts import Attempt, Order
from grader.training.conductor import Conductor
from grader.training.courses import course_of, rate_mistake, shortfall
from grader.training.inspector import Inspector
from grader.training.integrity import (
    arrived_trained,
    knows_before_training,
    shared_differs,
)
from grader.understanding.matched import MatchedRun, explain_match

FindShared = Callable[[RunName, MatchedRun], RunResult | None]


class Trainer:
    """Trains the runs of one submission, each at most once.

    Args:
        student: the submission.
        runs: the trainings that were found.
        rubric: thresholds, budgets and rules.
        conductor: carries out the attempts.
        inspector: looks into them.
        seeds: run and attempt -> seed.
        shared: the result of an equal training that reached its threshold, where there is one.
        verified: of which runs that are shared the own training is carried out, too.
        late_is_left_out: whether a run that no time is left for is none that was missed.
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
        inspector: Inspector,
        *,
        seeds: Callable[[RunName, int], int],
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
        self._inspector = inspector
        self._shared = shared
        self._is_verified = verified
        self._late_is_left_out = late_is_left_out
        self._mixes = mixes and self._rules.stop_when_reached
        self.results: dict[RunName, RunResult] = {}
        self.flags = inspector.flags
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
        """Its own training; where that misses, a flag is the evidence.

        The shared one stands where its own fell short by little, which chance may have done, or
        where no time was left for it, which says nothing.
        """
        attempts = self._attempts(name, matched)
        best = _best(attempts)
        if best.reached or attempts[-1].late is None:
            own = self._judged(attempts)
            if own.reached:
                return own
            stands = own if not own.near_miss else shared
        else:
            stands = shared
        self.flags.append(
            shared_differs(
                name, best.best, shared.best_val_accuracy, shared_counts=stands is shared
            )
        )
        return stands

    def _train_itself(self, name: RunName, matched: MatchedRun) -> RunResult:
        return self._judged(self._attempts(name, matched))

    def _judged(self, attempts: Sequence[Attempt]) -> RunResult:
        """What attempts come to, and whether it was learned here."""
        best = _best(attempts)
        late = attempts[-1].late
        if self._late_is_left_out and late is not None and not best.is_settled:
            raise late
        self._inspector.look_at(best)
        mistake = None if best.reached else _mistake(best)
        if mistake is not None:
            self.mistakes[best.order.name] = mistake
        contradiction = self._inspector.contradiction(best) if best.reached else None
        return self._result(attempts, best, contradiction)

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


def _best(attempts: Sequence[Attempt]) -> Attempt:
    return max(attempts, key=lambda attempt: attempt.best or 0.0)


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
