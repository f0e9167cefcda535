"""Sentences in the language of whoever reads them.

A sentence is written in English where it is found out, and marked::

    _("{what} came as {dtype}; {asked} is asked for", what=what, dtype=dtype, asked=asked)

Values are put in after the translation: a catalogue holds sentences, and nothing that a student
wrote is looked up or taken for a template. Catalogues are the `.po` files beside this module, in
gettext's format; `make messages` brings them up to date with what is marked, and a test sees to it
that nothing is missing. What has no translation is said in English.

What is said of somebody's work is said while it is graded, so that a result has one language, and
its pages too. A process speaks the language of its task from :func:`speak` on; the harness, in the
worker, always speaks English, and `harness.py` here translates what it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grader.choices import Language
from grader.language.catalogues import ENGLISH, catalogue

_spoken: Language = ENGLISH


def _(message: str, /, **values: object) -> str:
    """A sentence in the language that is spoken, with values in the places of their names."""
    if not message:
        return ""  # gettext answers it with the catalogue's header
    text = catalogue(_spoken).gettext(message)
    return text.format(**values) if values else text


def plural(one: str, many: str, number: int, /, **values: object) -> str:
    """The same of something counted; `{number}` is how many."""
    text = catalogue(_spoken).ngettext(one, many, number)
    return text.format(number=number, **values)


def capitalised(clause: str) -> str:
    """A clause as a sentence begins: in English with a large letter, even where it is a name."""
    return f"{clause[:1].upper()}{clause[1:]}" if _spoken == ENGLISH else clause


def N_(message: str, /) -> str:  # noqa: N802  # gettext's own name for it
    """Mark a sentence that is translated where it is used: a constant outlives a language."""
    return message


def speak(language: Language) -> None:
    """Speak a language from now on, in all of this process."""
    global _spoken
    catalogue(language)  # read now, by who may read files
    _spoken = language


@contextmanager
def spoken(language: Language) -> Iterator[None]:
    """Speak a language for the time of a `with` statement."""
    global _spoken
    before, _spoken = _spoken, language
    try:
        yield
    finally:
        _spoken = before
