"""What each layout reads out of its names: who, which files, which attempt."""

from __future__ import annotations

import io

import pytest

from grader.intake.layouts import Entry, HandIn, Who
from grader.intake.layouts.blackboard import BLACKBOARD
from grader.intake.layouts.canvas import CANVAS
from grader.intake.layouts.github_classroom import GITHUB_CLASSROOM
from grader.intake.layouts.gradescope import GRADESCOPE
from grader.intake.layouts.korean import KOREAN
from grader.intake.layouts.model import Layout, no_text
from grader.intake.layouts.moodle import MOODLE


def read(layout: Layout, *names: str, texts: dict[str, str] | None = None) -> list[HandIn]:
    entries = [Entry(name.rstrip("/"), is_folder=name.endswith("/")) for name in names]
    assert layout.fitting(entries) == {entry.name for entry in entries}
    reader = (lambda name: io.StringIO(texts.get(name, ""))) if texts else no_text
    return layout.read(entries, reader)


def names_of(hand_in: HandIn) -> list[str | None]:
    return [part.name for part in hand_in.parts]


def test_canvas_tells_name_number_lateness_and_the_original_name() -> None:
    (hand_in,) = read(
        CANVAS, "lovelaceada_LATE_4711_90_my_hw_5.py", "lovelaceada_LATE_4711_91_u.py"
    )
    assert hand_in.members == (Who(name="lovelaceada", number="4711"),)
    assert hand_in.late
    assert names_of(hand_in) == ["my_hw_5.py", "u.py"]


def test_canvas_counts_the_newest_of_each_file() -> None:
    (hand_in,) = read(
        CANVAS, "k_11_1_a.py", "k_11_2_a-2.py", "k_11_3_a-1.py", "k_11_4_b-1.py", "k_11_5_c.tar.gz"
    )
    assert [(part.source, part.name) for part in hand_in.parts] == [
        ("k_11_2_a-2.py", "a.py"),
        ("k_11_4_b-1.py", "b.py"),
        ("k_11_5_c.tar.gz", "c.tar.gz"),
    ]
    assert hand_in.older == ("k_11_1_a.py", "k_11_3_a-1.py")
    assert hand_in.attempt == "attempt 3"


def test_canvas_knows_typed_texts_and_anonymous_people() -> None:
    typed, anonymous = read(CANVAS, "kim_11_text.html", "anon_x7Kq2_LATE_90_hw5.py")
    assert (typed.typed, typed.parts) == (True, ())
    assert anonymous.members == (Who(number="x7Kq2"),)
    assert anonymous.late


def test_moodle_brings_a_person_s_parts_together() -> None:
    ada, blind = read(
        MOODLE,
        "Group 1-Ada Lovelace_11_assignsubmission_file_/",
        "Group 1-Ada Lovelace_11_assignsubmission_onlinetext_/",
        "Participant_12_assignsubmission_file_my_hw.py",
    )
    assert ada.members == (Who(name="Group 1-Ada Lovelace", number="11", label="Ada Lovelace"),)
    assert ada.typed
    assert names_of(ada) == [None]
    assert blind.members == (Who(number="12"),)
    assert names_of(blind) == ["my_hw.py"]


INFO = """Name: Ada Lovelace (ada_l)
Assignment: HW_5
Date Submitted: Sunday, May 31, 2026 11:59:58 PM KST

Submission Field:
{typed}

Comments:
There are no student comments for this assignment.

Files:
\tOriginal filename: my utils.py
\tFilename: HW_5_ada_l_attempt_2026-05-31-23-59-58_my_utils.py
"""


@pytest.mark.parametrize(
    "typed", ["<p>def flatten</p>", "There is no student submission text data"]
)
def test_blackboard_reads_who_and_what_from_the_text_beside(typed: str) -> None:
    head = "HW_5_ada_l_attempt_2026-05-31-23-59-58"
    (hand_in,) = read(
        BLACKBOARD, f"{head}.txt", f"{head}_my_utils.py",
        texts={f"{head}.txt": INFO.format(typed=typed)},
    )  # fmt: skip
    assert hand_in.members == (Who(name="Ada Lovelace", login="ada_l"),)
    assert names_of(hand_in) == ["my utils.py"]
    assert hand_in.typed == typed.startswith("<p>")


