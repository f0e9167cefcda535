"""Mistakes are recognised by their numbers alone.

The work under test was written by who did not see how the catalogue computes it: tests/mistakes.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from grader.checks.catalogue import known_checks
from grader.checks.diagnosis import Diagnoser
from grader.errors import StudentError, WorkerTimeout
from grader.rubric import default_rubric, load_rubric
from reference import Params, param_shapes
from reference.misconceptions import MISCONCEPTIONS, NETWORKS
from reference.network import Network, forward
from reference.solution import flatten, three_layer_convnet
from tests.checks.pieces import begins, function, pieces

IMAGE = (3, 12, 20)
SHAPES = param_shapes(channels=3, channel_1=4, channel_2=5, classes=7, height=12, width=20)
CUTS = {mistake.id for mistake in NETWORKS if mistake.network.cut != "nowhere"}


def seeded(seed):
    return Diagnoser(load_rubric(default_rubric(), known_checks()).tolerances, seed)


@pytest.fixture(scope="module")
def diagnoser():
    return seeded(1)


def ids(diagnosis):
    return {mistake.id for mistake in diagnosis.mistakes} if diagnosis else set()


def named(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


def value_pieces(folder):
    """Those that change the scores themselves."""
    found = pieces(folder, "three_layer_convnet")
    return [path for path in found if path.stem.partition("__")[0] not in CUTS]


@named(value_pieces("single"))
def test_a_mistake_in_the_network_is_named(path, diagnoser):
    diagnosis = diagnoser.network(function(path), IMAGE, SHAPES)
    (mistake,) = ids(diagnosis)
    assert mistake == path.stem.partition("__")[0]
    assert MISCONCEPTIONS[mistake].hint in diagnosis.sentence


@named(value_pieces("pairs"))
def test_two_mistakes_are_named_together(path, diagnoser):
    """But for cut gradients, which scores do not show."""
    found = ids(diagnoser.network(function(path), IMAGE, SHAPES))
    assert found == set(path.stem.split("+")) - CUTS


@named(pieces("outside", "three_layer_convnet"))
def test_of_an_unknown_mistake_it_is_said_where_it_begins(path, diagnoser):
    diagnosis = diagnoser.network(function(path), IMAGE, SHAPES)
    assert not diagnosis.mistakes
    assert begins(path) & set(diagnosis.begins)


@named(pieces("single", "flatten"))
def test_a_mistake_in_flatten_is_named(path, diagnoser):
    (mistake,) = ids(diagnoser.flatten(function(path)))
    assert mistake == path.stem.partition("__")[0]


def gradients_of(network, x: Tensor, params: Params, upstream: Tensor):
    """By x and by each parameter, of a network in this process."""
    leaves = [tensor.clone().requires_grad_() for tensor in (x, *params)]
    total = (network(leaves[0], Params(*leaves[1:])) * upstream).sum()
    return torch.autograd.grad(total, leaves, allow_unused=True)


def drawn():
    generator = torch.Generator().manual_seed(11)
    params = Params(*(torch.randn(shape, generator=generator) * 0.1 for shape in SHAPES))
    x = torch.randn(2, *IMAGE, generator=generator)
    return x, params, torch.randn(2, 7, generator=generator)


@named([
    path for path in pieces("single", "three_layer_convnet")
    if path.stem.partition("__")[0] in CUTS - {"detached_scores"}
])  # fmt: skip
def test_gradients_that_are_cut_are_named(path, diagnoser):
    x, params, upstream = drawn()
    came = gradients_of(function(path), x, params, upstream)
    (mistake,) = ids(diagnoser.gradients(came, x, params, upstream))
    assert mistake == path.stem.partition("__")[0]


def test_of_right_work_nothing_is_said(diagnoser):
    x, params, upstream = drawn()
    assert diagnoser.flatten(flatten) is None
    assert diagnoser.network(three_layer_convnet, IMAGE, SHAPES) is None
    came = gradients_of(three_layer_convnet, x, params, upstream)
    assert diagnoser.gradients(came, x, params, upstream) is None


def answering(network):
    """A student whose code computes a variant, and raises where the weights do not fit it."""

    def ask(x, params):
        try:
            return forward(network, x, params)
        except RuntimeError as error:
            raise StudentError("RuntimeError", str(error)) from error

    return ask


def test_a_mistake_that_cannot_be_seen_is_not_named(diagnoser):
    """Of images with one channel, nobody can say whether channels were reversed."""
    shapes = SHAPES._replace(conv_w1=(4, 1, 5, 5))
    network = answering(Network(scores="relu", images="channels_reversed"))
    assert ids(diagnoser.network(network, (1, 12, 20), shapes)) == {"relu_on_scores"}


def test_what_depends_on_the_call_is_not_named(diagnoser):
    """One probe alone must not decide."""
    calls = iter(range(1000))

    def changing(x, params):
        right = next(calls) % 2
        return answering(Network(activation_1="relu" if right else "none"))(x, params)

    assert not ids(diagnoser.network(changing, IMAGE, SHAPES))


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: torch.full((len(x), 7), torch.nan),
        lambda x: torch.zeros(0),
        lambda x: torch.zeros(len(x), 7, dtype=torch.int64),
        lambda x: torch.full((len(x), 7), torch.inf, dtype=torch.float64),
        lambda x: torch.zeros(len(x), 7, dtype=torch.bool),
    ],
)
def test_whatever_a_network_returns_is_looked_at(answer, diagnoser):
    found = diagnoser.network(lambda x, params: answer(x), IMAGE, SHAPES)
    assert not found.mistakes
    assert found.begins


def test_a_network_that_always_raises_is_asked_a_bounded_number_of_times(diagnoser):
    calls = []

    def raising(x, params):
        calls.append(x)
        raise StudentError("ValueError", "no")

    assert diagnoser.network(raising, IMAGE, SHAPES) is None
    assert len(calls) <= 20


def test_a_network_that_hangs_is_asked_once(diagnoser):
    calls = []

    def hanging(x, params):
        calls.append(x)
        raise WorkerTimeout(20)

    with pytest.raises(WorkerTimeout):
        diagnoser.network(hanging, IMAGE, SHAPES)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("came", "sentence"),
    [
        ("2x640 and 1200x7", "640 = 5 maps of 8 x 16: each side has 4 less than"),
        ("2x300 and 1200x7", "each side is half"),
        ("2x1540 and 1200x7", "each side has 2 more than"),
        ("1x2400 and 1200x7", "All images of the batch lie in one row"),
    ],
)
def test_a_product_that_cannot_be_computed_is_explained_by_sizes(came, sentence, diagnoser):
    def raising(x, params):
        raise StudentError("RuntimeError", f"mat1 and mat2 shapes cannot be multiplied ({came})")

    assert sentence in diagnoser.network(raising, IMAGE, SHAPES).sentence


def test_weights_are_known_by_their_distribution(diagnoser):
    generator = torch.Generator().manual_seed(5)
    shapes = param_shapes(channels=3, channel_1=32, channel_2=16, classes=10, height=32, width=32)
    weights = {"conv_w2": torch.randn(shapes.conv_w2, generator=generator) * 0.01}
    assert ids(diagnoser.weights(weights, shapes, "conv_w2")) == {"small_normal"}
    odd = {"conv_w2": torch.randn(shapes.conv_w2, generator=generator) * 0.03}
    assert diagnoser.weights(odd, shapes, "conv_w2") is None


def test_weights_that_look_like_two_distributions_are_told_apart_by_the_others(diagnoser):
    """Of the first convolution's, fan_out and Xavier's rule differ by 5 % alone."""
    generator = torch.Generator().manual_seed(5)
    shapes = param_shapes(channels=3, channel_1=32, channel_2=16, classes=10, height=32, width=32)
    weights = {
        "conv_w1": torch.randn(shapes.conv_w1, generator=generator) * (2 / 800) ** 0.5,
        "conv_w2": torch.randn(shapes.conv_w2, generator=generator) * (2 / 144) ** 0.5,
        "fc_w": torch.randn(shapes.fc_w, generator=generator) * (2 / 10) ** 0.5,
    }
    assert ids(diagnoser.weights(weights, shapes, "conv_w1")) == {"kaiming_fan_out"}


@pytest.mark.parametrize(
    "kind", [torch.bool, torch.int64, torch.complex64, torch.float8_e4m3fn, torch.float16]
)
def test_numbers_of_any_kind_are_looked_at(kind, diagnoser):
    """A worker may send whatever it likes, and a check that failed must not end as our fault."""
    x, params, upstream = drawn()
    odd = [torch.zeros_like(tensor).to(kind) for tensor in (x, *params)]
    shapes = param_shapes(channels=3, channel_1=4, channel_2=5, classes=7, height=12, width=20)
    assert not ids(diagnoser.flatten(lambda x: x.flatten(1).to(kind)))
    diagnoser.gradients(odd, x, params, upstream)
    diagnoser.weights({"conv_w1": odd[1], "fc_w": odd[5]}, shapes, "conv_w1")
    diagnoser.network(lambda x, params: torch.zeros(len(x), 7).to(kind), IMAGE, SHAPES)


def test_scores_without_gradients_are_named(diagnoser):
    x, params, upstream = drawn()
    assert ids(diagnoser.gradients([None] * 7, x, params, upstream)) == {"detached_scores"}
    zeros = [torch.zeros_like(tensor) for tensor in (x, *params)]
    assert ids(diagnoser.gradients(zeros, x, params, upstream)) == {"detached_scores"}


@pytest.mark.parametrize(
    ("settings", "mistake"),
    [
        ({"padding_1": 2, "padding_2": 0, "stride_1": 1, "stride_2": 1}, {"padding_2_missing"}),
        ({"padding_1": 1, "padding_2": 2}, {"paddings_swapped"}),
        ({"padding_1": 2, "padding_2": 1}, set()),
        ({"padding_1": 7}, set()),
        ({}, set()),
    ],
)
def test_layers_that_cannot_be_asked_are_read(settings, mistake, diagnoser):
    assert ids(diagnoser.layers(settings)) == mistake


def test_answers_of_another_shape_are_not_kept(diagnoser):
    """A worker may send 256 MB each time."""
    sent = []

    def flooding(x, params):
        sent.append(torch.zeros(len(x), 7, 3))
        return sent[-1]

    held = diagnoser.network(flooding, IMAGE, SHAPES)
    assert not ids(held)
    assert len(sent) <= 20


def test_images_so_small_that_a_mistake_would_leave_nothing_are_no_fault(diagnoser):
    shapes = param_shapes(channels=3, channel_1=3, channel_2=2, classes=4, height=9, width=7)
    odd = answering(Network(activation_1="tanh", bias_3=2))
    assert ids(diagnoser.network(odd, (3, 9, 7), shapes)) in (set(), {"bias_3_twice"})


def test_a_number_of_five_thousand_digits_is_no_size(diagnoser):
    def raising(x, params):
        many = "9" * 5000
        raise StudentError("RuntimeError", f"shapes cannot be multiplied ({many}x1 and 1x1)")

    assert diagnoser.network(raising, IMAGE, SHAPES) is None


def test_what_is_asked_is_drawn_for_every_submission():
    """A table of what others were asked would have a mistake named that may earn points."""
    asked = [[], []]

    def told(answer, inputs):
        def answering(x, *rest):
            inputs.append(x)
            return answer(x, *rest)

        return answering

    wrong = next(path for path in value_pieces("single") if path.stem.startswith("relu_2_missing"))
    for seed, inputs in enumerate(asked):
        seeded(seed).network(told(function(wrong), inputs), IMAGE, SHAPES)
        seeded(seed).flatten(told(lambda x: x, inputs))
    assert len(asked[0]) == len(asked[1]) > 0
    assert not any(map(torch.equal, *asked))
