"""Images are counted by what comes, not by what is said."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from grader.harness.metering.counting import images_given, images_in, scores_below
from grader.harness.metering.watching import Watch

IMAGES = torch.zeros(8, 3, 32, 32)
LABELS = torch.zeros(8, dtype=torch.long)


@pytest.mark.parametrize(
    ("value", "images"),
    [
        ([IMAGES, LABELS], 8),
        ({"image": IMAGES, "label": LABELS}, 8),
        ((IMAGES, IMAGES, LABELS), 8),
        ([[IMAGES, IMAGES], LABELS], 8),
        ([(IMAGES[0], 3)] * 8, 8),
        ((IMAGES[0], 3), 1),
        (torch.zeros(8, 3, 224, 224), 8),
        (torch.zeros(8, 32, 32, 3), 8),
        (torch.zeros(8, 1, 28, 28), 8),
        (torch.zeros(8, 3072), 8),
        (np.zeros((8, 3072)), 8),
        (IMAGES[None], 8),
        (IMAGES.reshape(1, -1), 8),
        (IMAGES.reshape(1, 24, 32, 32), 8),
        (IMAGES.transpose(0, 2).reshape(1, 3, 32, 256), 8),
        (torch.zeros(8, 512), 8),
        (torch.zeros(0, 3, 32, 32), 0),
        (5, 0),
        ("images", 0),
    ],
)
def test_a_batch_has_as_many_images_as_it_holds(value: object, images: int) -> None:
    assert images_in(value) == images


def test_all_that_a_model_is_given_counts() -> None:
    assert images_given([IMAGES, 3, None, torch.tensor(1.0), LABELS, IMAGES[:2]]) == 10


def test_positions_of_images_count_as_images() -> None:
    assert images_given([torch.arange(64)[None]]) == 64
    assert images_given([torch.zeros(4, 3, 32, 32, dtype=torch.int64)]) == 4


@pytest.mark.parametrize(
    "loss",
    [
        lambda scores: F.cross_entropy(scores.T[None], LABELS[None]),
        lambda scores: F.nll_loss(F.log_softmax(scores, dim=-1), LABELS),
        lambda scores: F.softmax(scores, dim=1).log()[:, 0].mean(),
        lambda scores: (torch.logsumexp(scores, dim=1) - scores[:, 0]).mean(),
    ],
    ids=["transposed", "negative-dimension", "softmax", "logsumexp"],
)
def test_scores_count_however_they_lie(loss) -> None:
    weights = torch.zeros(3072, 10, requires_grad=True)
    assert scores_below([loss(IMAGES.flatten(1).mm(weights))]) == 8


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_loss_tells_for_how_many_images_its_scores_are(smoothing: float) -> None:
    weights = torch.zeros(3072, 10, requires_grad=True)
    loss = F.cross_entropy(IMAGES.flatten(1).mm(weights), LABELS, label_smoothing=smoothing)
    assert scores_below([loss / 2]) == 8
    assert scores_below([weights.sum(), torch.zeros(())]) == 0


class Odd(nn.Module):
    """Takes what others do not."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3072, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Its own batch dimension."""
        return self.layer(x.reshape(-1, 3072))


@pytest.fixture(scope="module")
def watch():
    """One for all: its hooks stay."""
    seen = Watch()
    before = torch.autograd.backward, torch.autograd.grad
    seen.install()
    yield seen
    torch.autograd.backward, torch.autograd.grad = before


@pytest.mark.parametrize(
    ("scores", "images"),
    [
        (lambda model: model(IMAGES), 8),
        (lambda model: model(x=IMAGES), 8),
        (lambda model: model(IMAGES[None]), 8),
        (lambda model: torch.cat([model(IMAGES[:1]), model(IMAGES[1:])]), 8),
        (lambda model: model(IMAGES) + model(IMAGES), 16),
        (lambda model: nn.Linear(10, 10)(model(IMAGES)), 8),
    ],
    ids=["usual", "keyword", "five-dimensions", "in-two-calls", "two-passes", "in-parts"],
)
def test_a_gradient_is_of_the_images_that_models_were_given(watch, scores, images: int) -> None:
    watch.begin()
    scores(Odd()).sum().backward()
    assert watch.images == images
    scores(Odd()).mean().backward()
    assert watch.images == images


