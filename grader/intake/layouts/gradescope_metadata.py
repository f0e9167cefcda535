"""Gradescope's `submission_metadata.yml`: YAML as Ruby writes it, read as what stands there.

Its keys are symbols (`:submitters`). Nothing is turned into a number or a date: Ruby leaves a name
such as `2026-02-30` without quotes, which other readers take for a day that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

_MAX_DEPTH = 50
_FOLDER = re.compile(r"^submission_\d+$")
_RECORD = re.compile(r"^(?=submission_\d+:)", re.MULTILINE)
_NOTHING = {"", "~", "null"}
# Its base is chosen while running: the parser in C, where PyYAML was built with it.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_records(text: str) -> dict[str, yaml.Node]:
    """The records by folder.

    Where the whole is no YAML, or nested deeper than any export, each record is read by itself, and
    one that cannot be read is left out.
    """
    try:
        return dict(_records(text))
    except (yaml.YAMLError, ValueError):
        pass
    found: dict[str, yaml.Node] = {}
    for block in _RECORD.split(text):
        try:
            found |= _records(block)
        except (yaml.YAMLError, ValueError):
            continue
    return found


def field(record: yaml.Node, name: str) -> yaml.Node | None:
    """A field by its symbol, or by the plain word; None where there is none."""
    if not isinstance(record, yaml.MappingNode):
        return None
    fields = {key.value: value for key, value in record.value if isinstance(key, yaml.ScalarNode)}
    return fields.get(f":{name}", fields.get(name))


def items(record: yaml.Node, name: str) -> list[yaml.Node]:
    """The items of a field that is a list; none where it is something else."""
    found = field(record, name)
    return found.value if isinstance(found, yaml.SequenceNode) else []


def text_of(record: yaml.Node, name: str) -> str | None:
    """A field as it is written; None where nothing is, or something that is no text."""
    found = field(record, name)
    if not isinstance(found, yaml.ScalarNode):
        return None
    is_plain = not found.style  # of the two parsers one says None, the other ""
    text = str(found.value).strip()
    return None if not text or (is_plain and text in _NOTHING) else text


def _records(text: str) -> Iterator[tuple[str, yaml.Node]]:
    """The records of a text.

    Raises:
        yaml.YAMLError: it is no YAML.
        ValueError: it is nested too deep, or holds characters that are none.
    """
    _refuse_depth(text)
    root = yaml.compose(text, _LOADER)
    if isinstance(root, yaml.MappingNode):
        for key, record in root.value:
            if isinstance(key, yaml.ScalarNode) and _FOLDER.match(key.value):
                yield key.value, record


def _refuse_depth(text: str) -> None:
    """See that nothing is nested deeper than in any export: the composer recurses, and would crash.

    Raises:
        ValueError: something is.
    """
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deep")
