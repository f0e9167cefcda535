"""A run of the homework as it was found among the recorded trainings, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

from grader.language import N_, _, capitalised, plural
from grader.protocol.parts import Location, Recorded
from grader.sentences import listed


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
    "part2": N_("train_part2 is called at {place}."),
    "part34": N_("train_part34 is called at {place}."),
    "loop": N_("A training loop of its own begins at {place}."),
    "built": N_(
        "What is to be trained is made at {place}, and no call trains it; the homework's own "
        "training function does."
    ),
}


def explain_match(run: MatchedRun) -> str:
    """How a run was found and what it was known by, in sentences."""
    first, last = run.recordings[0].where, run.last
    places = str(first)
    if first != last.where:
        places = _(
            "{first}, and {number} more up to {last}",
            first=first,
            number=len(run.recordings) - 1,
            last=last.where,
        )
    told = [_(_FOUND[last.api], place=places), f"{capitalised(run.why)}."]
    for rival in run.rivals:
        if rival.last.target == last.target:
            told.append(
                _("Where these miss together, that of {place} is tried alone.", place=last.where)
            )
        elif not _is_beside(rival, run):
            place = rival.last.where
            told.append(_("Where it misses, the training at {place} is tried.", place=place))
    searched = [rival for rival in run.rivals if _is_beside(rival, run)]
    if searched:
        told.append(
            plural(
                "The same line trains {number} more such model.",
                "The same line trains {number} more.",
                len(searched),
            )
        )
    if run.unlike:
        told.append(
            plural(
                "Not counted: {number:,} model of another network or optimizer that it also "
                "trains.",
                "Not counted: {number:,} models of another network or optimizer that it also "
                "trains.",
                run.unlike,
            )
        )
    if run.passed_over:
        others = listed([*map(str, run.passed_over)])
        told.append(_("Other attempts do not count: {places}.", places=others))
    return " ".join(told)


def explain_untried(run: MatchedRun, further_models: int) -> str | None:
    """How many models of a search are not trained, where only so many more than one may be."""
    left = len(run.rivals) - further_models
    if left <= 0:
        return None
    return plural(
        "{number:,} more model of a search was not trained",
        "{number:,} more models of a search were not trained",
        left,
    )


def _is_beside(rival: MatchedRun, run: MatchedRun) -> bool:
    """Whether it is another model that a line of the run's trains."""
    lines = [recording.where for recording in run.recordings]
    return rival.last.where in lines and rival.last.target not in run.targets
