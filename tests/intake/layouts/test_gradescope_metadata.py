"""Gradescope's metadata: nobody's record says anything of another's."""

from __future__ import annotations

import pytest

from grader.intake.layouts import Entry, Who
from grader.intake.layouts.gradescope import GRADESCOPE


def members(*names: str) -> list[tuple[Who, ...]]:
    """Who handed in, where people's names stand in the metadata as given."""
    text = "---\n" + "".join(
        f"submission_{number}:\n  :submitters:\n  - :name: {name}\n    :sid: '{number}'\n"
        f"    :email: {number}@x.edu\n  :created_at: 2026-05-31 23:59:58.123456789 Z\n"
        for number, name in enumerate(names)
    )
    entries = [Entry(f"submission_{number}", is_folder=True) for number in range(len(names))]
    entries.append(Entry("submission_metadata.yml"))
    hand_ins = GRADESCOPE.read(entries, lambda name, limit: text[:limit])
    return [hand_in.members for hand_in in sorted(hand_ins, key=lambda each: each.id)]


@pytest.mark.parametrize(
    "name",
    ["2026-02-30", "0b_", "0x_", "1:99:99", "=", "<<", "1e999", "12:30:45", "yes", "007", ".inf"],
)
def test_a_name_is_what_is_written_whatever_else_it_looks_like(name: str) -> None:
    assert members("Ada Lovelace", name, "Bob Hope") == [
        (Who(name="Ada Lovelace", number="0", email="0@x.edu"),),
        (Who(name=name, number="1", email="1@x.edu"),),
        (Who(name="Bob Hope", number="2", email="2@x.edu"),),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "*nobody",
        "[" * 60,
        "'unclosed",
        "{a: b",
        "&a\n  x: [",
        "\x07",
        "!!python/name:os.system [",
        "]",
    ],
)
def test_a_record_that_cannot_be_read_concerns_itself_alone(name: str) -> None:
    found = members("Ada Lovelace", name, "Bob Hope")
    assert found[0] == (Who(name="Ada Lovelace", number="0", email="0@x.edu"),)
    assert found[1] == (Who(label="submission_1"),)
    assert found[2] == (Who(name="Bob Hope", number="2", email="2@x.edu"),)


@pytest.mark.parametrize("name", ["{? [a, b] : c}", "[a, b]", "!ruby/object:User {a: b}"])
def test_a_name_that_is_no_text_is_none(name: str) -> None:
    assert members("Ada Lovelace", name)[1] == (Who(number="1", email="1@x.edu"),)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("", None), ("~", None), ("null", None), ("'null'", "null"), ("''", None), ("'~'", "~")],
)
def test_nothing_is_told_from_a_text_that_reads_like_it(written: str, expected: str | None) -> None:
    assert members(written)[0][0].name == expected


def test_what_records_share_is_read_in_both() -> None:
    ada, bob = members("&1 Ada Lovelace", "*1")
    assert (ada[0].name, bob[0].name) == ("Ada Lovelace", "Ada Lovelace")
