"""The shipped rubric, and every mistake an author can make in one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.checks.catalogue import known_checks, known_mistakes
from grader.errors import RubricError
from grader.results import RUN_NAMES, Visibility
from grader.rubric import Rubric, load_rubric

SHIPPED = Path(__file__).parents[2] / "rubric.yaml"
KNOWN = known_checks()

Edit = Callable[[str, str], int]


def refusal(path: Path) -> RubricError:
    with pytest.raises(RubricError) as caught:
        load_rubric(path, KNOWN)
    assert str(path) in str(caught.value)
    return caught.value


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    """A copy of the shipped rubric, to be spoilt."""
    return Path(tmp_path, "rubric.yaml").resolve()


@pytest.fixture
def edit(rubric: Path) -> Edit:
    """Replaces the first occurrence of a text in the copy; returns the line it stands on."""
    rubric.write_bytes(SHIPPED.read_bytes())

    def replace(old: str, new: str) -> int:
        text = rubric.read_text(encoding="utf-8")
        assert old in text
        rubric.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return replace


def test_the_shipped_rubric_is_worth_100_points() -> None:
    rubric = load_rubric(SHIPPED, KNOWN, known_mistakes())
    assert rubric.points == 100
    assert sum(question.points for question in rubric.questions) == 100
    assert sum(check.points for check in rubric.checks) == 100


def test_the_shipped_rubric_uses_every_check_that_exists() -> None:
    assert {check.id for check in load_rubric(SHIPPED, KNOWN).checks} == set(KNOWN)


def test_the_shipped_rubric_gives_every_run_a_threshold_and_a_budget() -> None:
    runs = load_rubric(SHIPPED, KNOWN).runs
    assert set(runs) == set(RUN_NAMES)
    assert all(0 < run.threshold < 1 and run.epochs >= 1 for run in runs.values())


def test_a_container_lowers_limits_and_raises_none(edit: Edit, rubric: Path) -> None:
    edit("total_seconds: 420\n    memory_mb: 512", "total_seconds: 99\n    memory_mb: 9999")
    loaded = load_rubric(rubric, KNOWN)
    within = loaded.within("small").limits
    assert within.total_seconds == 99
    assert within.memory_mb == loaded.limits.memory_mb
    assert within.load_seconds == loaded.limits.load_seconds


def test_a_container_that_is_missing_is_named(edit: Edit, rubric: Path) -> None:
    edit("  large:\n    needs", "  huge:\n    needs")
    assert "large" in str(refusal(rubric))


def test_the_fingerprint_changes_with_the_content_alone(edit: Edit, rubric: Path) -> None:
    shipped = load_rubric(SHIPPED, KNOWN)
    assert load_rubric(rubric, KNOWN).fingerprint == shipped.fingerprint
    edit("points: 15", "points: 16")
    changed = load_rubric(rubric, KNOWN)
    assert changed.points == 101
    assert changed.fingerprint != shipped.fingerprint


def test_visibility_and_a_time_limit_can_be_set_for_one_check(edit: Edit, rubric: Path) -> None:
    edit("        points: 15", "        points: 15\n        visibility: hidden\n        timeout: 9")
    check = load_rubric(rubric, KNOWN).checks[-1]
    assert check.visibility is Visibility.HIDDEN
    assert check.timeout == 9


def test_a_rubric_cannot_be_changed_after_loading() -> None:
    rubric = load_rubric(SHIPPED, KNOWN)
    with pytest.raises(ValueError, match="frozen"):
        rubric.assignment.seed = 1  # type: ignore[misc]
    assert isinstance(rubric, Rubric)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            "id: flatten.shape",
            "id: flatten.shapes",
            "no check 'flatten.shapes'",
            id="unknown-check",
        ),
        pytest.param(
            "points: 15", "points: -1", "greater than or equal to 0", id="negative-points"
        ),
        pytest.param("points: 15", "points: .nan", "finite number", id="nan-points"),
        pytest.param("points: 15", "points: .inf", "finite number", id="infinite-points"),
        pytest.param("points: 15", "points: many", "valid number", id="points-no-number"),
        pytest.param("points: 15", "points: yes", "valid number", id="points-a-truth-value"),
        pytest.param("threshold: 0.55", "threshold: 55", "less than or equal to 1", id="percent"),
        pytest.param("momentum: 0.9", "momentum: -0.9", "greater than", id="negative-momentum"),
        pytest.param("epochs: 10", "epochs: 0", "greater than 0", id="no-epochs"),
        pytest.param("epochs: 10", "epochs: 1.5", "integer", id="half-an-epoch"),
        pytest.param('title: "flatten"', "title: [flatten]", "string", id="title-a-list"),
        pytest.param("[flatten.shape]", "flatten.shape", "valid list", id="needs-no-list"),
        pytest.param("id: flatten.values", "id: flatten.shape", "stands twice", id="check-twice"),
        pytest.param("id: question_1", "id: flatten", "stands twice", id="question-twice"),
        pytest.param("  restarts: 6", "  restart: 6", "'limits.restart'", id="unknown-key"),
        pytest.param("  seed: 2020", "  id: 2020", "'id' stands twice", id="key-twice"),
        pytest.param("[flatten.shape]", "[flatten.form]", "'flatten.form'", id="needs-unknown"),
        pytest.param("[flatten.shape]", "[question_1]", "'question_1'", id="needs-a-later-one"),
        pytest.param("[flatten.shape]", "[flatten.values]", "no earlier", id="needs-itself"),
        pytest.param("[flatten.shape]", "[flatten]", "no earlier", id="needs-a-question"),
        pytest.param("schema_version: 1", "schema_version: 2", "less than", id="other-version"),
        pytest.param("points: 15", "points: *x", "undefined alias|aliases", id="alias"),
        pytest.param("points: 15", "points: !!python/none", "constructor", id="python-tag"),
        pytest.param(
            "schema_version", "fingerprint: a\nschema_version", "'fingerprint'", id="own-print"
        ),
        pytest.param("mean: [0.4914, ", "mean: [", "data.mean", id="two-means"),
        pytest.param("  challenge:  ", "  contest:  ", "contest|challenge", id="unknown-run"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    edit: Edit, rubric: Path, old: str, new: str, says: str
) -> None:
    line = edit(old, new)
    error = refusal(rubric)
    assert error.line == line
    assert str(error).startswith(f"{rubric}:{line}: ")
    assert re.search(says, str(error))


def test_a_later_check_cannot_be_a_premise(edit: Edit, rubric: Path) -> None:
    line = edit("needs: [module.structure]", "needs: [module.values]")
    error = refusal(rubric)
    assert error.line == line
    assert "'module.sizes' needs 'module.values'" in str(error)


def test_a_missing_key_is_named_at_the_place_that_lacks_it(edit: Edit, rubric: Path) -> None:
    line = edit("  memory_mb: 4096\n", "")
    error = refusal(rubric)
    assert "'limits.memory_mb' is missing" in str(error)
    text = rubric.read_text(encoding="utf-8").splitlines()
    assert error.line is not None
    assert error.line < line
    assert text[error.line - 1].startswith("limits:")


def test_a_setting_that_a_check_cannot_do_without_is_asked_for(edit: Edit, rubric: Path) -> None:
    line = edit("{optimizer: {name: SGD, momentum: 0.0, nesterov: false}}", "{images: 5}")
    error = refusal(rubric)
    assert error.line == line
    assert "'module.optimizer' needs settings.optimizer" in str(error)


@pytest.mark.parametrize(
    ("check", "partial", "says"),
    [
        ("points: 15", "{mistakes: {softmax: 15}}", "partial credit must be less"),
        ("points: 15", "{mistakes: {no_such_mistake: 1}}", "no known mistake 'no_such_mistake'"),
        ("points: 15", "{accuracies: [{least: 0.7, points: 1}]}", "below its threshold"),
        ("points: 9", "{accuracies: [{least: 0.1, points: 1}]}", "a run's accuracy alone"),
        ("points: 15", "{accuracies: [{least: 70, points: 1}]}", "less than or equal to 1"),
        ("points: 15", "{mistakes: {softmax: -1}}", "greater than 0"),
    ],
)
def test_partial_credit_that_is_none_is_refused(
    edit: Edit, rubric: Path, check: str, partial: str, says: str
) -> None:
    line = edit(check, f"{check}\n        partial: {partial}")
    with pytest.raises(RubricError, match=says) as caught:
        load_rubric(rubric, KNOWN, known_mistakes())
    assert caught.value.line == line + 1


def test_a_missing_run_is_named_at_the_runs(edit: Edit, rubric: Path) -> None:
    edit("  challenge:          {threshold: 0.70, epochs: 10, mixed_precision: true}\n", "")
    error = refusal(rubric)
    assert "'runs' is wrong: it lacks challenge." in str(error)
    assert error.line is not None
    assert rubric.read_text(encoding="utf-8").splitlines()[error.line - 1].startswith("runs:")


def test_a_merge_of_an_anchor_counts_as_an_alias(edit: Edit, rubric: Path) -> None:
    edit("limits:", "limits: &limits")
    line = edit("training:", "training:\n  <<: *limits") + 1
    error = refusal(rubric)
    assert error.line == line
    assert "write it out" in str(error)


@pytest.mark.parametrize(
    ("old", "new"),
    [("points: 15", "points: [15"), ("points: 15", "points: 15\n\tx: 1"), ("data:\n", "data\n")],
    ids=["open-bracket", "tab", "colon-forgotten"],
)
def test_broken_yaml_is_named_with_a_line(edit: Edit, rubric: Path, old: str, new: str) -> None:
    line = edit(old, new)
    error = refusal(rubric)
    assert "not valid YAML" in str(error)
    assert error.line is not None
    assert line <= error.line <= line + 3


@pytest.mark.parametrize("content", ["", "# nothing\n", "- a\n- b\n", "HW 05", "null", "1.5"])
def test_what_is_no_mapping_is_refused(rubric: Path, content: str) -> None:
    rubric.write_text(content, encoding="utf-8")
    assert "A rubric is a mapping" in str(refusal(rubric))


def test_two_documents_in_one_file_are_refused(edit: Edit, rubric: Path) -> None:
    line = edit("questions:", "---\nquestions:")
    assert refusal(rubric).line == line


@pytest.mark.parametrize("bad", [b"\xff", b"\xc5\xeb", b"\x00", b"\x07"])
def test_bytes_that_are_no_text_are_named_with_their_line(rubric: Path, bad: bytes) -> None:
    lines = SHIPPED.read_bytes().splitlines(keepends=True)
    lines[10] = b'  title: "' + bad + b'"\n'
    rubric.write_bytes(b"".join(lines))
    error = refusal(rubric)
    assert error.line == 11
    assert "UTF-8" in str(error)


def test_a_missing_file_is_refused(rubric: Path) -> None:
    assert "cannot be read" in str(refusal(rubric))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in str(refusal(tmp_path))


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_without_end_is_refused(rubric: Path, opening: str) -> None:
    rubric.write_text(opening * 20_000, encoding="utf-8")
    assert "YAML" in str(refusal(rubric))


@pytest.mark.parametrize("key", ["2020-01-01", "1", "1.5", "yes", "null", "~", "!!binary aGk="])
@pytest.mark.parametrize("place", ["questions:\n", "data:\n"])
def test_a_key_that_is_no_text_is_refused_with_its_line(
    edit: Edit, rubric: Path, key: str, place: str
) -> None:
    if place == "data:\n":
        line = edit(place, f"{place}  {key}: x\n") + 1
    else:
        line = edit(place, f"{key}: x\n{place}")
    error = refusal(rubric)
    assert "is no text. Correct it." in str(error)
    assert error.line == line


@pytest.mark.parametrize("key", ["? [a, b]\n:", "? {a: b}\n:"])
def test_a_key_of_several_parts_is_refused(edit: Edit, rubric: Path, key: str) -> None:
    edit("questions:\n", f"{key} x\nquestions:\n")
    assert refusal(rubric).line is not None
