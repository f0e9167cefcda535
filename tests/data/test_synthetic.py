"""The built-in data set: the same bytes each time, no side, and something to learn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.data import Sizes, Store, synthesize
from grader.data.synthetic import MEAN, STD, generate

SMALL = Sizes(train=600, validation=100, test=100)


def test_two_generations_are_identical_to_the_byte(synthetic: Store, tmp_path: Path) -> None:
    again = synthesize(tmp_path / "root")
    assert again.fingerprint == synthetic.fingerprint
    for split in ("train", "validation", "test"):
        for name in ("images.npy", "labels.npy"):
            path = Path(split) / name
            assert (again.path / path).read_bytes() == (synthetic.path / path).read_bytes()


def test_a_second_call_opens_what_the_first_made(synthetic: Store) -> None:
    made = (synthetic.path / "meta.json").stat().st_mtime_ns
    assert synthesize(synthetic.path.parents[1]) == synthetic
    assert (synthetic.path / "meta.json").stat().st_mtime_ns == made


def test_another_seed_gives_other_images() -> None:
    assert not np.array_equal(generate(1, SMALL)[0], generate(2, SMALL)[0])


def test_sizes_and_description_say_that_it_is_not_cifar10(synthetic: Store) -> None:
    assert (synthetic.sizes.train, synthetic.sizes.validation) == (6400, 1000)
    assert "not CIFAR-10" in synthetic.description
    assert "6,400 training, 1,000 validation, 2,000 test images" in synthetic.description


def test_no_image_is_in_two_splits(synthetic: Store) -> None:
    splits = (synthetic.train(), synthetic.validation(), synthetic.test())
    images = [image.tobytes() for split in splits for image in split.images]
    assert len(set(images)) == len(images)


def test_every_class_is_about_as_frequent_in_every_split(synthetic: Store) -> None:
    for split in (synthetic.train(), synthetic.validation(), synthetic.test()):
        counts = np.bincount(split.labels, minlength=10)
        assert counts.min() > 0.7 * len(split) / 10
        assert counts.max() < 1.3 * len(split) / 10


def test_the_homeworks_normalisation_fits(synthetic: Store) -> None:
    pixels = synthetic.train().images / np.float32(255)
    assert pixels.mean(axis=(0, 1, 2)) == pytest.approx(MEAN, abs=0.02)
    assert pixels.std(axis=(0, 1, 2)) == pytest.approx(STD, rel=0.1)


def test_no_class_has_a_left_and_a_right() -> None:
    images, labels = generate(3, Sizes(train=4000, validation=0, test=0))
    for label in range(10):
        mean = images[labels == label].mean(axis=0)
        spread = images[labels == label].std(axis=0).mean() / np.sqrt((labels == label).sum())
        assert abs(mean - mean[:, ::-1]).mean() < 2 * spread


@pytest.fixture
def one_thread() -> Iterator[None]:
    """A second thread makes so small a model slower, and on a busy machine much slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def probe(store: Store, labels: torch.Tensor) -> float:
    """Validation accuracy of a linear classifier after two epochs."""
    torch.manual_seed(0)
    train, validation = flat(store.train().images), flat(store.validation().images)
    model = torch.nn.Linear(3072, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=2e-3)
    for _ in range(2):
        for batch in torch.split(torch.randperm(len(train)), 64):
            loss = torch.nn.functional.cross_entropy(model(train[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
            optimizer.step()
    hits = model(validation).argmax(1) == torch.from_numpy(np.array(store.validation().labels))
    return float(hits.float().mean())


def flat(images: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> torch.Tensor:
    return torch.from_numpy(((images / np.float32(255) - MEAN) / STD).reshape(-1, 3072))


@pytest.mark.usefixtures("one_thread")
def test_a_linear_probe_learns_part_of_it_and_nothing_from_shuffled_labels(
    synthetic: Store,
) -> None:
    labels = torch.from_numpy(np.array(synthetic.train().labels))
    assert 0.25 < probe(synthetic, labels) < 0.55
    assert probe(synthetic, labels[torch.randperm(len(labels))]) < 0.16
