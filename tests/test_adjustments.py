"""adjustments.yaml: what is taken from it, and what is refused at which line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.adjustments import FILE, read_adjustments
from grader.errors import AdjustmentsError
from tests.report import builder

ENTRY = """\
adjustments:
  - submission: {id}
    question: {question}
    points: {points}
    reason: Trained at home.
    by: Prof. Lee
"""


@pytest.fixture
def read(tmp_path):
    def read(text: str):
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        return read_adjustments(tmp_path)

    return read


@pytest.fixture
def result():
    return builder.failing()


def refusal(read, text: str) -> str:
    with pytest.raises(AdjustmentsError) as raised:
        read(text)
    return str(raised.value)


def test_a_folder_without_the_file_has_none(tmp_path, result):
    assert read_adjustments(tmp_path).of(result) == ((), ())


def test_an_entry_is_taken_for_its_submission_alone(read, result):
    adjustments = read(ENTRY.format(id=result.submission.id, question="module", points=1.5))
    (taken,), misfits = adjustments.of(result)
    assert (taken.question, taken.points, taken.by) == ("module", 1.5, "Prof. Lee")
    assert misfits == ()
    assert adjustments.of(builder.full_marks()) == ((), ())


def test_a_remark_takes_and_gives_nothing(read, result):
    text = f"adjustments:\n- {{submission: {result.submission.id}, reason: Well done., by: Kim}}\n"
    (taken,), _ = read(text).of(result)
    assert (taken.points, taken.reason) == (0, "Well done.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("adjustments: 3\n", ":1: 'adjustments' is wrong"),
        ("adjustment: []\n", ":1: Unknown key 'adjustment'"),
        ("adjustments:\n- submission: a\n  by: Kim\n", ":2: 'adjustments.0' is wrong: give points"),
        ("adjustments:\n- submission: a\n  points: 1\n", ":2: 'adjustments.0.by' is missing"),
        ("adjustments:\n- submission: a\n  points: many\n  by: K\n", ":3: "),
        ("adjustments:\n- submission: a\n  points: .nan\n  by: K\n", ":3: "),
        ("adjustments:\n- submission: a\n  points: 1\n  by: ' '\n", ":4: "),
        ("adjustments: [\n", "not valid YAML"),
        (f"adjustments: [{{submission: a, points: 0x{'F' * 4000}, by: K}}]", "no usable value"),
        ("", "mapping with the keys adjustments"),
    ],
)
def test_a_mistake_is_told_with_its_line(read, text, said):
    assert f"{FILE}{said}" in refusal(read, text) or said in refusal(read, text)


def test_an_unknown_submission_is_told_with_its_line(read):
    adjustments = read(ENTRY.format(id="nobody", question="module", points=1))
    with pytest.raises(AdjustmentsError, match=rf"{FILE}:2: There is no submission 'nobody'"):
        adjustments.refuse_unknown({"somebody"})
    adjustments.refuse_unknown({"nobody"})


def test_an_unknown_question_is_told_with_those_that_are_known(read, result):
    _, (error,) = read(ENTRY.format(id=result.submission.id, question="part6", points=1)).of(result)
    assert error.line == 3
    assert "no question 'part6'. Known are: flatten, " in str(error)


@pytest.mark.parametrize("points", [1000, -1000])
def test_points_out_of_range_are_told_with_what_may_be_given(read, result, points):
    text = ENTRY.format(id=result.submission.id, question="module", points=points)
    taken, (error,) = read(text).of(result)
    question = next(each for each in result.questions if each.id == "module")
    assert taken == ()
    assert error.line == 4
    room = question.max_score - question.score
    assert f"Give between {-question.score:g} and {room:g}." in str(error)


def test_one_that_does_not_fit_leaves_the_others(read, result):
    text = ENTRY.format(id=result.submission.id, question="module", points=1000)
    text += f"  - {{submission: {result.submission.id}, points: 1, by: Kim}}\n"
    taken, misfits = read(text).of(result)
    assert [each.by for each in taken] == ["Kim"]
    assert len(misfits) == 1


def test_an_ungraded_submission_is_given_points_as_a_whole(read):
    result = builder.ungraded()
    name = result.submission.id
    (taken,), _ = read(f"adjustments: [{{submission: {name}, points: 50, by: Kim}}]").of(result)
    assert taken.points == 50
    _, (error,) = read(ENTRY.format(id=name, question="module", points=1)).of(result)
    assert "Leave the question out." in str(error)


ANY_ENTRIES = st.lists(
    st.tuples(st.sampled_from(["null", "module", "flatten"]), st.floats(-40, 40)),
    min_size=1,
    max_size=6,
)


@given(ANY_ENTRIES)
@settings(max_examples=40)
def test_no_adjustments_lead_out_of_range(tmp_path_factory, wanted):
    result = builder.failing()
    lines = [
        f"- {{submission: {result.submission.id}, question: {question}, "
        f"points: {points:.3f}, reason: x, by: Kim}}"
        for question, points in wanted
    ]
    folder = tmp_path_factory.mktemp("adjusted")
    (folder / FILE).write_text("\n".join(["adjustments:", *lines]))
    taken, misfits = read_adjustments(folder).of(result)
    adjusted = result.model_copy(update={"adjustments": taken})
    assert len(taken) + len(misfits) == len(wanted)
    assert -1e-6 <= adjusted.final_score <= result.max_score + 1e-6
    for question in result.questions:
        assert -1e-6 <= adjusted.adjusted_score(question) <= question.max_score + 1e-6
