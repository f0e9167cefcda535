"""What a trained model must be to count as the three-layer ConvNet, whatever its sizes."""

from __future__ import annotations

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


def require_three_layers(model: Model, images: Images) -> None:
    """Require two convolutions and a fully connected layer, and nothing else that is learned.

    Numbers of filters, kernels, paddings and missing biases are no matter: the checks of the layers
    speak of these, and a network that was meant to be the ConvNet still counts as trained.

    Raises:
        CheckFailed: with the parameters that came.
    """
    outputs = _outputs(model, images)
    if outputs is None:
        raise CheckFailed(
            _(
                "another network is trained than two convolutions and one fully connected layer; "
                "its parameters are {parameters}",
                parameters=listed_parameters(model.parameters),
            )
        )
    for bias in filter(_is_bias, model.parameters):  # of each layer one at most
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


def _outputs(model: Model, images: Images) -> list[int] | None:
    """How many maps or scores each layer has; None where the weights are no such layers'."""
    weights = [parameter.shape for parameter in model.parameters if not _is_bias(parameter)]
    filters = [shape for shape in weights if len(shape) == _FILTERS]
    matrices = [shape for shape in weights if len(shape) == _MATRIX]
    if (len(filters), len(matrices), len(weights)) != (2, 1, 3):
        return None
    for first, second in (filters, filters[::-1]):
        in_a_row = first[1] == images.channels and second[1] == first[0]
        if in_a_row and _connects(matrices[0], second[0], images.classes):
            return [first[0], second[0], images.classes]
    return None


def _connects(matrix: tuple[int, ...], maps: int, classes: int) -> bool:
    """Whether a matrix, in either orientation, leads from so many maps to the scores."""
    both = (matrix, matrix[::-1])
    return any(scores == classes and maps > 0 and features % maps == 0 for scores, features in both)


def _is_bias(parameter: Parameter) -> bool:
    """Whether it is one number an output; (C, 1, 1) and the like broadcast as (C,) does."""
    return sum(size != 1 for size in parameter.shape) <= 1
