"""Whether a source is this homework at all: told from another homework by what it names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.errors import IntakeError
from grader.intake.documents.document import Document
from grader.intake.imports import Imported, imports_of, libraries
from grader.language import _

# What the homework has students define, and the calls that it has them make.
_HOMEWORK = re.compile(
    r"\bdef (?:flatten|three_layer_convnet)\b|\bclass ThreeLayerConvNet\b"
    r"|(?<!\bdef )\btrain_part(?:2|34)\("
)
_DEFINITIONS = {"def flatten", "def three_layer_convnet", "class ThreeLayerConvNet"}
_TRAINS = re.compile(r"^[^#]*(?<!\bdef )\btrain_part(?:2|34)\(")
_DEFINES = re.compile(r"(?:async\s+)?def\b|class\b")
_TORCH, _TENSORFLOW = "torch", frozenset(("tensorflow", "keras"))


def homework_marks(code: str) -> frozenset[str]:
    """The definitions and calls of the homework that stand in a source."""
    return frozenset(_HOMEWORK.findall(code))


def is_call(mark: str) -> bool:
    """Whether a mark of the homework is one of the calls."""
    return mark.endswith("(")


def defines_all(marks: frozenset[str]) -> bool:
    """Whether the marks are all that the homework has students define, at least."""
    return marks >= _DEFINITIONS


def trains_at_once(code: str) -> bool:
    """Whether a source calls a training outside of any function of its own."""
    inside = False
    for line in code.splitlines():
        if line[:1].strip(" \t)]}#@"):  # it begins a statement of the module's
            inside = bool(_DEFINES.match(line))
        if not inside and _TRAINS.search(line):
            return True
    return False


def is_in_torch(imports: Iterable[Imported]) -> bool:
    """Whether a source imports PyTorch."""
    return _TORCH in libraries(imports)


def is_in_tensorflow(imports: Iterable[Imported]) -> bool:
    """Whether a source imports TensorFlow and no PyTorch."""
    names = libraries(imports)
    return _TORCH not in names and not _TENSORFLOW.isdisjoint(names)


def recognise(name: str, document: Document, marks: frozenset[str]) -> tuple[str, ...]:
    """Refuse the work of another homework.

    A script may name everything its own way, so that it is only said of one; a notebook of this
    homework was handed out with the names in it.

    Args:
        name: of the file.
        document: its content.
        marks: what of the homework it leads to, in itself and in the files that it imports.

    Returns:
        Notes for the reader of the result.

    Raises:
        IntakeError: it is the work of another homework, or of none.
    """
    if is_in_tensorflow(imports_of(document.code, tree=None)):
        raise IntakeError(_written_with_tensorflow(name, document.title))
    if marks:
        return ()
    nothing = _(
        "it defines none of flatten, three_layer_convnet and ThreeLayerConvNet, and calls no "
        "train_part2 or train_part34"
    )
    if document.executed:
        raise IntakeError(_not_this_homework(name, document.title, nothing))
    return (_("{file} may be the wrong file: {reason}.", file=name, reason=nothing),)


def _written_with_tensorflow(name: str, title: str | None) -> str:
    if not title:
        return _("{file} is written with TensorFlow. Hand in your work in PyTorch.", file=name)
    return _(
        "{file} is written with TensorFlow (its title is \u201c{title}\u201d). "
        "Hand in your work in PyTorch.",
        file=name,
        title=title,
    )


def _not_this_homework(name: str, title: str | None, reason: str) -> str:
    if not title:
        return _(
            "{file} is not this homework: {reason}. Hand in your work for this homework.",
            file=name,
            reason=reason,
        )
    return _(
        "{file} is not this homework (its title is \u201c{title}\u201d): {reason}. "
        "Hand in your work for this homework.",
        file=name,
        title=title,
        reason=reason,
    )
