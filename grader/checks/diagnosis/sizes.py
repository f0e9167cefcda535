"""Rows of another length than the fully connected layer is to get: which maps they are of."""

from __future__ import annotations

import re

from grader.checks.diagnosis.probes import Form
from grader.errors import StudentError
from grader.language import N_, _

_SIZE = r"(\d{1,12})"
_PRODUCT = re.compile(rf"shapes cannot be multiplied \({_SIZE}x{_SIZE} and {_SIZE}x{_SIZE}\)")
_MOST_CHANGED = 8
"""Pixels a side by which paddings are looked for."""
_HALF = N_("{came} = {maps} maps of {h} x {w}: each side is half the image's {height} x {width}.")
_QUARTER = N_(
    "{came} = {maps} maps of {h} x {w}: each side is a quarter of the image's {height} x {width}."
)
_LESS = N_(
    "{came} = {maps} maps of {h} x {w}: each side has {change} less than the image's {height} x "
    "{width}."
)
_MORE = N_(
    "{came} = {maps} maps of {h} x {w}: each side has {change} more than the image's {height} x "
    "{width}."
)


def explain_product(error: StudentError, form: Form) -> str | None:
    """A sentence on where the sizes in a message of PyTorch's come from.

    Args:
        error: what the student's code raised.
        form: the sizes it was asked with.
    """
    found = _PRODUCT.search(str(error))
    if found is None:
        return None
    rows, came, asked = map(int, found.groups()[:3])
    features = form.shapes.fc_w[0]
    if asked != features or came == features:
        return None
    if came == features * rows or (rows == 1 and came % features == 0):
        return _("All images of the batch lie in one row there; each should have a row of its own.")
    return explain_row(came, form)


def explain_row(length: int, form: Form) -> str | None:
    """A sentence on the maps that a row of so many numbers may be of.

    Args:
        length: what the fully connected layer gets of an image, or is made for.
        form: the sizes that were asked for.
    """
    height, width = form.image[1:]
    maps = form.shapes.conv_b2[0]
    if length % maps:
        return None
    sides = _sides(length // maps, height, width)
    if sides is None:
        return None
    message, change, (h, w) = sides
    told = _(message, came=length, maps=maps, h=h, w=w, change=change, height=height, width=width)
    hint = _("Work out height and width after each convolution; neither should change them.")
    return f"{told} {hint}"


def _sides(places: int, height: int, width: int) -> tuple[str, int, tuple[int, int]] | None:
    """How height and width were changed, by how much where pixels count, and to what."""
    for divisor, message in ((2, _HALF), (4, _QUARTER)):
        halved = (-(-height // divisor), -(-width // divisor))
        if halved[0] * halved[1] == places:
            return message, 0, halved
    for change in range(-_MOST_CHANGED, _MOST_CHANGED + 1):
        sides = (height + change, width + change)
        if change and min(sides) > 0 and sides[0] * sides[1] == places:
            return _LESS if change < 0 else _MORE, abs(change), sides
    return None
