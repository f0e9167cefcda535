"""What messages are made of: cells, places, layers, parameters, recorded trainings.

Checked by pydantic on arrival, as the messages are (`grader.protocol.messages`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=20_000)]
Shape = Annotated[tuple[Annotated[int, Field(ge=-(2**40), le=2**40)], ...], Field(max_length=16)]
Name = Annotated[str, Field(max_length=500)]
MAX_FILE = 4096
File = Annotated[str, Field(max_length=MAX_FILE)]
"""A file of the student's, relative to what was handed in."""
Scalar = bool | int | float | Annotated[str, Field(max_length=500)] | None


class Message(BaseModel):
    """Base: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(Message):
    """Source that is run in order; `stop_at_error` is how a notebook cell behaves."""

    file: File
    source: str
    first_line: int = 1
    stop_at_error: bool = False


class Location(Message):
    """A line of the student's work."""

    file: File
    line: Annotated[int, Field(ge=0, le=10**9)] | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}, line {self.line}"


class Failure(Message):
    """An exception of student code, cut down to the student's own lines, outermost first.

    `ends_cell` says that the rest of its notebook cell was left out, as in a notebook.
    """

    type_name: Name
    message: Text
    ends_cell: bool = False
    places: Annotated[tuple[Location, ...], Field(max_length=32)] = ()


class TensorArgument(Message):
    """The tensor of that name in the frame's body; not contiguous in memory if so asked."""

    tensor: str
    contiguous: bool = True


Argument = TensorArgument | tuple[TensorArgument, ...]


class Layer(Message):
    """A leaf module: class name and its settings (in_channels, padding, ...).

    `base` is the layer of PyTorch's that a class of the student's own derives from; else empty.
    """

    type_name: Name
    base: Name = ""
    settings: Annotated[dict[Name, Scalar | Shape], Field(max_length=30)] = {}

    @property
    def kind(self) -> str:
        """Which layer it is: the class of PyTorch's that it is or derives from, else its own."""
        return self.base or self.type_name


class Parameter(Message):
    """A parameter of a model, or the n-th tensor of a list of weights."""

    name: Name
    shape: Shape
    dtype: Name
    requires_grad: bool


class Model(Message):
    """What a model is made of; `identity` is equal for the same object."""

    identity: int
    type_name: Name
    sequential: bool
    layers: Annotated[tuple[Layer, ...], Field(max_length=1000)] = ()
    parameters: Annotated[tuple[Parameter, ...], Field(max_length=2000)] = ()


MAX_OPTIMIZERS = 8
"""Optimizers of one run that are told of."""


class Optimizer(Message):
    """An optimizer's class and settings; a setting that differs between groups reads "varies"."""

    type_name: Name
    settings: Annotated[dict[Name, Scalar], Field(max_length=30)] = {}
    holds_model: bool = Field(description="whether it holds exactly the model's parameters")


class Recorded(Message):
    """One training that the submission asks for; recorded, not yet executed."""

    target: Name
    api: Literal["part2", "part34", "loop", "built"]
    where: Location
    names: Annotated[tuple[Name, ...], Field(max_length=10)] = Field(
        default=(), description="what the model is called after the last cell"
    )
    function: Name | None = Field(default=None, description="model_fn's name (part2)")
    model: Model | None = None
    optimizer: Optimizer | None = None
    learning_rate: float | None = None
    epochs: int | None = None
    problem: Text | None = Field(default=None, description="why it cannot be trained")


class Definition(Message):
    """A name the homework asks for and where it came from."""

    origin: Literal["own", "given", "missing"]
    where: Location | None = None
    versions: Annotated[tuple[Location, ...], Field(max_length=10)] = Field(
        default=(), description="every definition of its own, in the order of running"
    )


class Skipped(Message):
    """A magic or shell line of a notebook, which does nothing here."""

    where: Location
    line: Name
