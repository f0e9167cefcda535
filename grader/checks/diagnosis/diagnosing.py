"""What a check asks when it has failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from grader.checks.diagnosis.networks import Naming
from grader.checks.diagnosis.probes import Ask, Form, Respondent
from grader.checks.diagnosis.sizes import explain_product, explain_row
from grader.checks.diagnosis.stages import first_difference
from grader.checks.diagnosis.tables import name_cut, name_distribution, name_flattening
from grader.checks.explaining import Diagnosis
from grader.language import N_, _
from grader.results import Mistake
from grader.rubric import Tolerances
from grader.sentences import listed
from reference import Params, ParamShapes
from reference.misconceptions import MISCONCEPTIONS, NETWORKS, Misconception
from reference.network import Network

_COMES_OUT = N_("This is exactly what comes out with {mistakes}. {hints}")


@dataclass(frozen=True)
class Diagnoser:
    """See :class:`grader.checks.explaining.Explains`.

    Attributes:
        tolerances: of comparisons.
        seed: of what is drawn to find out which mistake it is. A rubric may grant points for one,
            so that nobody may know it before handing in.
    """

    tolerances: Tolerances
    seed: int

    def known(self, mistake: str) -> Diagnosis:
        """A mistake that was read off what the student's code built."""
        return _told((MISCONCEPTIONS[mistake],), N_("That is {mistakes}. {hints}"))

    def flatten(self, call: Callable[[Tensor], Tensor]) -> Diagnosis | None:
        """A `flatten` that gives something else."""
        mistake = name_flattening(call, self.seed)
        return _told((mistake,)) if mistake else None

    def network(
        self, ask: Ask, image: tuple[int, int, int], shapes: ParamShapes
    ) -> Diagnosis | None:
        """A network whose scores are others."""
        student, form = Respondent(ask, self.tolerances.values), Form(image, shapes)
        mistakes = Naming(student, form, self.seed).name()
        if mistakes:
            return _told(mistakes)
        stage = first_difference(student, form)
        if stage is not None:
            return Diagnosis(_(stage.told), begins=stage.parts)
        sentence = explain_product(student.refusal, form) if student.refusal else None
        return _of_sizes(sentence)

    def layers(self, settings: Mapping[str, int]) -> Diagnosis | None:
        """Layers that are others, of a network that cannot be asked."""
        other = {
            name: value for name, value in settings.items() if value != getattr(Network(), name)
        }
        found = [each for each in NETWORKS if other and each.network.changes() == other]
        message = N_("Your layers are those of a network with {mistakes}. {hints}")
        return _told(found, message) if len(found) == 1 else None

    def row(
        self, length: int, image: tuple[int, int, int], shapes: ParamShapes
    ) -> Diagnosis | None:
        """A fully connected layer that is made for rows of another length."""
        return _of_sizes(explain_row(length, Form(image, shapes)))

    def gradients(
        self, gradients: Sequence[Tensor | None], x: Tensor, params: Params, upstream: Tensor
    ) -> Diagnosis | None:
        """Gradients that are others, of scores that are right."""
        mistake = name_cut(gradients, x, params, upstream, self.tolerances.gradients)
        return _told((mistake,)) if mistake else None

    def weights(
        self, weights: Mapping[str, Tensor], shapes: ParamShapes, wrong: str
    ) -> Diagnosis | None:
        """Weights of one role that are not Kaiming normal."""
        mistake = name_distribution(weights, shapes, wrong)
        return _told((mistake,), N_("They look like {mistakes}. {hints}")) if mistake else None


def _of_sizes(sentence: str | None) -> Diagnosis | None:
    return Diagnosis(sentence, begins=("sizes",)) if sentence else None


def _told(mistakes: Sequence[Misconception], message: str = _COMES_OUT) -> Diagnosis:
    told = tuple(
        Mistake(id=each.id, title=_(each.title), explanation=each.explanation, course=each.course)
        for each in mistakes
    )
    hints = " ".join(dict.fromkeys(_(each.hint) for each in mistakes))
    names = listed([each.title for each in told])
    return Diagnosis(_(message, mistakes=names, hints=hints), mistakes=told)