def test_blackboard_takes_nobody_s_word_for_who_is_in_the_group() -> None:
    head = "HW_5_ada_l_attempt_2026-05-31-23-59-58"
    info = INFO.format(typed="Name: Bob Lee (bob)\nGroup Members: Eve (eve)")
    (hand_in,) = read(BLACKBOARD, f"{head}.txt", f"{head}_a.py", texts={f"{head}.txt": info})
    assert hand_in.members == (Who(name="Ada Lovelace", login="ada_l"),)


def test_blackboard_counts_the_newest_attempt_and_names_the_older() -> None:
    kim, lee = read(
        BLACKBOARD,
        "HW_5_kim_attempt_2026-05-29-10-00-00_a.py",
        "HW_5_kim_attempt_2026-05-31-10-00-00_b.py",
        "HW_5_lee_j_attempt_2026-05-29-10-00-00_a.py",
    )
    assert (kim.members[0].login, lee.members[0].login) == ("kim", "lee_j")
    assert names_of(kim) == ["b.py"]
    assert kim.attempt == "2026-05-31 10:00:00"
    assert kim.older == ("2026-05-29 10:00:00 (a.py)",)
    assert (lee.attempt, lee.older) == (None, ())


@pytest.mark.parametrize(
    ("typed", "more"),
    [("There is no student submission text data", ""), ("See before.", ", but a typed text")],
)
def test_blackboard_counts_the_newest_attempt_that_holds_a_file(typed: str, more: str) -> None:
    head = "HW_kim_attempt_2026-05"
    first, second, third = (f"{head}-{day}-10-00-00" for day in (29, 30, 31))
    (kim,) = read(
        BLACKBOARD, f"{first}_hw5.py", f"{first}.txt", f"{second}_hw5.py", f"{third}.txt",
        texts={f"{third}.txt": f"Name: Kim (kim)\n\nSubmission Field:\n{typed}\n"},
    )  # fmt: skip
    assert [part.source for part in kim.parts] == [f"{second}_hw5.py"]
    assert (kim.attempt, kim.typed) == ("2026-05-30 10:00:00", False)
    assert kim.older == ("2026-05-29 10:00:00 (hw5.py)",)
    assert set(kim.beside) == {f"{first}_hw5.py", f"{first}.txt", f"{third}.txt"}
    assert kim.notes == (
        f"A later attempt, of 2026-05-31 10:00:00, holds no file{more}; the newest that holds "
        "one counts.",
    )


def test_blackboard_of_attempts_without_files_counts_the_newest() -> None:
    head = "HW_kim_attempt_2026-05"
    texts = {f"{head}-{day}-10-00-00.txt": "Name: Kim (kim)\n" for day in (29, 30)}
    (kim,) = read(BLACKBOARD, *texts, texts=texts)
    assert (kim.parts, kim.attempt, kim.notes) == ((), "2026-05-30 10:00:00", ())


FORGED = "x_attempt_2099-01-01-00-00-00"


def test_blackboard_believes_no_second_form_in_what_the_author_called_the_file() -> None:
    own, other = "HW_mal_attempt_2026-05-31-23-59-58", "HW_kim_attempt_2026-05-30-10-00-00"
    mal, kim = read(
        BLACKBOARD, f"{own}_{FORGED}_hw5.py", f"{own}_{FORGED}.txt", f"{own}.txt",
        f"{other}_hw5.py", f"{other}.txt",
        texts={f"{own}_{FORGED}.txt": "Name: Kim Chul (kim)", f"{own}.txt": "Name: Mal (mal)",
               f"{other}.txt": "Name: Kim Chul (kim)"},
    )  # fmt: skip
    assert mal.members == (Who(name="Mal", login="mal"),)
    assert names_of(mal) == [f"{FORGED}_hw5.py", f"{FORGED}.txt"]
    assert kim.members == (Who(name="Kim Chul", login="kim"),)
    assert (mal.older, kim.older) == ((), ())


