"""Gradescope's export: folders `submission_123` and `submission_metadata.yml`, which says whose.

A group's submission has several submitters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

from grader.intake.layouts.gradescope_metadata import items, read_records, text_of
from grader.intake.layouts.model import Entry, HandIn, Layout, Part, ReadText, Who
from grader.intake.limits import MAX_METADATA_BYTES

_METADATA = "submission_metadata.yml"
_FOLDER = re.compile(r"^submission_\d+$")


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    names = {entry.name for entry in entries}
    if _METADATA not in names:
        return frozenset()
    folders = {entry.name for entry in entries if entry.is_folder and _FOLDER.match(entry.name)}
    return frozenset(folders | {_METADATA})


def _read(entries: Sequence[Entry], read_text: ReadText) -> list[HandIn]:
    records = read_records(read_text(_METADATA, MAX_METADATA_BYTES))
    folders = {entry.name for entry in entries if entry.is_folder}
    hand_ins = [_hand_in(name, record, name in folders) for name, record in records.items()]
    unknown = sorted(folders - set(records))
    return hand_ins + [
        HandIn(
            id=name,
            members=(Who(label=name),),
            parts=(Part(name),),
            notes=(f"{_METADATA} does not say whose {name} is.",),
        )
        for name in unknown
    ]


def _hand_in(name: str, record: yaml.Node, is_there: bool) -> HandIn:
    members = tuple(_members(record))
    return HandIn(
        id=name,
        members=members or (Who(label=name),),
        parts=(Part(name),) if is_there else (),
        late=text_of(record, "late") == "true",
        older=tuple(_older(name, record)),
    )


def _members(record: yaml.Node) -> Iterator[Who]:
    for submitter in items(record, "submitters"):
        if isinstance(submitter, yaml.MappingNode):
            yield Who(
                name=text_of(submitter, "name"),
                number=text_of(submitter, "sid"),
                email=text_of(submitter, "email"),
            )


def _older(name: str, record: yaml.Node) -> Iterator[str]:
    for attempt in items(record, "history"):
        number = text_of(attempt, "id")
        if number is not None and f"submission_{number}" != name:
            yield f"submission {number} of {text_of(attempt, 'created_at')}"


GRADESCOPE = Layout(
    name="gradescope",
    title="a Gradescope export",
    form="submission_number",
    fitting=_fitting,
    read=_read,
)
