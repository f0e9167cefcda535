"""A matrix product that cannot be computed: which height and width the maps must have had."""

from __future__ import annotations

import re

from grader.checks.diagnosis.probes import Form
from grader.errors import StudentError

_SIZE = r"(\d{1,12})"
_PRODUCT = re.compile(rf"shapes cannot be multiplied \({_SIZE}x{_SIZE} and {_SIZE}x{_SIZE}\)")
_MOST_CHANGED = 8
"""Pixels a side by which paddings are looked for."""


def explain_product(error: StudentError, form: Form) -> str | None:
    """A sentence on where the sizes in a message of PyTorch's come from.

    Args:
        error: what the student's code raised.
        form: the sizes it was asked with.
    """
    found = _PRODUCT.search(str(error))
    if found is None:
        return None
    rows, came, asked, _ = map(int, found.groups())
    _, height, width = form.image
    maps, features = form.shapes.conv_b2[0], form.shapes.fc_w[0]
    if asked != features or came == features:
        return None
    if came == features * rows or (rows == 1 and came % features == 0):
        return "All images of the batch lie in one row there; each should have a row of its own."
    if came % maps:
        return None
    sides = _sides(came // maps, height, width)
    if sides is None:
        return None
    how, (h, w) = sides
    return (
        f"{came} = {maps} maps of {h} x {w}: {how} the image's {height} x {width}. Work out height "
        "and width after each convolution; neither should change them."
    )


def _sides(places: int, height: int, width: int) -> tuple[str, tuple[int, int]] | None:
    """How height and width were changed, and to what."""
    for divisor in (2, 4):
        halved = (-(-height // divisor), -(-width // divisor))
        if halved[0] * halved[1] == places:
            part = "half" if divisor == 2 else "a quarter of"
            return f"each side is {part}", halved
    for change in range(-_MOST_CHANGED, _MOST_CHANGED + 1):
        sides = (height + change, width + change)
        if change and min(sides) > 0 and sides[0] * sides[1] == places:
            word = "less" if change < 0 else "more"
            return f"each side has {abs(change)} {word} than", sides
    return None
