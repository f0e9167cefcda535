from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from grader.choices import Language
from grader.language import _, plural, speak, spoken
from grader.language.catalogues import catalogue

TOP = Path(__file__).parents[2]
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}
OTHERS = [language for language in get_args(Language) if language != "en"]
HANGUL = range(0xAC00, 0xD7A4)


def marked() -> set[str | tuple[str, ...]]:
    """Every sentence that a catalogue has to hold, as `make messages` finds them."""
    with (TOP / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(TOP, methods, options, keywords=KEYWORDS)
    return {message for _name, _line, message, _comments, _context in found}


def read(language: str) -> Catalog:
    with (TOP / "grader" / "language" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in read(language) if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def fields(text: str) -> set[tuple[str, str]]:
    """Names of values in a sentence, each with how it is written."""
    parts = Formatter().parse(text)
    return {(name, spec or "") for _text, name, spec, _conversion in parts if name}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_every_sentence_and_no_other(language):
    held = {message.id for message in messages(language)}
    assert marked() == held, "run `make messages`, and translate what is new"


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated_and_none_by_a_guess(language):
    wanting = [m.id for m in messages(language) if m.fuzzy or not all(forms(m.string))]
    assert wanting == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_takes_the_values_that_its_sentence_has(language):
    for message in messages(language):
        asked = set().union(*map(fields, forms(message.id)))
        for form in forms(message.string):
            lacking = asked - fields(form)
            # How many there are may be said by the sentence itself: "One more note".
            assert fields(form) <= asked | {("number", "")}, message.id
            assert {name for name, _spec in lacking} <= {"number"}, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_code_stays_code(language):
    """Names between backquotes are the same in every language."""
    for message in messages(language):
        for form in forms(message.string):
            assert form.count("`") == forms(message.id)[-1].count("`"), message.id


def test_korean_is_written_in_korean():
    """Whole sentences are; names of classes and parts of PyTorch are not."""
    left = [
        message.id
        for message in messages("ko")
        if not any(ord(letter) in HANGUL for form in forms(message.string) for letter in form)
        and len(forms(message.id)[0].split()) > 3
    ]
    assert left == []


def test_a_sentence_is_said_in_the_language_that_is_spoken():
    english = "flatten keeps the order of the values."
    assert _(english) == english
    with spoken("ko"):
        korean = _(english)
        assert korean == catalogue("ko").gettext(english) != english
        with spoken("en"):
            assert _(english) == english
        assert _(english) == korean
    assert _(english) == english


def test_a_process_can_speak_another_language_for_good():
    try:
        speak("ko")
        assert _("flatten keeps the order of the values.").startswith("flatten")
        assert _("flatten keeps the order of the values.") != (
            "flatten keeps the order of the values."
        )
    finally:
        speak("en")


def test_values_are_no_templates_and_no_sentences():
    """What a student wrote is put in as it is."""
    assert _("{a} and {b}", a="{b}", b="%s {0}") == "{b} and %s {0}"
    with spoken("ko"):
        assert _("{name} has no weights", name="{name}").startswith("{name}")


def test_an_empty_text_is_not_the_header_of_a_catalogue():
    with spoken("ko"):
        assert _("") == ""


def test_what_is_counted_has_its_singular():
    said = [
        plural("One more note is left out.", "{number:,} more notes are left out.", n)
        for n in (1, 2, 1200)
    ]
    assert said == [
        "One more note is left out.",
        "2 more notes are left out.",
        "1,200 more notes are left out.",
    ]
