"""How far apart honest implementations of the three-layer ConvNet are, and how far real mistakes.

Over the rubric's cases and many seeds, prints the tables of docs/tolerances.md:

    python benchmarks/tolerances.py --seeds 50

A difference is max|other - reference| / max|reference|, and gradients are those of the scores
weighted by random numbers, both as in the checks.
"""

from __future__ import annotations

import argparse
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
import yaml
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.checks.sizes import draw_case, draw_constructor  # noqa: E402
from grader.rubric import Constructor, ConvnetCase, Rubric  # noqa: E402
from reference import Params, kaiming_std  # noqa: E402
from reference.solution import flatten, three_layer_convnet  # noqa: E402

Forward = Callable[[Tensor, Params], Tensor]
TENSORS = ("scores", "x", *Params._fields)


@dataclass(frozen=True)
class Variant:
    """One implementation, and what of the machine's settings it runs under."""

    name: str
    forward: Forward
    threads: int = 1
    onednn: bool = True


@dataclass(frozen=True)
class Drawn:
    """One case with its numbers drawn.

    x: (N, C, H, W) images; upstream: (N, classes) weights of the scores in the loss.
    """

    x: Tensor
    params: Params
    upstream: Tensor


@dataclass
class Range:
    """Smallest and largest of what was added."""

    low: float = math.inf
    high: float = 0.0

    def add(self, value: float) -> None:
        self.low = min(self.low, value)
        self.high = max(self.high, value)


@dataclass
class Share:
    """How many of how many."""

    part: int = 0
    whole: int = 0

    def add(self, counts: bool) -> None:
        self.part += counts
        self.whole += 1

    def __str__(self) -> str:
        return f"{self.part} of {self.whole}"


@dataclass
class Outcome:
    """The differences of one variant.

    A check fails with one case, so of each seed and check the largest difference over the cases
    is what counts. `tensors`: by tensor; `gradients`: of the gradient that differs most;
    `values_passed`, `gradients_passed`: how many seeds and checks were within the tolerance.
    """

    tensors: dict[str, Range] = field(default_factory=lambda: {name: Range() for name in TENSORS})
    gradients: Range = field(default_factory=Range)
    values_passed: Share = field(default_factory=Share)
    gradients_passed: Share = field(default_factory=Share)


# --- cases ----------------------------------------------------------------------------------------


def read_cases(rubric: Rubric, *checks: str) -> list[list[ConvnetCase]]:
    """The cases of each of the checks."""
    size, generator = rubric.data.image_size, torch.Generator().manual_seed(0)
    found: list[list[ConvnetCase]] = []
    for spec in rubric.checks:
        if spec.id not in checks:
            continue
        settings = spec.settings
        made = [
            _as_case(draw_constructor(rule, generator), settings.images, size)
            for rule in settings.constructors
        ]
        found.append([*(draw_case(rule, generator) for rule in settings.cases), *made])
    return found


def _as_case(made: Constructor, images: int, size: int) -> ConvnetCase:
    return ConvnetCase(
        images=images,
        channels=made.in_channel,
        height=size,
        width=size,
        channel_1=made.channel_1,
        channel_2=made.channel_2,
        classes=made.num_classes,
    )


