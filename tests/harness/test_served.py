"""CIFAR-10 as served: torchvision's own tensors, the homework's own indices."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision.transforms as T
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch.utils.data import RandomSampler, Subset, SubsetRandomSampler, TensorDataset, random_split

from grader.harness.gate import Gate, Meter
from grader.harness.served import (
    Normalize,
    ServedCIFAR10,
    ServedLoader,
    Source,
    open_source,
    transform_images,
)
from grader.protocol.messages import Data

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
TRAIN, VALIDATION = 100, 20
DRAWN = np.random.default_rng(0)
IMAGES = DRAWN.integers(0, 256, (80, 32, 32, 3), dtype=np.uint8)
LABELS = (np.arange(80) % 10).astype(np.int64)
USUAL = T.Compose([T.ToTensor(), T.Normalize(MEAN, STD)])


def free() -> Meter:
    """A gate that lets everything pass."""
    return Meter(budget=10**6, epoch=TRAIN, pauses_per_epoch=1, on_pause=lambda: None)


def served(images: int = 80, *, train: bool = True, transform: object = USUAL) -> ServedCIFAR10:
    """The homework's data set of 100 + 20 images, of which the grader's data has fewer."""
    source = Source(IMAGES[:images], LABELS[:images], TRAIN, VALIDATION, 30, Gate(free()))
    kind = type("CIFAR10", (ServedCIFAR10,), {"source": source})
    dataset: ServedCIFAR10 = kind("./datasets", train=train, download=True, transform=transform)
    return dataset


def meter_of(dataset: ServedCIFAR10) -> Meter:
    policy = dataset.source.gate.policy
    assert isinstance(policy, Meter)
    return policy


def numbers(loader: ServedLoader) -> list[int]:
    """The positions of the images that a loader hands out, known by their pixels."""
    known = {USUAL(Image.fromarray(image)).numpy().tobytes(): i for i, image in enumerate(IMAGES)}
    return [known[x.numpy().tobytes()] for batch, _ in loader for x in batch]


def test_an_image_is_torchvisions_own() -> None:
    dataset = served()
    image, label = dataset[7]
    assert torch.equal(image, USUAL(Image.fromarray(IMAGES[7])))
    assert label == 7
    assert isinstance(label, int)
    raw, _ = served(transform=None)[7]
    assert isinstance(raw, Image.Image)
    assert np.array_equal(np.asarray(raw), IMAGES[7])


def test_it_has_the_homeworks_sizes_whatever_there_is() -> None:
    assert (len(served()), len(served(train=False))) == (120, 30)
    assert served()[119][0].shape == (3, 32, 32)
    assert torch.equal(served()[-1][0], served()[119][0])
    for index in (120, -121):
        with pytest.raises(IndexError, match="out of range for 120 images"):
            served()[index]


def test_it_knows_what_torchvisions_knows() -> None:
    dataset = served()
    assert dataset.train
    assert not served(train=False).train
    assert len(dataset.classes) == 10
    assert dataset.class_to_idx["frog"] == 6
    assert np.array_equal(dataset.data, IMAGES)
    assert dataset.targets == LABELS.tolist()


def test_a_label_passes_the_target_transform() -> None:
    dataset = served()
    dataset.target_transform = lambda label: label + 100
    assert dataset[3][1] == 103
    _, labels = next(iter(ServedLoader(dataset, batch_size=4)))
    assert labels.tolist() == [100, 101, 102, 103]


@pytest.mark.parametrize(
    "transform",
    [
        USUAL,
        T.Compose([T.ToTensor(), T.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))]),
        T.Compose([T.ToTensor(), T.Normalize((0.5,), (0.25,))]),
        T.Compose([T.ToTensor(), T.Normalize(torch.tensor(MEAN), np.array(STD), inplace=True)]),
        T.Compose([T.ToTensor()]),
        T.ToTensor(),
        T.Compose([T.RandomHorizontalFlip(1.0), T.ToTensor(), T.Normalize(MEAN, STD)]),
        lambda image: torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255,
    ],
    ids=["usual", "halves", "one-number", "tensors", "compose", "bare", "three", "function"],
)
def test_batches_equal_torchvisions_bit_for_bit(transform: Callable[[object], object]) -> None:
    loader = ServedLoader(served(transform=transform), batch_size=16)
    for number, (x, y) in enumerate(islice(loader, 3)):
        chunk = slice(16 * number, 16 * number + 16)
        expected = torch.stack([transform(Image.fromarray(image)) for image in IMAGES[chunk]])
        assert x.dtype == expected.dtype
        assert torch.equal(x, expected)
        assert torch.equal(y, torch.from_numpy(LABELS[chunk]))
        assert torch.equal(transform_images(transform, IMAGES[chunk]), expected)


def test_every_pixel_value_is_normalised_as_torchvision_does() -> None:
    ramp = np.arange(256, dtype=np.uint8).repeat(12).reshape(1, 32, 32, 3)
    assert torch.equal(Normalize(MEAN, STD)(ramp)[0], USUAL(Image.fromarray(ramp[0])))


def test_without_a_transform_images_become_tensors() -> None:
    assert torch.equal(
        transform_images(None, IMAGES[:2])[1], T.ToTensor()(Image.fromarray(IMAGES[1]))
    )


def test_the_homeworks_loaders_draw_disjoint_indices_of_the_right_count() -> None:
    dataset = served()
    train = ServedLoader(dataset, batch_size=8, sampler=SubsetRandomSampler(range(TRAIN)))
    validation = ServedLoader(
        dataset, batch_size=8, sampler=SubsetRandomSampler(range(TRAIN, TRAIN + VALIDATION))
    )
    assert sorted(numbers(train)) == list(range(80))
    assert sorted(numbers(validation)) == list(range(70, 80))  # an eighth stands in for them
    assert (len(train), len(validation)) == (10, 2)


@given(st.integers(1, 80), st.integers(1, 30), st.booleans())
def test_len_is_the_number_of_batches(images: int, size: int, drop_last: bool) -> None:
    loader = ServedLoader(
        served(images),
        batch_size=size,
        drop_last=drop_last,
        sampler=SubsetRandomSampler(range(TRAIN)),
    )
    batches = [len(y) for _, y in loader]
    assert len(loader) == len(batches)
    assert sum(batches) == (images - images % size if drop_last else images)
    assert all(n == size for n in batches[:-1])


def test_shuffling_and_samplers_draw_every_image_once_in_an_order_of_their_own() -> None:
    dataset = Subset(served(), range(TRAIN))
    for loader in (
        ServedLoader(dataset, batch_size=9, shuffle=True),
        ServedLoader(dataset, batch_size=9, sampler=RandomSampler(dataset)),
        ServedLoader(served(), 9, False, SubsetRandomSampler(range(TRAIN))),
    ):
        first, second = numbers(loader), numbers(loader)
        assert sorted(first) == sorted(second) == list(range(80))
        assert first != second
        assert first != sorted(first)


def test_the_same_seed_draws_the_same_order() -> None:
    loader = ServedLoader(served(), batch_size=9, sampler=SubsetRandomSampler(range(TRAIN)))
    torch.manual_seed(3)
    first = numbers(loader)
    torch.manual_seed(3)
    assert numbers(loader) == first


def test_parts_of_parts_lead_to_the_right_images() -> None:
    part = Subset(Subset(served(), range(10, 60)), [0, 3, 49])
    assert numbers(ServedLoader(part, batch_size=2)) == [10, 13, 59]
    left, right = random_split(Subset(served(), range(80)), [60, 20])
    drawn = numbers(ServedLoader(left, batch_size=7)), numbers(ServedLoader(right, batch_size=7))
    assert sorted(drawn[0] + drawn[1]) == list(range(80))
    assert (len(drawn[0]), len(drawn[1])) == (60, 20)


@pytest.mark.parametrize(
    ("indices", "train", "metered"),
    [(range(TRAIN), True, 10), (range(TRAIN, 120), True, 0), (range(30), False, 0)],
    ids=["training", "validation", "test"],
)
def test_training_images_alone_are_metered(indices: range, train: bool, metered: int) -> None:
    for loader in (
        ServedLoader(
            dataset := served(train=train), batch_size=8, sampler=SubsetRandomSampler(indices)
        ),
        ServedLoader(Subset(dataset, indices), batch_size=8),
    ):
        before = meter_of(dataset).iterations
        assert list(loader)
        assert meter_of(dataset).iterations - before == metered


def test_workers_are_never_started_and_the_batches_still_come() -> None:
    loader = ServedLoader(
        served(), batch_size=8, num_workers=4, persistent_workers=True, prefetch_factor=2,
        pin_memory=True,
    )  # fmt: skip
    assert loader.num_workers == 0
    assert len(list(loader)) == 12


def test_a_collate_function_of_the_students_own_is_used() -> None:
    loader = ServedLoader(served(), batch_size=8, collate_fn=len)
    assert list(loader)[:2] == [8, 8]


def test_other_data_sets_are_loaded_as_ever() -> None:
    x = torch.arange(10)
    loader = ServedLoader(TensorDataset(x), batch_size=4)
    assert [batch.tolist() for (batch,) in loader] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert len(loader) == 3


def data(train_dir: Path | None) -> Data:
    return Data(
        train_dir=None if train_dir is None else str(train_dir), mean=MEAN, std=STD, batch_size=64,
        nominal_train=TRAIN, nominal_validation=VALIDATION, nominal_test=30,
    )  # fmt: skip


def test_a_training_split_is_read_from_its_folder(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", IMAGES)
    np.save(tmp_path / "labels.npy", LABELS)
    source = open_source(data(tmp_path), Gate(free()))
    assert np.array_equal(source.images, IMAGES)
    assert (source.train_size, source.validation_size) == (80, 10)
    kind = type("CIFAR10", (ServedCIFAR10,), {"source": source})
    x, y = next(iter(ServedLoader(kind(transform=USUAL), batch_size=5)))
    assert torch.equal(x, Normalize(MEAN, STD)(IMAGES[:5]))
    assert y.tolist() == [0, 1, 2, 3, 4]


def test_without_data_there_are_a_few_images_of_every_class() -> None:
    source = open_source(data(None), Gate(free()))
    assert len(source.images) == 64
    assert set(source.labels.tolist()) == set(range(10))
