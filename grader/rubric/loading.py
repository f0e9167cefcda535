"""Reads rubric.yaml; every mistake in it is told with file, line and mend."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import RubricError
from grader.rubric.models import Rubric
from grader.yamlfile import YamlFile, read_yaml


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
    file = read_yaml(path, "a rubric", "assignment, questions, ...", RubricError)
    rubric = file.validated(Rubric, fingerprint=hashlib.sha256(file.content).hexdigest())
    _refuse_bad_ids(rubric, file, known_checks)
    return rubric


def _refuse_bad_ids(rubric: Rubric, file: YamlFile, known: Mapping[str, KnownCheck]) -> None:
    questions: set[str] = set()
    seen: set[str] = set()
    for q, question in enumerate(rubric.questions):
        if question.id in questions:
            raise file.wrong(
                f"The id '{question.id}' stands twice. Rename one.", "questions", q, "id"
            )
        questions.add(question.id)
        for c, check in enumerate(question.checks):
            place = ("questions", q, "checks", c)
            if check.id not in known:
                raise file.wrong(
                    f"There is no check '{check.id}'. Known are: {', '.join(sorted(known))}.",
                    *place,
                    "id",
                )
            for setting in known[check.id].settings:
                if not getattr(check.settings, setting):
                    raise file.wrong(
                        f"'{check.id}' needs settings.{setting}. Add it.", *place, "settings"
                    )
            for need in check.needs:
                if need not in seen:
                    raise file.wrong(
                        f"'{check.id}' needs '{need}', which no earlier check is called. "
                        "Correct the id or move that check up.",
                        *place,
                        "needs",
                    )
            if check.id in seen:
                raise file.wrong(f"The id '{check.id}' stands twice. Remove one.", *place, "id")
            seen.add(check.id)
