"""Which recorded training is which run of the homework, and why.

A run is known by what it trains: the class and structure of its model; then by the heading of the
part or question that it stands under; then by its place in the order of the homework. Several calls
on one model are one run. Which of several attempts at one run counts is decided in `choosing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from grader.intake.documents.outline import Outline
from grader.language import N_, _
from grader.protocol.parts import Layer, Location, Model, Recorded
from grader.results import RunName
from grader.understanding.choosing import BEST_MODEL, TRAINED, choose, is_sequential, readiness
from grader.understanding.matched import MatchedRun

QUESTIONS: dict[int, RunName] = {
    2: "barebones",
    5: "module",
    6: "sequential_convnet",
    7: "challenge",
}
"""The run that each question of the homework trains."""

_QUESTION_OF_PART = {2: 2, 3: 5, 4: 6, 5: 7}
"""The question whose run is trained in each part."""

_TITLES: dict[RunName, str] = {
    "barebones": N_("the barebones ConvNet"),
    "module": N_("the nn.Module ConvNet"),
    "sequential_fc": N_("the Sequential two-layer network"),
    "sequential_convnet": N_("the Sequential ConvNet"),
    "challenge": N_("the challenge model"),
}

WEIGHTS = "weights"
"""What the harness calls a list of weights that is trained."""

_CONVNET_WEIGHTS, _TWO_LAYER_WEIGHTS = 6, 2


def match_runs(recorded: Sequence[Recorded], outline: Outline) -> dict[RunName, MatchedRun]:
    """Recordings, in the order of the submission -> runs; a run nobody trains is missing.

    The order of the homework is that in which models are first trained; of several attempts the
    last is the one that ends last, as the best of a search may be trained on after all others.
    """
    ends = {recording.target: position for position, recording in enumerate(recorded)}
    claims: dict[RunName, list[MatchedRun]] = {}
    undecided: list[MatchedRun] = []
    for group in _by_model(recorded, outline):
        if _is_given(group):
            continue
        named = _by_structure(group, claims.get("module", []))
        if named is not None:
            name, why = named
            claims.setdefault(name, []).append(replace(group, why=why))
        elif group.last.model is not None:
            undecided.append(group)
    _match_convnets(claims, undecided)
    _give_back(claims)
    return {
        name: choose(name, sorted(runs, key=lambda run: ends[run.last.target]))
        for name, runs in claims.items()
    }


def _by_model(recorded: Sequence[Recorded], outline: Outline) -> list[MatchedRun]:
    """One group a model. What was only built counts only where it is never trained."""
    groups: dict[tuple[int, int], list[Recorded]] = {}
    for position, recording in enumerate(recorded):
        identity = recording.model.identity if recording.model else 0
        # Recordings without a model (still None) each stand alone.
        groups.setdefault((identity, 0 if identity else position), []).append(recording)
    return [run for group in groups.values() for run in _runs_of(group, outline)]


def _runs_of(group: Sequence[Recorded], outline: Outline) -> Iterator[MatchedRun]:
    """The run of one model's recordings; before it, those of earlier questions.

    Who trains Question 6's model on in Question 7 has answered both: the first by what stands in
    its part, the last by everything.
    """
    trained = [recording for recording in group if recording.api != "built"]
    recordings = trained or group[-1:]
    marks = [_mark(recording.where, outline) for recording in recordings]
    for end, (mark, following) in enumerate(pairwise(marks), start=1):
        known = mark in QUESTIONS and following in QUESTIONS
        if known and mark is not None and following is not None and mark < following:
            yield MatchedRun(tuple(recordings[:end]), mark=mark)
    yield MatchedRun(tuple(recordings), mark=marks[-1])


def _mark(where: Location, outline: Outline) -> int | None:
    """The question of the part that a line stands in; forks number their questions otherwise."""
    by_part = _QUESTION_OF_PART.get(outline.part(where) or 0)
    return by_part if by_part is not None else outline.question(where)


def _is_given(group: MatchedRun) -> bool:
    """Whether the homework's own two-layer networks are trained, which are no question."""
    recording = group.last
    if recording.function == "two_layer_fc":
        return True
    if recording.api == "part2":
        return not _is_barebones(group)
    return recording.model is not None and recording.model.type_name == "TwoLayerFC"


def _is_barebones(group: MatchedRun) -> bool:
    recording = group.last
    weights = recording.model.parameters if recording.model else ()
    return (
        recording.function == "three_layer_convnet"
        or len(weights) == _CONVNET_WEIGHTS
        or (group.mark == 2 and len(weights) != _TWO_LAYER_WEIGHTS)
    )


