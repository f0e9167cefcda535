"""What `%load_ext torchgrade` loads in a notebook; everything else is in the package `grader`."""

from grader.notebook import load_ipython_extension

__all__ = ["load_ipython_extension"]
