"""Mistakes in models, weights and optimizers, as whole submissions graded in real workers."""

from __future__ import annotations

import pytest
import yaml

from grader.auditing.works import HOMEWORK, with_part
from grader.batch.slot import single_slot
from grader.intake import read_submission
from grader.rubric import default_rubric
from reference.misconceptions import TRAININGS
from tests.checks.pieces import MISTAKES, begins, pieces

RIGHT = (MISTAKES.parents[1] / "submissions" / "correct" / HOMEWORK).read_text()
CHECK = "module.accuracy"
PARTS = ("ThreeLayerConvNet", "question_2", "question_5", "question_6")


def in_turn(paths):
    """All of them, but two of three left to `make attacks`: they take two minutes."""
    return [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if n % 3 else [])
        for n, path in enumerate(paths)
    ]


def mistake_of(path):
    """The one that a file holds."""
    return path.stem.partition("__")[0]


def mistakes_in(result):
    """The ids that are named."""
    return {
        mistake.id
        for question in result.questions
        for check in question.checks
        for mistake in check.mistakes
    }


@pytest.fixture
def graded(grade_quickly, tmp_path):
    """What comes of the homework with one part replaced."""

    def grade(path):
        (tmp_path / HOMEWORK).write_text(with_part(RIGHT, path.read_text()))
        return grade_quickly(tmp_path / HOMEWORK)

    return grade


def built():
    """Those that show without training."""
    trained = {mistake.id for mistake in TRAININGS}
    return [path for path in pieces("single", *PARTS) if mistake_of(path) not in trained]


@pytest.mark.parametrize("path", in_turn(built()))
def test_a_mistake_costs_points_and_is_named(path, graded):
    result = graded(path)
    assert not result.full_marks
    assert mistakes_in(result) == {mistake_of(path)}


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(mistake, id=mistake.id, marks=[pytest.mark.slow] if n else [])
        for n, mistake in enumerate(TRAININGS)
    ],
)
def test_a_mistake_in_a_training_is_named_where_it_misses(mistake, setup, tmp_path):
    (path,) = (MISTAKES / "single").glob(f"{mistake.id}__*.py")
    (tmp_path / HOMEWORK).write_text(with_part(RIGHT, path.read_text()))
    rubric = yaml.safe_load(default_rubric().read_text(encoding="utf-8"))
    for question in rubric["questions"]:
        question["checks"] = [each for each in question["checks"] if each["id"] == CHECK]
    rubric["questions"] = [each for each in rubric["questions"] if each["checks"]]
    rubric["runs"]["module"]["threshold"] = 0.9  # one that lucky work does not reach, either
    (tmp_path / "rubric.yaml").write_text(yaml.safe_dump(rubric), encoding="utf-8")
    chosen = setup.model_copy(update={"rubric": str(tmp_path / "rubric.yaml"), "share": False})
    with single_slot(chosen) as slot:
        slot.open()
        result = slot.grade(read_submission(tmp_path / HOMEWORK), lambda event: None)
    (check,) = (check for question in result.questions for check in question.checks)
    assert check.misconception == mistake.id
    assert mistake.hint in check.reason


SAYS = {
    "conv_1": ("in the first convolution itself", "the weights of the first convolution"),
    "relu_1": ("behind the first convolution", "between the two convolutions"),
    "conv_2": ("in the second convolution itself", "the weights of the second convolution"),
    "relu_2": ("behind the second convolution",),
    "fully_connected": ("up to the product", "the weights of the fully connected layer"),
    "scores": ("in what is done last",),
    "sizes": ("each side is",),
}
"""How a reason says where the numbers begin to differ, or which layer is of another size."""


@pytest.mark.parametrize("path", in_turn(pieces("outside", "ThreeLayerConvNet")))
def test_no_name_is_given_to_what_is_unknown_but_where_it_begins_is_said(path, graded):
    result = graded(path)
    reasons = " ".join(
        check.reason
        for question in result.questions
        for check in question.checks
        if check.id in ("module.structure", "module.values") and check.reason
    )
    assert not result.full_marks
    assert mistakes_in(result) == set()
    assert any(words in reasons for stage in begins(path) for words in SAYS[stage])


def test_right_work_gets_no_name(graded, tmp_path):
    part = tmp_path / "part.py"
    part.write_text("# part: flatten\ndef flatten(x):\n    return x.reshape(len(x), -1)\n")
    result = graded(part)
    assert result.full_marks
    assert mistakes_in(result) == set()


@pytest.mark.parametrize("path", in_turn(pieces("single", "flatten")))
def test_a_mistake_in_flatten_costs_its_own_points_alone(path, graded):
    result = graded(path)
    lost = {q.id: q.asked_points - q.score for q in result.questions if q.score < q.asked_points}
    assert lost.keys() == {"flatten"}
    told = [check.reason for question in result.questions for check in question.checks]
    said = "With a right flatten in place of yours, whose mistake has cost its own points, this is"
    assert any(reason and reason.startswith(said) for reason in told)


