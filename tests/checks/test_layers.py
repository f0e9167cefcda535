"""The layers that Part IV asks for, told from real models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from torch import Tensor, nn

from grader.checks.catalogue import known_checks
from grader.checks.layers import own_classes, require_layers
from grader.checks.outcome import CheckFailed
from grader.harness.models import describe_model
from grader.protocol.messages import REPLY, Built
from grader.rubric import Layers, load_rubric

IMAGES = load_rubric(Path(__file__).parents[2] / "rubric.yaml", known_checks()).data
LAYERS = Layers(channel_1=32, kernel_1=5, padding_1=2, channel_2=16, kernel_2=3, padding_2=1)


class Flatten(nn.Module):
    """The homework's own."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)


def conv1(**changed: object) -> nn.Module:
    return nn.Conv2d(
        **{"in_channels": 3, "out_channels": 32, "kernel_size": 5, "padding": 2} | changed
    )


def conv2(**changed: object) -> nn.Module:
    return nn.Conv2d(
        **{"in_channels": 32, "out_channels": 16, "kernel_size": 3, "padding": 1} | changed
    )


def fc() -> nn.Module:
    return nn.Linear(16 * 32 * 32, 10)


def require(model: nn.Module) -> None:
    """As the check sees it: described in the worker, sent over the channel."""
    sent = Built(target="run:0", model=describe_model(model)).model_dump_json()
    arrived = REPLY.validate_json(sent)
    assert isinstance(arrived, Built)
    require_layers(arrived.model, LAYERS, IMAGES)


def reason(model: nn.Module) -> str:
    with pytest.raises(CheckFailed) as caught:
        require(model)
    return caught.value.reason


def shared_relu() -> nn.Module:
    relu = nn.ReLU()
    return nn.Sequential(conv1(), relu, conv2(), relu, Flatten(), fc())


def nested() -> nn.Module:
    return nn.Sequential(
        nn.Sequential(conv1(), nn.ReLU()), nn.Sequential(conv2(), nn.ReLU()), nn.Flatten(), fc()
    )


def subclassed() -> nn.Module:
    class MyNet(nn.Sequential):
        """A Sequential of the student's own."""

    return MyNet(conv1(), nn.ReLU(inplace=True), conv2(), nn.ReLU(), Flatten(), fc())


CORRECT: dict[str, Callable[[], nn.Module]] = {
    "plain": lambda: nn.Sequential(conv1(), nn.ReLU(), conv2(), nn.ReLU(), Flatten(), fc()),
    "padding same": lambda: nn.Sequential(
        conv1(padding="same"), nn.ReLU(), conv2(padding="same"), nn.ReLU(), nn.Flatten(), fc()
    ),
    "tuples": lambda: nn.Sequential(
        conv1(kernel_size=(5, 5), padding=(2, 2)), nn.ReLU(), conv2(), nn.ReLU(), Flatten(), fc()
    ),
    "one shared ReLU": shared_relu,
    "nested": nested,
    "subclass": subclassed,
    "with reshaping layers": lambda: nn.Sequential(
        conv1(),
        nn.Identity(),
        nn.ReLU(),
        conv2(),
        nn.ReLU(),
        nn.Unflatten(1, (1, 16)),
        Flatten(),
        fc(),
    ),
}


@pytest.mark.parametrize("name", CORRECT)
def test_what_is_asked_for_passes_however_it_is_written(name: str) -> None:
    require(CORRECT[name]())


def test_what_is_no_sequential_is_named() -> None:
    class Net(nn.Module):
        """Layers in a module of the student's own."""

        def __init__(self) -> None:
            super().__init__()
            self.layers = CORRECT["plain"]()

    assert reason(Net()) == "the model is Net; nn.Sequential is asked for"


@pytest.mark.parametrize(
    "layers",
    [
        [conv1(), conv2(), nn.ReLU(), Flatten(), fc()],
        [conv1(), nn.ReLU(), conv2(), Flatten(), fc()],
        [conv1(), nn.ReLU(), conv2(), Flatten(), nn.ReLU(), fc(), nn.ReLU()],
        [nn.ReLU(), conv1(), conv2(), nn.ReLU(), Flatten(), fc()],
    ],
    ids=lambda layers: "-".join(type(layer).__name__ for layer in layers),
)
def test_a_wrong_order_is_told_with_the_layers_that_came(layers: list[nn.Module]) -> None:
    text = reason(nn.Sequential(*layers))
    assert text.startswith("the order convolution, ReLU, convolution, ReLU, fully connected")
    assert text.endswith("came " + ", ".join(type(layer).__name__ for layer in layers))


