"""torchgrade: an automated grader for PyTorch homework."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("torchgrade")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
