"""Fixtures of the checks, all made from the `Examination` that the examiner hands in."""

from __future__ import annotations

import pytest
import torch

from grader.checks.cases import Cases
from grader.checks.catalogue import check_id
from grader.checks.convolving import asked_otherwise, require_convolving
from grader.checks.examination import EXAMINATION, Examination
from grader.checks.expecting import Expect, Matched, Own, Reaches, TrainsConvnet
from grader.checks.explaining import Explained
from grader.checks.network import network_of, require_three_layers
from grader.checks.optimizers import require_weights
from grader.checks.outcome import CheckFailed, LeftOut
from grader.checks.unused import used_part
from grader.errors import WorkerError
from grader.language import _
from grader.language.harness import from_harness
from grader.protocol.parts import Model
from grader.results import RunName, RunStatus
from grader.rubric import CheckSpec
from grader.sandbox.student import Student
from grader.understanding.matched import MatchedRun, explain_untried


@pytest.fixture
def examination(request: pytest.FixtureRequest) -> Examination:
    """Everything about the submission in hand."""
    return request.config.stash[EXAMINATION]


@pytest.fixture
def student(examination: Examination) -> Student:
    """The proxy of the submission's worker."""
    return examination.asked.student


@pytest.fixture
def spec(request: pytest.FixtureRequest, examination: Examination) -> CheckSpec:
    """This check's entry in the rubric."""
    identifier = check_id(request.path.stem, request.function.__name__)
    return next(check for check in examination.rubric.checks if check.id == identifier)


@pytest.fixture
def cases(examination: Examination, spec: CheckSpec) -> Cases:
    """This check's inputs and weights, and what the reference makes of them."""
    examination.cases = examination.cases_of(spec)
    return examination.cases


@pytest.fixture
def expect(examination: Examination) -> Expect:
    """Comparisons with the rubric's tolerances."""
    return Expect(examination.rubric.tolerances)


@pytest.fixture
def explained(examination: Examination) -> Explained:
    """Looks into what fails."""
    return Explained(examination)


@pytest.fixture
def own(examination: Examination, student: Student) -> Own:
    """Require that the submission itself defines a name; failures then point at it."""

    def require(name: str) -> None:
        definition = student.definition(name)
        if definition.origin != "own":
            raise CheckFailed(_("your work does not define {name}", name=name))
        if definition.where is not None:
            examination.where = str(definition.where)

    return require


@pytest.fixture
def matched(examination: Examination) -> Matched:
    """The recorded training of a run, one that can be carried out; failures then point at it."""

    def find(name: RunName) -> MatchedRun:
        run = examination.asked.runs.get(name)
        if run is None:
            raise CheckFailed(_("no training of such a model was found in your work"))
        examination.where = str(run.last.where)
        if run.last.problem is not None:
            problem = from_harness(run.last.problem)
            raise CheckFailed(_("this training cannot be carried out: {problem}", problem=problem))
        return run

    return find


@pytest.fixture
def trains_convnet(examination: Examination, student: Student) -> TrainsConvnet:
    """Require that what a run trains is the three-layer ConvNet, whatever its sizes."""
    images = examination.rubric.data

    def require(name: RunName) -> None:
        recorded = examination.asked.runs[name].last
        examination.where = str(recorded.where)
        model = network_of(recorded)
        try:
            layers = require_three_layers(model, images)
        except CheckFailed as failed:
            layers = require_three_layers(used(recorded.target, failed), images)
        weights = student.weights(recorded.target)
        require_weights(recorded, weights)
        with asked_otherwise(student, recorded.target, weights) as ask:
            require_convolving(layers, weights, ask, images.image_size)

    def used(target: str, failed: CheckFailed) -> Model:
        try:
            model = student.copy_model(target)
        except WorkerError:  # weights in a list are no model
            raise failed from None
        size = (2, images.channels, images.image_size, images.image_size)
        return used_part(model, torch.randn(size, generator=torch.Generator().manual_seed(0)))

    return require


@pytest.fixture
def reaches(examination: Examination, spec: CheckSpec) -> Reaches:
    """Train a run and require that it reached its threshold."""

    def require(name: RunName) -> None:
        trainer = examination.asked.trainer
        if trainer is None:
            raise LeftOut(_("Training was left out on request."))
        result = trainer.run(name)
        if not result.reached:
            reason = result.reason or _("its threshold was not reached")
            run = examination.asked.runs.get(name)
            further = examination.rubric.training.further_models
            untried = explain_untried(run, further) if run else None
            if untried:
                reason = _("{reason}; {other}", reason=reason, other=untried)
            measured = result.status is RunStatus.MISSED  # else what was measured does not count
            best = result.best_val_accuracy if measured else None
            raise CheckFailed(
                reason,
                result.where,
                mistake=trainer.mistakes.get(name),
                points=spec.partial.for_accuracy(best),
            )

    return require


@pytest.fixture
def convnet_reaches(trains_convnet: TrainsConvnet, reaches: Reaches) -> Reaches:
    """The same of the three-layer ConvNet."""

    def require(name: RunName) -> None:
        try:
            reaches(name)
        except CheckFailed as missed:
            if missed.points:
                trains_convnet(name)  # another network's accuracy earns nothing
            raise
        trains_convnet(name)

    return require
