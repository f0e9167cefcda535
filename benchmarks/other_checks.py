"""Ten checks of HW 05 as plain asserts, for graders that run them inside the notebook's kernel.

What `grader/checks` asks, on the sizes of rubric.yaml (its drawn sizes are fixed here), with the
same tolerances and the same reference. Weights are asked for their mean and deviation, which is
cheaper than torchgrade's Kolmogorov-Smirnov test. benchmarks/others.py hands it to both others.
"""

import math

import torch

import reference
from reference import solution

VALUES, GRADIENTS = 1e-4, 5e-4
"""Largest difference, relative to the largest magnitude of the reference."""
SIGMAS = 5.5
"""How far a weight's mean and deviation may lie from what is asked for."""

FLATTENED = [(4, 7), (3, 4, 5), (1, 3, 8, 6), (2, 3, 5, 4), (2, 3, 2, 3, 2), (5, 4, 7, 6)]
# images, channels, height, width, channel_1, channel_2, classes
SHAPED = [(1, 3, 32, 32, 6, 9, 10), (5, 3, 12, 20, 4, 5, 7), (64, 3, 32, 32, 12, 8, 10),
          (5, 1, 9, 7, 3, 2, 4)]  # fmt: skip
DRAWN = (4, 3, 11, 13, 7, 5, 8)
VALUED = [(1, 3, 32, 32, 6, 9, 10), (5, 3, 12, 20, 4, 5, 7), (64, 3, 32, 32, 32, 16, 10), DRAWN]
DERIVED = [(5, 3, 12, 20, 4, 5, 7), (8, 3, 32, 32, 32, 16, 10), DRAWN]
# in_channel, channel_1, channel_2, num_classes
BUILT = [(3, 12, 8, 10)]
INITIALISED = [(3, 32, 16, 10), (3, 48, 24, 10)]
MODULES_VALUED = [(3, 32, 16, 10), (3, 12, 8, 10), (3, 7, 5, 10), (3, 17, 6, 10)]
MODULES_DERIVED = [(3, 32, 16, 10), (3, 12, 8, 10)]


def flatten_shape(flatten):
    """(N, d1, ..., dM) becomes (N, d1 * ... * dM)."""
    for x in flattened():
        assert flatten(x).shape == solution.flatten(x).shape


def flatten_values(flatten):
    """The order of the values is kept."""
    for x in flattened():
        require_close(flatten(x), solution.flatten(x), VALUES)


def three_layer_convnet_shape(three_layer_convnet):
    """(N, classes) scores for any N, H, W and numbers of filters."""
    for sizes in SHAPED:
        x, params, upstream = draw(*sizes)
        assert three_layer_convnet(x, list(params)).shape == upstream.shape


def three_layer_convnet_values(three_layer_convnet):
    """Scores as the reference's."""
    for sizes in VALUED:
        x, params, _ = draw(*sizes)
        expected = solution.three_layer_convnet(x, params)
        require_close(three_layer_convnet(x, list(params)), expected, VALUES)


def three_layer_convnet_gradients(three_layer_convnet):
    """Gradients of x and of all six weights as the reference's."""
    for sizes in DERIVED:
        x, params, upstream = draw(*sizes)
        leaves = [each.clone().requires_grad_() for each in (x, *params)]
        total = (three_layer_convnet(leaves[0], leaves[1:]) * upstream).sum()
        require_gradients(torch.autograd.grad(total, leaves), x, params, upstream)


def barebones_weights(params):
    """Six tensors of the right shapes, Kaiming normal, with zero biases, that ask for gradients."""
    shapes = shapes_of(3, 32, 32, 32, 16, 10)
    assert len(params) == len(shapes)
    for tensor, (role, shape) in zip(params, shapes._asdict().items(), strict=True):
        assert tensor.shape == shape
        assert tensor.requires_grad
        if len(shape) == 1:
            assert not tensor.any()
        else:
            require_kaiming(tensor, role)


def module_structure(model_class):
    """Two convolutions and a fully connected layer of the sizes asked for, and (N, 10) scores."""
    for sizes in BUILT:
        model = model_class(*sizes)
        by_role(model, sizes)
        assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def module_kaiming(model_class):
    """Kaiming-normal weights of all three layers."""
    for number, sizes in enumerate(INITIALISED):
        torch.manual_seed(number)
        for role, tensor in by_role(model_class(*sizes), sizes).items():
            if tensor.dim() > 1:
                require_kaiming(as_params(role, tensor), role)


