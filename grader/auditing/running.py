"""Grades all that a rubric is audited with, and writes what came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.auditing.works import Work, write_works
from grader.batch.outfolder import read_out
from grader.batch.scheduler import Observer, grade_batch
from grader.intake import read_submission
from grader.jobs import Setup
from grader.report import write_text
from grader.report.audit_views import Audit, Audited, audit_of
from grader.report.pages import render_audit
from grader.results import SubmissionResult

PAGE = "audit.html"


def run_audit(
    out: Path,
    setup: Setup,
    observer: Observer,
    *,
    slots: int,
    write: Callable[[Path], Sequence[Work]] = write_works,
) -> Audit:
    """Audit a rubric.

    Args:
        out: where results and the page go; as in `grade_batch`, what is there is not graded again.
        setup: how to grade, and by which rubric.
        observer: who watches.
        slots: how many are graded at once.
        write: writes the works into a folder.

    Raises:
        UserError: as `grade_batch` does.
    """
    with tempfile.TemporaryDirectory(prefix="torchgrade-audit-") as place:
        works = [work for work in write(Path(place)) if setup.train or not work.must_be_trained]
        submissions = [read_submission(work.folder, work.id) for work in works]
        grade_batch(submissions, out, setup, observer, slots=slots)
    batch, results = read_out(out)
    by_id = {result.submission.id: result for result in results}
    audit = audit_of(_audited(work, by_id[work.id]) for work in works)
    write_text(out / PAGE, render_audit(audit, batch.assignment, batch.data))
    return audit


def _audited(work: Work, result: SubmissionResult) -> Audited:
    return Audited(work.mistake, result)
