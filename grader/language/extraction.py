"""What Babel is told to find besides marked sentences: see `babel.cfg`.

Some of what students read is no call of `_`: the first line of a check's docstring, the words of a
misconception, the titles in rubric.yaml. Each of these is translated where it is used.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO, cast

import yaml
from babel.messages.extract import extract_python

Found = tuple[int, str | None, str | tuple[str, ...], list[str]]
"""Line, function, message or messages, comments."""
Keywords = Mapping[str, tuple[int, ...] | None]


def checks(
    file: IO[bytes],
    keywords: Keywords,
    comment_tags: Collection[str],
    options: Mapping[str, str],
) -> Iterator[Found]:
    """Marked sentences, and the first line of every test's docstring."""
    # Its types say something else than it gives.
    yield from cast("Iterator[Found]", extract_python(file, keywords, comment_tags, {}))
    file.seek(0)
    for node in ast.parse(file.read()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            summary = (ast.get_docstring(node) or "").partition("\n")[0]
            if summary:
                yield node.lineno, "_", summary, []


def fields(
    file: IO[bytes],
    keywords: Keywords,
    comment_tags: Collection[str],
    options: Mapping[str, str],
) -> Iterator[Found]:
    """The texts that are given as the arguments named in the option `fields`."""
    names = options["fields"].split()
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.keyword) and node.arg in names:
            text = ast.literal_eval(node.value)
            yield node.value.lineno, "_", text, []


def titles(
    file: IO[bytes],
    keywords: Keywords,
    comment_tags: Collection[str],
    options: Mapping[str, str],
) -> Iterator[Found]:
    """The titles of a rubric's questions."""
    top = yaml.compose(file)
    questions = [each for key, each in _pairs(top) if key.value == "questions"]
    for key, value in _pairs(questions[0]):
        if key.value == "title":
            yield value.start_mark.line + 1, "_", value.value, []


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key, value
            yield from _pairs(value)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _pairs(each)
