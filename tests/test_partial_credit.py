"""Points for work that is not right, where the rubric grants them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from grader.batch.slot import single_slot
from grader.intake import read_submission
from grader.results import CheckStatus, RunStatus
from grader.rubric import default_rubric

SAMPLES = Path(__file__).parents[1] / "submissions"


@pytest.fixture
def graded(setup, tmp_path):
    """Grades work by a rubric of one check and those it needs: check and batch of results."""

    def grade(work, check, *, partial, train=False, threshold=None, needs=()):
        rubric = yaml.safe_load(default_rubric().read_text(encoding="utf-8"))
        wanted = {check, *needs}
        for question in rubric["questions"]:
            question["checks"] = [each for each in question["checks"] if each["id"] in wanted]
            for each in question["checks"]:
                each["needs"] = [need for need in each.get("needs", ()) if need in wanted]
                if each["id"] == check:
                    each["partial"] = partial
        rubric["questions"] = [each for each in rubric["questions"] if each["checks"]]
        if threshold is not None:
            rubric["runs"][check.removesuffix(".accuracy")]["threshold"] = threshold
            rubric["training"]["near_miss"] = 0.0
        path = tmp_path / "rubric.yaml"
        path.write_text(yaml.safe_dump(rubric), encoding="utf-8")
        chosen = setup.model_copy(update={"rubric": str(path), "train": train, "share": False})
        with single_slot(chosen) as slot:
            slot.open()
            result = slot.grade(read_submission(work), lambda event: None)
        checks = {each.id: each for question in result.questions for each in question.checks}
        return result, checks[check]

    return grade


def sample(name):
    return SAMPLES / name / "homework.py"


def test_a_known_mistake_earns_what_the_rubric_says(graded):
    result, check = graded(
        sample("missing_relu"),
        "three_layer_convnet.values",
        partial={"mistakes": {"relu_2_missing": 4}},
    )
    assert (check.status, check.score, result.score) == (CheckStatus.PARTIAL, 4, 4)
    assert check.misconception == "relu_2_missing"
    assert check.reason.endswith("By the rubric, this earns 4 of 9 points.")


def test_another_mistake_earns_nothing(graded):
    _, check = graded(
        sample("missing_relu"),
        "three_layer_convnet.values",
        partial={"mistakes": {"relu_1_missing": 4}},
    )
    assert (check.status, check.score) == (CheckStatus.FAILED, 0)
    assert "earns" not in check.reason


def test_the_shipped_rubric_grants_momentum_that_is_not_nesterovs(grade_quickly):
    result = grade_quickly(sample("no_nesterov"))
    checks = {each.id: each for question in result.questions for each in question.checks}
    optimizer = checks["sequential_convnet.optimizer"]
    assert (optimizer.status, optimizer.score) == (CheckStatus.PARTIAL, 2)
    assert result.max_score - result.left_out - result.score == 1


def test_a_mistake_beside_another_one_earns_nothing(grade_quickly, tmp_path):
    """Of the two, only the first is told."""
    source = sample("no_nesterov").read_text(encoding="utf-8")
    both = source.replace(
        "optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)",
        "optim.SGD(model[0].parameters(), lr=learning_rate, momentum=0.9)",
    )
    assert both != source
    (tmp_path / "homework.py").write_text(both, encoding="utf-8")
    result = grade_quickly(tmp_path / "homework.py")
    checks = {each.id: each for question in result.questions for each in question.checks}
    optimizer = checks["sequential_convnet.optimizer"]
    assert (optimizer.status, optimizer.score) == (CheckStatus.FAILED, 0)


def test_what_needs_a_check_is_not_run_where_it_earned_a_part(graded, tmp_path):
    rubric_check = "three_layer_convnet.values"
    result, _ = graded(
        sample("missing_relu"),
        rubric_check,
        partial={"mistakes": {"relu_2_missing": 4}},
        needs=("three_layer_convnet.gradients",),
    )
    last = result.questions[-1].checks[-1]
    assert (last.id, last.status) == ("three_layer_convnet.gradients", CheckStatus.SKIPPED)
    assert last.reason.startswith("Not run, because this did not pass")


STEPS = {"accuracies": [{"least": 0.15, "points": 0.5}, {"least": 0.2, "points": 1.5}]}


def test_an_accuracy_below_the_threshold_earns_the_best_step(graded):
    result, check = graded(
        sample("correct"), "sequential_fc.accuracy", partial=STEPS, train=True, threshold=0.99
    )
    assert result.runs["sequential_fc"].status is RunStatus.MISSED
    assert result.runs["sequential_fc"].best_val_accuracy > 0.2
    assert (check.status, check.score) == (CheckStatus.PARTIAL, 1.5)
    assert check.reason.endswith("By the rubric, this earns 1.5 of 2 points.")


def test_the_accuracy_of_another_network_earns_nothing(graded, tmp_path):
    """Else a deeper one were a way to points of a question that prescribes its network."""
    source = sample("correct").read_text(encoding="utf-8")
    deeper = source.replace(
        "        self.fc = nn.Linear(",
        "        self.more = nn.Linear(num_classes, num_classes)\n        self.fc = nn.Linear(",
    ).replace("scores = self.fc(flatten(x))", "scores = self.more(self.fc(flatten(x)))")
    assert deeper.count("self.more") == 2
    work = tmp_path / "homework.py"
    work.write_text(deeper, encoding="utf-8")
    result, check = graded(work, "module.accuracy", partial=STEPS, train=True, threshold=0.99)
    assert result.runs["module"].best_val_accuracy > 0.2
    assert (check.status, check.score) == (CheckStatus.FAILED, 0)
    assert "nother network is trained" in check.reason
