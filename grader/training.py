"""Training runs, from the trusted side: train in the worker, measure here.

The worker trains on the training split. Now and then it pauses, is shown held-out images without
labels and returns scores; accuracy is computed here, from labels that never leave this process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import WorkerError
from grader.matching import MatchedRun, explain_match
from grader.measuring import HeldOut
from grader.protocol import messages as m
from grader.results import CurvePoint, OptimizerInfo, RunName, RunResult, RunStatus
from grader.rubric import RunSpec, Training
from grader.sandbox.student import Student
from grader.sandbox.values import student_error

LOSS_DIGITS = 4
EPOCH_DIGITS = 3


@dataclass(frozen=True)
class Progress:
    """Where a running training stands; for whoever watches."""

    run: RunName
    attempt: int
    iteration: int
    epoch: float
    budget: int
    loss: float | None
    val_accuracy: float
    threshold: float


@dataclass
class Attempt:
    """What one training with one seed showed."""

    matched: MatchedRun
    curve: list[CurvePoint] = field(default_factory=list)
    iterations: int = 0
    epochs: float = 0.0
    test_accuracy: float | None = None
    problem: str | None = None
    where: str | None = None

    @property
    def best(self) -> float | None:
        """Best validation accuracy."""
        return max((point.val_accuracy for point in self.curve), default=None)


class Trainer:
    """Trains the runs of one submission, each at most once.

    Args:
        student: the submission.
        runs: the trainings that were found.
        held_out: what accuracies are measured on.
        specs: threshold and budget of every run.
        rules: the rules for all runs.
        threads: that training may use.
        seeds: run and attempt -> seed.
        on_progress: told at every measurement.
    """

    def __init__(
        self,
        student: Student,
        runs: Mapping[RunName, MatchedRun],
        held_out: HeldOut,
        specs: dict[RunName, RunSpec],
        rules: Training,
        *,
        threads: int,
        seeds: Callable[[RunName, int], int],
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._student = student
        self._runs = runs
        self._specs = specs
        self._rules = rules
        self._threads = threads
        self._seeds = seeds
        self._on_progress = on_progress
        self._held_out = held_out
        self.results: dict[RunName, RunResult] = {}

    def run(self, name: RunName) -> RunResult:
        """Train a run, with further seeds after a near miss, and keep its result."""
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
                reason="no training of such a model was found in your work",
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
                reason=f"the training at {where} cannot be carried out: {problem}",
            )
        return self._result(name, self._attempts(name, matched))

    def _attempts(self, name: RunName, matched: MatchedRun) -> list[Attempt]:
        """The first seed; after near misses further ones, then further models of a search."""
        attempts = [self._attempt(name, matched, self._student, 0)]
        while self._is_near_miss(name, attempts[-1]) and len(attempts) <= self._rules.further_seeds:
            attempts.append(self._attempt_afresh(name, matched, len(attempts)))
        for rival in matched.rivals[: self._rules.further_models]:
            if self._reached(name, attempts):
                break
            attempts.append(self._attempt_afresh(name, rival, len(attempts)))
        return attempts

    def _attempt_afresh(self, name: RunName, matched: MatchedRun, number: int) -> Attempt:
        with self._student.fresh(self._seeds(name, number)) as student:
            return self._attempt(name, matched, student, number)

    def _reached(self, name: RunName, attempts: Sequence[Attempt]) -> bool:
        threshold = self._specs[name].threshold
        return any(attempt.best is not None and attempt.best >= threshold for attempt in attempts)

    def _is_near_miss(self, name: RunName, attempt: Attempt) -> bool:
        threshold = self._specs[name].threshold
        if attempt.best is None or attempt.problem is not None:
            return False
        return threshold - self._rules.near_miss <= attempt.best < threshold

    def _attempt(
        self, name: RunName, matched: MatchedRun, student: Student, number: int
    ) -> Attempt:
        spec, attempt = self._specs[name], Attempt(matched)
        target = matched.last.target

        def measure(iteration: int, epoch: float, loss: float | None) -> float:
            accuracy = self._held_out.validation_accuracy(student, target)
            loss = None if loss is None else round(loss, LOSS_DIGITS)
            attempt.curve.append(CurvePoint(iteration=iteration, loss=loss, val_accuracy=accuracy))
            attempt.iterations, attempt.epochs = iteration, round(epoch, EPOCH_DIGITS)
            self._on_progress(
                Progress(
                    run=name,
                    attempt=number,
                    iteration=iteration,
                    epoch=epoch,
                    budget=spec.epochs,
                    loss=loss,
                    val_accuracy=accuracy,
                    threshold=spec.threshold,
                )
            )
            return accuracy

        def go_on(at: m.Paused) -> bool:
            accuracy = measure(at.iteration, at.epoch, at.loss)
            return accuracy < spec.threshold or not self._rules.stop_when_reached

        try:
            self._held_out.probe(student, target)
            measure(0, 0.0, None)
            ended = student.train(
                matched.targets,
                seed=self._seeds(name, number),
                epochs=spec.epochs,
                pauses_per_epoch=self._rules.validations_per_epoch,
                threads=self._threads,
                on_pause=go_on,
            )
            if ended.error is not None:
                error = student_error(ended.error)
                attempt.problem = str(error)
                attempt.where = str(error.places[-1]) if error.places else None
            if not attempt.curve or attempt.curve[-1].iteration < ended.iteration:
                measure(ended.iteration, ended.epoch, ended.loss)
            if name == "challenge":
                attempt.test_accuracy = self._held_out.test_accuracy(student, target)
        except WorkerError as error:
            attempt.problem = str(error)
        return attempt

    def _result(self, name: RunName, attempts: Sequence[Attempt]) -> RunResult:
        spec = self._specs[name]
        best = max(attempts, key=lambda attempt: attempt.best or 0.0)
        reached = best.best is not None and best.best >= spec.threshold
        failed = not reached and best.problem is not None
        status = RunStatus.REACHED if reached else RunStatus.FAILED if failed else RunStatus.MISSED
        return RunResult(
            status=status,
            where=best.where or str(best.matched.last.where),
            why=explain_match(attempts[0].matched),
            threshold=spec.threshold,
            reached=reached,
            best_val_accuracy=best.best,
            final_val_accuracy=best.curve[-1].val_accuracy if best.curve else None,
            test_accuracy=best.test_accuracy,
            iterations=best.iterations,
            epochs=best.epochs,
            optimizer=optimizer_info(best.matched.last),
            seeds=tuple(self._seeds(name, number) for number in range(len(attempts))),
            curve=tuple(best.curve),
            reason=None if reached else _miss(spec, best, len(attempts)),
        )


def optimizer_info(recording: m.Recorded) -> OptimizerInfo | None:
    """The optimizer as results name it; the barebones loop is plain SGD by hand."""
    if recording.optimizer is not None:
        return OptimizerInfo(
            name=recording.optimizer.type_name, settings=dict(recording.optimizer.settings)
        )
    if recording.api == "part2":
        return OptimizerInfo(name="SGD by hand", settings={"lr": recording.learning_rate})
    return None


def _miss(spec: RunSpec, attempt: Attempt, attempts: int) -> str:
    if attempt.best is None:
        return attempt.problem or "no accuracy could be measured"
    epochs = "1 epoch" if spec.epochs == 1 else f"{spec.epochs} epochs"
    seeds = "" if attempts == 1 else f" (best of {attempts} seeds)"
    text = (
        f"the best validation accuracy within {epochs} was {attempt.best:.1%}{seeds}; "
        f"{spec.threshold:.0%} is asked for"
    )
    return f"{text}. It ended early: {attempt.problem}" if attempt.problem else text
