"""Which layout a list of names has, and that every name is accounted for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.layouts import Entry, choose, lay_out, no_text

FORMS = {
    "canvas": ["kim_LATE_11_21_hw5.ipynb", "lee_12_22_hw5.ipynb", "박영희_13_23_hw5-1.py"],
    "moodle": [
        "Ada Lovelace_11_assignsubmission_file_hw5.ipynb",
        "Participant_12_assignsubmission_onlinetext_onlinetext.html",
        "김 철수_13_assignsubmission_file_hw5.py",
    ],
    "blackboard": [
        "HW 5_kim_attempt_2026-05-31-23-59-58_hw5.ipynb",
        "HW 5_kim_attempt_2026-05-31-23-59-58.txt",
        "HW 5_lee_attempt_2026-05-31-23-59-58_hw5.ipynb",
    ],
    "korean": [
        "20231234_김철수_hw5.ipynb",
        "이영희(20231235).ipynb",
        "[20231236] 박민준.py",
        "최서연_20231237_HW5.py",
        "hw5_20231238_강하은.ipynb",
        "20231239 Mary Ann Evans.zip",
        "20231240김지훈.ipynb",
    ],
    "plain": ["kim.ipynb", "lee.py", "my_homework_2.py", "hw_5_final.ipynb", "1234.py", "a.zip"],
}
FOLDERS = {
    "github-classroom": ["hw5-kim", "hw5-lee-j", "hw5-ada-lovelace", "hw5-hw5-x"],
    "korean": ["20231234_김철수", "이영희(20231235)"],
    "moodle": ["Ada Lovelace_11_assignsubmission_file_", "Kim_12_assignsubmission_file"],
    "plain": ["kim", "lee", "ada-lovelace", "grace-hopper"],
}


def entries(names: list[str], *, are_folders: bool = False) -> list[Entry]:
    return [Entry(name, is_folder=are_folders) for name in names]


@pytest.mark.parametrize(("layout", "names"), FORMS.items())
def test_a_layout_is_told_by_the_names_of_files(layout: str, names: list[str]) -> None:
    choice = choose(entries(names))
    assert choice.layout.name == layout
    assert len(choice.layout.fitting(entries(names))) == len(names)


@pytest.mark.parametrize(("layout", "names"), FOLDERS.items())
def test_a_layout_is_told_by_the_names_of_folders(layout: str, names: list[str]) -> None:
    assert choose(entries(names, are_folders=True)).layout.name == layout


def test_half_of_the_names_are_not_enough() -> None:
    names = [*FORMS["canvas"][:2], "kim.py", "lee.py"]
    assert choose(entries(names)).layout.name == "plain"
    assert choose(entries([*names, FORMS["canvas"][2]])).layout.name == "canvas"


def test_gradescope_is_told_by_its_metadata() -> None:
    folders = entries(["submission_1", "submission_2"], are_folders=True)
    assert choose(folders).layout.name == "plain"
    assert choose([*folders, Entry("submission_metadata.yml")]).layout.name == "gradescope"


NAMES = st.one_of(
    st.sampled_from([name for names in (*FORMS.values(), *FOLDERS.values()) for name in names]),
    st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=30),
    st.from_regex(r"\A[a-c]{1,2}(_LATE)?_[1-3]{2}_[1-3]{2}_h(-[1-2])?\.py\Z"),
)


@given(st.lists(st.builds(Entry, NAMES, st.booleans()), unique_by=lambda entry: entry.name))
def test_every_name_is_a_part_an_older_attempt_or_passed_over(listed: list[Entry]) -> None:
    choice = choose(listed)
    hand_ins, others = lay_out(listed, choice, no_text)
    ids = [hand_in.id.casefold() for hand_in in hand_ins]
    assert len(set(ids)) == len(ids)
    assert not any(name in (".", "..") or "/" in name for name in ids)
    parts = [part.source for hand_in in hand_ins for part in hand_in.parts]
    assert len(set(parts)) == len(parts)
    told = " ".join(older for hand_in in hand_ins for older in hand_in.older)
    passed = {entry.name for entry in others}
    lost = [
        entry.name
        for entry in listed
        if entry.name not in {*parts, *passed}
        and entry.name not in told
        and entry.name.split("_", 4)[-1] not in told
    ]
    # What an LMS adds itself: a typed text, the description of an attempt or of an export.
    added = ("_text.html", "_link.html", ".txt", "onlinetext.html", "submission_metadata.yml")
    assert all(name.endswith(added) for name in lost)


def test_of_many_older_attempts_some_are_named_and_the_rest_is_counted() -> None:
    entries = [Entry(f"kim_11_{100 + number}_hw5.py") for number in range(300)]
    ((kim,), others) = lay_out(entries, choose(entries), no_text)
    assert others == []
    assert len(kim.older) == 21
    assert kim.older[-1] == "279 more"
    assert len(kim.beside) == 299


def test_an_older_attempt_of_many_files_is_named_in_a_line() -> None:
    form = "HW_kim_attempt_2026-05-{}-10-00-00"
    entries = [Entry(f"{form.format(29)}_{number:03}.py") for number in range(300)]
    entries += [Entry(f"{form.format(30)}_hw5.py"), Entry(f"{form.format(30)}.txt")]
    ((kim,), _) = lay_out(entries, choose(entries), no_text)
    assert kim.older == (
        "2026-05-29 10:00:00 (000.py, 001.py, 002.py, 003.py, 004.py and 295 more)",
    )
