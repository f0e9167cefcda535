"""How a check ended, as its result says it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from grader.checks.examination import Examination
from grader.checks.outcome import CheckFailed, LeftOut, TookTooLong
from grader.errors import StudentError, TimeUsedUp, WorkerError
from grader.language import N_, _, capitalised
from grader.results import CheckStatus, Mistake, Visibility
from grader.sentences import WITH_CASE, listed

NOT_RIGHT = (CheckStatus.FAILED, CheckStatus.PARTIAL)
MAX_TEXT = 2000
_TOO_LATE = N_(
    "The time that there is for one submission here was used up before. It can be graded where "
    "there is more."
)


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


def shorten(text: str) -> str:
    """Text that student code had a part in, cut to what a person may want to read."""
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} ... (cut)"


class Endings:
    """Makes outcomes of what checks raise.

    Args:
        examination: the submission in hand, with what was found out about the check in hand.
    """

    def __init__(self, examination: Examination) -> None:
        self._examination = examination
        self._specs = {spec.id: spec for spec in examination.rubric.checks}

    def passed(self, identifier: str) -> CheckOutcome:
        """Of a check that raised nothing."""
        return CheckOutcome(identifier, CheckStatus.PASSED, self._specs[identifier].points)

    def of(self, identifier: str, error: BaseException) -> CheckOutcome:
        """Of a check that raised this."""
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
        if isinstance(error, TookTooLong) and self._specs[identifier].timeout is not None:
            # Of which somebody else's training, waited for, may be a part.
            reason = _(
                "This took longer than the {seconds:g} seconds that the rubric gives it.",
                seconds=error.seconds,
            )
            return CheckOutcome(identifier, CheckStatus.ERROR, reason=reason, where=where)
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
            reason = _(WITH_CASE, case=case, reason=reason)
        return shorten(f"{capitalised(reason)}.")

    def told_again(self, outcome: CheckOutcome) -> CheckOutcome:
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
        elif outcome.status in NOT_RIGHT:
            reason = _(
                "With a right {functions} in place of yours, too: {reason}",
                functions=functions,
                reason=outcome.reason,
            )
        return replace(outcome, reason=reason)

    def _may_be_told(self, identifier: str) -> bool:
        """Whether who sees this check may see at the same time that what it uses is wrong."""
        order, seen = list(Visibility), self._examination.rubric.visibilities
        used = self._specs[identifier].uses
        latest = max(
            (order.index(each) for name, each in seen.items() if name.split(".")[0] in used),
            default=0,
        )
        return latest <= order.index(seen[identifier])
