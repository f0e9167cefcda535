"""What a result was made from and with, and the key that stands for all of it."""

from __future__ import annotations

import platform

import torch

import grader
import reference
from grader.data import Store
from grader.installed import installed_packages
from grader.keys import key_of
from grader.results import DataInfo, Provenance
from grader.rubric import Rubric
from grader.version import source_fingerprint, torchgrade_version


def setup_key(rubric: Rubric, store: Store | None, options: str) -> str:
    """The key of all that holds for every submission.

    Args:
        rubric: the rubric.
        store: the data set, None when there is none.
        options: the options that a result depends on, as text.
    """
    return key_of(
        rubric.model_dump_json(),  # not its bytes: a comment changes no result
        source_fingerprint(reference.__file__),
        store.fingerprint if store is not None else "",
        source_fingerprint(grader.__file__),
        torch.__version__,
        platform.python_version(),
        *installed_packages(),
        options,
    )


def provenance_of(
    key: str, rubric: Rubric, store: Store | None, layers: tuple[str, ...]
) -> Provenance:
    """The provenance of a result.

    Args:
        key: of the result.
        rubric: the rubric.
        store: the data set, None when there was none.
        layers: the isolation that was in force.
    """
    data = None
    if store is not None:
        data = DataInfo(
            name=store.name, fingerprint=store.fingerprint, description=store.description
        )
    return Provenance(
        data=data,
        rubric=rubric.fingerprint,
        reference=source_fingerprint(reference.__file__),
        grader=torchgrade_version(),
        key=key,
        torch=torch.__version__,
        isolation=layers,
    )
