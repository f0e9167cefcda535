"""`DataLoader` as the submission sees it: whatever it draws passes the gate.

A loader may draw from the served data set directly, through `Subset` and `ConcatDataset`, or
through a wrapper of the student's own (usual for augmentations). Where an index can be followed to
the homework's, images that this data set does not have are left out, and the homework's validation
images cost nothing; where it cannot, everything drawn with gradients on counts as training.
"""

from __future__ import annotations

import inspect
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sized
from typing import Any

import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, IterableDataset, Subset
from torch.utils.data.dataloader import default_collate

from grader.harness.metering.gate import Gate
from grader.harness.surroundings.augmenting import BatchTransform, batched
from grader.harness.surroundings.served import ServedCIFAR10

_SIGNATURE = inspect.signature(DataLoader.__init__)
_LEFT_OUT = (
    "num_workers",
    "pin_memory",
    "timeout",
    "multiprocessing_context",
    "prefetch_factor",
    "persistent_workers",
    "pin_memory_device",
)
"""What concerns worker processes: they could not be started here, and would not be metered."""


class ServedLoader(DataLoader[Any]):
    """`DataLoader` whose batches pass the gate."""

    gate: Gate | None = None
    """For data sets that hold no served one, and so no gate."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        bound = _SIGNATURE.bind(self, *args, **keywords).arguments
        for name in ("self", *_LEFT_OUT):
            bound.pop(name, None)
        self._own_batches = bound.get("batch_sampler") is not None
        super().__init__(**bound)

    def __iter__(self) -> Any:
        served = served_dataset(self.dataset)
        gate = self.gate if served is None else served.source.gate
        if gate is None:
            return super().__iter__()
        images = self.batch_size or getattr(self.batch_sampler, "batch_size", None) or 1
        if not torch.is_grad_enabled():
            gate.note_evaluation(self.dataset)
        plain = served is None or self._is_plain()
        return gate.pass_batches(
            super().__iter__ if plain else self._batches,
            images,
            training=self._draws_training_images(),
            served=served is not None,
        )

    def __len__(self) -> int:
        if served_dataset(self.dataset) is None or self._is_plain() or self._own_batches:
            return super().__len__()
        images = self._count_existing()
        size = self.batch_size or 1
        return images // size if self.drop_last else -(-images // size)

    def _is_plain(self) -> bool:
        """Whether there are no batches of indices: single items, or an iterable data set."""
        if isinstance(self.dataset, IterableDataset):
            return True
        return self.batch_size is None and not self._own_batches

    def _batches(self) -> Iterator[Any]:
        transform = self._batched_transform()
        for batch in self._index_batches():
            yield self._collate(batch, transform)

    def _index_batches(self) -> Iterator[list[int]]:
        if self._own_batches:
            for indices in self.batch_sampler or ():
                existing = list(self._existing(indices))
                if existing:
                    yield existing
            return
        batch: list[int] = []
        for index in self._existing(self.sampler):
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def _batched_transform(self) -> BatchTransform | None:
        dataset = self.dataset
        if not isinstance(dataset, ServedCIFAR10) or not dataset.untouched:
            return None
        if self.collate_fn is not default_collate or dataset.target_transform is not None:
            return None
        return batched(dataset.transform)

    def _collate(self, batch: list[int], transform: BatchTransform | None) -> Any:
        dataset: Any = self.dataset
        if transform is None:
            return self.collate_fn([dataset[index] for index in batch])
        positions = [dataset.position(index) for index in batch]
        labels = default_collate([dataset.label(index) for index in batch])
        return [transform(dataset.source.images_at(positions)), labels]

    def _existing(self, indices: Iterable[int]) -> Iterator[int]:
        for index in indices:
            found = trace(self.dataset, index)
            if found is None or found[0].exists(found[1]):
                yield index

    def _all_indices(self) -> Any:
        """The indices that the sampler draws from, where it tells; any kind of sequence."""
        for indices in (getattr(self.sampler, "indices", None), self.sampler):
            if hasattr(indices, "__len__") and hasattr(indices, "__getitem__"):
                return indices
        return range(len(self.dataset) if isinstance(self.dataset, Sized) else 0)

    def _count_existing(self) -> int:
        indices = self._all_indices()
        existing = sum(1 for _ in self._existing(indices))
        drawn = len(self.sampler) if isinstance(self.sampler, Sized) else len(indices)
        # A sampler may draw fewer than there are, or some of them repeatedly.
        return existing if drawn == len(indices) else round(existing * drawn / len(indices))

    def _draws_training_images(self) -> bool:
        first = next(iter(self._all_indices()), None) if not self._is_plain() else None
        found = trace(self.dataset, int(first)) if first is not None else None
        if found is not None:
            return found[0].is_training(found[1])
        served = served_dataset(self.dataset)
        return served is None or served.train


def served_dataset(dataset: object) -> ServedCIFAR10 | None:
    """The served data set that a data set is, or holds in some attribute; else None."""
    waiting, seen = [dataset], set[int]()
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, ServedCIFAR10):
            return part
        if id(part) not in seen:
            seen.add(id(part))
            waiting.extend(_parts(part))
    return None


def trace(dataset: object, index: int) -> tuple[ServedCIFAR10, int] | None:
    """The served data set and its index behind an index of a data set, where it can be followed."""
    for _ in range(8):
        if isinstance(dataset, ServedCIFAR10):
            return dataset, int(index) % max(1, len(dataset))
        if isinstance(dataset, Subset):
            index, dataset = dataset.indices[index], dataset.dataset
        elif isinstance(dataset, ConcatDataset):
            number = bisect_right(dataset.cumulative_sizes, index)
            index -= dataset.cumulative_sizes[number - 1] if number else 0
            dataset = dataset.datasets[number]
        else:
            dataset = _wrapped(dataset)
    return None


def _wrapped(dataset: object) -> object:
    """What a wrapper of the student's own wraps, if it seems to keep the indices."""
    parts = _parts(dataset)
    if len(parts) != 1 or not isinstance(dataset, Sized) or not isinstance(parts[0], Sized):
        return None
    return parts[0] if len(dataset) == len(parts[0]) else None


def _parts(dataset: object) -> list[Any]:
    """The data sets among a data set's attributes, and in lists of them."""
    parts: list[Any] = []
    for value in getattr(dataset, "__dict__", {}).values():
        several = value if isinstance(value, (list, tuple)) and len(value) <= 100 else [value]
        parts.extend(part for part in several if isinstance(part, Dataset) and part is not dataset)
    return parts
