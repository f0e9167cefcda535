"""The catalogue of checks, which the rubric and the documentation are held against."""

from __future__ import annotations

import ast
from pathlib import Path

import grader.checks
from grader.checks.catalogue import check_id, known_checks, known_mistakes
from grader.rubric import Settings, load_rubric
from reference.misconceptions import MISCONCEPTIONS

RUBRIC = Path(__file__).parents[2] / "rubric.yaml"
CHECKS = Path(grader.checks.__path__[0])


def test_the_checks_are_those_of_the_rubric() -> None:
    rubric = load_rubric(RUBRIC, known_checks())
    assert sorted(check.id for check in rubric.checks) == sorted(known_checks())


def test_every_check_says_in_a_sentence_what_it_checks() -> None:
    for identifier, check in known_checks().items():
        assert check.title.endswith("."), identifier
        assert " " in check.title, identifier
        assert not check.title.startswith("test_"), identifier


def test_the_settings_a_check_asks_for_exist() -> None:
    for identifier, check in known_checks().items():
        assert set(check.settings) <= set(Settings.model_fields), identifier
    assert known_checks()["module.optimizer"].settings == ("optimizer",)


def test_every_test_function_is_in_the_catalogue() -> None:
    found = {
        check_id(path.stem, node.name)
        for path in CHECKS.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert set(known_checks()) == found


def test_an_id_is_module_and_test() -> None:
    assert check_id("test_flatten", "test_shape") == "flatten.shape"


def test_the_known_mistakes_are_those_of_the_reference() -> None:
    assert known_mistakes() == set(MISCONCEPTIONS)
