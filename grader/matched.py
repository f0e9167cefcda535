"""A run of the homework as it was found among the recorded trainings, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

from grader.protocol.parts import Location, Recorded
from grader.sentences import counted, listed


@dataclass(frozen=True)
class MatchedRun:
    """A run of the homework and the recordings that make it up, in order.

    Attributes:
        recordings: the calls or loops that train one model.
        mark: the question that it stands under.
        why: what it was known by.
        passed_over: places of other attempts at the same run, which do not count.
        rivals: what else is tried where it misses: other models that the same line trains, as a
            search over settings does; its last training alone; one other attempt.
        unlike: how many models of another network or optimizer it trains, which do not count.
    """

    recordings: tuple[Recorded, ...]
    mark: int | None = None
    why: str = ""
    passed_over: tuple[Location, ...] = ()
    rivals: tuple[MatchedRun, ...] = ()
    unlike: int = 0

    @property
    def last(self) -> Recorded:
        """The recording that speaks for the run."""
        return self.recordings[-1]

    @property
    def targets(self) -> tuple[str, ...]:
        """What `Student.train` is asked to train."""
        return tuple(recording.target for recording in self.recordings)


_FOUND = {
    "part2": "train_part2 is called at {}.",
    "part34": "train_part34 is called at {}.",
    "loop": "A training loop of its own begins at {}.",
    "built": "What is to be trained is made at {}, and no call trains it; the homework's own "
    "training function does.",
}


def explain_match(run: MatchedRun) -> str:
    """How a run was found and what it was known by, in sentences."""
    first, last = run.recordings[0].where, run.last
    more = len(run.recordings) - 1
    places = str(first) if first == last.where else f"{first}, and {more} more up to {last.where}"
    text = f"{_FOUND[last.api].format(places)} {run.why[:1].upper()}{run.why[1:]}."
    for rival in run.rivals:
        if rival.last.target == last.target:
            text += f" Where these miss together, that of {last.where} is tried alone."
        elif rival.last.where != last.where:
            text += f" Where it misses, the training at {rival.last.where} is tried."
    searched = [rival for rival in run.rivals if _is_beside(rival, run)]
    if searched:
        models = "1 more such model" if len(searched) == 1 else f"{len(searched)} more"
        text += f" The same line trains {models}."
    if run.unlike:
        models = counted(run.unlike, "model")
        text += f" Not counted: {models} of another network or optimizer that it also trains."
    if run.passed_over:
        text += f" Other attempts do not count: {listed([*map(str, run.passed_over)])}."
    return text


def explain_untried(run: MatchedRun, further_models: int) -> str | None:
    """How many models of a search are not trained, where only so many more than one may be."""
    left = len(run.rivals) - further_models
    if left <= 0:
        return None
    were = "was" if left == 1 else "were"
    return f"{counted(left, 'more model')} of a search {were} not trained"


def _is_beside(rival: MatchedRun, run: MatchedRun) -> bool:
    """Whether it is another model that the same line trains."""
    return rival.last.where == run.last.where and rival.last.target != run.last.target