@pytest.mark.parametrize("has_texts", [True, False])
def test_blackboard_keeps_a_group_called_like_a_file_out_of_that_person_s_place(
    *, has_texts: bool
) -> None:
    group = "HW_kim_attempt_2099-01-01-00-00-00_hw5.py_attempt_2026-05-31-23-59-58"
    kim = "HW_kim_attempt_2026-05-30-10-00-00"
    texts = {f"{group}.txt": "Name: Mal (mal)", f"{kim}.txt": "Name: Kim Chul (kim)"}
    names = [f"{group}_hw5.py", f"{kim}_hw5.py", "HW_lee_attempt_2026-05-31-10-00-00_a.py"]
    hand_ins = read(BLACKBOARD, *names, *(texts if has_texts else ()), texts=texts)
    (own,) = (each for each in hand_ins if each.parts[0].source == f"{kim}_hw5.py")
    (theirs,) = (each for each in hand_ins if each.parts[0].source == f"{group}_hw5.py")
    assert own.members[0].login == "kim"
    assert not own.members[0].is_typed
    assert (own.older, own.notes) == ((), ())
    if has_texts:
        assert theirs.members == (Who(name="Mal", login="mal"),)
        assert (theirs.attempt, names_of(theirs)) == (None, ["hw5.py"])
    else:
        assert theirs.members[0].is_typed
        assert theirs.notes == (
            f"The name {group}_hw5.py can be read in more than one way; look at whose work this "
            "is.",
        )


def test_blackboard_parts_a_group_from_the_person_it_calls_itself_after() -> None:
    head = "HW_kim_attempt_2026-05"
    texts = {
        f"{head}-29-10-00-00.txt": "Name: Kim Chul (kim)",
        f"{head}-30-10-00-00.txt": "Name: Mal (mal)\nName: Eve (eve)",
        f"{head}-31-10-00-00.txt": "Name: Mal (mal)\nName: Eve (eve)\nName: Bob (bob)",
    }
    files = [name.replace(".txt", "_hw5.py") for name in texts]
    hand_ins = read(
        BLACKBOARD, *texts, *files, f"{head}-31-11-00-00_hw5.py",
        "HW_lee_attempt_2026-05-31-10-00-00_a.py", texts=texts,
    )  # fmt: skip
    logins = [[who.login for who in hand_in.members] for hand_in in hand_ins]
    assert logins == [["kim"], ["mal", "eve", "bob"], ["kim"], ["lee"]]
    note = "Attempts of different people stand under the name kim; look at whose this one is."
    assert [hand_in.notes for hand_in in hand_ins] == [(note,), (note,), (note,), ()]
    assert [hand_in.members[0].is_typed for hand_in in hand_ins] == [False, False, True, False]
    assert [len(hand_in.older) for hand_in in hand_ins] == [0, 1, 0, 0]


def test_blackboard_takes_no_login_out_of_a_full_name() -> None:
    head = "HW_mal_attempt_2026-05-31-23-59-58"
    mal, _ = read(
        BLACKBOARD, f"{head}.txt", f"{head}_a.py", "HW_lee_attempt_2026-05-31-10-00-00_a.py",
        texts={f"{head}.txt": "Name: Kim Chul (kim) (mal)"},
    )  # fmt: skip
    assert [who.login for who in mal.members] == ["mal"]
    assert mal.notes == (
        "The text beside it names others, too; it is taken for the work of mal alone, who sent it.",
    )


def test_moodle_believes_a_folder_s_last_form_whatever_the_full_name_holds() -> None:
    kim, mal = read(
        MOODLE,
        "Kim Chul_4711_assignsubmission_file_/",
        "Kim Chul_4711_assignsubmission_file_a_4713_assignsubmission_file_/",
    )
    assert [kim.members[0].number, mal.members[0].number] == ["4711", "4713"]
    assert (kim.notes, mal.notes) == ((), ())


def test_moodle_puts_no_file_with_two_forms_beside_anybody_s_own() -> None:
    forged = "Kim Chul_4711_assignsubmission_file_a_4713_assignsubmission_file_hw5.py"
    kim, doubtful, other = read(
        MOODLE,
        "Kim Chul_4711_assignsubmission_file_hw5.py",
        forged,
        "Mal_4711_assignsubmission_file_hw5.py",
    )
    assert [part.source for part in kim.parts] == ["Kim Chul_4711_assignsubmission_file_hw5.py"]
    assert (kim.members[0].is_typed, doubtful.members[0].is_typed) == (False, True)
    assert "Look at whose it is" in doubtful.notes[0]
    assert other.members[0].name == "Mal"


METADATA = """---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: 7
    :email: ada@example.edu
  - :name: Grace Hopper
    :email: grace@example.edu
  :created_at: 2026-05-31 14:59:58.000000000 Z
  :results: !ruby/object:ActiveSupport::HashWithIndifferentAccess
    tests: [a, b]
  :history:
  - :id: 1
    :created_at: 2026-05-31 14:59:58.000000000 Z
  - :id: 9
    :created_at: soon
submission_2: {submitters: [{name: Alan}], late: true}
"""


