"""Running one statement of a submission: as it stands, and once more in other ways where it fails.

A notebook is run while its trainings are only recorded, on a machine of another kind than its
author's. What fails because of that, and would not have failed there, is tried differently: on the
CPU instead of a GPU, with numbers for what a search was to give, without the lines that raise.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

import torch

from grader.harness.cells.failures import describe_failure
from grader.harness.cells.statements import Statement, lenient_code
from grader.harness.loading.excuses import Excuses
from grader.harness.loading.once import Once
from grader.harness.metering.gate import TrainingFound
from grader.harness.recording.recorder import Recorder
from grader.harness.recording.recordings import Namespace
from grader.harness.recording.rehearsing import Rehearsing
from grader.harness.recording.returned import Returned
from grader.harness.surroundings.devices import Devices
from grader.protocol.parts import Failure

_OF_NUMBERS = (torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler, Returned)
"""What is made of the numbers that a search gives."""


class Running:
    """Runs statements, one after another.

    Args:
        rehearsing: sees what they train.
        recorder: records the trainings that they ask for, and knows their namespace.
        devices: put the CPU in place of a GPU.
    """

    def __init__(self, rehearsing: Rehearsing, recorder: Recorder, devices: Devices) -> None:
        self._rehearsing = rehearsing
        self._recorder = recorder
        self._devices = devices
        self._once = Once()
        self._excuses = Excuses()

    def install(self) -> None:
        """See what statements do that works only once, for good."""
        self._once.install()

    def run(self, statement: Statement) -> Failure | None:
        """Run a statement; what kept it from its end, where it was not stopped to be trained."""
        recorder, before = self._recorder, dict(self._recorder.namespace)
        error = self._execute(statement, statement.code)
        if error is None:
            if not self._is_left_out():
                self._excuses.note_bound(statement)
            return None
        if self._devices.replaced_for(error):
            return self.run(statement)
        excused = self._excuses.cover(statement, error, recorder)
        if excused and self._run_with_numbers(statement):
            return None
        ends = statement.ends_cell and not excused
        failure = describe_failure(error, recorder.sources, ends_cell=ends)
        if excused:
            self._run_leniently(statement, before)
        return failure

    def anew(self, statement: Statement) -> Callable[[], None]:
        """The statement in hand as something to carry out, as if it had not run yet."""
        return self._once.anew(statement.code, self._recorder.namespace)

    def _run_with_numbers(self, statement: Statement) -> bool:
        """Once more, with numbers for what a search was to give; whether that is of use.

        `best_lr = max(results, key=results.get)` finds nothing while trainings are left out, but
        the optimizer that is made with it is the one that the next training is given. One of the
        same name, made further above, is another model's.
        """
        recorder = self._recorder
        missing = self._excuses.missing_of(statement) - recorder.namespace.keys()
        numbers = {name: Returned() for name in missing}
        if not numbers or recorder.calls:
            return False
        names = dict(recorder.namespace)
        recorder.namespace.update(numbers)
        error = self._execute(statement, statement.code)
        made = [recorder.namespace.get(name) for name in statement.binds]
        trained = [call.problem for call in recorder.calls]
        is_of_use = (
            error is None
            and not self._rehearsing.found
            and recorder.stopped is None
            and bool(made or trained)
            and all(isinstance(each, _OF_NUMBERS) for each in made)
            and not any(trained)
        )
        if is_of_use:
            for name in missing - statement.binds:
                recorder.namespace.pop(name, None)
            self._excuses.note_bound(statement)
        else:
            recorder.forget_calls()
            recorder.begin_statement(statement.code)
            self._rehearsing.forget()
            self._rebind(names)
        return is_of_use

    def _run_leniently(self, statement: Statement, before: Namespace) -> None:
        """Once more, where trainings were recorded: an error has kept it from those that follow.

        Most likely it draws or opens what they did not give.
        """
        recorder = self._recorder
        code = lenient_code(statement) if recorder.calls else None
        if code is None:
            return
        first, names = recorder.calls, dict(recorder.namespace)
        recorder.forget_calls()
        self._rebind(before)
        self._execute(statement, code)
        if recorder.stopped is None and len(recorder.calls) < len(first):
            # What works only once (a folder that is made, an iterator) ended it before.
            recorder.forget_calls()
            recorder.recordings.update({call.target: call for call in first})
            self._rebind(names)

    def _rebind(self, names: Namespace) -> None:
        self._recorder.namespace.clear()
        self._recorder.namespace.update(names)

    def _execute(self, statement: Statement, code: CodeType) -> BaseException | None:
        """Run code of a statement; what it raises, where it is not stopped for its training."""
        recorder = self._recorder
        self._rehearsing.begin()
        recorder.begin_statement(code)
        self._once.begin(recorder.namespace)
        raised = None
        try:
            exec(code, recorder.namespace)
        except TrainingFound:
            pass
        except BaseException as error:  # SystemExit and KeyboardInterrupt are no way out either
            raised = error
        is_stopped = self._rehearsing.found or recorder.stopped is not None
        if self._is_left_out():
            self._excuses.note_left_out(statement)
        if raised is not None:
            recorder.sources.absent.note(statement, raised)
        recorder.raised = raised is not None and not is_stopped
        return raised if recorder.raised else None

    def _is_left_out(self) -> bool:
        """Whether something of what the statement in hand did was left out."""
        recorder = self._recorder
        return self._rehearsing.found or recorder.stopped is not None or recorder.leaves_out
