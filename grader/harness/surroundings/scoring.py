"""`sklearn.metrics` as trainings call it each epoch: accuracy and what comes of a confusion matrix.

A loop that stops or keeps its best by such a number goes the way that it went at home. Definitions
are scikit-learn's, but for its warnings and weights of samples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Counts = NDArray[Any]
_Share = Callable[[_Counts, _Counts, _Counts], tuple[_Counts, _Counts]]
"""Of hits, predictions and truths per class: what is divided, and by what."""


def accuracy_score(y_true: Any, y_pred: Any, *, normalize: bool = True) -> float:
    """The share of right predictions, or their number."""
    right = _flat(y_true) == _flat(y_pred)
    return float(right.mean() if normalize else right.sum())


def confusion_matrix(
    y_true: Any, y_pred: Any, *, labels: Any = None, normalize: str | None = None
) -> _Counts:
    """(classes, classes): how often each class (rows) was taken for each (columns)."""
    true, predicted = _flat(y_true), _flat(y_pred)
    classes = _classes(true, predicted) if labels is None else _flat(labels)
    counts = np.array([[((true == t) & (predicted == p)).sum() for p in classes] for t in classes])
    if normalize is None:
        return counts
    axis = {"true": 1, "pred": 0, "all": None}[normalize]
    return _divided(counts, counts.sum(axis=axis, keepdims=True))


def _score_by(share: _Share) -> Callable[..., Any]:
    def score(
        y_true: Any,
        y_pred: Any,
        *,
        labels: Any = None,
        pos_label: Any = 1,
        average: str | None = "binary",
        zero_division: object = 0,
    ) -> Any:
        true, predicted = _flat(y_true), _flat(y_pred)
        classes = _classes(true, predicted) if labels is None else _flat(labels)
        hits = np.array([((true == c) & (predicted == c)).sum() for c in classes])
        predictions = np.array([(predicted == c).sum() for c in classes])
        truths = np.array([(true == c).sum() for c in classes])
        upper, lower = share(hits, predictions, truths)
        empty = 1.0 if zero_division == 1 else 0.0
        each = _divided(upper, lower, empty)
        if average is None:
            return each
        if average == "micro":
            return float(_divided(upper.sum(), lower.sum(), empty))
        if average == "binary":
            return float(each[classes == pos_label].sum())
        return float(np.average(each, weights=truths if average == "weighted" else None))

    return score


SCORES = {
    "accuracy_score": accuracy_score,
    "confusion_matrix": confusion_matrix,
    "precision_score": _score_by(lambda hits, predictions, _: (hits, predictions)),
    "recall_score": _score_by(lambda hits, _, truths: (hits, truths)),
    "f1_score": _score_by(lambda hits, predictions, truths: (2 * hits, predictions + truths)),
}
"""The functions by name."""


def _flat(labels: Any) -> _Counts:
    return np.asarray(labels).ravel()


def _classes(true: _Counts, predicted: _Counts) -> _Counts:
    return np.union1d(true, predicted)


def _divided(upper: _Counts, lower: _Counts, empty: float = 0.0) -> _Counts:
    """A quotient; `empty` where there is nothing to divide by."""
    return np.where(lower == 0, empty, upper / np.maximum(lower, 1))