def test_gradescope_reads_groups_and_history() -> None:
    one, two = read(
        GRADESCOPE, "submission_1/", "submission_2/", "submission_metadata.yml",
        texts={"submission_metadata.yml": METADATA},
    )  # fmt: skip
    assert one.members == (
        Who(name="Ada Lovelace", number="7", email="ada@example.edu"),
        Who(name="Grace Hopper", email="grace@example.edu"),
    )
    assert one.older == ("submission 9 of soon",)
    assert (two.members, two.late) == ((Who(name="Alan"),), True)


def test_github_classroom_takes_off_what_the_folders_have_in_common() -> None:
    hand_ins = read(GITHUB_CLASSROOM, "hw-5-kim/", "hw-5-lee-j/", "hw-5-ada-l/")
    assert [hand_in.members[0].login for hand_in in hand_ins] == ["kim", "lee-j", "ada-l"]


@pytest.mark.parametrize(
    ("name", "who", "file"),
    [
        ("20231234_김철수_hw5.py", "김철수", "hw5.py"),
        ("20231234-김철수-my_hw.ipynb", "김철수", "my_hw.ipynb"),
        ("김철수(20231234)_hw5.py", "김철수", "hw5.py"),
        ("김철수(20231234).py", "김철수", "김철수(20231234).py"),
        ("20231234 남궁민수.ipynb", "남궁민수", "20231234 남궁민수.ipynb"),
        ("과제5_20231234_김철수.py", "김철수", "과제5_20231234_김철수.py"),
        ("20231234_Anna-Lena Müller_hw5.py", "Anna-Lena Müller", "hw5.py"),
        ("20231234_김철수/", "김철수", None),
    ],
)
def test_korean_names_tell_number_and_name(name: str, who: str, file: str | None) -> None:
    (hand_in,) = read(KOREAN, name)
    assert hand_in.members == (Who(name=who, number="20231234", is_typed=True),)
    assert names_of(hand_in) == [file]


@pytest.mark.parametrize(
    "form",
    ["{}_김철수_hw5.py", "김철수({})_hw5.py", "김철수_{}_hw5.py", "hw5_{}_김철수_hw5.py",
     "[{}] 김철수-hw5.py", "{}-김철수_hw5.py"],
)  # fmt: skip
def test_korean_numbers_may_have_a_hyphen_behind_the_year(form: str) -> None:
    (hand_in,) = read(KOREAN, form.format("2023-12345"))
    assert hand_in.members == (Who(name="김철수", number="2023-12345", is_typed=True),)
    (both,) = read(KOREAN, form.format("2023-12345"), form.format("202312345"))
    assert len(both.parts) == 2


def test_a_korean_archive_stands_for_itself_beside_what_may_be_a_work() -> None:
    loose, packed = read(
        KOREAN, "20231234_김철수_a.zip", "20231234_김철수_b.py", "20231234_김 철수_c.txt",
        "20231234_김철수_d.tar.gz",
    )  # fmt: skip
    assert names_of(loose) == ["b.py", "c.txt"]
    assert names_of(packed) == ["a.zip", "d.tar.gz"]
    assert loose.members == packed.members
    assert len(read(KOREAN, "20231234_김철수_a.zip", "20231234-김철수_b/")) == 2
    assert len(read(KOREAN, "20231234_김철수_a.zip", "20231234_김철수_b.pdf")) == 1
    assert len(read(KOREAN, "20231234_김철수_a.zip", "20231234_김철수_b.zip")) == 1


def test_korean_names_under_one_number_are_two_people() -> None:
    kim, lee, park = read(
        KOREAN, "20231234_김철수_a.py", "20231234_김 철수_b.py", "20231234_이영희_a.py",
        "20230001_박민수_a.py",
    )  # fmt: skip
    assert (names_of(kim), names_of(lee)) == (["a.py", "b.py"], ["a.py"])
    assert (kim.id, lee.id) == ("20231234_김철수", "20231234_이영희")
    note = "The number 20231234 stands with another name, too; one of the two may be mistyped."
    assert [hand_in.notes for hand_in in (kim, lee, park)] == [(note,), (note,), ()]
