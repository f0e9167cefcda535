"""Why a check failed: what is looked for after it did, and how that is told.

A check wraps what may fail::

    with explained.function(student, case):
        expect.close("the scores", student.three_layer_convnet(case.x, case.params), ...)

Nothing is asked as long as nothing fails, and nothing that is found changes a point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from grader.checks.again import Failure
from grader.checks.cases import Cases, ConvnetInput
from grader.checks.outcome import CheckFailed
from grader.checks.roles import BIASES
from grader.checks.unused import roles_for
from grader.errors import StudentError
from grader.protocol.parts import Model
from grader.results import Mistake
from grader.sandbox.student import Student, StudentModel
from grader.understanding.matching import convolutions
from reference import Params, ParamShapes

if TYPE_CHECKING:
    from grader.checks.examination import Examination


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes:
        sentence: for the student.
        mistakes: the known ones that reproduce what came; mostly none or one.
        begins: parts of the network, from one of which on its numbers differ; where none is named.
    """

    sentence: str
    mistakes: tuple[Mistake, ...] = ()
    begins: tuple[str, ...] = ()


class Explains(Protocol):
    """Finds out what is wrong; None where nothing can be told."""

    def known(self, mistake: str) -> Diagnosis:
        """A mistake that was read off what the student's code built, by its id."""

    def flatten(self, call: Callable[[Tensor], Tensor]) -> Diagnosis | None:
        """A `flatten` that gives something else."""

    def network(
        self,
        ask: Callable[[Tensor, Params], Tensor],
        image: tuple[int, int, int],
        shapes: ParamShapes,
    ) -> Diagnosis | None:
        """A network whose scores are others for (C, H, W) images and weights of these shapes."""

    def layers(self, settings: Mapping[str, int]) -> Diagnosis | None:
        """Two convolutions with these paddings and strides, of a network that cannot be asked."""

    def row(
        self, length: int, image: tuple[int, int, int], shapes: ParamShapes
    ) -> Diagnosis | None:
        """A fully connected layer that is made for so many numbers an image."""

    def gradients(
        self, gradients: Sequence[Tensor | None], x: Tensor, params: Params, upstream: Tensor
    ) -> Diagnosis | None:
        """Gradients by x and by each parameter that are others, of scores that are right."""

    def weights(
        self, weights: Mapping[str, Tensor], shapes: ParamShapes, wrong: str
    ) -> Diagnosis | None:
        """Weights by role, of which those of one are not Kaiming normal."""


class Explained:
    """Looks into what failed within its `with` statements."""

    def __init__(self, examination: Examination) -> None:
        self._examination = examination

    @contextmanager
    def _looked_into(
        self,
        look: Callable[[Explains], Diagnosis | None],
        case: ConvnetInput | None = None,
    ) -> Iterator[None]:
        try:
            yield
        except (CheckFailed, StudentError) as error:
            if case is not None:
                self._examination.failure = Failure(error, case)
            explains = self._examination.explains
            if explains is not None:
                # What is said of a failure must not decide about it: neither a worker that gives no
                # more answers nor a fault of ours may take its place.
                with suppress(Exception):
                    self._examination.diagnosis = look(explains)
            raise

    @contextmanager
    def flatten(self, student: Student) -> Iterator[None]:
        """The submission's `flatten`."""
        with self._looked_into(lambda explains: explains.flatten(student.flatten)):
            yield

    @contextmanager
    def function(self, student: Student, case: ConvnetInput) -> Iterator[None]:
        """The submission's `three_layer_convnet`."""
        ask = student.three_layer_convnet
        with self._looked_into(
            lambda explains: explains.network(ask, _image(case), case.shapes), case
        ):
            yield

    @contextmanager
    def model(self, build: Callable[[], StudentModel], case: ConvnetInput) -> Iterator[None]:
        """A model of the submission's.

        Args:
            build: makes it anew.
            case: an input that fits it.
        """
        with self._looked_into(lambda explains: _of_model(explains, build, case), case):
            yield

    @contextmanager
    def layers(self, build: Callable[[], StudentModel], cases: Cases) -> Iterator[None]:
        """What a model is made of, before it is asked anything; see `model`."""

        def look(explains: Explains) -> Diagnosis | None:
            current = cases.current  # the reason speaks of no input
            _, case = next(cases.module())
            cases.current = current
            return _of_model(explains, build, case)

        with self._looked_into(look):
            yield

    @contextmanager
    def gradients(
        self, by_x: Tensor | None, by_params: Sequence[Tensor | None], case: ConvnetInput
    ) -> Iterator[None]:
        """Gradients that came."""
        came = [by_x, *by_params]
        with self._looked_into(
            lambda explains: explains.gradients(came, case.x, case.params, case.upstream)
        ):
            yield

    @contextmanager
    def weights(
        self, weights: Mapping[str, Tensor], shapes: ParamShapes, role: str
    ) -> Iterator[None]:
        """Weights, of which those of one role are looked at."""
        with self._looked_into(lambda explains: explains.weights(weights, shapes, role)):
            yield


def _of_model(
    explains: Explains, build: Callable[[], StudentModel], case: ConvnetInput
) -> Diagnosis | None:
    def ask(x: Tensor, params: Params) -> Tensor:
        model = build()
        shapes = ParamShapes(*(tuple(param.shape) for param in params))
        roles = roles_for(model, x, shapes, optional=BIASES)
        model.set_weights(roles.to_model(params))
        return model.scores(x)

    found = explains.network(ask, _image(case), case.shapes)
    if found is not None and found.mistakes:
        return found
    built = build().model
    read = explains.layers(_settings(built, case.shapes))
    if read is not None and found is not None:
        return replace(read, sentence=f"{found.sentence} {read.sentence}")
    length = _row_length(built, case.shapes)
    if read is None and found is None and length is not None:
        return explains.row(length, _image(case), case.shapes)
    return read or found


def _row_length(model: Model, shapes: ParamShapes) -> int | None:
    """How many numbers of an image the fully connected layer is made for, where others are right.

    None also where it does not get the maps of the two convolutions that were asked for.
    """
    of_rank = {rank: [p.shape for p in model.parameters if len(p.shape) == rank] for rank in (2, 4)}
    if len(of_rank[2]) != 1 or of_rank[4] != [shapes.conv_w1, shapes.conv_w2]:
        return None
    features, classes = shapes.fc_w
    sides = of_rank[2][0]
    lengths = [n for n, m in (sides, sides[::-1]) if m == classes and n != features]
    return lengths[0] if lengths else None


def _settings(model: Model, shapes: ParamShapes) -> dict[str, int]:
    """Paddings and strides of two convolutions, by the reference's names, where sides are equal.

    None of filters of other sizes, under which a padding means something else.
    """
    found: dict[str, int] = {}
    layers = convolutions(model)
    kernels = [layer.settings.get("kernel_size") for layer in layers]
    if kernels != [shapes.conv_w1[2:], shapes.conv_w2[2:]]:
        return {}
    for number, layer in enumerate(layers, start=1):
        for name in ("padding", "stride"):
            sides = layer.settings.get(name)
            if isinstance(sides, tuple) and len(set(sides)) == 1:
                found[f"{name}_{number}"] = sides[0]
    return found


def _image(case: ConvnetInput) -> tuple[int, int, int]:
    _, channels, height, width = case.x.shape
    return channels, height, width
