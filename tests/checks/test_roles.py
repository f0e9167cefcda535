"""The weights of a three-layer ConvNet are found by shape, whatever they are called."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from grader.checks.drawing import shapes_of
from grader.checks.outcome import CheckFailed
from grader.checks.roles import find_roles
from grader.protocol.parts import Model, Parameter
from grader.rubric import ConvnetCase
from reference import Params

CASE = ConvnetCase(images=2, channels=3, height=6, width=6, channel_1=5, channel_2=4, classes=7)
SHAPES = shapes_of(CASE)
ROLES = Params._fields
Shape = tuple[int, ...]


def model_of(parameters: dict[str, Shape]) -> Model:
    return Model(
        identity=1,
        type_name="Net",
        sequential=False,
        parameters=tuple(
            Parameter(name=name, shape=shape, dtype="torch.float32", requires_grad=True)
            for name, shape in parameters.items()
        ),
    )


def drawn(shapes: dict[str, Shape]) -> Params:
    generator = torch.Generator().manual_seed(0)
    return Params(*(torch.randn(shapes[role], generator=generator) for role in ROLES))


def variant(**changed: Shape) -> dict[str, Shape]:
    """Parameters named after their roles, in the reference's shapes but for the changed ones."""
    return {**SHAPES._asdict(), **changed}


def refusal(parameters: dict[str, Shape]) -> str:
    with pytest.raises(CheckFailed) as caught:
        find_roles(model_of(parameters), SHAPES)
    return caught.value.reason


bias_shapes = st.sampled_from(["(C,)", "(C, 1, 1)", "(1, C, 1, 1)", "(1, C)"])


def bias_shape(form: str, size: int) -> Shape:
    sides = {"(C,)": (0, 0), "(C, 1, 1)": (0, 2), "(1, C, 1, 1)": (1, 2), "(1, C)": (1, 0)}
    before, after = sides[form]
    return (1,) * before + (size,) + (1,) * after


@given(
    st.permutations(ROLES),
    st.lists(st.text(min_size=1, max_size=8), min_size=6, max_size=6, unique=True),
    st.booleans(),
    st.tuples(bias_shapes, bias_shapes, bias_shapes),
)
def test_any_order_names_and_orientation_lead_there_and_back(
    order: list[str], names: list[str], transposed: bool, forms: tuple[str, str, str]
) -> None:
    shapes = SHAPES._asdict()
    own = dict(shapes)
    own["fc_w"] = shapes["fc_w"][::-1] if transposed else shapes["fc_w"]
    for role, form in zip(("conv_b1", "conv_b2", "fc_b"), forms, strict=True):
        own[role] = bias_shape(form, shapes[role][0])
    name_of = dict(zip(order, names, strict=True))
    roles = find_roles(model_of({name_of[role]: own[role] for role in order}), SHAPES)
    assert roles.names == name_of
    assert roles.transposed == transposed

    params = drawn(shapes)
    tensors = roles.to_model(params)
    assert {name: tuple(t.shape) for name, t in tensors.items()} == {
        name_of[role]: own[role] for role in order
    }
    back = roles.from_model(tensors, SHAPES)
    assert all(torch.equal(back[role], getattr(params, role)) for role in ROLES)


def test_a_transposed_weight_is_turned_and_not_reshaped() -> None:
    roles = find_roles(model_of(variant(fc_w=SHAPES.fc_w[::-1])), SHAPES)
    params = drawn(SHAPES._asdict())
    assert torch.equal(roles.to_model(params)["fc_w"], params.fc_w.T)


def test_two_convolutions_of_equal_shape_come_in_the_models_order() -> None:
    case = CASE.model_copy(update={"channel_1": 4, "channel_2": 4})
    shapes = shapes_of(case)
    model = model_of({f"p{i}": shape for i, shape in enumerate(shapes)})
    assert list(find_roles(model, shapes).names.values()) == [f"p{i}" for i in range(6)]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_nobody_plays_is_named_with_its_shape_and_what_there_is(role: str) -> None:
    parameters = variant()
    shape = parameters.pop(role)
    reason = refusal(parameters)
    assert reason.startswith(f"no parameter of shape ({', '.join(map(str, shape))}) plays the ")
    assert all(name in reason for name in parameters)


@pytest.mark.parametrize(
    "changed",
    [
        {"conv_w1": (5, 3, 3, 3)},
        {"conv_w1": (3, 5, 5, 5)},
        {"conv_w2": (4, 5, 5, 5)},
        {"conv_b1": (1,)},
        {"conv_b1": (5, 5)},
        {"conv_b2": (4, 6, 6)},
        {"fc_w": (4 * 4 * 4, 7)},
        {"fc_w": (7, 4, 6, 6)},
        {"fc_b": ()},
    ],
    ids=str,
)
def test_a_wrong_shape_is_refused(changed: dict[str, Shape]) -> None:
    reason = refusal(variant(**changed))
    assert "the model's parameters are conv_w1" in reason


def test_parameters_that_are_left_over_are_named() -> None:
    reason = refusal({**variant(), "bn.weight": (5,), "bn.bias": (5,)})
    assert "parameters that none of its layers needs" in reason
    assert reason.count("(5)") == 2


def test_a_model_without_parameters_is_refused() -> None:
    assert refusal({}).endswith("the model's parameters are none")


def test_a_long_list_of_parameters_is_cut() -> None:
    reason = refusal({f"layer{i}.weight": (i, i) for i in range(40)})
    assert reason.endswith("and 28 more")
    assert "layer12" not in reason


def test_missing_and_misshapen_tensors_are_left_out() -> None:
    roles = find_roles(model_of(variant()), SHAPES)
    tensors: dict[str, Tensor] = roles.to_model(drawn(SHAPES._asdict()))
    del tensors["fc_b"]
    tensors["conv_w1"] = torch.zeros(2)
    assert set(roles.from_model(tensors, SHAPES)) == set(ROLES) - {"fc_b", "conv_w1"}
