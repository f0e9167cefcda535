"""Gradescope's export: folders `submission_123` and `submission_metadata.yml`, which says whose.

The metadata is YAML as Ruby writes it: its keys are symbols (`:submitters`). A group's submission
has several submitters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from grader.intake.layouts.model import Entry, HandIn, Layout, Part, ReadText, Who
from grader.intake.limits import MAX_METADATA_BYTES

_METADATA = "submission_metadata.yml"
_MAX_DEPTH = 50
_FOLDER = re.compile(r"^submission_\d+$")


# Its base is chosen while running: the parser in C, where PyYAML was built with it.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain values only; what Ruby tags as an object of its own is read as what it consists of."""


def _untagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> object:
    del tag
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return node.value


_Loader.add_multi_constructor("!", _untagged)


def _fitting(entries: Sequence[Entry]) -> frozenset[str]:
    names = {entry.name for entry in entries}
    if _METADATA not in names:
        return frozenset()
    folders = {entry.name for entry in entries if entry.is_folder and _FOLDER.match(entry.name)}
    return frozenset(folders | {_METADATA})


def _read(entries: Sequence[Entry], read_text: ReadText) -> list[HandIn]:
    records = _records(read_text(_METADATA, MAX_METADATA_BYTES))
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


def _records(text: str) -> dict[str, Mapping[Any, Any]]:
    """The records by folder; none when it is no YAML, so that each folder stands for itself."""
    try:
        _refuse_depth(text)
        metadata = yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, TypeError):
        return {}
    if not isinstance(metadata, dict):
        return {}
    return {
        str(name): record
        for name, record in metadata.items()
        if _FOLDER.match(str(name)) and isinstance(record, dict)
    }


def _refuse_depth(text: str) -> None:
    """See that nothing is nested deeper than in any export: the loader recurses, and would crash.

    Raises:
        ValueError: something is.
    """
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deep")


def _hand_in(name: str, record: Mapping[Any, Any], is_there: bool) -> HandIn:
    members = tuple(_members(record))
    return HandIn(
        id=name,
        members=members or (Who(label=name),),
        parts=(Part(name),) if is_there else (),
        late=_get(record, "late") is True,
        older=tuple(_older(name, record)),
    )


def _members(record: Mapping[Any, Any]) -> Iterator[Who]:
    submitters = _get(record, "submitters")
    for submitter in submitters if isinstance(submitters, list) else ():
        if isinstance(submitter, dict):
            yield Who(
                name=_text(_get(submitter, "name")),
                number=_text(_get(submitter, "sid")),
                email=_text(_get(submitter, "email")),
            )


def _older(name: str, record: Mapping[Any, Any]) -> Iterator[str]:
    history = _get(record, "history")
    for attempt in history if isinstance(history, list) else ():
        if isinstance(attempt, dict):
            number, when = _get(attempt, "id"), _get(attempt, "created_at")
            if f"submission_{number}" != name:
                yield f"submission {number} of {when}"


def _get(record: Mapping[Any, Any], name: str) -> object:
    """A value by its symbol, or by the plain word."""
    return record.get(f":{name}", record.get(name))


def _text(value: object) -> str | None:
    return (str(value).strip() or None) if value is not None else None


GRADESCOPE = Layout(
    name="gradescope",
    title="a Gradescope export",
    form="submission_number",
    fitting=_fitting,
    read=_read,
)
