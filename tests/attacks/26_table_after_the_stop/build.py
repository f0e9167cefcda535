"""A table of the held-out images."""

from tests.attacks.tables import write_table as build

__all__ = ["build"]
