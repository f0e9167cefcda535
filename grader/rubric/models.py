"""rubric.yaml as frozen models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
)

from grader.choices import ContainerSize, Language
from grader.results import RUN_NAMES, RunName, Visibility

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Rate = Annotated[float, Field(gt=0.0, lt=1.0)]
Triple = tuple[float, float, float]


class Part(BaseModel):
    """Base of every part of the rubric: frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Assignment(Part):
    """Which homework this is.

    Attributes:
        id: its name.
        title: its name for people.
        seed: mixed with each submission's own bytes.
        language: what students read; `--lang` takes its place.
        withheld: points of checks that are in the instructor's rubric and not in this one, which
            was made for students.
    """

    id: str
    title: str
    seed: NonNegativeInt
    language: Language = "en"
    withheld: NonNegativeFloat = 0.0


class Limits(Part):
    """What student code may use; seconds are wall clock."""

    load_seconds: PositiveFloat
    request_seconds: PositiveFloat
    pause_seconds: PositiveFloat
    train_seconds: PositiveFloat
    total_seconds: PositiveFloat
    memory_mb: PositiveInt
    output_kb: PositiveInt
    file_mb: PositiveInt
    scratch_mb: PositiveInt
    scratch_files: PositiveInt
    restarts: NonNegativeInt


class Needs(Part):
    """The size that a container must have, in words, by the build of PyTorch that runs in it."""

    usual: str
    cpu: str


class Container(Part):
    """What is done in a container of one size, and within which limits.

    Attributes:
        needs: the size that it must have.
        minutes: that it is given in all.
        train: whether the training runs are carried out there.
        total_seconds: as in :class:`Limits`; what time was not left for is left out.
        memory_mb: the same.
    """

    needs: Needs
    minutes: PositiveInt
    train: bool
    total_seconds: PositiveFloat
    memory_mb: PositiveInt


class Images(Part):
    """The form of the data and the homework's normalisation."""

    image_size: PositiveInt
    channels: PositiveInt
    classes: PositiveInt
    batch_size: PositiveInt
    train_images: PositiveInt
    validation_images: PositiveInt
    test_images: PositiveInt
    mean: Triple
    std: Triple


class Tolerances(Part):
    """Largest difference from the reference, relative to the reference's largest magnitude."""

    values: PositiveFloat
    gradients: PositiveFloat


class Training(Part):
    """Rules that hold for every training run.

    `verify_shared` is the share of the runs that are equal to one of the reference's and are
    trained all the same.
    """

    stop_when_reached: bool
    validations_per_epoch: PositiveInt
    near_miss: Share
    further_seeds: NonNegativeInt
    further_models: NonNegativeInt
    verify_shared: Share


class Integrity(Part):
    """When a run's accuracy is looked into, and what contradicts that it was learned here.

    Attributes:
        knows: held-out accuracy from which on a model knows something of the images.
        jump: rise between two measurements that is looked into.
        first_jump: the same, to the first one after the start.
        exchanged_share: of the accuracy that must be reached again, with the labels exchanged and
            from shuffled weights.
        exchanges: trainings on exchanged labels before a run is contradicted.
        trial_times: what each of them may take of what the same took before ...
        trial_seconds: ... and so many seconds besides.
        unseen_images: how many images each run is measured on that it was never shown.
        unseen_share: of the accuracy on the validation images that must remain on these.
        unseen_deviations: by so many standard deviations less, chance may be the reason.
        work: processor time of a run whose network is prescribed, by that of the reference's.
    """

    knows: Share
    jump: Share
    first_jump: Share
    exchanged_share: Share
    exchanges: PositiveInt
    trial_times: PositiveFloat
    trial_seconds: NonNegativeFloat
    unseen_images: PositiveInt
    unseen_share: Share
    unseen_deviations: PositiveFloat
    work: PositiveFloat


class RunSpec(Part):
    """One training run: accuracy to reach (0 to 1) and budget in epochs.

    `learning_rate` is the homework's own, where there is one: nobody is asked for it, but who
    misses the threshold with quite another one is told. `mixed_precision` tries it in bfloat16
    first, on a processor for which that is quicker; who misses so is trained as ever.
    """

    threshold: Share
    epochs: PositiveInt
    learning_rate: PositiveFloat | None = None
    mixed_precision: bool = False


class ConvnetCase(Part):
    """Sizes of one seeded input and its weights for `three_layer_convnet`."""

    images: PositiveInt
    channels: PositiveInt
    height: PositiveInt
    width: PositiveInt
    channel_1: PositiveInt
    channel_2: PositiveInt
    classes: PositiveInt


class Constructor(Part):
    """Arguments of `ThreeLayerConvNet`, under the homework's names."""

    in_channel: PositiveInt
    channel_1: PositiveInt
    channel_2: PositiveInt
    num_classes: PositiveInt


def _in_order(sizes: tuple[int, int]) -> tuple[int, int]:
    if sizes[0] > sizes[1]:
        raise ValueError(f"no size is at least {sizes[0]} and at most {sizes[1]}")
    return sizes


Size = PositiveInt | Annotated[tuple[PositiveInt, PositiveInt], AfterValidator(_in_order)]
"""A size; or [least, most], between which it is drawn for each submission."""


class CaseRule(Part):
    """How the sizes of a :class:`ConvnetCase` are chosen."""

    images: Size
    channels: Size
    height: Size
    width: Size
    channel_1: Size
    channel_2: Size
    classes: Size


