"""Runs the checks of one submission with pytest, in the rubric's order."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from grader.checks.again import flatten_accounts_for
from grader.checks.catalogue import FOLDER, check_id, known_checks
from grader.checks.ending import NOT_RIGHT, CheckOutcome, Endings
from grader.checks.examination import AGAIN, EXAMINATION, Examination
from grader.checks.outcome import LeftOut, TookTooLong
from grader.errors import WorkerError
from grader.language import _
from grader.results import RUN_NAMES, CheckStatus
from grader.rubric import CheckSpec

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
_LEFT = pytest.StashKey[bool]()
"""Set on a check that is not tried once more after all."""


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


class _Examiner:
    """The pytest plugin: order, premises and time."""

    def __init__(self, examination: Examination, on_check: Callable[[str], None]) -> None:
        self._examination = examination
        self._on_check = on_check
        self._specs = {spec.id: spec for spec in examination.rubric.checks}
        self._endings = Endings(examination)
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
            seconds = self._timeout(self._specs[_id(item)])
            # Of the check alone: what is raised beside it ends pytest.
            item.add_marker(pytest.mark.timeout(seconds, func_only=True))

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
        failed = [name for name, each in self.outcomes.items() if each.status in NOT_RIGHT]
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
            raise TookTooLong(settings.timeout)

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
            outcome = self._endings.of(identifier, call.excinfo.value)
        elif call.when == "call":
            outcome = self._endings.passed(identifier)
        else:
            return
        if not again:
            self.outcomes[identifier] = outcome
        elif outcome.status in (CheckStatus.PASSED, *NOT_RIGHT):
            # Else the time was used up meanwhile, say: what was found first stands.
            if outcome.points >= self.outcomes[identifier].points:
                self.outcomes[identifier] = self._endings.told_again(outcome)
            self._given_again.add(identifier)

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