@pytest.mark.parametrize("use_reentrant", [True, False])
def test_a_pass_that_is_made_once_more_for_its_gradient_is_not_counted(
    watch, use_reentrant: bool
) -> None:
    """Gradient checkpointing saves memory by computing parts of the pass again."""
    stem, blocks = nn.Linear(3072, 16), [nn.Linear(16, 16) for _ in range(3)]
    for _ in range(2):
        watch.begin()
        counted: list[int] = []
        watch.on_backward = lambda losses, counted=counted: counted.append(watch.images)
        h = stem(IMAGES.reshape(len(IMAGES), -1))
        for block in blocks:
            h = checkpoint(block, h, use_reentrant=use_reentrant)
        h.sum().backward()
        assert counted == [8]
    watch.on_backward = lambda losses: None


def test_what_is_seen_without_gradients_is_not_learned(watch) -> None:
    watch.begin()
    model = Odd()
    with torch.no_grad():
        model(torch.zeros(500, 3072))
    model(IMAGES).sum().backward()
    assert watch.images == 8


def test_of_a_function_of_weights_the_loss_tells(watch) -> None:
    watch.begin()
    weights = torch.zeros(3072, 10, requires_grad=True)
    F.cross_entropy(IMAGES.flatten(1).mm(weights), LABELS).backward()
    assert watch.images == 8
    weights.sum().backward()
    assert watch.images == 0


def test_what_is_looked_at_with_gradients_on_and_thrown_away_is_not_learned(watch) -> None:
    watch.begin()
    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
    right = sum(int((model(IMAGES).argmax(1) == LABELS).sum()) for _ in range(50))
    assert right >= 0
    model(IMAGES).sum().backward()
    assert watch.images == 8


class Keeping(nn.Module):
    """Returns something else than what can be learned from."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3072, 10)
        self.kept: torch.Tensor | None = None

    def forward(self, x: torch.Tensor, *, by: str) -> torch.Tensor:
        """Made-up scores of one image."""
        if by == "part":
            self.kept = self.layer(x.flatten(1))
            return self.layer(x[:1].flatten(1))
        self.kept = x.flatten(1).mm(self.layer.weight.T)
        return self.kept.detach()


@pytest.mark.parametrize("by", ["part", "hand"])
def test_a_call_counts_whatever_it_returns_as_long_as_its_gradient_can_be_asked_for(
    watch, by: str
) -> None:
    watch.begin()
    model = Keeping()
    for _ in range(3):
        model(IMAGES, by=by)
    assert model.kept is not None
    kept = model.kept
    model(IMAGES, by=by)
    (kept.sum() + model.kept.sum()).backward()
    assert watch.images >= 16


class Inward(nn.Module):
    """Trains while it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3072, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Ends with a number that nobody can learn from."""
        self.layer(x.flatten(1)).sum().backward()
        return torch.zeros(())


def test_a_gradient_within_a_call_is_of_what_the_model_is_given(watch) -> None:
    watch.begin()
    Inward()(IMAGES)
    assert watch.images == 8


def test_results_count_in_whatever_they_are_returned(watch) -> None:
    class Several(Odd):
        def forward(self, x: torch.Tensor) -> dict[str, list[torch.Tensor]]:  # type: ignore[override]
            return {"scores": [super().forward(x)]}

    watch.begin()
    model = Several()
    thrown_away, kept = model(IMAGES), model(IMAGES)
    del thrown_away
    kept["scores"][0].sum().backward()
    assert watch.images == 8
