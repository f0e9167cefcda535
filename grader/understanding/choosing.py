"""Which of several attempts at one run counts, and which others may reach for it.

The last that can be trained counts; of several challenge models, the one called `best_model`. What
else was meant cannot be known for sure, so that some of the others are tried where it misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.language import _
from grader.protocol.parts import Recorded
from grader.results import RunName
from grader.understanding.matched import MatchedRun

BEST_MODEL = "best_model"
"""What the homework's last cell calls the model that is to be judged."""

_UNFILLED, _BUILT, TRAINED = range(3)


def choose(name: RunName, runs: Sequence[MatchedRun]) -> MatchedRun:
    """Of several attempts the last that comes closest to training; `best_model` goes first.

    Args:
        name: of the run.
        runs: the attempts, in the order in which they end.
    """
    closest = max(readiness(run.last) for run in runs)
    ready = [run for run in runs if readiness(run.last) == closest]
    best = [run for run in ready if name == "challenge" and BEST_MODEL in run.last.names]
    # Part III's class trained in Part IV, too, stands beside what is asked for or in its place.
    fitting = [run for run in ready if name == "sequential_convnet" and is_sequential(run)]
    chosen = (best or fitting or ready)[-1]
    others = [run for run in runs if run is not chosen]
    rest = [run for run in ready if run is not chosen]
    alike = [run for run in rest if name == "challenge" or _differs_in_settings(run, chosen)]
    # Of a search, the one that was kept may have been trained on elsewhere.
    lines = [recording.where for recording in chosen.recordings]
    beside = [run for run in rest if run.last.where in lines]
    searched = [run for run in beside if _is_among(run, alike)]
    calls = [] if best else _calls_before(chosen, alike)
    # What is called the best may have been chosen by accuracies that nobody knows before anything
    # is trained; and what was tried below the training that counts may have missed.
    other = [run for run in alike if not _is_among(run, [*beside, *calls])]
    tried = (*calls, *other[-1:])
    why = chosen.why
    if best and others:
        why = _("{why}, and its model is called {name}", why=why, name=BEST_MODEL)
    return replace(
        chosen,
        why=why,
        passed_over=tuple(
            run.last.where for run in others if not _is_among(run, [*beside, *tried])
        ),
        rivals=(*_alone(chosen), *calls, *reversed(searched), *other[-1:]),
        unlike=len(beside) - len(searched),
    )


def _is_among(run: MatchedRun, runs: Sequence[MatchedRun]) -> bool:
    """Whether it is one of them: runs may be equal down to their last parameter."""
    return any(run is each for each in runs)


def is_sequential(run: MatchedRun) -> bool:
    """Whether it trains an nn.Sequential."""
    return run.last.model is not None and run.last.model.sequential


def readiness(recording: Recorded) -> int:
    """How close it comes to training."""
    if recording.problem is not None:  # a cell that was left unfilled
        return _UNFILLED
    return _BUILT if recording.api == "built" else TRAINED


def _alone(chosen: MatchedRun) -> list[MatchedRun]:
    """Its last training, where what comes before on the same model may have been a trial.

    A range test for the learning rate, say, a batch learned by heart, or other settings, after
    which the weights were put back: what is done between two trainings is not done again when they
    are carried out.
    """
    before, last = chosen.recordings[:-1], chosen.last
    if any(each.api == "loop" or each.optimizer != last.optimizer for each in before):
        return [replace(chosen, recordings=chosen.recordings[-1:])]
    return []


def _calls_before(chosen: MatchedRun, alike: Sequence[MatchedRun]) -> list[MatchedRun]:
    """The last call of the homework's training function, where the chosen one is a loop.

    The loop may be a trial after the training. Which of the two was meant, their lines do not say.
    """
    calls = [run for run in alike if run.last.api in ("part2", "part34")]
    return calls[-1:] if chosen.last.api == "loop" else []


def _differs_in_settings(run: MatchedRun, chosen: MatchedRun) -> bool:
    """Whether a run trains the chosen one's network by its kind of optimizer.

    Network and optimizer are judged by the chosen run alone, so another may not reach for it.
    """
    return all(_judged(recording) == _judged(chosen.last) for recording in run.recordings)


def _judged(recording: Recorded) -> tuple[object, ...]:
    """What checks judge of a training besides the accuracy that it reaches."""
    model, optimizer = recording.model, recording.optimizer
    network = model and (model.type_name, model.layers, [p.shape for p in model.parameters])
    settings = optimizer.settings if optimizer else {}
    return (
        recording.function,
        network,
        optimizer and optimizer.type_name,
        settings.get("momentum", 0),
        settings.get("nesterov", False),
    )