def module_values(model_class):
    """Scores as the reference's, with its weights."""
    for sizes in MODULES_VALUED:
        x, params, _ = draw(64, sizes[0], 32, 32, *sizes[1:])
        model = with_weights(model_class(*sizes), sizes, params)
        require_close(model(x), solution.three_layer_convnet(x, params), VALUES)


def module_gradients(model_class):
    """Gradients of x and of all weights as the reference's, with its weights."""
    for sizes in MODULES_DERIVED:
        x, params, upstream = draw(5, sizes[0], 32, 32, *sizes[1:])
        model = with_weights(model_class(*sizes), sizes, params)
        tensors = by_role(model, sizes)
        leaf = x.clone().requires_grad_()
        total = (model(leaf) * upstream).sum()
        by_x, *gradients = torch.autograd.grad(total, [leaf, *tensors.values()])
        laid_out = map(as_params, tensors, gradients)
        require_gradients([by_x, *laid_out], x, params, upstream)


def flattened():
    """Inputs of `flatten`, each contiguous in memory and not."""
    generator = torch.Generator().manual_seed(1)
    for shape in FLATTENED:
        x = torch.randn(shape, generator=generator)
        yield x
        yield spread(x)


def spread(x):
    """The same values with gaps between them in memory, which `view` can lay out all the same."""
    wide = torch.zeros(2 * x.shape[0], *x.shape[1:])
    wide[::2] = x
    return wide[::2]


def shapes_of(channels, height, width, channel_1, channel_2, classes):
    """Of the six weights."""
    return reference.param_shapes(
        channels=channels, channel_1=channel_1, channel_2=channel_2,
        classes=classes, height=height, width=width,
    )  # fmt: skip


def draw(images, channels, height, width, channel_1, channel_2, classes):
    """Seeded images, weights, and a gradient to send back through the scores."""
    generator = torch.Generator().manual_seed(images + channel_1)
    shapes = shapes_of(channels, height, width, channel_1, channel_2, classes)
    params = []
    for role, shape in shapes._asdict().items():
        std = 0.1 if len(shape) == 1 else reference.kaiming_std(reference.fan_in(role, shape))
        params.append(torch.randn(shape, generator=generator) * std)
    x = torch.randn(images, channels, height, width, generator=generator)
    upstream = torch.randn(images, classes, generator=generator)
    return x, reference.Params(*params), upstream / math.sqrt(upstream.numel())


def require_close(tensor, expected, tolerance):
    """Same shape and dtype, finite, and within the tolerance."""
    assert tensor.shape == expected.shape
    assert tensor.dtype == expected.dtype
    assert torch.isfinite(tensor).all()
    allowed = tolerance * expected.abs().max()
    assert (tensor - expected).abs().max() <= allowed


def require_gradients(gradients, x, params, upstream):
    """By x and the six weights, as the reference's."""
    leaves = [each.clone().requires_grad_() for each in (x, *params)]
    scores = solution.three_layer_convnet(leaves[0], reference.Params(*leaves[1:]))
    expected = torch.autograd.grad((scores * upstream).sum(), leaves)
    for came, asked in zip(gradients, expected, strict=True):
        require_close(came, asked, GRADIENTS)


def require_kaiming(tensor, role):
    """Mean 0 and deviation sqrt(2 / fan_in), as far as so many numbers tell."""
    std = reference.kaiming_std(reference.fan_in(role, tuple(tensor.shape)))
    count = tensor.numel()
    assert abs(tensor.mean().item()) <= SIGMAS * std / math.sqrt(count)
    assert abs(tensor.std().item() / std - 1) <= SIGMAS / math.sqrt(2 * count)


def by_role(model, sizes):
    """The model's six weights by their role, which their shapes tell: all sizes differ."""
    asked = shapes_of(sizes[0], 32, 32, *sizes[1:])._asdict()
    asked["fc_w"] = asked["fc_w"][::-1]
    parameters = list(model.parameters())
    assert len(parameters) == len(asked)
    found = {}
    for role, shape in asked.items():
        (found[role],) = [each for each in parameters if tuple(each.shape) == shape]
    return found


def as_params(role, tensor):
    """As Part II lays it out: nn.Linear holds its weight transposed."""
    return tensor.t() if role == "fc_w" else tensor


def with_weights(model, sizes, params):
    """The model, with these weights."""
    with torch.no_grad():
        for role, tensor in by_role(model, sizes).items():
            tensor.copy_(as_params(role, getattr(params, role)))
    return model
