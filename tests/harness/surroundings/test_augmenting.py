"""A batch that is transformed at once is what torchvision makes of each image, bit by bit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision.transforms as T
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grader.harness.surroundings.augmenting import batched

NORMALIZE = [T.ToTensor(), T.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))]
CROPS = st.builds(T.RandomCrop, st.integers(20, 32), padding=st.none() | st.integers(0, 8))
FLIPS = st.builds(T.RandomHorizontalFlip, st.sampled_from([0.0, 0.3, 0.5, 1.0]))


def images(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


@given(st.lists(FLIPS, max_size=2), st.lists(CROPS, max_size=1), st.booleans(), st.integers(0, 9))
def test_it_is_what_torchvision_makes_and_draws_as_much(flips, crops, turned, seed) -> None:
    first = [*flips, *crops] if turned else [*crops, *flips]
    transform = T.Compose([*first, *NORMALIZE])
    torch.manual_seed(seed)
    expected = torch.stack([transform(Image.fromarray(image)) for image in images(seed)])
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    came = batched(transform)(images(seed))
    assert torch.equal(came, expected)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    "first",
    [
        [T.ColorJitter(0.1)],
        [T.RandomCrop(32, padding=4, padding_mode="reflect")],
        [T.RandomCrop(32, padding=[4, 4])],
        [T.RandomCrop(32, padding=4, fill=128)],
        [T.RandomCrop(40, pad_if_needed=True)],
        [T.RandomVerticalFlip()],
        [T.RandomApply([T.RandomHorizontalFlip()])],
        [lambda image: image],
    ],
    ids=lambda first: type(first[0]).__name__,
)
def test_what_is_not_known_is_left_to_torchvision(first) -> None:
    assert batched(T.Compose([*first, *NORMALIZE])) is None


@pytest.mark.parametrize(
    "transform", [None, T.ToTensor(), T.Compose([T.ToTensor()]), T.Compose(NORMALIZE[::-1])]
)
def test_without_the_usual_end_nothing_is_known(transform) -> None:
    assert batched(transform) is None


def test_an_image_that_is_too_small_says_what_torchvision_says() -> None:
    transform = T.Compose([T.RandomCrop(40), *NORMALIZE])
    with pytest.raises(ValueError, match=r"\(40, 40\) is larger than input image size \(32, 32\)"):
        batched(transform)(images(0))
