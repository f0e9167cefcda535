"""Parts of sentences."""

from __future__ import annotations

from grader.sentences import counted, listed


def test_items_are_listed_up_to_a_number() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(list("abcde")) == "a, b, c, d and e"
    assert listed(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_a_noun_follows_its_number() -> None:
    assert [counted(number, "cell") for number in (0, 1, 2_000)] == [
        "0 cells", "1 cell", "2,000 cells",
    ]  # fmt: skip