def draw(case: ConvnetCase, seed: int, *, kink_margin: float) -> Drawn:
    """Images ~ N(0, 1), Kaiming-normal weights, biases ~ N(0, 0.1).

    kink_margin: images are drawn anew until each of their pre-activations is farther from 0 than
    this, relative to the layer's root mean square; 0 takes the images as they come.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int, std: float = 1.0) -> Tensor:
        return torch.randn(shape, generator=generator) * std

    features = case.channel_2 * case.height * case.width
    params = Params(
        normal(case.channel_1, case.channels, 5, 5, std=kaiming_std(25 * case.channels)),
        normal(case.channel_1, std=0.1),
        normal(case.channel_2, case.channel_1, 3, 3, std=kaiming_std(9 * case.channel_1)),
        normal(case.channel_2, std=0.1),
        normal(features, case.classes, std=kaiming_std(features)),
        normal(case.classes, std=0.1),
    )
    x = torch.empty(0, case.channels, case.height, case.width)
    while len(x) < case.images:
        more = normal(case.images, case.channels, case.height, case.width)
        kept = more[distance_from_kinks(more, params) >= kink_margin]
        x = torch.cat([x, kept])[: case.images]
    return Drawn(x, params, upstream=normal(case.images, case.classes))


def distance_from_kinks(x: Tensor, params: Params) -> Tensor:
    """(N,) smallest |pre-activation| of each image, relative to the layer's root mean square."""
    exact = Params(*(p.double() for p in params))
    layers = pre_activations(x.double(), exact)
    nearest = [z.abs().flatten(1).amin(1) / z.square().mean().sqrt() for z in layers]
    return torch.minimum(*nearest)


def pre_activations(x: Tensor, params: Params) -> tuple[Tensor, Tensor]:
    """What the two ReLUs are given."""
    z1 = F.conv2d(x, params.conv_w1, params.conv_b1, padding=2)
    return z1, F.conv2d(F.relu(z1), params.conv_w2, params.conv_b2, padding=1)


# --- honest implementations -----------------------------------------------------------------------


def by_unfold(x: Tensor, params: Params) -> Tensor:
    """Convolutions as matrix products of patches."""

    def convolve(x: Tensor, w: Tensor, b: Tensor, pad: int) -> Tensor:
        columns = F.unfold(x, w.shape[2:], padding=pad)
        return (w.flatten(1) @ columns + b[:, None]).view(len(x), len(w), *x.shape[2:])

    return _network(x, params, convolve)


def by_einsum(x: Tensor, params: Params) -> Tensor:
    """Every layer as an einsum, the convolutions over windows of the padded image."""

    def convolve(x: Tensor, w: Tensor, b: Tensor, pad: int) -> Tensor:
        windows = F.pad(x, (pad,) * 4).unfold(2, w.shape[2], 1).unfold(3, w.shape[3], 1)
        return torch.einsum("nchwij,ocij->nohw", windows, w) + b[:, None, None]

    h = _features(x, params, convolve)
    return torch.einsum("nf,fc->nc", h, params.fc_w) + params.fc_b


def by_offsets(x: Tensor, params: Params) -> Tensor:
    """Convolutions as a sum over the kernel's offsets, one after the other."""

    def convolve(x: Tensor, w: Tensor, b: Tensor, pad: int) -> Tensor:
        height, width = x.shape[2:]
        padded = F.pad(x, (pad,) * 4)
        out = b[:, None, None].expand(len(x), len(w), height, width)
        for i in range(w.shape[2]):
            for j in range(w.shape[3]):
                shifted = padded[:, :, i : i + height, j : j + width]
                out = out + torch.einsum("nchw,oc->nohw", shifted, w[:, :, i, j])
        return out

    return _network(x, params, convolve)


def by_padding_first(x: Tensor, params: Params) -> Tensor:
    """Padding as a step of its own."""
    return _network(x, params, lambda x, w, b, pad: F.conv2d(F.pad(x, (pad,) * 4), w, b))


def by_adding_bias(x: Tensor, params: Params) -> Tensor:
    """Biases added after each convolution."""
    return _network(x, params, lambda x, w, b, pad: F.conv2d(x, w, padding=pad) + b[:, None, None])


def by_addmm(x: Tensor, params: Params) -> Tensor:
    """Bias and product of the fully connected layer in one call."""
    return torch.addmm(params.fc_b, _features(x, params, _conv), params.fc_w)


def by_linear(x: Tensor, params: Params) -> Tensor:
    """The fully connected layer as a Module has it."""
    return F.linear(_features(x, params, _conv), params.fc_w.t().contiguous(), params.fc_b)


