"""Gradescope's export: folders `submission_123` and `submission_metadata.yml`, which says whose.

A group's submission has several submitters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.intake.layouts.gradescope_metadata import Record, read_metadata
from grader.intake.layouts.model import Entry, HandIn, Layout, OpenText, Part, Who
from grader.intake.limits import MAX_SUBMITTERS

_METADATA = "submission_metadata.yml"
_FOLDER = re.compile(r"^submission_\d+$")


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    names = {entry.name for entry in entries}
    if _METADATA not in names:
        return frozenset()
    folders = {entry.name for entry in entries if entry.is_folder and _FOLDER.match(entry.name)}
    return frozenset(folders | {_METADATA})


def _read(entries: Sequence[Entry], open_text: OpenText) -> list[HandIn]:
    with open_text(_METADATA) as text:
        metadata = read_metadata(text)
    records = metadata.records
    folders = {entry.name for entry in entries if entry.is_folder}
    hand_ins = [_hand_in(name, record, name in folders) for name, record in records.items()]
    unknown = sorted(folders - set(records))
    read = "" if metadata.cut is None else f" It was read up to line {metadata.cut:,}."
    return hand_ins + [
        HandIn(
            id=name,
            members=(Who(label=name),),
            parts=(Part(name),),
            notes=(f"{_METADATA} does not say whose {name} is.{read}",),
        )
        for name in unknown
    ]


def _hand_in(name: str, record: Record, is_there: bool) -> HandIn:
    members = tuple(
        Who(name=each.get("name"), number=each.get("sid"), email=each.get("email"))
        for each in record.submitters
    )
    return HandIn(
        id=name,
        members=members or (Who(label=name),),
        parts=(Part(name),) if is_there else (),
        late=record.fields.get("late") == "true",
        older=tuple(_older(name, record)),
        notes=tuple(_said_of_cuts(name, record)),
    )


def _older(name: str, record: Record) -> Iterator[str]:
    for attempt in record.history:
        number = attempt.get("id")
        if number is not None and f"submission_{number}" != name:
            yield f"submission {number} of {attempt.get('created_at')}"


def _said_of_cuts(name: str, record: Record) -> Iterator[str]:
    """What of a record was not read: it may be whose work it is, too."""
    if record.cut is not None:
        yield (
            f"What {_METADATA} says of {name} was read up to line {record.cut:,}: it is longer "
            "than any homework's. Look at whose work it is."
        )
    if record.is_crowded:
        yield (
            f"{_METADATA} names more than {MAX_SUBMITTERS} people for {name}; "
            f"the first {MAX_SUBMITTERS} are listed."
        )


GRADESCOPE = Layout(
    name="gradescope",
    title="a Gradescope export",
    form="submission_number",
    fitting=_fitting,
    read=_read,
)
