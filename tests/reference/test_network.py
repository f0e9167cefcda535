from __future__ import annotations

from dataclasses import fields

import pytest
import torch

from reference import Params, param_shapes
from reference.misconceptions import MISCONCEPTIONS, NETWORKS
from reference.network import Network, forward, shapes_for
from reference.solution import three_layer_convnet

SIZES = {"channels": 3, "channel_1": 4, "channel_2": 5, "classes": 6, "height": 9, "width": 7}


@pytest.fixture
def drawn():
    """Images, and weights that fit them."""
    generator = torch.Generator().manual_seed(3)
    params = Params(*(torch.randn(s, generator=generator) for s in param_shapes(**SIZES)))
    return torch.randn(2, 3, 9, 7, generator=generator), params


def test_a_network_without_a_change_is_the_solution(drawn):
    assert torch.equal(forward(Network(), *drawn), three_layer_convnet(*drawn))


@pytest.mark.parametrize(
    "mistake", [m for m in NETWORKS if m.network.cut == "nowhere"], ids=lambda m: m.id
)
def test_every_mistake_changes_the_scores(mistake, drawn):
    x, right = drawn
    shapes = shapes_for(mistake.network, param_shapes(**SIZES), 9, 7)
    generator = torch.Generator().manual_seed(3)
    params = Params(*(torch.randn(shape, generator=generator) for shape in shapes))
    scores = forward(mistake.network, x, params)
    assert scores.shape == (2, 6)
    if shapes == param_shapes(**SIZES):
        assert not torch.allclose(scores, forward(Network(), x, right), rtol=1e-3)


def test_two_variants_are_one_where_they_change_different_things():
    both = Network(padding_1=0).combined(Network(scores="relu"))
    assert both == Network(padding_1=0, scores="relu")
    assert Network(padding_1=0).combined(Network(padding_1=1, scores="relu")) is None


def test_no_two_mistakes_are_the_same_network():
    networks = [mistake.network for mistake in NETWORKS]
    assert len(set(networks)) == len(networks)
    assert Network() not in networks


def test_every_mistake_is_told_in_sentences():
    assert len(MISCONCEPTIONS) >= 40
    for mistake in MISCONCEPTIONS.values():
        for field in fields(mistake):
            assert getattr(mistake, field.name)
        assert mistake.hint[-1] in ".?"
        assert mistake.explanation[-1] == "."
        assert mistake.title[-1] not in ".?"
        assert mistake.course[-1] != "."
