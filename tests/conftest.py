"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A slow machine is no failure, and a run that fails fails again.
settings.register_profile("torchgrade", deadline=None, derandomize=True)
settings.load_profile("torchgrade")
