"""What a trained model must be to count as the three-layer ConvNet, whatever its sizes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.checks.outcome import CheckFailed
from grader.checks.roles import listed_parameters
from grader.language import _
from grader.protocol.parts import Model, Parameter, Recorded
from grader.rubric import Images

_FILTERS, _MATRIX = 4, 2


def network_of(recorded: Recorded) -> Model:
    """What a training trains.

    Raises:
        CheckFailed: that could not be read.
    """
    if recorded.model is None:
        raise CheckFailed(_("what this training trains could not be read"))
    return recorded.model


@dataclass(frozen=True)
class ThreeLayers:
    """Which parameters are those of two convolutions and a fully connected layer.

    Attributes:
        first: the filters of the first convolution.
        second: those of the second one.
        matrix: of the fully connected layer, in either orientation.
        classes: how many scores it has.
        biases: the names of all other parameters.
    """

    first: Parameter
    second: Parameter
    matrix: Parameter
    classes: int
    biases: frozenset[str] = frozenset()

    @property
    def maps(self) -> int:
        """How many the second convolution has."""
        return self.second.shape[0]


def require_three_layers(model: Model, images: Images) -> ThreeLayers:
    """Require two convolutions and a fully connected layer, and nothing else that is learned.

    Numbers of filters, kernels, paddings and missing biases are no matter: the checks of the layers
    speak of these, and a network that was meant to be the ConvNet still counts as trained.

    Raises:
        CheckFailed: with the parameters that came.
    """
    layers = _layers(model, images)
    if layers is None:
        raise CheckFailed(
            _(
                "another network is trained than two convolutions and one fully connected layer; "
                "its parameters are {parameters}",
                parameters=listed_parameters(model.parameters),
            )
        )
    biases = list(filter(_is_bias, model.parameters))
    outputs = [layers.first.shape[0], layers.maps, layers.classes]
    for bias in biases:  # of each layer one at most
        size = max(bias.shape, default=1)
        if size not in outputs:
            raise CheckFailed(
                _(
                    "another network is trained than two convolutions and one fully connected "
                    "layer; besides these it learns {parameters}",
                    parameters=listed_parameters([bias]),
                )
            )
        outputs.remove(size)
    return replace(layers, biases=frozenset(bias.name for bias in biases))


def _layers(model: Model, images: Images) -> ThreeLayers | None:
    """The layers' weights; None where the weights are no such layers'."""
    weights = [parameter for parameter in model.parameters if not _is_bias(parameter)]
    filters = [each for each in weights if len(each.shape) == _FILTERS]
    matrices = [each for each in weights if len(each.shape) == _MATRIX]
    if (len(filters), len(matrices), len(weights)) != (2, 1, 3):
        return None
    for first, second in (filters, filters[::-1]):
        in_a_row = first.shape[1] == images.channels and second.shape[1] == first.shape[0]
        if in_a_row and _connects(matrices[0].shape, second.shape[0], images.classes):
            return ThreeLayers(first, second, matrices[0], images.classes)
    return None


def _connects(matrix: tuple[int, ...], maps: int, classes: int) -> bool:
    """Whether a matrix, in either orientation, leads from so many maps to the scores."""
    both = (matrix, matrix[::-1])
    return any(
        scores == classes and features > 0 < maps and features % maps == 0
        for scores, features in both
    )


def _is_bias(parameter: Parameter) -> bool:
    """Whether it is one number an output; (C, 1, 1) and the like broadcast as (C,) does."""
    return sum(size != 1 for size in parameter.shape) <= 1
