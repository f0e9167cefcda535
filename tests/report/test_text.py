from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.text import CUT, LINE_LIMIT, TEXT_LIMIT, clean, clean_line, without_surrogates

any_text = st.text(st.characters(exclude_categories=()))
nasty_text = st.lists(
    st.one_of(
        any_text,
        st.sampled_from(["\x1b[31m", "\x1b]8;;http://x\x07", "\u202e", "\u2066", "\x00", "\r\n"]),
        st.sampled_from(
            ["\ud800", "\udcff", "\u200f", "\ufeff", "\x85", "\u2028", "\x7f", "a\u0301"]
        ),
    )
).map("".join)
NOT_SEEN = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""Letters and a symbol that are nothing but space."""
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(nasty_text)
def test_cleaned_text_holds_no_control_bidi_or_surrogate_character(text):
    for character in clean(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
        assert unicodedata.bidirectional(character) not in BIDI
        assert character not in "\u061c\u200e\u200f\u2028\u2029"


@given(nasty_text)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(nasty_text)
def test_a_cleaned_line_is_one_line_within_its_limit(text):
    line = clean_line(text)
    assert re.search(r"[\n\t]", line) is None
    assert len(line) <= LINE_LIMIT + len(CUT)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=200))
def test_ordinary_text_is_left_as_it_is(text):
    assert clean(text) == NOT_SEEN.sub("", text)


@given(any_text)
def test_text_without_surrogates_can_be_written(text):
    without_surrogates(text).encode("utf-8")


def test_ten_million_characters_are_cut_with_a_mark():
    cleaned = clean("x" * 10_000_000)
    assert cleaned == "x" * TEXT_LIMIT + CUT


def test_text_that_cleaning_shortens_to_the_limit_says_that_it_was_cut():
    assert clean("\x00" * 100_000).endswith(CUT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never ended", "0;never ended"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("txt.\u202eexe", "txt.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("\u0645\u06cc\u200c\u0631\u0648\u0645", "\u0645\u06cc\u200c\u0631\u0648\u0645"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4),
        ("ก" + "\u0e47" * 60, "ก" + "\u0e47" * 4),
        ("Ё" + "\u0489\u200d" * 40 + "!", "Ё" + "\u0489\u200d" * 4 + "!"),
        ("\u0627" + "\u064b" * 40, "\u0627" + "\u064b" * 4),
        ("a\u3164\u115f\u1160\u2800\u180e\u034f\U000e0101\uffa0b", "ab"),
    ],
)
def test_each_kind_of_trouble(text, expected):
    assert clean(text) == expected


@pytest.mark.parametrize(
    "word",
    [
        "น้ำเป็นที่รู้จัก",
        "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f",
        "क्ष्म्य",
        "홍길동",
        "Huế",
        "❤️‍🔥👩🏽‍💻1️⃣",
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_of_any_script_and_emoji_stay_whole(word, form):
    written = unicodedata.normalize(form, word)
    assert clean_line(written) == written


@pytest.mark.parametrize("name", ["\u3164", "\u200d\ufe0f", " \u2800\u00a0", "\u0301"])
def test_a_name_of_which_nothing_is_seen_is_empty(name):
    assert clean_line(name) == ""


def test_a_name_over_several_lines_becomes_one_line():
    assert clean_line("  Ada\n\tLovelace ") == "Ada Lovelace"
