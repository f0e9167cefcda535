"""What scheduler side and worker say to each other: JSON within what Dask carries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from grader.jobs import Broken, CheckStarted, Finished, Opened, Record, Refused, Trained

TOPIC = "torchgrade"
"""Dask's topic for news. It keeps the last 1,000 of a topic, so one is enough for all gradings."""
SLOT = "slot"
"""Dask's resource: how many submissions a worker grades at once."""


class Lost(Record):
    """The examiner ended unexpectedly; the submission has no result."""

    kind: Literal["lost"] = "lost"


class Installation(Record):
    """What differs, where two machines would not give the same results."""

    python: str
    packages: tuple[str, ...]


class Begun(Record):
    """A worker is about to hand the submission to an examiner."""

    kind: Literal["begun"] = "begun"


class Left(Record):
    """The worker ends in good order while it grades: what was begun is lost, and nobody's loss."""

    kind: Literal["left"] = "left"


class Differs(Record):
    """Nothing was graded: what this worker grades with is not what was asked for."""

    kind: Literal["differs"] = "differs"
    opened: Opened
    installation: Installation


Happening = Annotated[CheckStarted | Trained | Begun | Left, Field(discriminator="kind")]

Outcome = Annotated[
    Opened | Finished | Lost | Differs | Refused | Broken,
    Field(discriminator="kind"),
]


class Answer(Record):
    """What a task returns."""

    worker: str = Field(description="the worker's address")
    outcome: Outcome


class News(Record):
    """Something happened in a submission that is being graded."""

    task: str
    event: Happening


ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
NEWS: TypeAdapter[News] = TypeAdapter(News)