def by_channels_last(x: Tensor, params: Params) -> Tensor:
    """Channels-last images and kernels."""
    last = torch.channels_last
    w1, w2 = (w.contiguous(memory_format=last) for w in (params.conv_w1, params.conv_w2))
    params = params._replace(conv_w1=w1, conv_w2=w2)
    return three_layer_convnet(x.contiguous(memory_format=last), params)


def by_float64(x: Tensor, params: Params) -> Tensor:
    """Everything in double precision."""
    return three_layer_convnet(x.double(), Params(*(p.double() for p in params))).float()


def by_image(x: Tensor, params: Params) -> Tensor:
    """One image at a time."""
    return torch.cat([three_layer_convnet(image[None], params) for image in x])


def _conv(x: Tensor, w: Tensor, b: Tensor, pad: int) -> Tensor:
    return F.conv2d(x, w, b, padding=pad)


Convolve = Callable[[Tensor, Tensor, Tensor, int], Tensor]


def _features(x: Tensor, params: Params, convolve: Convolve) -> Tensor:
    h = F.relu(convolve(x, params.conv_w1, params.conv_b1, 2))
    return flatten(F.relu(convolve(h, params.conv_w2, params.conv_b2, 1)))


def _network(x: Tensor, params: Params, convolve: Convolve) -> Tensor:
    return _features(x, params, convolve).mm(params.fc_w) + params.fc_b


HONEST = (
    Variant("unfold + matmul", by_unfold),
    Variant("einsum over windows", by_einsum),
    Variant("sum over kernel offsets", by_offsets),
    Variant("F.pad, then convolution", by_padding_first),
    Variant("bias added separately", by_adding_bias),
    Variant("addmm", by_addmm),
    Variant("F.linear", by_linear),
    Variant("channels-last", by_channels_last),
    Variant("float64 inside", by_float64),
    Variant("one image at a time", by_image),
    Variant("reference, 2 threads", three_layer_convnet, threads=2),
    Variant("reference, without oneDNN", three_layer_convnet, onednn=False),
)


# --- mistakes -------------------------------------------------------------------------------------

Activation = Callable[[Tensor], Tensor]
Change = Callable[[Params], Params]


def activations(first: Activation, second: Activation) -> Forward:
    """Other functions in the places of the two ReLUs."""

    def forward(x: Tensor, params: Params) -> Tensor:
        h = first(_conv(x, params.conv_w1, params.conv_b1, 2))
        h = second(_conv(h, params.conv_w2, params.conv_b2, 1))
        return flatten(h).mm(params.fc_w) + params.fc_b

    return forward


def paddings(first: int, second: int, mode: str = "constant") -> Forward:
    """Other paddings, or other values in the padding."""

    def forward(x: Tensor, params: Params) -> Tensor:
        h = F.relu(F.conv2d(F.pad(x, (first,) * 4, mode=mode), params.conv_w1, params.conv_b1))
        h = F.relu(F.conv2d(F.pad(h, (second,) * 4, mode=mode), params.conv_w2, params.conv_b2))
        return flatten(h).mm(params.fc_w) + params.fc_b

    return forward


def weights(change: Change) -> Forward:
    """The reference with other weights than were passed."""
    return lambda x, params: three_layer_convnet(x, change(params))


def images(change: Activation) -> Forward:
    """The reference with other images than were passed."""
    return lambda x, params: three_layer_convnet(change(x), params)


def scores(change: Activation) -> Forward:
    """The reference with something done to its scores."""
    return lambda x, params: change(three_layer_convnet(x, params))


def feature_order(*order: int) -> Forward:
    """The second convolution's output (N, C, H, W) permuted before it is flattened."""

    def forward(x: Tensor, params: Params) -> Tensor:
        h = F.relu(_conv(x, params.conv_w1, params.conv_b1, 2))
        h = F.relu(_conv(h, params.conv_w2, params.conv_b2, 1))
        return flatten(h.permute(*order)).mm(params.fc_w) + params.fc_b

    return forward


def _same(x: Tensor) -> Tensor:
    return x


