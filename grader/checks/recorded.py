"""Cases with their answers, recorded once: for who has no reference, as a student at home.

A check has a file, `<check id>.safetensors`: tensors under `<number of the case>.<name>`, and what
is no tensor as JSON in the file's metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from grader.checks.cases import Cases, ConvnetInput, FlattenCase
from grader.errors import UsageError
from grader.language import _
from grader.rubric import CheckSpec, Constructor
from reference import Params, ParamShapes

_ABOUT = "cases"


class About(BaseModel):
    """What is no tensor of one case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    contiguous: bool = True
    constructor: Constructor | None = None


class _File(BaseModel):
    cases: tuple[About, ...]


@dataclass(frozen=True)
class _Known:
    """Answers that were recorded."""

    known_scores: Tensor
    known_maps: Tensor
    x_gradient: Tensor
    param_gradients: Params

    def scores(self) -> Tensor:
        return self.known_scores

    def maps(self) -> Tensor:
        return self.known_maps

    def gradients(self) -> tuple[Tensor, Params]:
        return self.x_gradient, self.param_gradients


def record(cases: Cases, spec: CheckSpec, folder: Path) -> None:
    """Write a check's cases and their answers into a folder."""
    tensors: dict[str, Tensor] = {}
    told: list[About] = []
    if spec.settings.shapes:
        for number, flat in enumerate(cases.flatten()):
            told.append(About(seed=cases.seed(number), contiguous=flat.contiguous))
            tensors |= {f"{number}.x": flat.x, f"{number}.flat": flat.flat}
    elif spec.settings.cases:
        for number, case in enumerate(cases.convnet()):
            told.append(About(seed=cases.seed(number)))
            tensors |= _tensors(number, case)
    else:
        for number, (constructor, case) in enumerate(cases.module()):
            told.append(About(seed=cases.seed(number), constructor=constructor))
            tensors |= _tensors(number, case)
    # One tensor in two cases would share memory, which the format does not take.
    own = {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}
    about = _File(cases=tuple(told)).model_dump_json()
    save_file(own, folder / f"{spec.id}.safetensors", metadata={_ABOUT: about})


def _tensors(number: int, case: ConvnetInput) -> dict[str, Tensor]:
    x_gradient, gradients = case.answers.gradients()
    named = {
        "x": case.x,
        "upstream": case.upstream,
        "scores": case.answers.scores(),
        "maps": case.answers.maps(),
        "x_gradient": x_gradient,
        **case.params._asdict(),
        **{f"{name}_gradient": value for name, value in gradients._asdict().items()},
    }
    return {f"{number}.{name}": tensor for name, tensor in named.items()}


class RecordedCases:
    """The recorded cases of one check, see :class:`grader.checks.cases.Cases`.

    Raises:
        UsageError: there are none, or they cannot be read; from every method.
    """

    def __init__(self, folder: Path, spec: CheckSpec) -> None:
        self._path = folder / f"{spec.id}.safetensors"
        self.current: object = None

    def flatten(self) -> Iterator[FlattenCase]:
        """See :meth:`grader.checks.cases.Cases.flatten`."""
        for number, about in enumerate(self._about):
            x, flat = self._tensor(number, "x"), self._tensor(number, "flat")
            self.current = case = FlattenCase(x, about.contiguous, flat)
            yield case

    def convnet(self) -> Iterator[ConvnetInput]:
        """See :meth:`grader.checks.cases.Cases.convnet`."""
        for number in range(len(self._about)):
            self.current = case = self._case(number)
            yield case

    def module(self) -> Iterator[tuple[Constructor, ConvnetInput]]:
        """See :meth:`grader.checks.cases.Cases.module`."""
        for number, about in enumerate(self._about):
            assert about.constructor is not None
            self.current = case = self._case(number)
            yield about.constructor, case

    def seed(self, number: int) -> int:
        """See :meth:`grader.checks.cases.Cases.seed`."""
        return self._about[number].seed

    def _case(self, number: int) -> ConvnetInput:
        params = Params(*(self._tensor(number, name) for name in Params._fields))
        gradients = Params(*(self._tensor(number, f"{name}_gradient") for name in Params._fields))
        return ConvnetInput(
            self._tensor(number, "x"),
            params,
            self._tensor(number, "upstream"),
            ParamShapes(*(tuple(param.shape) for param in params)),
            _Known(
                self._tensor(number, "scores"),
                self._tensor(number, "maps"),
                self._tensor(number, "x_gradient"),
                gradients,
            ),
        )

    def _tensor(self, number: int, name: str) -> Tensor:
        return self._read[1][f"{number}.{name}"]

    @property
    def _about(self) -> tuple[About, ...]:
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[tuple[About, ...], dict[str, Tensor]]:
        try:
            with safe_open(self._path, framework="pt") as file:
                about = _File.model_validate_json((file.metadata() or {}).get(_ABOUT, ""))
            return about.cases, load_file(self._path)
        except (OSError, SafetensorError, ValidationError) as error:
            raise UsageError(
                _(
                    "{file} cannot be read. Ask for the file for checking anew.",
                    file=self._path.name,
                )
            ) from error
