"""The messages on the channel, checked by pydantic on arrival.

A request goes from the trusted side to the worker; each is answered by exactly one reply, before
which notices may come: `at` while loading, `alive` while training. A worker is untrusted after its
first statement of student code: whatever a reply says is a claim, and the tensors beside it are
data to be measured.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from grader.protocol.parts import (
    MAX_FILE,
    MAX_OPTIMIZERS,
    Argument,
    Cell,
    Definition,
    Failure,
    Location,
    Message,
    Model,
    Name,
    Optimizer,
    Recorded,
    Shape,
    Skipped,
    Text,
)

# --- requests -----------------------------------------------------------------------------------


PRACTICE_FOLDER = "practice"
"""In the folder of the training split: images and labels that nobody is measured on."""


class Data(Message):
    """The training split and the form in which the homework expects the whole data set.

    A data set may hold fewer images than the homework's; `nominal_*` are the sizes that the
    homework's code counts on, so that its index ranges stay valid.
    """

    train_dir: str | None
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    batch_size: int
    nominal_train: int
    nominal_validation: int
    nominal_test: int


class Load(Message):
    """Run the cells once; training calls are recorded."""

    kind: Literal["load"] = "load"
    cells: tuple[Cell, ...]
    folder: Annotated[str, Field(max_length=MAX_FILE)] = Field(
        default="", description="of the file that the cells are from, below the scratch folder"
    )
    skip: tuple[int, ...] = Field(default=(), description="statements that ended the process")
    seed: int
    data: Data
    output_bytes: int
    names: tuple[str, ...] = Field(description="the names whose definitions are reported")
    mended: tuple[str, ...] = Field(
        default=(), description="functions that a right one takes the place of"
    )


class Call(Message):
    """Call a function, or a model in training mode; `upstream` asks for gradients instead.

    callee is ``function:NAME`` or a target. With `upstream`, the reply holds the gradient of
    sum(result * upstream) by every floating-point argument and parameter.
    """

    kind: Literal["call"] = "call"
    callee: str
    arguments: tuple[Argument, ...]
    seed: int
    upstream: str | None = None
    version: int | None = Field(default=None, description="an earlier definition of that name")
    trained: str | None = Field(
        default=None,
        description="the recorded run of it, among whose names it is called",
    )


class Build(Message):
    """Make a new model: ``class:NAME`` called with keywords, or a deep copy of a target."""

    kind: Literal["build"] = "build"
    source: str
    keywords: dict[str, int] = Field(default_factory=dict)
    seed: int
    version: int | None = Field(default=None, description="an earlier definition of that name")
    trained: str | None = Field(
        default=None,
        description="the recorded run of it, among whose names it is called",
    )


class SetWeights(Message):
    """Copy the frame's tensors into the parameters of those names."""

    kind: Literal["set_weights"] = "set_weights"
    target: str


class GetWeights(Message):
    """Return the parameters of a target as tensors of those names."""

    kind: Literal["get_weights"] = "get_weights"
    target: str


class Shuffle(Message):
    """Put the values of a recorded run's weights into another order, each tensor's among its own.

    They do not travel: a network may be larger than a frame.
    """

    kind: Literal["shuffle"] = "shuffle"
    target: str
    seed: int


class Train(Message):
    """Carry out recorded trainings one after another under one budget.

    The worker pauses every `pause_every` images and answers `paused`; while it is paused it
    answers `predict`; `resume` goes on and `stop` ends the run.
    """

    kind: Literal["train"] = "train"
    targets: tuple[str, ...]
    seed: int
    epochs: int
    pauses_per_epoch: int
    threads: int
    shuffle_seed: int | None = Field(
        default=None, description="of the order in which whatever trains has its values shuffled"
    )
    own_seeds_moved: int = Field(
        default=0, description="what is added to the seeds that student code sets itself"
    )
    mixed_precision: bool = Field(
        default=False, description="whether networks compute in bfloat16 between images and scores"
    )


class Resume(Message):
    """Go on with the paused run."""

    kind: Literal["resume"] = "resume"


class Stop(Message):
    """End the paused run."""

    kind: Literal["stop"] = "stop"