@pytest.mark.parametrize(
    "layer",
    [
        nn.BatchNorm2d(16, affine=False),
        nn.BatchNorm2d(16),
        nn.Dropout(0.1),
        nn.Softplus(),
        nn.Hardtanh(-50, 50),
        nn.MaxPool2d(1),
        nn.Softmax(dim=1),
        nn.LogSoftmax(dim=1),
        nn.LeakyReLU(),
        nn.ReLU6(),
        nn.Sigmoid(),
        nn.ReflectionPad2d(0),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_that_is_not_asked_for_is_named(layer: nn.Module) -> None:
    name = type(layer).__name__
    layers = [conv1(), nn.ReLU(), conv2(), nn.ReLU(), layer, Flatten(), fc()]
    assert reason(nn.Sequential(*layers)) == (
        f"no {name} is asked for, but convolution, ReLU, convolution, ReLU, fully connected layer; "
        f"came Conv2d, ReLU, Conv2d, ReLU, {name}, Flatten, Linear"
    )


def test_classes_of_the_students_own_are_known_by_their_names() -> None:
    class Reshape(nn.Module):
        """Lays numbers out, as far as its name says."""

    assert own_classes(describe_model(CORRECT["plain"]())) == []
    assert own_classes(describe_model(subclassed())) == ["MyNet"]
    layers = [conv1(), nn.ReLU(), conv2(), nn.ReLU(), Reshape(), fc()]
    require(nn.Sequential(*layers))
    assert own_classes(describe_model(nn.Sequential(*layers))) == ["Reshape"]


@pytest.mark.parametrize(
    ("layers", "came"),
    [
        ([], "Sequential"),
        ([Flatten(), fc()], "Flatten, Linear"),
        ([conv1(), nn.ReLU(), Flatten(), fc()], "Conv2d, ReLU, Flatten, Linear"),
        ([conv1(), nn.ReLU(), conv2(), nn.ReLU()], "Conv2d, ReLU, Conv2d, ReLU"),
        ([conv1(), conv2(), conv2(), fc()], "Conv2d, Conv2d, Conv2d, Linear"),
        ([conv1(), conv2(), fc(), fc()], "Conv2d, Conv2d, Linear, Linear"),
    ],
)
def test_a_wrong_number_of_layers_is_told(layers: list[nn.Module], came: str) -> None:
    text = reason(nn.Sequential(*layers))
    assert text.startswith("two convolutions and one fully connected layer are asked for")
    assert text.endswith(f"came {came}")


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ({"out_channels": 16}, {}, "the first convolution has out_channels=16; out_channels=32"),
        ({"in_channels": 1}, {}, "the first convolution has in_channels=1; in_channels=3"),
        ({"padding": 0}, {}, "the first convolution has padding=(0, 0); padding=(2, 2)"),
        ({"padding": "valid"}, {}, "the first convolution has padding=valid; padding=(2, 2)"),
        ({"kernel_size": 3}, {}, "the first convolution has kernel_size=(3, 3)"),
        ({"bias": False}, {}, "the first convolution has bias=False; bias=True"),
        ({"stride": 2}, {}, "the first convolution has stride=(2, 2); stride=(1, 1)"),
        ({}, {"padding": 2}, "the second convolution has padding=(2, 2); padding=(1, 1)"),
        ({}, {"in_channels": 16}, "the second convolution has in_channels=16"),
        ({}, {"kernel_size": (3, 5)}, "the second convolution has kernel_size=(3, 5)"),
    ],
)
def test_a_wrong_setting_is_told_with_what_is_asked_for(
    first: dict[str, object], second: dict[str, object], text: str
) -> None:
    model = nn.Sequential(conv1(**first), nn.ReLU(), conv2(**second), nn.ReLU(), Flatten(), fc())
    assert reason(model).startswith(text)
    assert reason(model).endswith("is asked for")
