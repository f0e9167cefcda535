"""Runs the checks of one submission with pytest, in the rubric's order."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from grader.checks.again import flatten_accounts_for
from grader.checks.catalogue import FOLDER, check_id, known_checks
from grader.checks.examination import AGAIN, EXAMINATION, Examination
from grader.checks.outcome import CheckFailed, LeftOut
from grader.errors import StudentError, TimeUsedUp, WorkerError
from grader.language import N_, _, capitalised
from grader.results import RUN_NAMES, CheckStatus, Mistake, Visibility
from grader.rubric import CheckSpec
from grader.sentences import listed

_ARGUMENTS = (
    str(FOLDER),
    f"--rootdir={FOLDER}",
    "--config-file=/dev/null",
    "--import-mode=importlib",
    "--assert=plain",
    "--capture=no",
    "-pno:terminal",
    "-pno:cacheprovider",
    "-pno:warnings",
    "-pno:logging",
    # These collect garbage five times at the end: a tenth of the time that a submission takes.
    "-pno:unraisableexception",
    "-pno:threadexception",
    "-ppytest_timeout",
)

TIMEOUT_SLACK = 60.0
_TRAINS = "reaches"
"""The fixture that every check asks for which trains."""
_NOT_RIGHT = (CheckStatus.FAILED, CheckStatus.PARTIAL)
_LEFT = pytest.StashKey[bool]()
"""Set on a check that is not tried once more after all."""
_TOO_LATE = N_(
    "The time that there is for one submission here was used up before. It can be graded where "
    "there is more."
)
MAX_TEXT = 2000


@dataclass(frozen=True)
class CheckOutcome:
    """How one check ended; `left_out` when it was not asked for."""

    id: str
    status: CheckStatus
    points: float = 0.0
    reason: str | None = None
    where: str | None = None
    seconds: float = 0.0
    left_out: bool = False
    mistakes: tuple[Mistake, ...] = ()


def run_checks(
    examination: Examination, on_check: Callable[[str], None]
) -> tuple[CheckOutcome, ...]:
    """Run every check of the rubric.

    Args:
        examination: the submission in hand.
        on_check: told the id of each check before it runs.
    """
    plugin = _Examiner(examination, on_check)
    pytest.main(list(_ARGUMENTS), plugins=[plugin])
    nothing = _("the check did not run; this is a fault of torchgrade, please report it")
    return tuple(
        plugin.outcomes.get(spec.id) or CheckOutcome(spec.id, CheckStatus.ERROR, reason=nothing)
        for spec in examination.rubric.checks
    )


def shorten(text: str) -> str:
    """Text that student code had a part in, cut to what a person may want to read."""
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} ... (cut)"


class _TookTooLong(BaseException):
    """A check has taken longer than it may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Examiner:
    """The pytest plugin: order, premises and outcomes."""

    def __init__(self, examination: Examination, on_check: Callable[[str], None]) -> None:
        self._examination = examination
        self._on_check = on_check
        self._specs = {spec.id: spec for spec in examination.rubric.checks}
        self.outcomes: dict[str, CheckOutcome] = {}
        self._given_again: set[str] = set()

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[EXAMINATION] = self._examination
        config.addinivalue_line("markers", "settings(*names): what the rubric's entry must set")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Only the rubric's checks, each with a time limit of last resort.

        In its order, but what trains comes last: a training that takes all the time there is must
        not cost what has nothing to do with it.
        """
        by_id = {_id(item): item for item in items}
        late: set[str] = set()
        for spec in self._specs.values():
            if _trains(by_id[spec.id]) or not late.isdisjoint(spec.needs):
                late.add(spec.id)
        in_order = sorted((by_id[name] for name in self._specs), key=lambda item: _id(item) in late)
        items[:] = [each for item in in_order for each in (item, *self._again(item))]
        for item in items:
            item.add_marker(pytest.mark.timeout(self._timeout(self._specs[_id(item)])))

    def _again(self, item: pytest.Item) -> Iterator[pytest.Item]:
        """The same check once more, where it uses what another one checks."""
        if isinstance(item, pytest.Function) and self._specs[_id(item)].uses:
            again = pytest.Function.from_parent(
                item.parent, name=item.name, callobj=item.obj, fixtureinfo=item._fixtureinfo
            )
            again.stash[AGAIN] = True
            yield again

    def _begin_again(self, item: pytest.Item) -> bool:
        """Begin a check once more that failed because something that it uses is wrong."""
        failed = [name for name, each in self.outcomes.items() if each.status in _NOT_RIGHT]
        used = self._specs[_id(item)].uses
        if _id(item) not in failed or not any(name.split(".")[0] in used for name in failed):
            return False
        try:
            if not self._is_accounted_for(item):
                return False
            self._examination.begin_check(again=True)
        except WorkerError:  # it cannot be loaded in that way
            return False
        return True

    def _is_accounted_for(self, item: pytest.Item) -> bool:
        """Whether what it uses is why it failed, the first time; see `grader.checks.again`."""
        examination = self._examination
        if _trains(item):
            run = next(name for name in RUN_NAMES if _id(item).startswith(f"{name}."))
            return examination.may_be_trained_again(run)
        if examination.failure is not None:
            return flatten_accounts_for(
                examination.failure,
                examination.as_it_is.student,
                examination.rubric.tolerances.values,
            )
        # Gradients, of scores that are right with that flatten: what they need says so.
        return not self._given_again.isdisjoint(self._specs[_id(item)].needs)

    @pytest.hookimpl(tryfirst=True)
    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Any) -> bool:
        """Raise what is no Exception: one would be taken for an answer, or for none.

        The plugin's own timer prints to pytest's terminal, which is not there.
        """

        def end(_signal: int, _frame: object) -> None:
            raise _TookTooLong(settings.timeout)

        def cancel() -> None:
            signal.setitimer(signal.ITIMER_REAL, 0)

        item.cancel_timeout = cancel  # type: ignore[attr-defined]  # where the plugin looks for it
        signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, settings.timeout)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        identifier = _id(item)
        again = item.stash.get(AGAIN, False)
        if again and not self._begin_again(item):
            item.stash[_LEFT] = True
        elif not again:
            self._on_check(identifier)
            self._examination.begin_check()
        before = self.outcomes[identifier].seconds if identifier in self.outcomes else 0.0
        started = time.monotonic()
        result = yield
        outcome = self.outcomes.get(identifier)
        if outcome is not None:
            seconds = before + time.monotonic() - started
            self.outcomes[identifier] = replace(outcome, seconds=seconds)
        return result

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.stash.get(_LEFT, False):
            pytest.skip()
        for need in self._specs[_id(item)].needs:
            if self.outcomes[need].left_out:
                raise LeftOut(self.outcomes[need].reason or "")
            if self.outcomes[need].status is not CheckStatus.PASSED:
                title = _(known_checks()[need].title).rstrip(".")
                pytest.skip(_("Not run, because this did not pass: {check}.", check=title))

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        identifier, again = _id(item), item.stash.get(AGAIN, False)
        if item.stash.get(_LEFT, False):
            return
        if call.excinfo is not None:
            outcome = self._failure(identifier, call.excinfo.value)
        elif call.when == "call":
            points = self._specs[identifier].points
            outcome = CheckOutcome(identifier, CheckStatus.PASSED, points)
        else:
            return
        if not again:
            self.outcomes[identifier] = outcome
        elif outcome.status in (CheckStatus.PASSED, *_NOT_RIGHT):
            # Else the time was used up meanwhile, say: what was found first stands.
            if outcome.points >= self.outcomes[identifier].points:
                self.outcomes[identifier] = self._told_again(outcome)
            self._given_again.add(identifier)

    def _may_be_told(self, identifier: str) -> bool:
        """Whether who sees this check may see at the same time that what it uses is wrong."""
        order, seen = list(Visibility), self._examination.rubric.visibilities
        used = self._specs[identifier].uses
        latest = max(
            (order.index(each) for name, each in seen.items() if name.split(".")[0] in used),
            default=0,
        )
        return latest <= order.index(seen[identifier])

    def _told_again(self, outcome: CheckOutcome) -> CheckOutcome:
        """How a check ended that was tried with a right function in place of a wrong one."""
        if not self._may_be_told(outcome.id):
            return outcome
        functions = listed(self._specs[outcome.id].uses)
        reason = outcome.reason
        if outcome.status is CheckStatus.PASSED:
            reason = _(
                "With a right {functions} in place of yours, whose mistake has cost its own "
                "points, this is right.",
                functions=functions,
            )
        elif outcome.status in _NOT_RIGHT:
            reason = _(
                "With a right {functions} in place of yours, too: {reason}",
                functions=functions,
                reason=outcome.reason,
            )
        return replace(outcome, reason=reason)

    def _failure(self, identifier: str, error: BaseException) -> CheckOutcome:
        where = self._examination.where
        if isinstance(error, pytest.skip.Exception):
            return CheckOutcome(identifier, CheckStatus.SKIPPED, reason=error.msg)
        if isinstance(error, LeftOut):
            return CheckOutcome(identifier, CheckStatus.SKIPPED, reason=error.reason, left_out=True)
        if isinstance(error, TimeUsedUp) and self._examination.late_is_left_out:
            return CheckOutcome(identifier, CheckStatus.SKIPPED, reason=_(_TOO_LATE), left_out=True)
        if isinstance(error, CheckFailed):
            explains = self._examination.explains
            if error.mistake is not None and explains is not None:
                self._examination.diagnosis = explains.known(error.mistake)
            return self._failed(identifier, error, error.where or where)
        if isinstance(error, WorkerError):
            if isinstance(error, StudentError) and error.places:
                where = str(error.places[-1])
            return self._failed(identifier, CheckFailed(str(error)), where)
        if isinstance(error, _TookTooLong) and self._specs[identifier].timeout is not None:
            reason = _(
                "this took longer than the {seconds:g} seconds that the rubric gives it",
                seconds=error.seconds,
            )
            return self._failed(identifier, CheckFailed(reason), where)
        what = str(error).splitlines()[0] if str(error) else ""
        reason = _(
            "torchgrade itself failed here ({error}: {message}). Please report it.",
            error=type(error).__name__,
            message=what,
        )
        return CheckOutcome(identifier, CheckStatus.ERROR, reason=reason)

    def _failed(self, identifier: str, failed: CheckFailed, where: str | None) -> CheckOutcome:
        """With what was found out about it, and what it earns all the same."""
        spec, found = self._specs[identifier], self._examination.diagnosis
        mistakes = found.mistakes if found else ()
        if failed.mistake is None:  # what reproduces the numbers is all that is wrong
            known = [each.id for each in mistakes]
        else:  # read off, which needs no reference
            known = [failed.mistake] if failed.alone else []
        points = max(failed.points, spec.partial.for_mistakes(known))
        told = [self._sentence(failed.reason)]
        if found:
            told.append(found.sentence)
        if points:
            told.append(
                _(
                    "By the rubric, this earns {points:g} of {max_points:g} points.",
                    points=points,
                    max_points=spec.points,
                )
            )
        return CheckOutcome(
            identifier,
            CheckStatus.PARTIAL if points else CheckStatus.FAILED,
            points,
            " ".join(told),
            where,
            mistakes=mistakes,
        )

    def _sentence(self, reason: str) -> str:
        """The reason with the case it speaks of, as a sentence."""
        case = self._examination.cases.current if self._examination.cases else None
        if case is not None:
            reason = _("for {case}: {reason}", case=case, reason=reason)
        return shorten(f"{capitalised(reason)}.")

    def _timeout(self, spec: CheckSpec) -> float:
        """What the rubric says, else beyond all that a submission and its trials may take."""
        if spec.timeout is not None:
            return spec.timeout
        limits, rules = self._examination.rubric.limits, self._examination.rubric.integrity
        trial = rules.trial_times * limits.total_seconds + rules.trial_seconds
        # Twice: a training of the reference may come before, by the same rules.
        return 2 * (limits.total_seconds + rules.exchanges * trial) + TIMEOUT_SLACK


def _trains(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and _TRAINS in item.fixturenames


def _id(item: pytest.Item) -> str:
    return check_id(item.path.stem, item.name)
