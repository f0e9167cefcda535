"""Reads rubric.yaml; every mistake in it is told with file, line and mend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from grader.errors import RubricError
from grader.rubric.models import Rubric


def default_rubric() -> Path:
    """The shipped rubric: beside the packages in a source tree, in `reference` when installed."""
    top = Path(__file__).parents[2]
    in_tree = top / "rubric.yaml"
    return in_tree if in_tree.exists() else top / "reference" / "rubric.yaml"


@dataclass(frozen=True)
class KnownCheck:
    """A check that exists: what it checks, and the settings it cannot do without."""

    title: str
    settings: tuple[str, ...] = ()


def load_rubric(path: Path, known_checks: Mapping[str, KnownCheck]) -> Rubric:
    """Read and validate a rubric.

    Args:
        path: the YAML file.
        known_checks: the checks that exist, by id.

    Raises:
        RubricError: with file, line and mend, for anything that is not a usable rubric.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RubricError(f"The rubric cannot be read: {error.strerror}.", path) from error
    root, raw = _parse(content, path)
    if root is None or not isinstance(raw, dict):
        raise RubricError("A rubric is a mapping with the keys assignment, questions, ...", path, 1)
    _refuse_bad_keys(root, path)
    if "fingerprint" in raw:
        raise RubricError("Unknown key 'fingerprint'. Remove it.", path, _line(root, "fingerprint"))
    try:
        # As strict JSON, a list is still a tuple, but `yes` is no number and 1.5 is no count.
        raw["fingerprint"] = hashlib.sha256(content).hexdigest()
        rubric = Rubric.model_validate_json(json.dumps(raw, default=str), strict=True)
    except ValidationError as error:
        # A misspelt key is two errors, and its spelling is the one to mend.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        line = _line(root, *first["loc"])
        raise RubricError(
            _sentence(first["loc"], first["type"], first["msg"]), path, line
        ) from None
    _refuse_bad_ids(rubric, root, path, known_checks)
    return rubric


def _sentence(location: tuple[int | str, ...], kind: str, message: str) -> str:
    place = ".".join(str(part) for part in location) or "the rubric"
    if kind == "extra_forbidden":
        return f"Unknown key '{place}'. Remove it or correct its spelling."
    if kind == "missing":
        return f"'{place}' is missing. Add it."
    # pydantic speaks of JSON; the author wrote YAML.
    text = (
        message.removeprefix("Value error, ").replace("array", "list").replace("object", "mapping")
    )
    return f"'{place}' is wrong: {text[0].lower()}{text[1:]}. Correct the value."


_TEXT = "tag:yaml.org,2002:str"


class _Loader(yaml.SafeLoader):
    """Refuses aliases: a line number would have two meanings, and a small file could be huge."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # no stub
            raise yaml.composer.ComposerError(
                None, None, "aliases are not allowed here: write it out", mark
            )
        return super().compose_node(parent, index)


def _parse(content: bytes, path: Path) -> tuple[yaml.Node | None, object]:
    """The document as nodes, which know their lines, and as values."""
    try:
        loader = _Loader(_text(content, path))
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise RubricError(f"This is not valid YAML: {error.problem}.", path, line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RubricError(f"This is not valid YAML: {error}.", path) from error


def _text(content: bytes, path: Path) -> str:
    try:
        text = content.decode("utf-8-sig")
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        position = len(text[: bad.start()].encode()) if bad else None
    except UnicodeDecodeError as error:
        position = error.start
    if position is None:
        return text
    line = content.count(b"\n", 0, position) + 1
    raise RubricError("This line is no plain text. Save the file as UTF-8.", path, line)


def _refuse_bad_keys(node: yaml.Node, path: Path) -> None:
    """Refuse keys that stand twice, and what YAML reads as a date, a number, yes or no."""
    for mapping in _mappings(node):
        seen: set[str] = set()
        for key, _ in mapping.value:
            line = key.start_mark.line + 1
            if key.tag != _TEXT:
                written = f" '{key.value}'" if isinstance(key, yaml.ScalarNode) else ""
                raise RubricError(f"The key{written} is no text. Correct it.", path, line)
            if key.value in seen:
                raise RubricError(f"The key '{key.value}' stands twice. Remove one.", path, line)
            seen.add(key.value)


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


def _refuse_bad_ids(
    rubric: Rubric, root: yaml.Node, path: Path, known: Mapping[str, KnownCheck]
) -> None:
    questions: set[str] = set()
    seen: set[str] = set()
    for q, question in enumerate(rubric.questions):
        if question.id in questions:
            line = _line(root, "questions", q, "id")
            raise RubricError(f"The id '{question.id}' stands twice. Rename one.", path, line)
        questions.add(question.id)
        for c, check in enumerate(question.checks):
            place = ("questions", q, "checks", c)
            if check.id not in known:
                raise RubricError(
                    f"There is no check '{check.id}'. Known are: {', '.join(sorted(known))}.",
                    path,
                    _line(root, *place, "id"),
                )
            for setting in known[check.id].settings:
                if not getattr(check.settings, setting):
                    raise RubricError(
                        f"'{check.id}' needs settings.{setting}. Add it.",
                        path,
                        _line(root, *place, "settings"),
                    )
            for need in check.needs:
                if need not in seen:
                    raise RubricError(
                        f"'{check.id}' needs '{need}', which no earlier check is called. "
                        "Correct the id or move that check up.",
                        path,
                        _line(root, *place, "needs"),
                    )
            if check.id in seen:
                line = _line(root, *place, "id")
                raise RubricError(f"The id '{check.id}' stands twice. Remove one.", path, line)
            seen.add(check.id)


def _line(root: yaml.Node, *location: int | str) -> int:
    """The 1-based line of the deepest node of `location` that exists."""
    node, line = root, root.start_mark.line + 1
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
