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
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    Dataset,
    RandomSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    random_split,
)

from grader.harness.metering.gate import Gate, Meter
from grader.harness.surroundings.feeding import ServedLoader
from grader.harness.surroundings.served import (
    Normalize,
    ServedCIFAR10,
    Source,
    open_source,
    transform_images,
)
from grader.protocol.messages import PRACTICE_FOLDER, Data

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
TRAIN, VALIDATION = 100, 20
DRAWN = np.random.default_rng(0)
IMAGES = DRAWN.integers(0, 256, (80, 32, 32, 3), dtype=np.uint8)
LABELS = (np.arange(80) % 10).astype(np.int64)
PRACTICE = DRAWN.integers(0, 256, (10, 32, 32, 3), dtype=np.uint8)
USUAL = T.Compose([T.ToTensor(), T.Normalize(MEAN, STD)])


def free() -> Meter:
    """A gate that lets everything pass."""
    return Meter(budget=10**6, epoch=TRAIN, batch=64, pauses_per_epoch=1, on_pause=lambda: None)


def served(images: int = 80, *, train: bool = True, transform: object = USUAL) -> ServedCIFAR10:
    """The homework's data set of 100 + 20 images, of which the grader's data has fewer."""
    source = Source(
        IMAGES[:images], LABELS[:images], PRACTICE, LABELS[:10], TRAIN, VALIDATION, 30, Gate(free())
    )
    kind = type("CIFAR10", (ServedCIFAR10,), {"source": source})
    dataset: ServedCIFAR10 = kind("./datasets", train=train, download=True, transform=transform)
    return dataset


def meter_of(dataset: ServedCIFAR10) -> Meter:
    policy = dataset.source.gate.policy
    assert isinstance(policy, Meter)
    return policy


def numbers(loader: ServedLoader) -> list[int]:
    """The positions of the images that a loader hands out, known by their pixels."""
    images = (*IMAGES, *PRACTICE)
    known = {USUAL(Image.fromarray(image)).numpy().tobytes(): i for i, image in enumerate(images)}
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
    assert dataset.data.shape == (120, 32, 32, 3)
    assert np.array_equal(dataset.data[:80], IMAGES)
    assert dataset.targets[:80] == LABELS.tolist()
    assert dataset.targets[100:] == [dataset[index][1] for index in range(100, 120)]


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
        T.Compose([T.ToTensor(), T.Normalize(0.5, 0.25)]),
        T.Compose([T.ToTensor(), T.Normalize(torch.tensor(MEAN), np.array(STD), inplace=True)]),
        T.Compose([T.ToTensor()]),
        T.ToTensor(),
        T.Compose([T.RandomHorizontalFlip(1.0), T.ToTensor(), T.Normalize(MEAN, STD)]),
        lambda image: torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255,
    ],
    ids=[
        "usual",
        "halves",
        "one-number",
        "bare-number",
        "tensors",
        "compose",
        "bare",
        "three",
        "function",
    ],
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
    assert sorted(numbers(validation)) == list(range(80, 90))  # those for practice
    assert (len(train), len(validation)) == (10, 2)


def test_the_test_set_comes_whole() -> None:
    """Work divides by its size, and compares with all of its targets."""
    dataset = served(train=False)
    assert numbers(ServedLoader(dataset, batch_size=8)) == 3 * list(range(80, 90))
    assert len(dataset.targets) == 30


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


class Augmented(Dataset):
    """A wrapper as students write them around their data."""

    def __init__(self, inner: Dataset) -> None:
        self.inner = inner

    def __len__(self) -> int:
        return len(self.inner)

    def __getitem__(self, index: int) -> tuple[object, int]:
        return self.inner[index]


