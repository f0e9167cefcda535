"""What was understood of a submission, gathered for a person to look at. Runs in the examiner."""

from __future__ import annotations

from collections.abc import Mapping

from grader.intake import Submission
from grader.language import N_, _
from grader.language.harness import from_harness
from grader.protocol.messages import Loaded
from grader.protocol.parts import Failure, Recorded
from grader.results import RunName
from grader.sandbox.student import Student
from grader.understanding.matched import explain_match
from grader.understanding.meaning import HOMEWORK_NAMES, Understanding
from grader.understanding.overview import CellLine, DefinitionLine, Overview, TrainingLine


def problem_of(submission: Submission, problem: str) -> Overview:
    """The overview of a submission that cannot be read or run."""
    cells = tuple(_cells(submission, ()))
    return Overview(
        submission=submission.id, entry=submission.entry, problem=problem, cells=cells,
        notes=submission.notes,
    )  # fmt: skip


def overview_of(submission: Submission, student: Student, understanding: Understanding) -> Overview:
    """What was understood of a submission that was loaded."""
    loaded = student.loaded
    definitions = {name: student.definition(name) for name in HOMEWORK_NAMES}
    return Overview(
        submission=submission.id,
        entry=submission.entry,
        cells=tuple(_cells(submission, loaded.errors)),
        definitions=tuple(
            DefinitionLine(
                name=name,
                origin=found.origin,
                where=str(found.where) if found.where else None,
                definitions=len(found.versions),
            )
            for name, found in definitions.items()
        ),
        trainings=tuple(_trainings(loaded, understanding)),
        runs={name: explain_match(run) for name, run in sorted(understanding.runs.items())},
        notes=(*submission.notes, *student.notes, *understanding.notes),
    )


def _cells(submission: Submission, errors: tuple[Failure, ...]) -> list[CellLine]:
    failed = {
        place.file: f"{from_harness(error.type_name)}: {from_harness(error.message)}"
        for error in reversed(errors)
        for place in error.places[:1]
    }
    counts = submission.executed or (None,) * len(submission.cells)
    return [
        CellLine(
            place=cell.file,
            executed=count,
            first_line=_first_line(cell.source),
            lines=cell.source.rstrip("\n").count("\n") + 1,
            error=failed.get(cell.file),
        )
        for cell, count in zip(submission.cells, counts, strict=True)
    ]


def _first_line(source: str) -> str:
    """The first line of code; where there are only comments, of these."""
    lines = [line.strip() for line in source.split("\n") if line.strip()]
    code = [line for line in lines if not line.startswith("#")]
    return next(iter([*code, *lines]), "")


def _trainings(loaded: Loaded, understanding: Understanding) -> list[TrainingLine]:
    """What was recorded and what was not reached, in the order of the recordings."""
    run_of = {target: name for name, run in understanding.runs.items() for target in run.targets}
    trained = {r.model.identity for r in loaded.recorded if r.model and r.api != "built"}
    recorded = [
        _training(each, run_of)
        for each in loaded.recorded
        if each.api != "built" or (each.model and each.model.identity not in trained)
    ]
    missed = [
        TrainingLine(where=str(call.where), what=call.function, obstacle=call.obstacle)
        for call in understanding.calls
        if call.obstacle is not None
    ]
    return [*recorded, *missed]


_KINDS = {
    "part2": "train_part2",
    "part34": "train_part34",
    "loop": N_("own loop"),
    "built": N_("made, not trained"),
}


def _training(recorded: Recorded, run_of: Mapping[str, RunName]) -> TrainingLine:
    model, optimizer = recorded.model, recorded.optimizer
    return TrainingLine(
        where=str(recorded.where),
        what=_(_KINDS[recorded.api]),
        model=recorded.function or (model.type_name if model else None),
        optimizer=optimizer.type_name if optimizer else None,
        epochs=recorded.epochs,
        run=run_of.get(recorded.target),
        obstacle=None if recorded.problem is None else from_harness(recorded.problem),
    )
