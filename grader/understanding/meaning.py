"""What a submission means: in which order it is read, which definitions are its answers, which of
its trainings are the homework's runs. Decided here once, for grading and for `torchgrade show`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import torch
from torch import Tensor

from grader.errors import ReplyError, WorkerError
from grader.intake import Submission
from grader.intake.documents.outline import Outline
from grader.language import _, plural
from grader.language.harness import from_harness
from grader.protocol.parts import Cell, Definition, Failure, Location, Skipped
from grader.results import RUN_NAMES, RunName
from grader.rubric import Images
from grader.sandbox.student import Student
from grader.sentences import listed
from grader.understanding.calls import TrainingCall, training_calls
from grader.understanding.matched import MatchedRun
from grader.understanding.matching import match_runs

HOMEWORK_NAMES = ("flatten", "three_layer_convnet", "ThreeLayerConvNet")
"""What the homework asks to be defined."""
_TRAINED_IN: Mapping[str, RunName] = MappingProxyType(
    {"three_layer_convnet": "barebones", "ThreeLayerConvNet": "module"}
)
_CHALLENGE, _CHALLENGE_PART = 7, 5

_NO_PYTHON = ("SyntaxError", "IndentationError", "TabError")
_PROBE_IMAGES = 2
_PROBE_CHANNELS = (4, 3)


@dataclass(frozen=True)
class Understanding:
    """The decisions, and sentences that state those a reader would not expect."""

    runs: Mapping[RunName, MatchedRun]
    calls: tuple[TrainingCall, ...]
    notes: tuple[str, ...]


def open_student(
    submission: Submission, make: Callable[[tuple[Cell, ...]], Student], stack: ExitStack
) -> Student:
    """Load a submission in the order of the document or, where only that works, of execution.

    Args:
        submission: what was handed in.
        make: cells, in the order of running -> a student, who notes the order when it is that of
            execution.
        stack: closes what is opened here.

    Raises:
        WorkerError: it cannot be loaded.
    """
    student = stack.enter_context(make(submission.cells))
    in_document = _failures(student)
    executed = submission.execution_order
    if executed == submission.cells or in_document == (0, 0):
        return student
    with ExitStack() as attempt:
        other = attempt.enter_context(make(executed))
        try:
            in_execution = _failures(other)
        except WorkerError:
            return student
        if in_execution >= in_document:
            return student
        stack.push(attempt.pop_all())
    other.notes.append(
        _(
            "Its cells were run in the order in which they were last executed: in the order of the "
            "document {before} would raise, in this one {now}.",
            before=_statements(in_document[1]),
            now=_statements(in_execution[1]),
        )
    )
    return other


def understand(student: Student, submission: Submission, data: Images) -> Understanding:
    """Decide what counts; lets `student` answer with the definitions that do."""
    loaded = student.loaded
    outline = Outline(submission.cells, submission.marks)
    runs = match_runs(loaded.recorded, outline)
    student.trained = {
        name: runs[run].last.target for name, run in _TRAINED_IN.items() if run in runs
    }
    notes = [*_choose_answers(student, data, outline)]
    if loaded.skipped:
        notes.append(_skipped_note(loaded.skipped))
    if loaded.without_gpu:
        notes.append(
            _("It asks for a GPU without asking whether there is one; it was run on the CPU.")
        )
    notes += [_failure_note(failure) for failure in loaded.errors]
    calls = training_calls(submission.cells, loaded.recorded, loaded.errors)
    notes += [
        _(
            "{place}: this call of {function} was not reached: {obstacle}.",
            place=call.where,
            function=call.function,
            obstacle=call.obstacle,
        )
        for call in calls
        if call.obstacle is not None
    ]
    if len(runs) < len(RUN_NAMES):
        notes += [_cut_note(each.where) for each in loaded.recorded if each.api == "loop"]
    return Understanding(runs, calls, tuple(notes))


def _failures(student: Student) -> tuple[int, int]:
    """How little of the homework is defined, and how many statements raised."""
    loaded = student.loaded
    missing = sum(student.definition(name).origin == "missing" for name in HOMEWORK_NAMES)
    return missing, len(loaded.errors)


def _statements(number: int) -> str:
    return plural("{number:,} statement", "{number:,} statements", number)


# --- which definition counts --------------------------------------------------------------------


def _choose_answers(student: Student, data: Images, outline: Outline) -> list[str]:
    """Where something is defined several times: the last definition that works.

    What stands in the challenge is another network under the same name: it counts where nothing
    else works.
    """
    definitions = {name: student.definition(name) for name in HOMEWORK_NAMES}
    several = [name for name, found in definitions.items() if _is_open(found)]
    if not several:
        return []
    notes: list[str] = []
    probes = _probes(student, data)
    answers: dict[str, int] = {}
    for name, found in definitions.items():
        in_the_end = [None] if found.origin == "own" else []
        candidates = [*in_the_end, *reversed(range(len(found.versions)))]
        candidates.sort(key=partial(_is_of_challenge, found.versions, outline))
        works = False
        for candidate in candidates:
            student.answers = {**answers, **({} if candidate is None else {name: candidate})}
            if _works(probes[name]):
                works = True
                if candidate is not None:
                    answers[name] = candidate
                break
        if name in several:
            passed_over = _is_of_challenge(found.versions, outline, None)
            told = partial(_choice, works=works, outside_the_challenge=passed_over)
            notes.append(told(name, found.versions, answers.get(name)))
    student.answers = answers
    return notes


def _is_of_challenge(versions: Sequence[Location], outline: Outline, candidate: int | None) -> bool:
    """Whether a definition stands in the challenge; None is the last one."""
    if not versions:
        return False
    place = versions[-1 if candidate is None else candidate]
    part = outline.part(place)  # forks number their questions otherwise
    return outline.question(place) == _CHALLENGE if part is None else part == _CHALLENGE_PART


def _is_open(found: Definition) -> bool:
    """Whether there is more than one answer, or one that its name no longer means."""
    return len(found.versions) > 1 or (found.origin != "own" and len(found.versions) > 0)


def _probes(student: Student, data: Images) -> dict[str, Callable[[], bool]]:
    """Questions that any finished definition answers with a tensor of the right shape."""
    generator = torch.Generator().manual_seed(0)
    size, channel_1, channel_2 = data.image_size, *_PROBE_CHANNELS

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    x = draw(_PROBE_IMAGES, data.channels, size, size)
    params = (
        draw(channel_1, data.channels, 5, 5), draw(channel_1), draw(channel_2, channel_1, 3, 3),
        draw(channel_2), draw(channel_2 * size * size, data.classes), draw(data.classes),
    )  # fmt: skip
    keywords = {
        "in_channel": data.channels, "channel_1": channel_1, "channel_2": channel_2,
        "num_classes": data.classes,
    }  # fmt: skip
    scores = (_PROBE_IMAGES, data.classes)
    return {
        "flatten": lambda: student.flatten(x).shape == (_PROBE_IMAGES, x[0].numel()),
        "three_layer_convnet": lambda: student.three_layer_convnet(x, params).shape == scores,
        "ThreeLayerConvNet": lambda: (
            student.build("ThreeLayerConvNet", keywords).scores(x).shape == scores
        ),
    }


def _works(probe: Callable[[], bool]) -> bool:
    try:
        return probe()
    except (WorkerError, ReplyError):
        return False


def _choice(
    name: str,
    versions: Sequence[Location],
    answer: int | None,
    *,
    works: bool,
    outside_the_challenge: bool,
) -> str:
    places = listed([str(place) for place in versions])
    clause = plural(
        "{name} is defined {number:,} time ({places})",
        "{name} is defined {number:,} times ({places})",
        len(versions),
        name=name,
        places=places,
    )
    if not works:
        return _("{clause}; none of them gives a tensor of the right shape.", clause=clause)
    if answer is None:
        return _("{clause}; the last one counts.", clause=clause)
    place = versions[answer]
    if answer == len(versions) - 1:
        return _(
            "{clause}; the one at {place} counts, as it was when its cell had run.",
            clause=clause,
            place=place,
        )
    if outside_the_challenge:
        return _(
            "{clause}; the one at {place} counts, the last one that works outside the challenge.",
            clause=clause,
            place=place,
        )
    return _(
        "{clause}; the one at {place} counts, the last one that works.", clause=clause, place=place
    )


# --- what else a reader should know -------------------------------------------------------------


def _skipped_note(skipped: Sequence[Skipped]) -> str:
    lines = listed([f"`{each.line}` ({each.where})" for each in skipped])
    return _("Magic and shell lines were not run: {lines}.", lines=lines)


def _failure_note(failure: Failure) -> str:
    note = _not_run(failure)
    if not failure.places:
        return note
    return _("{place}: {sentence}", place=failure.places[0], sentence=note)


def _not_run(failure: Failure) -> str:
    """The same without the place."""
    error, message = from_harness(failure.type_name), from_harness(failure.message)
    if failure.type_name in _NO_PYTHON and len(failure.places) == 1:
        if not message:
            return _("this is no Python; nothing of its cell was run.")
        return _("this is no Python: {message}; nothing of its cell was run.", message=message)
    raised = f"{error}: {message}" if message else error
    if failure.ends_cell:
        return _("this statement raised {error}; the next cells were run.", error=raised)
    return _("this statement raised {error}; the next ones were run.", error=raised)


def _cut_note(where: Location) -> str:
    return _(
        "{place}: this statement was stopped at its first training loop; a training that comes "
        "after it in the same statement was not looked at.",
        place=where,
    )
