"""Which recorded training is which run of the homework.

A run is known by what it trains: the class and structure of its model; then by the `# Question N`
mark above it; then by its place in the order of the homework. Several calls on one model are one
run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.protocol.messages import Layer, Model, Recorded
from grader.results import RunName

QUESTIONS: dict[int, RunName] = {
    2: "barebones",
    5: "module",
    6: "sequential_convnet",
    7: "challenge",
}
"""The run that each question of the homework trains."""

WEIGHTS = "weights"
"""What the harness calls a list of weights that is trained."""

_CONVNET_WEIGHTS = 6


@dataclass(frozen=True)
class MatchedRun:
    """A run of the homework and the recordings that make it up, in order."""

    recordings: tuple[Recorded, ...]

    @property
    def last(self) -> Recorded:
        """The recording that speaks for the run."""
        return self.recordings[-1]

    @property
    def targets(self) -> tuple[str, ...]:
        """What `Student.train` is asked to train."""
        return tuple(recording.target for recording in self.recordings)


def match_runs(recorded: Sequence[Recorded]) -> dict[RunName, MatchedRun]:
    """Recordings, in the order of the submission -> runs; a run nobody trains is missing."""
    groups = _by_model(recorded)
    kinds: dict[RunName, MatchedRun] = {}
    undecided: list[MatchedRun] = []
    for group in groups:
        if _is_given(group.last):
            continue
        name = _by_structure(group.last)
        if name == "module" and _goes_further(group.last, kinds.get("module")):
            undecided.append(group)
        elif name is not None:
            _claim(kinds, name, group)
        elif group.last.model is not None:
            undecided.append(group)
    _match_convnets(kinds, undecided)
    return kinds


def _claim(kinds: dict[RunName, MatchedRun], name: RunName, run: MatchedRun) -> None:
    """A later attempt takes the place of an earlier one, unless that comes closer to training."""
    earlier = kinds.get(name)
    if earlier is None or _readiness(run.last) >= _readiness(earlier.last):
        kinds[name] = run


def _readiness(recording: Recorded) -> int:
    if recording.problem is not None:  # a cell that was left unfilled
        return 0
    return 1 if recording.api == "built" else 2


def _by_model(recorded: Sequence[Recorded]) -> list[MatchedRun]:
    """One group a model. What was only built counts only where it is never trained."""
    groups: dict[tuple[int, int], list[Recorded]] = {}
    for position, recording in enumerate(recorded):
        identity = recording.model.identity if recording.model else 0
        # Recordings without a model (still None) each stand alone.
        groups.setdefault((identity, 0 if identity else position), []).append(recording)
    runs: list[MatchedRun] = []
    for group in groups.values():
        trained = [recording for recording in group if recording.api != "built"]
        runs.append(MatchedRun(tuple(trained or group[-1:])))
    return runs


def _is_given(recording: Recorded) -> bool:
    """Whether the homework's own two-layer networks are trained, which are no question."""
    if recording.api == "part2":
        return recording.function == "two_layer_fc" or not _is_barebones(recording)
    return recording.model is not None and recording.model.type_name == "TwoLayerFC"


def _is_barebones(recording: Recorded) -> bool:
    weights = recording.model.parameters if recording.model else ()
    return (
        recording.function == "three_layer_convnet"
        or len(weights) == _CONVNET_WEIGHTS
        or recording.question == 2
    )


def _by_structure(recording: Recorded) -> RunName | None:
    """The run's name where what is trained says it, else None."""
    model = recording.model
    if recording.api == "part2" or (model is not None and model.type_name == WEIGHTS):
        return "barebones"
    if model is None:
        return QUESTIONS.get(recording.question or 0)
    if model.type_name == "ThreeLayerConvNet" and recording.question != 7:
        return "module"
    if model.sequential and not convolutions(model) and not _may_be_challenge(recording):
        return "sequential_fc"
    return None


def _goes_further(recording: Recorded, earlier: MatchedRun | None) -> bool:
    """Whether Part III's class is trained once more, unmarked and for longer: as the challenge."""
    if earlier is None or earlier.last.problem is not None or earlier.last.api == "built":
        return False
    long = recording.epochs is not None and recording.epochs > 1
    return recording.question is None and long and earlier.last.epochs in (None, 1)


def _may_be_challenge(recording: Recorded) -> bool:
    """Under Question 7, or several epochs under no question."""
    if recording.question is None:
        return recording.epochs not in (None, 1)
    return recording.question == 7


def _match_convnets(kinds: dict[RunName, MatchedRun], undecided: Iterable[MatchedRun]) -> None:
    """Tell Part IV's ConvNet from the challenge among the models that could be either."""
    rest: list[MatchedRun] = []
    for run in undecided:
        name = QUESTIONS.get(run.last.question or 0)
        if name in ("sequential_convnet", "challenge"):
            _claim(kinds, name, run)
        else:
            rest.append(run)
    marked = set(kinds)
    for run in rest:
        if "sequential_convnet" not in kinds and _looks_like_part4(run):
            kinds["sequential_convnet"] = run
        elif "challenge" not in marked:
            _claim(kinds, "challenge", run)


def _looks_like_part4(run: MatchedRun) -> bool:
    model = run.last.model
    if model is None or not model.sequential:
        return False
    one_epoch = run.last.epochs in (None, 1)
    return one_epoch and len(convolutions(model)) == 2 and len(linears(model)) == 1


def convolutions(model: Model) -> list[Layer]:
    """The model's convolution layers, in order."""
    return [layer for layer in model.layers if layer.type_name.startswith("Conv")]


def linears(model: Model) -> list[Layer]:
    """The model's fully connected layers, in order."""
    return [layer for layer in model.layers if "Linear" in layer.type_name]
