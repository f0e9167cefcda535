"""Canvas's names that can be read in more than one way, as people choose their names and files'."""

from __future__ import annotations

import pytest

from grader.intake.layouts import Entry, HandIn, Who
from grader.intake.layouts.canvas import CANVAS
from grader.intake.layouts.model import no_text

CLASS = ["lovelaceada_4711_90001_hw5.py", "hopebob_4713_90003_hw5.py", "kim_4714_90004_hw5.py"]
UNCLEAR = "The name {} can be read in more than one way; look at whose work this is."


def read(*names: str) -> dict[str, HandIn]:
    entries = [Entry(name) for name in names]
    assert CANVAS.fitting(entries) == set(names)
    return {part.source: each for each in CANVAS.read(entries, no_text) for part in each.parts}


@pytest.mark.parametrize("name", ["eve_4711", "lovelaceada_4711", "eve_4711_2", "eve_LATE_4711"])
@pytest.mark.parametrize("file", ["hw5.py", "hw5-9.py", "20231234_hw5.py"])
def test_a_name_that_ends_in_another_s_number_is_told_by_what_canvas_counted(
    name: str, file: str
) -> None:
    theirs = f"{name}_4712_90210_{file}"
    found = read(*CLASS, theirs)
    assert found[CLASS[0]].members == (Who(name="lovelaceada", number="4711"),)
    assert (found[CLASS[0]].older, found[CLASS[0]].notes) == ((), ())
    assert found[theirs].members == (Who(name=name, number="4712"),)


@pytest.mark.parametrize(
    "file",
    ["20231234_hw5.py", "2026_05_31.py", "hw5_2026_05_31.py", "1_2_3_4.py", "4711_hw5.py",
     "20231234_20235678_hw5.py"],
)  # fmt: skip
@pytest.mark.parametrize("how_many", [0, 1, 3])
def test_a_file_whose_name_begins_with_numbers_is_its_author_s(file: str, how_many: int) -> None:
    """However many in the class call theirs so, and for who comes from elsewhere as well."""
    names = [name.replace("hw5.py", file) for name in CLASS[:how_many]] + CLASS[how_many:]
    names += [f"lovelaceada_4711_90300_{file}b.py", f"guest_123456_90301_{file}"]
    found = read(*names)
    assert len({id(each) for each in found.values()}) == 4
    ada = found[names[-2]]
    assert ada is found[names[0]]
    assert ada.members == (Who(name="lovelaceada", number="4711"),)
    assert ada.parts[-1].name == f"{file}b.py"
    guest = found[names[-1]].members[0]
    assert (guest.name, guest.number) == ("guest", "123456")


FORGED = "lovelaceada_4711_90211_x_4712_90210_hw5.py"


@pytest.mark.parametrize(
    "names",
    [
        # Canvas takes numbers out of names once; what is left may look like its own.
        [*CLASS, FORGED],
        # Too few numbers to tell people's from files'.
        ["lovelaceada_4711_1_hw5.py", "eve_4711_4712_90210_zz-9.py", "hopebob_4713_3_hw5.py"],
    ],
)
def test_what_cannot_be_told_is_doubtful_and_by_itself(names: list[str]) -> None:
    found = read(*names)
    (theirs,) = (name for name in names if "_4712_" in name)
    assert found[names[0]].members == (Who(name="lovelaceada", number="4711"),)
    assert found[names[0]].notes == ()
    doubtful = found[theirs]
    assert (doubtful.members[0].otherwise, doubtful.members[0].is_typed) == (("4712",), True)
    assert doubtful.notes == (UNCLEAR.format(theirs),)


def test_a_typed_text_is_no_other_s_either() -> None:
    entries = [Entry(name) for name in (*CLASS, "eve_4711_4712_text.html")]
    (eve,) = (each for each in CANVAS.read(entries, no_text) if each.typed)
    assert eve.members == (Who(name="eve_4711", number="4712"),)


@pytest.mark.parametrize("form", ["anon_{}_LATE", "LATE_anon_{}"])
@pytest.mark.parametrize("code", ["y8Lr3", "47113"])
def test_late_work_is_late_where_grading_is_anonymous(form: str, code: str) -> None:
    names = [f"{form.format(code)}_90_hw5.py", f"{form.format(code)}_91_helpers.py"]
    found = read("anon_x7Kq2_1_hw5.py", *names)
    assert found[names[0]] is found[names[1]]
    assert found[names[0]].members == (Who(number=code),)
    assert [part.name for part in found[names[0]].parts] == ["hw5.py", "helpers.py"]
    assert [each.late for each in found.values()] == [False, True, True]


def test_files_that_their_author_numbered_are_all_kept() -> None:
    names = ["kim_11_21_hw5-1.py", "kim_11_22_hw5-2.py", "kim_11_23_utils-1.py"]
    (kim,) = {id(each): each for each in read(*names).values()}.values()
    assert [part.name for part in kim.parts] == ["hw5-1.py", "hw5-2.py", "utils.py"]
    assert (kim.older, kim.attempt) == ((), "attempt 2")


@pytest.mark.parametrize("numbers", ["_1" * 100, "".join(f"_{n}" for n in range(1, 70))])
def test_a_name_that_can_be_read_in_a_hundred_ways_is_nobody_s(numbers: str) -> None:
    theirs = f"eve_4712_90210{numbers}_hw5.py"
    found = read(*CLASS, theirs)
    (who,) = found[theirs].members
    assert (who.name, who.number, who.is_typed) == ("eve", None, True)
    assert 0 < len(who.otherwise) <= 20
    assert found[theirs].notes == (UNCLEAR.format(theirs),)
    assert found[CLASS[0]].members == (Who(name="lovelaceada", number="4711"),)


def test_files_that_may_be_many_people_s_are_nobody_s() -> None:
    names = [f"eve_4712_{90210 + n}_x_{n + 1}_{90300 + n}_hw5.py" for n in range(30)]
    (eve,) = {id(each): each for each in read(*CLASS, *names).values() if each.notes}.values()
    assert eve.members[0].number is None
    assert len(eve.members[0].otherwise) == 20
