"""Seeded cases: the same for the same files, unknown for others."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.cases import ConvnetInput
from grader.checks.catalogue import known_checks
from grader.checks.drawing import BIAS_STD, DrawnCases, shapes_of
from grader.rubric import CheckSpec, ConvnetCase, load_rubric
from grader.seeds import derive_seed
from reference import Params
from reference.solution import three_layer_convnet

RUBRIC = load_rubric(Path(__file__).parents[2] / "rubric.yaml", known_checks())
SIZES = ConvnetCase(images=4, channels=2, height=5, width=6, channel_1=3, channel_2=7, classes=8)
SPEC = CheckSpec.model_validate(
    {
        "id": "some.check",
        "points": 1,
        "settings": {
            "shapes": [(2, 3), (4, 3, 2)],
            "cases": [SIZES.model_dump()] * 2,
            "images": 3,
            "constructors": [{"in_channel": 2, "channel_1": 3, "channel_2": 4, "num_classes": 5}],
        },
    }
)


def cases(digest: str = "digest", spec: CheckSpec = SPEC) -> DrawnCases:
    return DrawnCases(RUBRIC.assignment, digest, spec, RUBRIC.data)


def same(left: ConvnetInput, right: ConvnetInput) -> bool:
    return all(
        torch.equal(a, b)
        for a, b in zip(
            (left.x, *left.params, left.upstream), (right.x, *right.params, right.upstream),
            strict=True,
        )
    )  # fmt: skip


def test_the_same_submission_is_drawn_the_same_cases() -> None:
    for left, right in zip(cases().convnet(), cases().convnet(), strict=True):
        assert same(left, right)
    for flat, again in zip(cases().flatten(), cases().flatten(), strict=True):
        assert torch.equal(flat.x, again.x)


def test_drawing_leaves_the_generator_of_torch_alone() -> None:
    state = torch.get_rng_state()
    assert list(cases().convnet())
    assert list(cases().flatten())
    assert torch.equal(torch.get_rng_state(), state)


def test_another_submission_check_or_number_is_drawn_other_cases() -> None:
    first, second = cases().convnet()
    (other, _), (elsewhere, _) = (
        tuple(cases("other").convnet()),
        tuple(cases(spec=SPEC.model_copy(update={"id": "other.check"})).convnet()),
    )
    drawn = [first, second, other, elsewhere]
    for i, left in enumerate(drawn):
        for right in drawn[:i]:
            assert not torch.equal(left.x, right.x)
            assert not torch.equal(left.params.conv_w1, right.params.conv_w1)


@given(st.text(max_size=5), st.text(max_size=5), st.integers(0, 9))
def test_seeds_fit_torch_and_depend_on_every_part(left: str, right: str, number: int) -> None:
    seed = derive_seed(RUBRIC.assignment, "digest", left, number)
    assert 0 <= seed < 2**31
    assert seed == derive_seed(RUBRIC.assignment, "digest", left, number)
    assert seed != derive_seed(RUBRIC.assignment, "digest", left, number + 1)
    assert (seed == derive_seed(RUBRIC.assignment, "digest", right, number)) == (left == right)
    changed = RUBRIC.assignment.model_copy(update={"seed": RUBRIC.assignment.seed + 1})
    assert seed != derive_seed(changed, "digest", left, number)


def test_each_shape_comes_contiguous_and_not() -> None:
    drawn = list(cases().flatten())
    assert [(tuple(case.x.shape), case.contiguous) for case in drawn] == [
        ((2, 3), True), ((2, 3), False), ((4, 3, 2), True), ((4, 3, 2), False),
    ]  # fmt: skip
    assert str(drawn[1]) == "x of shape (2, 3), not contiguous in memory"
    assert drawn[2].x.unique().numel() == drawn[2].x.numel()


def test_a_case_has_the_shapes_of_the_rubric_and_fits_the_reference() -> None:
    for case in cases().convnet():
        assert case.x.shape == (4, 2, 5, 6)
        assert [tuple(param.shape) for param in case.params] == list(shapes_of(SIZES))
        assert three_layer_convnet(case.x, case.params).shape == case.upstream.shape == (4, 8)
        assert str(case) == "x of shape (4, 2, 5, 6), 3 and 7 filters, 8 classes"


def test_a_models_case_has_the_size_of_the_images() -> None:
    ((constructor, case),) = cases().module()
    assert constructor.num_classes == 5
    assert case.x.shape == (3, 2, RUBRIC.data.image_size, RUBRIC.data.image_size)
    assert three_layer_convnet(case.x, case.params).shape == (3, 5)


def test_the_case_in_hand_is_known() -> None:
    drawing = cases()
    assert drawing.current is None
    for case in drawing.convnet():
        assert drawing.current is case


def test_scores_and_gradients_are_of_a_size_at_which_rounding_is_small() -> None:
    case = next(iter(cases().convnet()))
    assert 0.1 < three_layer_convnet(case.x, case.params).std().item() < 10
    assert case.upstream.norm().item() == pytest.approx(1, rel=0.3)
    biases = torch.cat([case.params.conv_b1, case.params.conv_b2, case.params.fc_b])
    assert 0 < biases.abs().max().item() < 5 * BIAS_STD
    assert isinstance(case.params, Params)
