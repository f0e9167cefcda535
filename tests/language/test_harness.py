"""What the harness says of student code is known where it is translated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path
from string import Formatter

import pytest

import grader.harness
from grader.language.harness import SENTENCES, from_harness

FILES = sorted(Path(grader.harness.__file__).parent.rglob("*.py"))
FOR_NO_STUDENT = {
    "nothing is loaded",
    "Required crop size {} is larger than input image size {}",  # as torchvision says it
}


class InBrackets(NullTranslations):
    """Another language."""

    def gettext(self, message: str) -> str:
        return f"<{message}>"


@pytest.fixture
def other_language(monkeypatch):
    monkeypatch.setattr("grader.language.catalogue", lambda _language: InBrackets())


def text_of(node: ast.AST | None) -> str | None:
    """The text that an expression is, with `{}` for what an f-string is given."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "{}" for part in node.values)
    return None


def texts() -> set[str | None]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in FILES]
    return {text_of(node) for tree in trees for node in ast.walk(tree)}


def told() -> Iterator[ast.AST]:
    """What the harness raises, and what it finds wrong with a training."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                yield from node.exc.args[:1]
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(".problem"):
                yield node.value
            elif isinstance(node, ast.keyword) and node.arg == "problem":
                yield from ast.walk(node.value)
            elif isinstance(node, ast.FunctionDef) and node.name.endswith("_problem"):
                yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Return) if n.value)


def without_names(sentence: str) -> str:
    parts = Formatter().parse(sentence)
    return "".join(text if name is None else f"{text}{{}}" for text, name, *_rest in parts)


def filled_in(sentence: str) -> str:
    names = [name for _text, name, *_rest in Formatter().parse(sentence) if name]
    return sentence.format(**{name: f"Its{number}" for number, name in enumerate(names)})


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_stands_in_the_source_of_the_harness(sentence):
    form, found = without_names(sentence), texts()
    # What is added to a message of Python's stands there without it.
    assert form in found or form.removeprefix("{}") in found


def test_what_the_harness_tells_students_is_known():
    known = {without_names(sentence) for sentence in SENTENCES} | FOR_NO_STUDENT
    said = {text for text in map(text_of, told()) if text is not None}
    assert len(said) > 10
    assert said <= known


@pytest.mark.parametrize("sentence", SENTENCES)
def test_in_english_it_stays_as_it_is(sentence):
    assert from_harness(filled_in(sentence)) == filled_in(sentence)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_it_is_translated_with_its_values(sentence, other_language):
    assert from_harness(filled_in(sentence)) == f"<{filled_in(sentence)}>"


def test_a_value_is_no_template(other_language):
    assert from_harness("{what} is no function") == "<{what} is no function>"


@pytest.mark.parametrize(
    "text", ["", "division by zero", "no learning_rate is set.", f"{'x' * 201} is no function"]
)
def test_what_student_code_says_itself_stays_as_it_is(text, other_language):
    assert from_harness(text) == text
