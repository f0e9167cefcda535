"""Weights that were trained elsewhere."""

from tests.attacks.trained import write_weights as build

__all__ = ["build"]