def _by_structure(group: MatchedRun, modules: Sequence[MatchedRun]) -> tuple[RunName, str] | None:
    """The run's name and why, where what is trained says it."""
    model = group.last.model
    if group.last.api == "part2" or (model is not None and model.type_name == WEIGHTS):
        return "barebones", _("it trains a list of weights")
    if model is None:
        name = QUESTIONS.get(group.mark or 0)
        return None if name is None else (name, _under(group))
    if model.type_name == "ThreeLayerConvNet" and group.mark != 7:
        again = _goes_further(group, modules) or (bool(modules) and group.mark == 6)
        return None if again else ("module", _("it trains ThreeLayerConvNet"))
    if model.sequential and not convolutions(model) and not _may_be_challenge(group):
        return "sequential_fc", _("it trains nn.Sequential without a convolution")
    return None


def _goes_further(group: MatchedRun, earlier: Sequence[MatchedRun]) -> bool:
    """Whether Part III's class is trained once more, unmarked and for longer: as the challenge."""
    trained = [run for run in earlier if readiness(run.last) == TRAINED]
    long = group.last.epochs is not None and group.last.epochs > 1
    return bool(trained) and group.mark is None and long and trained[-1].last.epochs in (None, 1)


def _may_be_challenge(group: MatchedRun) -> bool:
    """Under Question 7, or several epochs under no question."""
    if group.mark is None:
        return group.last.epochs not in (None, 1)
    return group.mark == 7


def _match_convnets(
    claims: dict[RunName, list[MatchedRun]], undecided: Iterable[MatchedRun]
) -> None:
    """Tell Part IV's ConvNet from the challenge among the models that could be either."""
    rest: list[MatchedRun] = []
    for run in undecided:
        name = QUESTIONS.get(run.mark or 0)
        if name == "module" and ("module" in claims or is_sequential(run)):
            name = None  # Part III's class has its run; this is something else
        if name in ("module", "sequential_convnet", "challenge"):
            claims.setdefault(name, []).append(replace(run, why=_under(run)))
        else:
            rest.append(run)
    marked = set(claims)
    for run in rest:
        if "sequential_convnet" not in claims and _looks_like_part4(run):
            why = _("it trains nn.Sequential of two convolutions for one epoch")
            claims["sequential_convnet"] = [replace(run, why=why)]
        elif "challenge" not in marked:
            why = _("it trains a network that is none of the parts before")
            claims.setdefault("challenge", []).append(replace(run, why=why))


def _give_back(claims: dict[RunName, list[MatchedRun]]) -> None:
    """Let a run that nothing else trains have its model back from under the challenge's heading.

    Who trains everything in one function at the end trains all of it in the challenge's part. One
    model stays with the challenge, and so does the one called `best_model`.
    """
    for name, fits, why in _BY_STRUCTURE_ALONE:
        candidates = claims.get("challenge", [])
        found = [run for run in candidates if fits(run) and BEST_MODEL not in run.last.names]
        if name in claims or not found or len(found) == len(candidates):
            continue
        claims[name] = [replace(run, why=_(why)) for run in found]
        claims["challenge"] = [run for run in candidates if run not in found]


def _under(run: MatchedRun) -> str:
    network = _(_TITLES[QUESTIONS[run.mark or 0]])
    return _("it stands in the part of the homework that trains {network}", network=network)


def _looks_like_part4(run: MatchedRun) -> bool:
    model = run.last.model
    if model is None or not model.sequential:
        return False
    one_epoch = run.last.epochs in (None, 1)
    return one_epoch and len(convolutions(model)) == 2 and len(linears(model)) == 1


def _is_part3(run: MatchedRun) -> bool:
    return run.last.model is not None and run.last.model.type_name == "ThreeLayerConvNet"


def _is_fully_connected(run: MatchedRun) -> bool:
    model = run.last.model
    return model is not None and model.sequential and not convolutions(model)


_BY_STRUCTURE_ALONE: tuple[tuple[RunName, Callable[[MatchedRun], bool], str], ...] = (
    ("module", _is_part3, N_("it trains ThreeLayerConvNet, as nothing else does")),
    (
        "sequential_fc",
        _is_fully_connected,
        N_("it trains nn.Sequential without a convolution, as nothing else does"),
    ),
    (
        "sequential_convnet",
        _looks_like_part4,
        N_("it trains nn.Sequential of two convolutions for one epoch, as nothing else does"),
    ),
)


def convolutions(model: Model) -> list[Layer]:
    """The model's convolution layers, in order."""
    return [layer for layer in model.layers if layer.kind.startswith("Conv")]


def linears(model: Model) -> list[Layer]:
    """The model's fully connected layers, in order."""
    return [layer for layer in model.layers if "Linear" in layer.kind]
