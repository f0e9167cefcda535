"""torchgrade itself as something to be installed elsewhere, and the versions it runs with here.

The wheel is made from what is installed, so that a checkout and an installation from an index give
the same one. Format: "Binary distribution format" of the Python Packaging User Guide.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from wheel.wheelfile import WheelFile

import grader

NAME = "torchgrade"
_PACKAGES = ("grader", "reference")
_MODULE = "torchgrade.py"
_CUDA = re.compile(r"(?:nvidia|cuda)-|triton$")
"""What torch brings for GPUs; its builds without CUDA ask for none of it."""


def make_wheel(
    folder: Path, rubric: Path, *, keeps: Callable[[str], bool] = lambda name: True
) -> Path:
    """Write torchgrade's wheel into a folder; its path.

    Args:
        folder: where it goes.
        rubric: the one that it ships.
        keeps: tells of each file, `reference/solution.py`, say, whether it goes along.
    """
    ours = importlib.metadata.distribution(NAME)
    about = f"{NAME}-{ours.version}.dist-info"
    path = folder / f"{NAME}-{ours.version}-py3-none-any.whl"
    top = Path(grader.__file__).parents[1]
    with WheelFile(path, "w") as wheel:
        for name in _sources(top):
            if keeps(name):
                wheel.write(str(top / name), name)
        wheel.write(str(rubric), "reference/rubric.yaml")
        for name in ("METADATA", "WHEEL", "entry_points.txt"):
            wheel.writestr(f"{about}/{name}", ours.read_text(name) or "")
    return path


def _sources(top: Path) -> Iterator[str]:
    yield _MODULE
    for package in _PACKAGES:
        for path in sorted((top / package).rglob("*")):
            name = path.relative_to(top)
            # An installed reference holds the rubric already.
            if path.is_file() and "__pycache__" not in name.parts and path.suffix != ".yaml":
                yield name.as_posix()


def pinned_versions() -> list[str]:
    """`name==version` of all that torchgrade needs, as it is installed here, in order."""
    found: dict[str, str] = {}
    waiting = [NAME]
    while waiting:
        for text in importlib.metadata.requires(waiting.pop()) or ():
            wanted = Requirement(text)
            name = canonicalize_name(wanted.name)
            asked = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
            if name in found or not asked or _CUDA.match(name):
                continue
            # +cpu or +cu130 is no other version, but another build of it.
            found[name] = Version(importlib.metadata.version(name)).public
            waiting.append(name)
    return [f"{name}=={version}" for name, version in sorted(found.items())]