def _scaled(name: str, factor: float) -> Change:
    return lambda p: p._replace(**{name: getattr(p, name) * factor})


def _kernel(name: str, change: Activation) -> Change:
    return lambda p: p._replace(**{name: change(getattr(p, name))})


MISTAKES = (
    Variant("first ReLU missing", activations(_same, F.relu)),
    Variant("second ReLU missing", activations(F.relu, _same)),
    Variant("a further ReLU on the scores", scores(F.relu)),
    Variant("softmax on the scores", scores(lambda s: s.softmax(1))),
    Variant("log_softmax on the scores", scores(lambda s: s.log_softmax(1))),
    Variant("LeakyReLU(0.01) for ReLU", activations(F.leaky_relu, F.leaky_relu)),
    Variant("LeakyReLU(0.01) for the second ReLU", activations(F.relu, F.leaky_relu)),
    Variant("GELU for ReLU", activations(F.gelu, F.gelu)),
    Variant("SiLU for ReLU", activations(F.silu, F.silu)),
    Variant("ELU for ReLU", activations(F.elu, F.elu)),
    Variant("ReLU6 for ReLU", activations(F.relu6, F.relu6)),
    Variant("absolute value for ReLU", activations(torch.abs, torch.abs)),
    Variant("paddings 3 and 0", paddings(3, 0)),
    Variant("paddings 1 and 2", paddings(1, 2)),
    Variant("replicated padding", paddings(2, 1, "replicate")),
    Variant("circular padding", paddings(2, 1, "circular")),
    Variant("first bias missing", weights(_scaled("conv_b1", 0))),
    Variant("second bias missing", weights(_scaled("conv_b2", 0))),
    Variant("last bias missing", weights(_scaled("fc_b", 0))),
    Variant("first bias twice", weights(_scaled("conv_b1", 2))),
    Variant("second bias twice", weights(_scaled("conv_b2", 2))),
    Variant("last bias twice", weights(_scaled("fc_b", 2))),
    Variant("first kernel flipped in H", weights(_kernel("conv_w1", lambda w: w.flip(2)))),
    Variant("first kernel flipped in W", weights(_kernel("conv_w1", lambda w: w.flip(3)))),
    Variant("first kernel flipped in both", weights(_kernel("conv_w1", lambda w: w.flip(2, 3)))),
    Variant("first kernel transposed", weights(_kernel("conv_w1", lambda w: w.mT))),
    Variant("second kernel flipped in both", weights(_kernel("conv_w2", lambda w: w.flip(2, 3)))),
    Variant("second kernel transposed", weights(_kernel("conv_w2", lambda w: w.mT))),
    Variant("channels in reverse order (BGR)", images(lambda x: x.flip(1))),
    Variant("flattened as N, H, W, C", feature_order(0, 2, 3, 1)),
    Variant("flattened as N, C, W, H", feature_order(0, 1, 3, 2)),
    Variant("minus the mean over the batch", scores(lambda s: s - s.mean(0))),
    Variant("divided by the batch size", scores(lambda s: s / len(s))),
    Variant("scores times 1.001", scores(lambda s: s * 1.001)),
    Variant("0.001 added to the scores", scores(lambda s: s + 1e-3)),
    Variant(
        "dropout of 1 % of the features", activations(F.relu, lambda z: F.dropout(F.relu(z), 0.01))
    ),
    Variant("first layer detached", activations(lambda z: F.relu(z).detach(), F.relu)),
)


def in_precision(dtype: torch.dtype) -> Forward:
    """Everything in a shorter number format."""
    return lambda x, p: three_layer_convnet(x.to(dtype), Params(*(w.to(dtype) for w in p))).float()


SHORT_FORMATS = (
    Variant("bfloat16 inside", in_precision(torch.bfloat16)),
    Variant("float16 inside", in_precision(torch.float16)),
    Variant("images rounded to float16", images(lambda x: x.half().float())),
    Variant(
        "scores rounded to 3 decimals", scores(lambda s: s + (s.round(decimals=3) - s).detach())
    ),
)


