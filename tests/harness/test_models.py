"""Models, weights and optimizers as data that can be sent, however odd they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn, optim

from grader.harness.models import (
    MAX_LAYERS,
    MAX_PARAMETERS,
    describe_model,
    describe_optimizer,
    describe_weights,
    initialize_lazy_layers,
    named_weights,
)
from grader.protocol.parts import Model, Optimizer


def sent(model: Model) -> Model:
    """The description after its way over the channel."""
    return Model.model_validate_json(model.model_dump_json())


def test_leaf_layers_come_in_order_with_their_settings() -> None:
    model = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 4, 5, padding=2), nn.ReLU()),
        nn.ModuleDict({"drop": nn.Dropout(0.25)}),
        nn.Linear(6, 7, bias=False),
    )
    layers = sent(describe_model(model)).layers
    assert [layer.type_name for layer in layers] == ["Conv2d", "ReLU", "Dropout", "Linear"]
    assert layers[0].settings["kernel_size"] == (5, 5)
    assert layers[0].settings["padding"] == (2, 2)
    assert layers[0].settings["bias"] is True
    assert layers[2].settings["p"] == 0.25
    assert layers[3].settings == {"in_features": 6, "out_features": 7, "bias": False}


def test_a_layer_used_twice_comes_twice_and_its_parameters_once() -> None:
    shared = nn.Linear(2, 2)
    model = sent(describe_model(nn.Sequential(shared, nn.ReLU(), shared)))
    assert [layer.type_name for layer in model.layers] == ["Linear", "ReLU", "Linear"]
    assert [parameter.name for parameter in model.parameters] == ["0.weight", "0.bias"]


def test_parameters_come_with_name_shape_dtype_and_whether_they_learn() -> None:
    layer = nn.Linear(2, 3, dtype=torch.float64)
    layer.bias.requires_grad_(False)
    weight, bias = sent(describe_model(layer)).parameters
    assert (weight.name, weight.shape, weight.dtype) == ("weight", (3, 2), "torch.float64")
    assert (weight.requires_grad, bias.requires_grad) == (True, False)


def test_what_is_a_sequential_is_told_subclasses_included() -> None:
    class Mine(nn.Sequential):
        """A Sequential of the student's own."""

    assert describe_model(Mine(nn.ReLU())).sequential
    assert describe_model(Mine(nn.ReLU())).type_name == "Mine"
    assert not describe_model(nn.Linear(1, 1)).sequential


def test_one_object_has_one_identity() -> None:
    model = nn.Linear(1, 1)
    assert describe_model(model).identity == describe_model(model).identity
    assert describe_model(model).identity != describe_model(nn.Linear(1, 1)).identity


def lazy_model() -> nn.Module:
    return nn.Sequential(
        nn.LazyConv2d(4, 3), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.LazyLinear(5)
    )


@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_lazy_layers_are_told_with_the_sizes_that_images_give_them() -> None:
    model = lazy_model()
    model[2].eval()
    state = torch.get_rng_state()
    told = sent(describe_model(model))
    assert [layer.type_name for layer in told.layers][::4] == ["Conv2d", "Linear"]
    assert [p.shape for p in told.parameters] == [(4, 3, 3, 3), (4,), (5, 3600), (5,)]
    assert told.identity == id(model)
    assert torch.equal(torch.get_rng_state(), state)
    assert [module.training for module in model] == [True, True, False, True, True]


@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_describing_a_lazy_model_leaves_its_sizes_to_its_own_training() -> None:
    model = lazy_model()
    describe_model(model)
    assert model(torch.zeros(2, 1, 8, 8)).shape == (2, 5)


@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_a_lazy_model_that_is_built_gets_its_sizes_for_good() -> None:
    model = lazy_model()
    initialize_lazy_layers(model)
    assert all(type(module).__name__[:4] != "Lazy" for module in model)
    assert all(module.training for module in model)


class OwnConv(nn.Conv2d):
    """Torch's, but for how it begins."""


class OwnLayer(nn.Module):
    """Of the student's own throughout."""


