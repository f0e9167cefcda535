"""`torchgrade export`: from a folder of results to a file that something else reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.outfolder import read_out
from grader.choices import ExportKind
from grader.errors import UsageError
from grader.gradebooks import (
    PLATFORMS,
    Grade,
    csv_text,
    fill_gradebook,
    grade_table,
    grades_of,
    to_junit,
    write_feedback,
    write_xlsx,
)
from grader.intake import read_table
from grader.report import as_shown, clean_line, render_submission, write_text
from grader.results import SubmissionResult
from grader.sentences import counted, listed

_ENDINGS = {"xlsx": "xlsx", "junit": "xml", "feedback": "zip"}


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: the file.
        unplaced: whoever has a score and no row in the platform's gradebook.
        notes: what else a person should know, in sentences.
    """

    path: Path
    unplaced: tuple[Grade, ...] = ()
    notes: tuple[str, ...] = ()


def export(
    out: Path, kind: ExportKind, *, gradebook: Path | None, column: str | None, file: Path | None
) -> Exported:
    """Write the scores of a class.

    Args:
        out: a folder that `torchgrade grade` wrote.
        kind: what for.
        gradebook: the platform's own, which is filled in.
        column: of that gradebook, where it cannot be told.
        file: where it is written; else into `out`.

    Raises:
        UsageError: `out` or the gradebook cannot be used, or the file not be written.
    """
    batch, results = read_out(out)
    notes = tuple(_unasked(results))
    path = file or out / "exports" / f"{kind}.{_ENDINGS.get(kind, 'csv')}"
    if kind == "junit":
        return _written(path, to_junit(batch.assignment, results), notes)
    if kind == "feedback":
        return _feedback(out, results, path)
    grades = grades_of(batch, results)
    if kind == "csv":
        return _written(path, csv_text(grade_table(grades)), notes)
    if kind == "xlsx":
        _make_folder(path)
        write_xlsx(grade_table(grades), path, batch.assignment)
        return Exported(path, notes=notes)
    if gradebook is None:
        where = PLATFORMS[kind].found_in
        raise UsageError(f"Say with --gradebook which table {kind.capitalize()} gave you: {where}.")
    if path.resolve() == gradebook.resolve():
        raise UsageError(f"{path} is the gradebook itself. Choose another file with --file.")
    book = read_table(gradebook, "gradebook")
    filled = fill_gradebook(book, kind, grades, batch.assignment, column)
    _written(path, csv_text(filled.table, filled.delimiter, is_whole=True), notes)
    return Exported(path, filled.unplaced, (*notes, *filled.notes))


def _feedback(out: Path, results: Sequence[SubmissionResult], path: Path) -> Exported:
    """Everybody's report, as its author may see it, for the platform.

    Raises:
        UsageError: the platform takes none back, or the file cannot be written.
    """
    names = Counter(result.submission.feedback_name for result in results)
    pages: dict[str, str] = {}
    without: list[str] = []
    for result in results:
        name = result.submission.feedback_name
        if name is None or names[name] > 1:
            without.append(clean_line(result.submission.id))
        else:
            pages[name] = render_submission(as_shown(result))
    if not pages:
        raise UsageError(
            "Canvas and Moodle take reports back, of work that was graded from their downloads; "
            f"nothing in {out} was."
        )
    _make_folder(path)
    try:
        write_feedback(pages, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    left = f"There is no place in it for {listed(without)}." if without else None
    return Exported(path, notes=(left,) if left else ())


def _unasked(results: Sequence[SubmissionResult]) -> Iterator[str]:
    """What to say where part of the work was not graded on request."""
    some = [result for result in results if result.left_out]
    if some:
        most = max(result.left_out for result in some)
        yield (
            f"Up to {most:g} points were not asked for, in {counted(len(some), 'submission')}: "
            "they were graded without training, and these scores are not the last word."
        )


def _written(path: Path, text: str, notes: tuple[str, ...]) -> Exported:
    _make_folder(path)
    try:
        write_text(path, text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    return Exported(path, notes=notes)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path.parent} cannot be made: {error.strerror}.") from error
