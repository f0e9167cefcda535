"""Reads rubric.yaml; every mistake in it is told with file, line and mend."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import RubricError
from grader.results import RUN_NAMES
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


def load_rubric(
    path: Path,
    known_checks: Mapping[str, KnownCheck],
    known_mistakes: Collection[str] | None = None,
) -> Rubric:
    """Read and validate a rubric.

    Args:
        path: the YAML file.
        known_checks: the checks that exist, by id.
        known_mistakes: ids of the mistakes that can be named; None where nobody knows them.

    Raises:
        RubricError: with file, line and mend, for anything that is not a usable rubric.
    """
    file = read_yaml(path, "a rubric", "assignment, questions, ...", RubricError)
    rubric = file.validated(Rubric, fingerprint=hashlib.sha256(file.content).hexdigest())
    _refuse_bad_ids(rubric, file, known_checks)
    _refuse_bad_grants(rubric, file, known_mistakes)
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


def _refuse_bad_grants(rubric: Rubric, file: YamlFile, known: Collection[str] | None) -> None:
    """Partial credit that can never be given, or is none."""
    for q, question in enumerate(rubric.questions):
        for c, check in enumerate(question.checks):
            place = ("questions", q, "checks", c, "partial")
            if check.partial.most >= check.points and check.partial.most > 0:
                raise file.wrong(
                    f"'{check.id}' is worth {check.points:g} points, and partial credit must be "
                    "less. Lower it.",
                    *place,
                )
            unknown = sorted(set(check.partial.mistakes) - set(known)) if known else []
            if unknown:
                raise file.wrong(
                    f"There is no known mistake '{unknown[0]}'. `torchgrade audit` lists them.",
                    *place,
                    "mistakes",
                )
            run = next((name for name in RUN_NAMES if check.id == f"{name}.accuracy"), None)
            for n, step in enumerate(check.partial.accuracies):
                if run is None or step.least >= rubric.runs[run].threshold:
                    raise file.wrong(
                        "Accuracies earn points in checks of a run's accuracy alone, and below its "
                        "threshold. Correct or remove this.",
                        *place,
                        "accuracies",
                        n,
                    )
