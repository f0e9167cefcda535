"""The layers that Part IV asks for, in order."""

from __future__ import annotations

from torch import nn

from grader.checks.outcome import CheckFailed
from grader.language import _
from grader.protocol.parts import Layer, Model
from grader.rubric import Images, Layers
from grader.understanding.matching import convolutions, linears

_CHANGES_NOTHING = ("Flatten", "Unflatten", "Identity", "ZeroPad2d", "Sequential")
"""Layers that only lay numbers out; a Sequential among the layers is an empty one."""


def require_layers(model: Model, layers: Layers, images: Images) -> None:
    """Require nn.Sequential of conv, ReLU, conv, ReLU, flatten, fully connected.

    Raises:
        CheckFailed: with what came and what is asked for.
    """
    if not model.sequential:
        raise CheckFailed(
            _("the model is {name}; nn.Sequential is asked for", name=model.type_name)
        )
    found = [layer.kind for layer in model.layers]
    if len(convolutions(model)) != 2 or len(linears(model)) != 1:
        raise CheckFailed(
            _(
                "two convolutions and one fully connected layer are asked for; came {layers}",
                layers=_listed(found),
            )
        )
    unasked = [name for name in found if _is_torchs(name) and not _is_asked(name)]
    if unasked:
        raise CheckFailed(
            _(
                "no {unasked} is asked for, but convolution, ReLU, convolution, ReLU, fully "
                "connected layer; came {layers}",
                unasked=unasked[0],
                layers=_listed(found),
            )
        )
    first, second = (_with_padding(model, layer) for layer in convolutions(model))
    _require_convolution(
        _("the first convolution"),
        first, images.channels, layers.channel_1, layers.kernel_1, layers.padding_1,
    )  # fmt: skip
    _require_convolution(
        _("the second convolution"),
        second, layers.channel_1, layers.channel_2, layers.kernel_2, layers.padding_2,
    )  # fmt: skip
    order = [name for name in found if _is_step(name)]
    if order != [first.kind, "ReLU", second.kind, "ReLU", linears(model)[0].kind]:
        raise CheckFailed(
            _(
                "the order convolution, ReLU, convolution, ReLU, fully connected layer is asked "
                "for; came {layers}",
                layers=_listed(found),
            )
        )


def own_classes(model: Model) -> list[str]:
    """Classes of the student's own, the model's included: their names do not say what they do."""
    names = [model.type_name, *(layer.type_name for layer in model.layers)]
    return [name for name in names if not _is_torchs(name)]


def _with_padding(model: Model, convolution: Layer) -> Layer:
    """The convolution, with the padding of a `ZeroPad2d` right before it counted as its own."""
    position = model.layers.index(convolution)
    before = model.layers[position - 1] if position else None
    own = convolution.settings.get("padding")
    if before is None or before.kind != "ZeroPad2d" or not isinstance(own, tuple):
        return convolution
    sides = before.settings.get("padding")
    if not isinstance(sides, tuple) or len(set(sides)) != 1:
        return convolution
    padding = tuple(side + sides[0] for side in own)
    return convolution.model_copy(update={"settings": {**convolution.settings, "padding": padding}})


def _is_torchs(name: str) -> bool:
    return hasattr(nn, name)


def _is_asked(name: str) -> bool:
    return _is_step(name) or name in _CHANGES_NOTHING


def _is_step(name: str) -> bool:
    """Whether a layer takes part in the order; what only lays numbers out may stand anywhere."""
    return name.startswith("Conv") or "Linear" in name or name == "ReLU"


def _require_convolution(
    title: str, layer: Layer, inputs: int, outputs: int, kernel: int, padding: int
) -> None:
    asked = {
        "in_channels": inputs,
        "out_channels": outputs,
        "kernel_size": (kernel, kernel),
        "padding": (padding, padding),
        "stride": (1, 1),
        "dilation": (1, 1),
        "groups": 1,
        "padding_mode": "zeros",
        "bias": True,
    }
    for name, value in asked.items():
        came = layer.settings.get(name)
        if name == "padding" and came == "same":
            continue  # PyTorch's word for the padding that keeps H and W
        if came != value:
            raise CheckFailed(
                _(
                    "{layer} has {name}={came}; {name}={asked} is asked for",
                    layer=title,
                    name=name,
                    came=came,
                    asked=value,
                )
            )


def _listed(names: list[str]) -> str:
    return ", ".join(names) if names else _("no layers")
