"""Every value of what trains stays, and none in its place."""

from __future__ import annotations

import torch
from torch import nn

from grader.harness.shuffling import SMALL, Shuffler


def numbered(model: nn.Module) -> nn.Module:
    """The model, its parameters and buffers counting upwards."""
    for tensor in [*model.parameters(), *model.buffers()]:
        tensor.data = torch.arange(tensor.numel()).view(tensor.shape).to(tensor.dtype)
    return model


def test_parameters_and_buffers_are_shuffled_once() -> None:
    model, shuffler = numbered(nn.BatchNorm1d(SMALL)), Shuffler(0)
    shuffler.shuffle_model(model)
    orders = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for name in ("weight", "bias", "running_mean", "running_var"):
        assert orders[name].tolist() != list(range(SMALL))
        assert sorted(orders[name].tolist()) == list(range(SMALL))
    shuffler.shuffle_model(model)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, orders[name])


def test_a_small_buffer_stays_as_it_is() -> None:
    model = numbered(nn.BatchNorm1d(SMALL - 1))
    Shuffler(0).shuffle_model(model)
    assert model.running_mean.tolist() == list(range(SMALL - 1))
    assert model.weight.tolist() != list(range(SMALL - 1))


def test_the_generators_of_a_submission_are_left_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    Shuffler(0).shuffle_model(nn.utils.skip_init(nn.Linear, 5, 5))
    assert torch.equal(torch.rand(2), expected)


def test_weights_of_a_function_are_shuffled_before_the_first_gradient_alone() -> None:
    shuffler = Shuffler(0)
    first, later = (torch.arange(50.0).requires_grad_() for _ in range(2))
    loss = first.square().sum()
    shuffler.note_backward([loss])
    loss.backward()
    shuffler.note_backward([later.sum()])
    assert sorted(first.tolist()) == list(range(50)) != first.tolist()
    assert later.tolist() == list(range(50))


def test_a_given_list_of_weights_is_shuffled_whatever_else_is_in_it() -> None:
    weights = [torch.arange(50.0).requires_grad_(), None]
    Shuffler(0).shuffle_weights(weights)
    assert weights[0] is not None
    assert sorted(weights[0].tolist()) == list(range(50)) != weights[0].tolist()


def test_a_lazy_layer_is_drawn_later() -> None:
    model = nn.LazyLinear(3)
    Shuffler(0).shuffle_model(model)
    assert model(torch.ones(1, 2)).shape == (1, 3)