TWICE_WRONG = """# part: flatten
def flatten(x):
    return x.transpose(0, 1).flatten(1)


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.conv2d(x, conv_w1, conv_b1, padding=2)
    return flatten(F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))).mm(fc_w) + fc_b
"""


def test_what_is_wrong_beside_flatten_still_costs(grade_quickly, tmp_path):
    """And is named: with a right flatten it can be told."""
    rest = with_part(RIGHT, "# part: three_layer_convnet\n")
    (tmp_path / HOMEWORK).write_text(with_part(rest, TWICE_WRONG))
    result = grade_quickly(tmp_path / HOMEWORK)
    checks = {check.id: check for question in result.questions for check in question.checks}
    values = checks["three_layer_convnet.values"]
    assert values.misconception == "relu_1_missing"
    assert values.reason.startswith("With a right flatten in place of yours, too: ")
    assert checks["module.values"].status == "passed"


@pytest.mark.slow
def test_a_flatten_that_lets_nothing_train_costs_its_own_points_alone(grade, tmp_path):
    (tmp_path / HOMEWORK).write_text(
        with_part(RIGHT, (MISTAKES / "single" / "flatten_loses_batch__a.py").read_text())
    )
    result = grade(tmp_path / HOMEWORK)
    assert result.score == 95
    assert all(run.reached for run in result.runs.values())


TWO_PROGRAMS = """# part: flatten
def flatten(x):
    return x.reshape(x.shape[0], -1).flip(1)


FIRST = bool(flatten(torch.tensor([[0.0, 1.0]]))[0, 0])  # not so in the further worker


def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    h = F.conv2d(x, conv_w1, conv_b1, padding=2)
    h = h if FIRST else F.relu(h)
    return flatten(F.relu(F.conv2d(h, conv_w2, conv_b2, padding=1))).mm(fc_w) + fc_b
"""


def test_of_two_programs_the_better_one_does_not_count(grade_quickly, tmp_path):
    """The one that is tried first is not what a right network gives with that flatten."""
    rest = with_part(RIGHT, "# part: three_layer_convnet\n")
    (tmp_path / HOMEWORK).write_text(with_part(rest, TWO_PROGRAMS))
    result = grade_quickly(tmp_path / HOMEWORK)
    checks = {check.id: check for question in result.questions for check in question.checks}
    assert checks["three_layer_convnet.values"].status == "failed"
    assert checks["module.values"].status == "passed"  # with that flatten it is right


def test_where_no_right_flatten_can_be_put_in_its_place_nothing_is_said_of_one(
    grade_quickly, tmp_path
):
    part = "# part: flatten\nflatten = nn.Flatten(0)\n"
    (tmp_path / HOMEWORK).write_text(with_part(RIGHT, part))
    result = grade_quickly(tmp_path / HOMEWORK)
    told = [check.reason or "" for question in result.questions for check in question.checks]
    assert not any("right flatten" in reason for reason in told)
    assert any("cannot be multiplied" in reason for reason in told)


RAISES_FIRST = """# part: flatten
def flatten(x):
    if len(x) == 1:
        raise ValueError("a single image")
    return x.reshape(x.shape[0], -1).flip(1)


try:
    FIRST = bool(flatten(torch.tensor([[0.0, 1.0], [0.0, 1.0]]))[0, 0])
except ValueError:
    FIRST = True
"""
SECOND_MODEL = """# part: ThreeLayerConvNet
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)

    def forward(self, x):
        h = self.conv1(x) if FIRST else F.relu(self.conv1(x))
        return self.fc(flatten(F.relu(self.conv2(h))))
"""


def test_to_raise_in_one_check_gives_no_second_program_in_the_next(grade_quickly, tmp_path):
    homework = with_part(with_part(RIGHT, SECOND_MODEL), RAISES_FIRST)
    (tmp_path / HOMEWORK).write_text(homework)
    result = grade_quickly(tmp_path / HOMEWORK)
    checks = {check.id: check for question in result.questions for check in question.checks}
    assert checks["module.structure"].status == "passed"
    assert checks["module.values"].status == "failed"


OTHER_OPTIMIZER = """# part: question_6
class Raising(nn.Module):
    def forward(self, x):
        if FIRST:
            raise ValueError("no")
        return flatten(x)


model = nn.Sequential(
    nn.Conv2d(3, 32, 5, padding=2), nn.ReLU(), nn.Conv2d(32, 16, 3, padding=1), nn.ReLU(),
    Raising(), nn.Linear(16 * 32 * 32, 10),
)
if FIRST:
    optimizer = optim.SGD(model.parameters(), lr=1e-2, momentum=0.9, nesterov=True)
else:
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
train_part34(model, optimizer)
"""


@pytest.mark.slow
def test_what_is_trained_again_is_what_was_judged(grade, tmp_path):
    homework = with_part(with_part(RIGHT, OTHER_OPTIMIZER), RAISES_FIRST)
    (tmp_path / HOMEWORK).write_text(homework)
    result = grade(tmp_path / HOMEWORK)
    checks = {check.id: check for question in result.questions for check in question.checks}
    assert checks["sequential_convnet.optimizer"].status == "passed"
    assert checks["sequential_convnet.accuracy"].status == "failed"