class Doubled(Augmented):
    """Indices that mean something of their own."""

    def __len__(self) -> int:
        return 2 * len(self.inner)

    def __getitem__(self, index: int) -> tuple[object, int]:
        return self.inner[index // 2]


@pytest.mark.parametrize("wrap", [Augmented, lambda part: Augmented(Augmented(part))])
def test_a_wrapper_is_followed_to_the_homeworks_indices(wrap) -> None:
    dataset = served()
    loader = ServedLoader(wrap(dataset), batch_size=8, sampler=SubsetRandomSampler(range(TRAIN)))
    assert sorted(numbers(loader)) == list(range(80))
    assert len(loader) == meter_of(dataset).iterations == 10
    held_out = ServedLoader(wrap(Subset(dataset, range(TRAIN, 120))), batch_size=8)
    assert sorted(numbers(held_out)) == list(range(80, 90))
    assert meter_of(dataset).iterations == 10


def test_a_wrapper_that_cannot_be_followed_is_metered_whole() -> None:
    dataset = served()
    loader = ServedLoader(Doubled(Subset(dataset, range(20))), batch_size=8)
    assert numbers(loader) == [index // 2 for index in range(40)]
    assert len(loader) == meter_of(dataset).iterations == 5
    assert list(ServedLoader(Doubled(held_out := served(train=False)), batch_size=8))
    assert meter_of(held_out).iterations == 0


def test_data_sets_in_a_row_are_followed_and_metered() -> None:
    dataset = served()
    row = ConcatDataset([Subset(dataset, range(90, 100)), dataset])
    loader = ServedLoader(row, batch_size=10)
    assert numbers(loader) == list(range(90))
    assert len(loader) == meter_of(dataset).iterations == 9


def test_batches_of_a_batch_sampler_are_metered() -> None:
    dataset = served()
    sampler = BatchSampler(SubsetRandomSampler(range(TRAIN)), 10, drop_last=False)
    loader = ServedLoader(dataset, batch_sampler=sampler)
    assert sorted(numbers(loader)) == list(range(80))
    assert 8 <= meter_of(dataset).iterations <= 10


def test_single_images_are_metered_as_such() -> None:
    dataset = served()
    for count, _ in zip(range(5), ServedLoader(dataset, batch_size=None), strict=False):
        assert meter_of(dataset).iterations == count + 1
    assert meter_of(dataset).epochs == 0.05
    assert len(ServedLoader(dataset, batch_size=None)) == 120


@pytest.mark.parametrize(
    ("sampler", "batches", "metered"),
    [
        (list(range(30)), 4, 4),
        (range(30), 4, 4),
        (np.arange(30), 4, 4),
        (range(100, 120), 2, 0),
        (SubsetRandomSampler(np.arange(30)), 4, 4),
        (WeightedRandomSampler([1.0] * 120, 24), 3, None),
    ],
)
def test_any_sampler_will_do(sampler, batches: int, metered: int | None) -> None:
    dataset = served()
    loader = ServedLoader(dataset, batch_size=8, sampler=sampler)
    assert len(loader) == batches
    drawn = len(numbers(loader))
    assert metered is None or (-(-drawn // 8), meter_of(dataset).iterations) == (batches, metered)


def test_a_validation_set_by_random_split_costs_nothing_when_it_evaluates() -> None:
    dataset = served()
    _, validation = random_split(Subset(dataset, range(TRAIN)), [80, 20])
    with torch.no_grad():
        assert list(ServedLoader(validation, batch_size=8))
    assert meter_of(dataset).iterations == 0


def test_positional_arguments_are_taken_as_torch_takes_them() -> None:
    loader = ServedLoader(served(), 7, False, None, None, 2, len, True, True)
    assert list(loader) == [7] * 12  # collated by len; the incomplete batch is dropped
    assert len(loader) == 12


def test_an_items_method_of_a_subclass_is_used() -> None:
    dataset = served()

    class Mine(type(dataset)):
        def __getitem__(self, index: int) -> tuple[int, int]:
            return index, -index

    x, y = next(iter(ServedLoader(Mine("./datasets", transform=USUAL), batch_size=3)))
    assert (x.tolist(), y.tolist()) == ([0, 1, 2], [0, -1, -2])


def test_images_and_labels_may_be_replaced() -> None:
    dataset, other = served(), served()
    keep = [5, 7, 109]
    dataset.data, dataset.targets = dataset.data[keep], [dataset.targets[i] for i in keep]
    assert (len(dataset), len(other)) == (3, 120)
    (x, y), *rest = ServedLoader(dataset, batch_size=8)
    assert rest == []
    assert torch.equal(x, Normalize(MEAN, STD)(np.stack([IMAGES[5], IMAGES[7], PRACTICE[9]])))
    assert y.tolist() == [other.label(i) for i in keep]


def test_images_and_labels_may_be_written_to_without_harm_to_others() -> None:
    dataset, other = served(transform=None), served(transform=None)
    dataset.data[3] = 200
    dataset.targets[3] = 9
    assert np.asarray(dataset[3][0]).min() == 200
    assert dataset[3][1] == 9
    assert np.array_equal(np.asarray(other[3][0]), IMAGES[3])
    assert other[3][1] == 3


def test_labels_that_were_written_come_in_batches_too() -> None:
    dataset = served()
    dataset.targets[1] = 9
    assert next(iter(ServedLoader(dataset, batch_size=3)))[1].tolist() == [0, 9, 2]


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
    (tmp_path / PRACTICE_FOLDER).mkdir()
    for place, images in ((tmp_path, IMAGES), (tmp_path / PRACTICE_FOLDER, PRACTICE)):
        np.save(place / "images.npy", images)
        np.save(place / "labels.npy", LABELS[: len(images)])
    source = open_source(data(tmp_path), Gate(free()))
    assert np.array_equal(source.images, IMAGES)
    assert np.array_equal(source.practice_images, PRACTICE)
    kind = type("CIFAR10", (ServedCIFAR10,), {"source": source})
    x, y = next(iter(ServedLoader(kind(transform=USUAL), batch_size=5)))
    assert torch.equal(x, Normalize(MEAN, STD)(IMAGES[:5]))
    assert y.tolist() == [0, 1, 2, 3, 4]


def test_without_data_there_are_a_few_images_of_every_class() -> None:
    source = open_source(data(None), Gate(free()))
    assert len(source.images) == 64
    assert set(source.labels.tolist()) == set(range(10))
