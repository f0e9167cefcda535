"""Gradescope's metadata: nobody's record says anything of another's."""

from __future__ import annotations

import io

import pytest

from grader.intake.layouts import Entry, HandIn, Who, gradescope_metadata
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
    hand_ins = GRADESCOPE.read(entries, lambda name: io.StringIO(text))
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


@pytest.mark.parametrize(
    "name", ["{? [a, b] : c}", "[a, b]", "!ruby/object:User {a: b}", "*nobody"]
)
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


def record(number: int, name: str, more: str = "") -> str:
    submitter = f"  :submitters:\n  - :name: {name}\n    :sid: '{number}'\n"
    return f"submission_{number}:\n{submitter}{more}"


def laid_out(*records: str) -> dict[str, HandIn]:
    """The hand-ins of an export with these records, by folder."""
    folders = [Entry(f"submission_{number}", is_folder=True) for number in range(len(records))]
    text = "---\n" + "".join(records)
    entries = [*folders, Entry("submission_metadata.yml")]
    hand_ins = GRADESCOPE.read(entries, lambda name: io.StringIO(text))
    return {hand_in.id: hand_in for hand_in in hand_ins}


LONG = {
    "a text of 66 MB": '  :results:\n    output: "' + "y" * (66 << 20) + '"\n',
    "a text of many lines": "  :output: |\n" + "    submission_2:\n" * 1_100_000,
    "three million tiny nodes": "  :results:\n    tests: [" + "a," * 3_000_000 + "]\n",
    "an attempt after another": "  :history:\n" + "  - :id: 9\n" * 300_000,
}


@pytest.mark.parametrize("more", LONG.values(), ids=LONG)
def test_one_s_record_may_be_as_long_as_it_likes(more: str) -> None:
    found = laid_out(record(0, "Ada"), record(1, "Eve", more), record(2, "Kim"))
    assert [found[f"submission_{n}"].members for n in range(3)] == [
        (Who(name="Ada", number="0"),), (Who(name="Eve", number="1"),),
        (Who(name="Kim", number="2"),),
    ]  # fmt: skip
    assert (found["submission_0"].notes, found["submission_2"].notes) == ((), ())
    (note,) = found["submission_1"].notes
    assert note.startswith("What submission_metadata.yml says of submission_1 was read up to line ")


def test_of_a_crowd_some_are_read() -> None:
    crowd = "".join(f"  - :name: P{n}\n" for n in range(300))
    found = laid_out(record(0, "Ada", crowd), record(1, "Kim"))
    assert len(found["submission_0"].members) == 200
    assert found["submission_0"].notes == (
        "submission_metadata.yml names more than 200 people for submission_0; "
        "the first 200 are listed.",
    )
    assert found["submission_1"].members == (Who(name="Kim", number="1"),)


def test_what_lies_beyond_the_longest_description_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradescope_metadata, "MAX_METADATA_LENGTH", 100)
    found = laid_out(record(0, "Ada"), record(1, "Eve", "  :x: y\n"), record(2, "Kim"))
    assert found["submission_0"].notes == found["submission_1"].notes == ()
    assert found["submission_2"].notes == (
        "submission_metadata.yml does not say whose submission_2 is. It was read up to line 9.",
    )


def test_what_stands_elsewhere_says_nothing_of_a_submission() -> None:
    other = "note:\n  :late: true\n  :submitters:\n  - :name: Eve\n"
    nested = "  :results:\n    :submitters:\n    - :name: Eve\n    :late: true\n"
    found = laid_out(record(0, "Ada", nested) + other)
    assert found["submission_0"].members == (Who(name="Ada", number="0"),)
    assert not found["submission_0"].late