class ConstructorRule(Part):
    """How the sizes of a :class:`Constructor` are chosen."""

    in_channel: Size
    channel_1: Size
    channel_2: Size
    num_classes: Size


class Layers(Part):
    """The two convolutions the homework asks for."""

    channel_1: PositiveInt
    kernel_1: PositiveInt
    padding_1: NonNegativeInt
    channel_2: PositiveInt
    kernel_2: PositiveInt
    padding_2: NonNegativeInt


class OptimizerRule(Part):
    """What an optimizer must be."""

    name: str
    momentum: NonNegativeFloat
    nesterov: bool


class Settings(Part):
    """What a check is told besides its points; each check uses what concerns it."""

    shapes: tuple[tuple[Size, ...], ...] = ()
    cases: tuple[CaseRule, ...] = ()
    constructors: tuple[ConstructorRule, ...] = ()
    images: PositiveInt = 1
    layers: Layers | None = None
    optimizer: OptimizerRule | None = None
    false_alarm: Rate | None = None

    @property
    def draw_inputs(self) -> bool:
        """Whether the check calls the submission with inputs that are drawn."""
        return bool(self.shapes or self.cases or self.constructors)


class AccuracyStep(Part):
    """Points for an accuracy below a run's threshold."""

    least: Share
    points: PositiveFloat


class Partial(Part):
    """What work earns that is not right, by rule; of several rules that fit the best for it.

    Attributes:
        mistakes: points by the id of a known mistake, where that one alone is what is wrong.
        accuracies: of a check that trains, points by the best validation accuracy.
    """

    mistakes: dict[str, PositiveFloat] = Field(default_factory=dict)
    accuracies: tuple[AccuracyStep, ...] = ()

    def for_mistakes(self, ids: Sequence[str]) -> float:
        """Points for known mistakes."""
        return self.mistakes.get(ids[0], 0.0) if len(ids) == 1 else 0.0

    def for_accuracy(self, best: float | None) -> float:
        """Points for an accuracy; None where there is none."""
        reached = (
            step.points for step in self.accuracies if best is not None and best >= step.least
        )
        return max(reached, default=0.0)

    @property
    def most(self) -> float:
        """The most that can be earned so."""
        steps = (step.points for step in self.accuracies)
        return max((*self.mistakes.values(), *steps), default=0.0)


class CheckSpec(Part):
    """One check: points, premises and settings.

    Where a check of a function in `uses` failed, this one is tried again with a right function in
    place of the student's.
    """

    id: str
    points: Annotated[float, Field(ge=0, le=1e6)]
    needs: tuple[str, ...] = ()
    uses: tuple[Literal["flatten"], ...] = Field(
        default=(), description="functions whose mistakes cost their own points and no more"
    )
    partial: Partial = Partial()
    visibility: Visibility = Visibility.VISIBLE
    timeout: PositiveFloat | None = Field(
        default=None, description="seconds; backs the deadlines of the single requests"
    )
    settings: Settings = Settings()


class Question(Part):
    """A question of the homework and its checks."""

    id: str
    title: str
    checks: tuple[CheckSpec, ...] = Field(min_length=1)

    @property
    def points(self) -> float:
        """What the question is worth."""
        return sum(check.points for check in self.checks)


class Rubric(Part):
    """The whole of rubric.yaml."""

    schema_version: int = Field(ge=1, le=1)
    assignment: Assignment
    limits: Limits
    containers: dict[ContainerSize, Container]
    data: Images
    tolerances: Tolerances
    training: Training
    integrity: Integrity
    runs: dict[RunName, RunSpec]
    questions: tuple[Question, ...] = Field(min_length=1)
    fingerprint: str = Field(default="", exclude=True, description="sha256 of the file's bytes")

    @field_validator("runs")
    @classmethod
    def _has_every_run(cls, runs: dict[RunName, RunSpec]) -> dict[RunName, RunSpec]:
        missing = [name for name in RUN_NAMES if name not in runs]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        return runs

    @field_validator("containers")
    @classmethod
    def _has_every_container(
        cls, containers: dict[ContainerSize, Container]
    ) -> dict[ContainerSize, Container]:
        missing = [size for size in get_args(ContainerSize) if size not in containers]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
        return containers

    def within(self, size: ContainerSize) -> Rubric:
        """The same rubric where no more may be used than a container of that size has."""
        container, limits = self.containers[size], self.limits
        lower = {
            "total_seconds": min(limits.total_seconds, container.total_seconds),
            "memory_mb": min(limits.memory_mb, container.memory_mb),
        }
        return self.model_copy(update={"limits": limits.model_copy(update=lower)})

    @property
    def checks(self) -> tuple[CheckSpec, ...]:
        """Every check, in the order of the homework."""
        return tuple(check for question in self.questions for check in question.checks)

    @property
    def visibilities(self) -> dict[str, Visibility]:
        """When a student may see each check: no earlier than those it needs, of which it tells."""
        order = list(Visibility)
        found: dict[str, Visibility] = {}
        for check in self.checks:
            all_ = [check.visibility, *(found[need] for need in check.needs)]
            found[check.id] = max(all_, key=order.index)
        return found

    @property
    def points(self) -> float:
        """What the whole homework is worth."""
        return sum(question.points for question in self.questions)
