"""Results as JSON text and back.

Deterministic: fields in the order of the models, two spaces, UTF-8, a trailing newline. Control
characters and marks that turn text around are escaped: whoever looks into it does so in a terminal.
Two results that differ in `timing` only differ in that block only.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from pydantic import BaseModel

from grader.report.text import escape_unseen, without_surrogates
from grader.results import BatchResult, SubmissionResult


def to_json(model: BaseModel) -> str:
    """The text of `result.json` or `results.json`."""
    return dump(model.model_dump(mode="json"))


def dump(value: object) -> str:
    """JSON text in the one form that torchgrade writes."""
    text = json.dumps(_writable(value), indent=2, ensure_ascii=False, allow_nan=False)
    return escape_unseen(text) + "\n"


def read_submission(path: Path) -> SubmissionResult:
    """Read a `result.json`.

    Raises `OSError` when it cannot be read and `pydantic.ValidationError` when it is none.
    """
    return SubmissionResult.model_validate_json(path.read_bytes())


def read_batch(path: Path) -> BatchResult:
    """Read a `results.json`; raises as :func:`read_submission`."""
    return BatchResult.model_validate_json(path.read_bytes())


def _writable(value: object) -> object:
    """`value` without what JSON or UTF-8 cannot hold.

    The loss of a run that diverged is NaN or infinite; JSON has no such number, so it is null.
    """
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {without_surrogates(str(name)): _writable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    return value
