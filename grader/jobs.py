"""What scheduler and examiner say to each other: one JSON record a line. Both are trusted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from grader.choices import ContainerSize, DataChoice, Language, Mode
from grader.intake import Submission
from grader.results import Provenance, RunName, SubmissionResult
from grader.understanding.overview import Overview


class Record(BaseModel):
    """Base: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Setup(Record):
    """What holds for all submissions; sent once."""

    rubric: str
    data: DataChoice
    data_root: str | None
    scratch: str = Field(default="", description="folder for the workers' scratch; set by the slot")
    private: tuple[str, ...] = Field(
        default=(), description="what no worker may read: others' work, results, names"
    )
    train: bool = True
    share: bool = Field(default=True, description="train what is equal for all once")
    full_curves: bool = False
    strict_isolation: bool = False
    isolation: Mode = Field(default="full", description="which layers are tried")
    cases: str | None = Field(
        default=None, description="folder of recorded cases, where there is no reference"
    )
    container: ContainerSize | None = Field(
        default=None, description="the container that it runs in, whose limits hold"
    )
    language: Language = "en"
    threads: int = 1
    cores: tuple[int, ...] = Field(
        default=(),
        description="of the slot, by their numbers; none: all there are",
    )
    debug: bool = Field(default=False, description="let the processes write to standard error")


class Job(Record):
    """Grade this submission."""

    submission: Submission


class Look(Record):
    """Tell what is understood of this submission; nothing is graded."""

    look_at: Submission


class Seen(Record):
    """The answer to `Look`."""

    kind: Literal["seen"] = "seen"
    overview: Overview


class CheckStarted(Record):
    """A check begins."""

    kind: Literal["check"] = "check"
    check: str
    title: str


class Trained(Record):
    """A training run was measured."""

    kind: Literal["trained"] = "trained"
    run: RunName
    attempt: int
    iteration: int
    epoch: float
    budget: int
    loss: float | None
    val_accuracy: float
    threshold: float


class Finished(Record):
    """The submission is graded."""

    kind: Literal["finished"] = "finished"
    result: SubmissionResult


class Refused(Record):
    """Nothing can be graded: the user must mend something."""

    kind: Literal["refused"] = "refused"
    message: str


class Broken(Record):
    """A bug of torchgrade, with its traceback."""

    kind: Literal["broken"] = "broken"
    message: str
    traceback: str


class Opened(Record):
    """Rubric and data are usable: the answer to `Setup`."""

    kind: Literal["opened"] = "opened"
    assignment: str
    max_score: float
    provenance: Provenance = Field(
        description="of nothing yet; its key is that of all that holds for every submission"
    )


class Isolation(Record):
    """The answer to a probe: the layers that a worker found itself in."""

    kind: Literal["isolation"] = "isolation"
    layers: tuple[str, ...]
    torch: str
    torchvision: str


class Probe(Record):
    """Start a worker that runs nothing, to see how it is isolated."""

    probe: Literal[True] = True


Event = Annotated[
    Opened | CheckStarted | Trained | Finished | Refused | Broken | Isolation | Seen,
    Field(discriminator="kind"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
ORDER: TypeAdapter[Job | Look | Probe] = TypeAdapter(Job | Look | Probe)