# --- measuring ------------------------------------------------------------------------------------


@contextmanager
def machine(variant: Variant) -> Iterator[None]:
    """The thread count and the convolution library that the variant asks for."""
    threads = torch.get_num_threads()
    library = torch.backends.mkldnn.flags(enabled=False) if not variant.onednn else nullcontext()
    torch.set_num_threads(variant.threads)
    try:
        with library:
            yield
    finally:
        torch.set_num_threads(threads)


def run(forward: Forward, drawn: Drawn) -> dict[str, Tensor]:
    """The scores, and the gradients by the images and the parameters."""
    leaves = [t.clone().requires_grad_() for t in (drawn.x, *drawn.params)]
    result = forward(leaves[0], Params(*leaves[1:]))
    gradients = torch.autograd.grad(
        result, leaves, drawn.upstream, allow_unused=True, materialize_grads=True
    )
    return dict(zip(TENSORS, (result.detach(), *gradients), strict=True))


def difference(other: Tensor, reference: Tensor) -> float:
    """max|other - reference| / max|reference|, computed in double precision."""
    other, reference = other.double(), reference.double()
    return ((other - reference).abs().max() / reference.abs().max()).item()


Differences = dict[str, float]


def differences(
    variants: Sequence[Variant], case: ConvnetCase, seed: int, *, kink_margin: float
) -> dict[str, Differences]:
    """Of every variant, by its name, the difference of each tensor in one case."""
    drawn = draw(case, seed, kink_margin=kink_margin)
    expected = run(three_layer_convnet, drawn)
    found: dict[str, Differences] = {}
    for variant in variants:
        torch.manual_seed(seed)
        with machine(variant):
            came = run(variant.forward, drawn)
        found[variant.name] = {name: difference(came[name], expected[name]) for name in TENSORS}
    return found


def compare(
    variants: Sequence[Variant], rubric: Rubric, seeds: int, *, kink_margin: float
) -> dict[str, Outcome]:
    """The outcome of every variant, by its name."""
    of_values = read_cases(rubric, "three_layer_convnet.values", "module.values")
    of_gradients = read_cases(rubric, "three_layer_convnet.gradients", "module.gradients")
    every_case = {case for cases in (*of_values, *of_gradients) for case in cases}
    outcomes = {variant.name: Outcome() for variant in variants}
    for seed in range(seeds):
        found = {
            case: differences(variants, case, seed, kink_margin=kink_margin) for case in every_case
        }
        for name, outcome in outcomes.items():
            for cases in of_values:
                largest = max(found[case][name]["scores"] for case in cases)
                outcome.tensors["scores"].add(largest)
                outcome.values_passed.add(largest <= rubric.tolerances.values)
            for cases in of_gradients:
                worst = {t: max(found[case][name][t] for case in cases) for t in TENSORS[1:]}
                _add_gradients(outcome, worst, rubric.tolerances.gradients)
    return outcomes


def _add_gradients(outcome: Outcome, worst: Differences, tolerance: float) -> None:
    for tensor, value in worst.items():
        outcome.tensors[tensor].add(value)
    largest = max(worst.values())
    outcome.gradients.add(largest)
    outcome.gradients_passed.add(largest <= tolerance)


# --- printing -------------------------------------------------------------------------------------


def print_honest(title: str, outcomes: dict[str, Outcome]) -> None:
    """The largest difference of each tensor."""
    print(f"### {title}\n")
    print(f"| implementation | scores | {' | '.join(f'd {t}' for t in TENSORS[1:])} | passed |")
    print("| --- " + "| ---: " * (len(TENSORS) + 1) + "|")
    for name, outcome in outcomes.items():
        cells = [_short(outcome.tensors[tensor].high) for tensor in TENSORS]
        print(f"| {name} | {' | '.join(cells)} | {outcome.gradients_passed} |")
    most = [max(outcome.tensors[t].high for outcome in outcomes.values()) for t in TENSORS]
    print(f"| **largest** | {' | '.join(f'**{_short(value)}**' for value in most)} | |\n")


