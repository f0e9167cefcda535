"""Part IV, given code: the two-layer network."""

from __future__ import annotations

from grader.checks.expecting import Reaches


def test_accuracy(reaches: Reaches) -> None:
    """The Sequential two-layer network reaches its validation accuracy within one epoch."""
    reaches("sequential_fc")
