"""YAML that an instructor writes: read strictly, and every mistake told with its line and mend."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from grader.errors import FileError

_TEXT = "tag:yaml.org,2002:str"
Location = int | str
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class YamlFile:
    """A document that knows its lines.

    Attributes:
        path: where it is.
        content: its bytes.
        value: its mapping; empty where the file holds nothing.
        error: what is raised where it is wrong.
    """

    path: Path
    content: bytes
    value: Mapping[str, object]
    error: type[FileError]
    _root: yaml.Node | None

    def wrong(self, message: str, *location: Location) -> FileError:
        """The error that says so, at the deepest node of a location that exists."""
        return self.error(message, self.path, self.line(*location))

    def line(self, *location: Location) -> int:
        """The 1-based line of the deepest node of a location that exists."""
        node = self._root
        line = 1 if node is None else node.start_mark.line + 1
        for part in location:
            if isinstance(node, yaml.MappingNode):
                entry = next(((k, v) for k, v in node.value if k.value == str(part)), None)
                if entry is None:
                    return line
                key, node = entry
                line = key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                if part >= len(node.value):
                    return line
                node = node.value[part]
                line = node.start_mark.line + 1
            else:
                return line
        return line

    def validated(self, model: type[M], **added: object) -> M:
        """Its mapping as a model; `added` are fields that no file may give.

        Raises:
            FileError: at the line that is wrong.
        """
        for name in added:
            if name in self.value:
                raise self.wrong(f"Unknown key '{name}'. Remove it.", name)
        try:
            # As strict JSON, a list is still a tuple, but `yes` is no number and 1.5 is no count.
            text = json.dumps({**self.value, **added}, default=str)
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, say
            raise self.error(f"It holds what is no usable value: {error}.", self.path) from None
        try:
            return model.model_validate_json(text, strict=True)
        except ValidationError as error:
            # A misspelt key is two errors, and its spelling is the one to mend.
            first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
            message = _sentence(first["loc"], first["type"], first["msg"])
            raise self.wrong(message, *first["loc"]) from None


def read_yaml(path: Path, what: str, keys: str, error: type[FileError]) -> YamlFile:
    """Read a file.

    Args:
        path: where it is.
        what: what it is called, as in "a rubric".
        keys: its keys, in words.
        error: what to raise.

    Raises:
        FileError: it cannot be read, is no YAML, or no mapping; with line and mend.
    """
    try:
        content = path.read_bytes()
    except OSError as failed:
        raise error(f"It cannot be read: {failed.strerror}.", path) from failed
    root, value = _parse(content, path, error)
    if root is None or not isinstance(value, dict):
        raise error(f"{what[0].upper()}{what[1:]} is a mapping with the keys {keys}.", path, 1)
    _refuse_bad_keys(root, path, error)
    return YamlFile(path, content, value, error, root)


def _sentence(location: tuple[Location, ...], kind: str, message: str) -> str:
    place = ".".join(str(part) for part in location) or "the file"
    if kind == "extra_forbidden":
        return f"Unknown key '{place}'. Remove it or correct its spelling."
    if kind == "missing":
        return f"'{place}' is missing. Add it."
    # pydantic speaks of JSON; the author wrote YAML.
    text = (
        message.removeprefix("Value error, ").replace("array", "list").replace("object", "mapping")
    )
    return f"'{place}' is wrong: {text[0].lower()}{text[1:]}. Correct the value."


class _Loader(yaml.SafeLoader):
    """Refuses aliases: a line number would have two meanings, and a small file could be huge."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # no stub
            raise yaml.composer.ComposerError(
                None, None, "aliases are not allowed here: write it out", mark
            )
        return super().compose_node(parent, index)


def _parse(content: bytes, path: Path, error: type[FileError]) -> tuple[yaml.Node | None, object]:
    """The document as nodes, which know their lines, and as values."""
    try:
        loader = _Loader(_text(content, path, error))
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as failed:
        line = failed.problem_mark.line + 1 if failed.problem_mark else None
        raise error(f"This is not valid YAML: {failed.problem}.", path, line) from failed
    except (yaml.YAMLError, ValueError, RecursionError) as failed:
        raise error(f"This is not valid YAML: {failed}.", path) from failed


def _text(content: bytes, path: Path, error: type[FileError]) -> str:
    try:
        text = content.decode("utf-8-sig")
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        position = len(text[: bad.start()].encode()) if bad else None
    except UnicodeDecodeError as failed:
        position = failed.start
    if position is None:
        return text
    line = content.count(b"\n", 0, position) + 1
    raise error("This line is no plain text. Save the file as UTF-8.", path, line)


def _refuse_bad_keys(node: yaml.Node, path: Path, error: type[FileError]) -> None:
    """Refuse keys that stand twice, and what YAML reads as a date, a number, yes or no."""
    for mapping in _mappings(node):
        seen: set[str] = set()
        for key, _ in mapping.value:
            line = key.start_mark.line + 1
            if key.tag != _TEXT:
                written = f" '{key.value}'" if isinstance(key, yaml.ScalarNode) else ""
                raise error(f"The key{written} is no text. Correct it.", path, line)
            if key.value in seen:
                raise error(f"The key '{key.value}' stands twice. Remove one.", path, line)
            seen.add(key.value)


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)