def print_mistakes(title: str, outcomes: dict[str, Outcome]) -> None:
    """The smallest and largest difference of the scores and of the gradient that is most off."""
    print(f"### {title}\n")
    print(
        "| mistake | scores, smallest | largest | passed | gradients, smallest | largest | passed |"
    )
    print("| --- " + "| ---: " * 6 + "|")
    for name, outcome in sorted(outcomes.items(), key=lambda item: item[1].tensors["scores"].low):
        values = f"{_range(outcome.tensors['scores'])} | {outcome.values_passed}"
        gradients = f"{_range(outcome.gradients)} | {outcome.gradients_passed}"
        print(f"| {name} | {values} | {gradients} |")
    print()


def print_kinks(case: ConvnetCase, draws: int, margin: float) -> None:
    """How near to 0 pre-activations come, and what happens where rounding changes their sign."""
    kept: list[Tensor] = []
    differing: list[float] = []
    error = Range()
    for seed in range(draws):
        drawn = draw(case, seed, kink_margin=0.0)
        kept.append(distance_from_kinks(drawn.x, drawn.params) >= margin)
        exact = pre_activations(drawn.x.double(), Params(*(p.double() for p in drawn.params)))
        pairs = list(zip(pre_activations(drawn.x, drawn.params), exact, strict=True))
        for rounded, z in pairs:
            error.add(((rounded - z).abs().max() / z.square().mean().sqrt()).item())
        if any(((rounded > 0) != (z > 0)).any() for rounded, z in pairs):
            found = differences([Variant("", by_float64)], case, seed, kink_margin=0.0)[""]
            differing.append(max(found[tensor] for tensor in TENSORS[1:]))
    print("### Kinks\n")
    print("| largest case of three_layer_convnet.gradients, float32 against float64 | |")
    print("| --- | ---: |")
    print(f"| largest error of a pre-activation, relative to the layer's RMS | {error.high:.1e} |")
    print(f"| draws in which a pre-activation changed its sign | {len(differing)} of {draws} |")
    ordered = sorted(differing) or [0.0]
    print(f"| their gradients' differences, median | {ordered[len(ordered) // 2]:.1e} |")
    print(f"| their gradients' differences, largest | {ordered[-1]:.1e} |")
    share = torch.cat(kept).float().mean().item()
    print(f"| images that keep the margin of {margin:.0e} | {share:.0%} |\n")


def _range(differences: Range) -> str:
    return f"{_short(differences.low)} | {_short(differences.high)}"


def _short(value: float) -> str:
    return "0" if value == 0 else f"{value:.1e}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=50, help="draws of every case")
    parser.add_argument(
        "--kink-margin",
        type=float,
        default=2e-5,
        help="smallest |pre-activation| that a drawn image may have, relative to the layer's RMS",
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    # PyTorch speaks of Intel GPUs when oneDNN is switched off.
    warnings.filterwarnings("ignore", message="TF32 acceleration")

    rubric = Rubric.model_validate(yaml.safe_load((ROOT / "rubric.yaml").read_bytes()))
    seeds, margin = arguments.seeds, arguments.kink_margin
    away = "away from kinks"

    [cases] = read_cases(rubric, "three_layer_convnet.gradients")
    print_kinks(cases[-1], 40 * seeds, margin)
    honest = compare(HONEST, rubric, seeds, kink_margin=margin)
    print_honest(f"Honest implementations, {away}", honest)
    honest = compare(HONEST, rubric, seeds, kink_margin=0.0)
    print_honest("Honest implementations, images as they come", honest)
    print_mistakes(f"Mistakes, {away}", compare(MISTAKES, rubric, seeds, kink_margin=margin))
    shorter = compare(SHORT_FORMATS, rubric, seeds, kink_margin=margin)
    print_mistakes(f"Shorter number formats, {away}", shorter)


if __name__ == "__main__":
    main()