def test_a_layer_that_derives_from_torch_s_is_told_as_what_it_is() -> None:
    layers = describe_model(nn.Sequential(OwnConv(3, 4, 5), nn.ReLU(), OwnLayer())).layers
    assert [(each.type_name, each.base, each.kind) for each in layers] == [
        ("OwnConv", "Conv2d", "Conv2d"), ("ReLU", "", "ReLU"), ("OwnLayer", "", "OwnLayer"),
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_lazy_layers_get_their_sizes_from_images_of_as_many_channels_as_they_take() -> None:
    model = nn.Sequential(nn.Conv2d(4, 2, 5, padding=2), nn.Flatten(), nn.LazyLinear(6))
    initialize_lazy_layers(model, channels=4)
    assert model[2].weight.shape == (6, 2 * 32 * 32)


@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_a_lazy_model_that_takes_no_images_can_be_described() -> None:
    told = sent(describe_model(nn.Sequential(nn.Linear(7, 7), nn.LazyLinear(3))))
    assert [p.shape for p in told.parameters] == [(7, 7), (7,), (), ()]


@pytest.mark.parametrize(
    "wrap",
    [
        nn.DataParallel,
        torch.compile,
        lambda model: nn.DataParallel(torch.compile(nn.DataParallel(model))),
    ],
)
def test_a_wrapped_model_is_told_as_the_one_within(wrap: Callable[[nn.Module], nn.Module]) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    wrapped = wrap(model)
    told, plain = sent(describe_model(wrapped)), describe_model(model)
    assert (told.type_name, told.sequential, told.layers) == ("Sequential", True, plain.layers)
    assert [p.shape for p in told.parameters] == [p.shape for p in plain.parameters]
    assert told.identity == id(wrapped)


def test_odd_attributes_and_names_do_no_harm() -> None:
    class Odd(nn.Module):
        """Its attributes have the names of settings, and other values."""

        def __init__(self) -> None:
            super().__init__()
            self.padding, self.stride = object(), (1, "x")
            self.kernel_size, self.p = "five \ud800", float("nan")
            self.in_channels = True
            self.dilation, self.groups = (1,) * 17, (2**41,)

    Odd.__name__ = "Odd" * 1000
    model = sent(describe_model(nn.Sequential(Odd())))
    assert len(model.layers[0].type_name) == 500
    assert model.layers[0].settings["kernel_size"] == "five ?"
    assert "padding" not in model.layers[0].settings
    assert not {"stride", "dilation", "groups"} & set(model.layers[0].settings)
    assert model.layers[0].settings["p"] == "nan"


def test_huge_models_are_cut() -> None:
    model = sent(describe_model(nn.Sequential(*(nn.Linear(1, 1) for _ in range(600)))))
    assert len(model.layers) == MAX_LAYERS
    assert len(model.parameters) == MAX_PARAMETERS


def test_weights_in_a_list_are_named_by_position() -> None:
    weights = [torch.zeros(2, 3, requires_grad=True), torch.zeros(3)]
    model = sent(describe_weights(weights))
    assert [(p.name, p.shape, p.requires_grad) for p in model.parameters] == [
        ("0", (2, 3), True),
        ("1", (3,), False),
    ]
    assert model.identity == describe_weights(weights).identity
    assert not model.sequential


def test_what_is_no_tensor_is_left_out_and_keeps_its_position() -> None:
    assert list(named_weights([None, torch.zeros(1), 3])) == ["1"]
    assert describe_weights([]).parameters == ()
    assert [p.name for p in describe_weights([None, torch.zeros(1)]).parameters] == ["1"]


def test_an_optimizer_is_told_by_class_settings_and_what_it_holds() -> None:
    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    told = describe_optimizer(optimizer, model)
    assert told.type_name == "SGD"
    assert told.settings["lr"] == 0.1
    assert told.settings["momentum"] == 0.9
    assert told.settings["nesterov"] is True
    assert told.holds_model
    assert not describe_optimizer(optimizer, nn.Linear(2, 2)).holds_model


def test_a_setting_that_differs_between_groups_is_told_to_vary() -> None:
    model = nn.Linear(2, 2)
    groups = [{"params": [model.weight]}, {"params": [model.bias], "momentum": 0.9}]
    told = describe_optimizer(optim.SGD(groups, lr=0.1, momentum=0.0), model)
    assert (told.settings["momentum"], told.settings["lr"]) == ("varies", 0.1)
    assert told.holds_model


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), "nan"),
        (torch.tensor(float("nan")), "nan"),
        (float("inf"), "inf"),
        (-float("inf"), "-inf"),
        (1j, "1j"),
        (torch.tensor(1j), "tensor(0.+1.j)"),
    ],
)
def test_a_setting_that_json_has_no_number_for_is_told_as_text(value: object, told: str) -> None:
    optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
    optimizer.add_param_group({"params": [torch.zeros(1, requires_grad=True)]})
    for group in optimizer.param_groups:
        group["momentum"] = value
    description = describe_optimizer(optimizer, None).model_dump_json()
    assert Optimizer.model_validate_json(description).settings["momentum"] == told


@pytest.mark.parametrize("rate", [0.5, torch.tensor(0.5)])
def test_a_learning_rate_may_be_a_tensor(rate: float | torch.Tensor) -> None:
    optimizer = optim.Adam(nn.Linear(1, 1).parameters(), lr=rate)
    told = describe_optimizer(optimizer, None)
    assert told.settings["lr"] == 0.5
    assert told.settings["betas"] == "(0.9, 0.999)"


def test_an_optimizer_is_told_as_it_was_made_where_a_cycle_begins_elsewhere() -> None:
    weights = nn.Linear(2, 3).parameters()
    optimizer = optim.SGD(weights, lr=0.01, momentum=0.9, nesterov=True)
    optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=100)
    assert optimizer.param_groups[0]["momentum"] == 0.95
    settings = describe_optimizer(optimizer, None).settings
    assert (settings["lr"], settings["momentum"], settings["nesterov"]) == (0.01, 0.9, True)


def test_an_optimizer_robbed_of_its_groups_can_be_described() -> None:
    optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
    optimizer.param_groups.clear()
    assert describe_optimizer(optimizer, nn.Linear(1, 1)).settings == {}
