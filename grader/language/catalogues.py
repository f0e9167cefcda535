"""Catalogues as gettext uses them, read from the files that translators write."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO

from grader.choices import Language

ENGLISH: Language = "en"


@cache
def catalogue(language: Language) -> NullTranslations:
    """The translations into a language; none into English, which sentences are written in."""
    if language == ENGLISH:
        return NullTranslations()
    # Imported here: it takes time, and English needs none of it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with resources.files("grader.language").joinpath(f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return GNUTranslations(compiled)
