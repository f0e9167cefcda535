"""What a result was made from and with, and the key that stands for all of it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import torch

import reference
from grader import __version__
from grader.data import Store
from grader.results import DataInfo, Provenance
from grader.rubric import Rubric


def provenance_of(
    digest: str, rubric: Rubric, store: Store | None, options: str, layers: tuple[str, ...]
) -> Provenance:
    """The provenance of a result.

    Args:
        digest: of the submission.
        rubric: the rubric.
        store: the data set, None when there was none.
        options: the options that a result depends on, as text.
        layers: the isolation that was in force.
    """
    data = None
    if store is not None:
        data = DataInfo(
            name=store.name, fingerprint=store.fingerprint, description=store.description
        )
    parts = (
        digest,
        rubric.fingerprint,
        reference_fingerprint(),
        data.fingerprint if data else "",
        __version__,
        torch.__version__,
        options,
    )
    return Provenance(
        data=data,
        rubric=rubric.fingerprint,
        reference=reference_fingerprint(),
        grader=__version__,
        key=hashlib.sha256("\n".join(parts).encode()).hexdigest(),
        torch=torch.__version__,
        isolation=layers,
    )


@cache
def reference_fingerprint() -> str:
    """sha256 over the reference's source."""
    digest = hashlib.sha256()
    for path in sorted(Path(reference.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
