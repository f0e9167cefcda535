"""What the harness says of student code, in the language that is spoken.

It runs where no catalogue is, and says everything in English. Here stand its sentences, as their
source has them; what else comes from a worker (a student's own exception, say) stays as it is.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from grader.language import N_, _

SENTENCES = (
    N_("no learning_rate is set"),
    N_("the model it is given is no nn.Module (is it still None?)"),
    N_("the optimizer it is given is none (is it still None?)"),
    N_("it is given no model function"),
    N_("params is no list of tensors"),
    N_("params[{number}] is no tensor but {what}"),
    N_("no nn.Module is called in this loop"),
    N_("{name} is no nn.Module but {what}"),
    N_("{name} has no weights"),
    N_("{name} is no function"),
    N_("{module}.{name} is the course's code, which is not here"),
    N_("index {index} is out of range for {number} images"),
    N_("it cannot be parsed: {problem}"),
    N_("it cannot be compiled: {problem}"),
    N_("{message} (by Python {version}, which runs here; newer ones allow more in one)"),
    N_("{message}: it needs {library}, which is neither installed here nor handed in ({place})"),
    N_("an exception without a name"),
    N_("(its message cannot be shown: __str__ raised {error})"),
    N_("(it cannot be shown)"),
)
_LONGEST = 200
"""Of a name or a value in a sentence."""


def from_harness(text: str) -> str:
    """A sentence of the harness's in the language that is spoken."""
    for sentence, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match is not None:
            return _(sentence, **match.groupdict())
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sentence, re.compile(_pattern(sentence))) for sentence in SENTENCES)


def _pattern(sentence: str) -> str:
    parts = Formatter().parse(sentence)
    return "".join(
        re.escape(text) + (f"(?P<{name}>[^\\n]{{1,{_LONGEST}}})" if name else "")
        for text, name, *_rest in parts
    )
