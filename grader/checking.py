"""Check one piece of work and tell its author; again whenever it is saved, if that is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from watchfiles import Change, DefaultFilter, watch

from grader.batch.scheduler import Checker
from grader.errors import UserError
from grader.intake import open_own_work
from grader.intake.suffixes import is_source
from grader.language import _
from grader.report.text import clean_line
from grader.results import SubmissionResult
from grader.terminal import LiveView, print_result, print_user_error

_LOOK_MS = 200
"""How long one look for a save takes at most."""


def check_and_tell(work: Path, checker: Checker, console: Console) -> SubmissionResult:
    """Check it as it is now, and print what was found.

    Raises:
        UserError, Bug: as :meth:`grader.batch.scheduler.Checker.check`.
    """
    with open_own_work(work) as submission, LiveView(console) as view:
        view.starting(_("Checking {work} …", work=work))
        result = checker.check(submission, view)
    print_result(console, result, checker.out / "report.html")
    return result


def keep_checking(work: Path, checker: Checker, console: Console) -> SubmissionResult:
    """Check it now and whenever it is saved, until Ctrl-C; the last result.

    A save that cannot be read is told, and the next one waited for.

    Raises:
        UserError, Bug: as :func:`check_and_tell`, the first time.
    """
    result = check_and_tell(work, checker, console)
    for _saved in _saves(work.resolve(), checker.out.resolve(), console):
        try:
            result = check_and_tell(work, checker, console)
        except UserError as error:
            print_user_error(console, error)
    return result


def _saves(work: Path, out: Path, console: Console) -> Iterator[None]:
    seen = work if work.is_dir() else work.parent  # only its folder sees that a file is replaced
    changes = watch(
        seen,
        watch_filter=_Saved(work, out),
        recursive=work.is_dir(),
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
    )
    name = escape(clean_line(work.name))
    try:
        next(changes)  # from here on no save is missed, and it may be said that one is waited for
        while True:
            waiting = _("Waiting for {file} to be saved; Ctrl-C ends.", file=name)
            console.print(f"\n[dim]{waiting}[/]", highlight=False)
            console.file.flush()  # somebody may read it through a pipe
            next(filter(None, changes))
            yield
    except KeyboardInterrupt:
        return


class _Saved(DefaultFilter):
    """Lets through the work itself, or a folder's sources: no report and no checkpoint."""

    ignore_dirs = (*DefaultFilter.ignore_dirs, ".ipynb_checkpoints")

    def __init__(self, work: Path, out: Path) -> None:
        super().__init__()
        self._work = work
        self._out = out

    def __call__(self, change: Change, path: str) -> bool:
        changed = Path(path)
        if changed == self._work:
            return change != Change.deleted  # an editor may put the new file in place of the old
        if not changed.is_relative_to(self._work) or changed.is_relative_to(self._out):
            return False
        return is_source(changed.name) and super().__call__(change, path)
