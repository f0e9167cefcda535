"""The mistakes, one or two, by which the reference gives the scores of a student's network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import torch
from torch import Tensor

from grader.checks.diagnosis.probes import Form, Respondent, draw_images
from grader.checks.drawing import draw_params
from reference import Params, ParamShapes
from reference.misconceptions import NETWORKS
from reference.misconceptions.network import NetworkMistake
from reference.network import Network, forward, shapes_for

IMAGES = (2, 1, 3)
"""Of each probe. A batch and a single image: what mixes images is another thing for one."""
SCALES = (1.0, 1.0, 4.0)
"""Of their images: some values must be large for bounds, such as ReLU6's, to show."""
MOST_FORMS = 12
"""Of the weights that a network is asked with."""

Mistakes = tuple[NetworkMistake, ...]


@dataclass(frozen=True)
class Probe:
    """A drawn input and what the student's network made of it."""

    x: Tensor
    params: Params
    answer: Tensor


@dataclass
class Naming:
    """Looks for the mistakes in a student's network.

    Attributes:
        student: the network.
        form: the sizes that it is asked with.
        seed: of what it is asked with.
        mistakes: those that are known.
    """

    student: Respondent
    form: Form
    seed: int
    mistakes: Sequence[NetworkMistake] = NETWORKS
    _probes: dict[ParamShapes, tuple[Probe, ...]] = field(default_factory=dict, init=False)

    def name(self) -> Mistakes:
        """The one mistake that fits, or the one pair; nothing where none or several do."""
        if self.fits(Network()):
            return ()  # what is wrong does not show in what is drawn here
        known = [each for each in self.mistakes if each.network.cut == "nowhere"]
        alone = [(each,) for each in known if self.fits(each.network)]
        if alone:
            return _the_only(alone)
        return _the_only([pair for pair, both in _pairs(known) if self.fits(both)])

    def fits(self, network: Network) -> bool:
        """Whether a variant gives the student's scores for every probe."""
        probes = self._asked(shapes_for(network, self.form.shapes, *self.form.image[1:]))
        return bool(probes) and all(
            self.student.equals(each.answer, forward(network, each.x, each.params))
            for each in probes
        )

    def _asked(self, shapes: ParamShapes) -> tuple[Probe, ...]:
        """The probes with weights of these shapes; none where the student's network takes none."""
        if shapes not in self._probes:
            full = len(self._probes) >= MOST_FORMS
            self._probes[shapes] = () if full else self._ask(shapes)
        return self._probes[shapes]

    def _ask(self, shapes: ParamShapes) -> tuple[Probe, ...]:
        probes: list[Probe] = []
        if not all(map(all, shapes)):  # nothing is left of such small images
            return ()
        generator = torch.Generator().manual_seed(self.seed)
        for many, scale in zip(IMAGES, SCALES, strict=True):
            x = draw_images(self.form, many, generator) * scale
            params = draw_params(shapes, generator)
            answer = self.student.answer(x, params)
            if answer is None or answer.shape != (many, *shapes.fc_b):
                return ()  # and is not kept: a worker may send what it likes
            probes.append(Probe(x, params, answer))
        return tuple(probes)


def _pairs(known: Iterable[NetworkMistake]) -> Iterator[tuple[Mistakes, Network]]:
    """Two mistakes at a time; several pairs that come to the same network are one."""
    seen: set[Network] = set()
    for first, second in combinations(known, 2):
        both = first.network.combined(second.network)
        if both is not None and both not in seen:
            seen.add(both)
            yield (first, second), both


def _the_only(found: Sequence[Mistakes]) -> Mistakes:
    return found[0] if len(found) == 1 else ()