class Predict(Message):
    """Scores of a target for ``images``, (N, H, W, 3) uint8, through the student's transform."""

    kind: Literal["predict"] = "predict"
    target: str
    threads: int


class Close(Message):
    """End the worker."""

    kind: Literal["close"] = "close"


Request = Annotated[
    Load
    | Call
    | Build
    | SetWeights
    | GetWeights
    | Shuffle
    | Train
    | Resume
    | Stop
    | Predict
    | Close,
    Field(discriminator="kind"),
]

# --- replies ------------------------------------------------------------------------------------


class Ready(Message):
    """The worker is isolated and waits for its first request."""

    kind: Literal["ready"] = "ready"
    layers: tuple[Name, ...]


class At(Message):
    """`load` is about to run this statement."""

    kind: Literal["at"] = "at"
    statement: int
    where: Location


class Alive(Message):
    """`train` goes on: a slow run is told from one that hangs."""

    kind: Literal["alive"] = "alive"


class Loaded(Message):
    """All cells were run."""

    kind: Literal["loaded"] = "loaded"
    syntax_error: Failure | None = None
    errors: Annotated[tuple[Failure, ...], Field(max_length=100)] = ()
    definitions: dict[Name, Definition] = Field(default_factory=dict)
    recorded: Annotated[tuple[Recorded, ...], Field(max_length=500)] = ()
    skipped: Annotated[tuple[Skipped, ...], Field(max_length=100)] = ()
    mended: Annotated[tuple[Name, ...], Field(max_length=10)] = Field(
        default=(), description="the functions that a right one took the place of"
    )
    without_gpu: bool = Field(
        default=False, description="a GPU was named, and the CPU took its place"
    )
    output: Annotated[str, Field(max_length=1 << 20)] = ""


class Value(Message):
    """What a call returned: the tensor ``result`` in the body, or a description of what it was."""

    kind: Literal["value"] = "value"
    type_name: Name
    text: Text = ""
    shape: Shape | None = None
    dtype: Name | None = None
    device: Name | None = None


class Gradients(Message):
    """Gradients in the body, by ``argument:I`` / ``argument:I.J`` / ``parameter:NAME``."""

    kind: Literal["gradients"] = "gradients"


class Built(Message):
    """A new model exists."""

    kind: Literal["built"] = "built"
    target: Name
    model: Model


class Weights(Message):
    """The parameters in the body; non-finite or empty ones included."""

    kind: Literal["weights"] = "weights"


class Done(Message):
    """It is done; nothing to say."""

    kind: Literal["done"] = "done"


class Paused(Message):
    """Training stands still after that many iterations."""

    kind: Literal["paused"] = "paused"
    iteration: int = Field(ge=0, le=10**9)
    epoch: float = Field(ge=0, le=10**6, allow_inf_nan=False)
    loss: float | None = None


Habit = Literal["gradients_kept", "loss_summed"]
"""What spoils a training that does it in each step."""


class Trained(Message):
    """The run is over: by itself, at the end of its budget, or by an exception."""

    kind: Literal["trained"] = "trained"
    iteration: int = Field(ge=0, le=10**9)
    epoch: float = Field(ge=0, le=10**6, allow_inf_nan=False)
    loss: float | None = None
    error: Failure | None = None
    optimizers: Annotated[tuple[Optimizer, ...], Field(max_length=MAX_OPTIMIZERS)] = Field(
        default=(), description="those that changed what was trained, as they stepped"
    )
    optimizers_beside: Annotated[tuple[Optimizer, ...], Field(max_length=MAX_OPTIMIZERS)] = Field(
        default=(), description="those that stepped, too, and changed nothing of it"
    )
    habits: Annotated[tuple[Habit, ...], Field(max_length=2)] = ()


class Raised(Message):
    """Student code raised instead of answering."""

    kind: Literal["raised"] = "raised"
    error: Failure


Notice = At | Alive
"""What may come before a reply."""

Reply = Annotated[
    Ready
    | At
    | Alive
    | Loaded
    | Value
    | Gradients
    | Built
    | Weights
    | Done
    | Paused
    | Trained
    | Raised,
    Field(discriminator="kind"),
]

REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
