"""Attendance: submitted and missing make up the roster, and nobody is counted twice."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.intake.layouts import Who
from grader.intake.people.attendance import Attendance, HandedIn, take_attendance
from grader.intake.people.rosters import Roster, parse_roster

ROSTER = parse_roster(
    "name,id,login,email\n"
    '"Lovelace, Ada",20231001,alove,ada.l@example.edu\n'
    "Grace Hopper,20231002,ghopper,grace@example.edu\n"
    "김민준,20231003,minjun,\n"
    "김민준,20231004,kmj,\n",
    "students.csv",
)


def statuses(*hand_ins: HandedIn, roster: Roster | None = ROSTER) -> dict[str, tuple]:
    people = take_attendance(hand_ins, roster).people
    return {p.id: (p.on_roster, p.status, p.submission) for p in people}


def one(who: Who, name: str = "s") -> HandedIn:
    return HandedIn(name, (who,))


def test_people_are_found_by_any_code_or_by_name() -> None:
    for who in (
        Who(number="20231001"),
        Who(login="ALOVE"),
        Who(number="4711", name="lovelaceada"),
        Who(number="4711", email="ada.l@example.edu"),
        Who(login="ada.l"),
        Who(email="alove@students.example.edu"),
        Who(label="alove"),
        Who(label="hw5_20231001_final"),
        Who(label="Ada Lovelace"),
        Who(name="Group B-Ada Lovelace", label="Ada Lovelace", number="4711"),
    ):
        assert statuses(one(who))["20231001"] == (True, "submitted", "s"), who


def test_a_hyphen_behind_the_year_of_a_student_number_makes_no_difference() -> None:
    roster = parse_roster("학번,이름\n2023-12345,김철수\n202212346,이영희\n", "r.csv")
    for kim in (
        Who(number="2023-12345"),
        Who(number="202312345"),
        Who(label="2023-12345"),
        Who(label="hw5-2023-12345_final"),
        Who(label="hw5_202312345"),
    ):
        assert statuses(one(kim), roster=roster)["2023-12345"] == (True, "submitted", "s"), kim
    assert statuses(one(Who(label="2022-12346 hw5")), roster=roster)["202212346"][2] == "s"


def test_who_is_not_there_is_missing_and_who_is_not_enrolled_a_stranger() -> None:
    found = statuses(one(Who(number="20231002")), one(Who(name="Alan Turing", login="at"), "t"))
    assert found == {
        "20231001": (True, "missing", None),
        "20231002": (True, "submitted", "s"),
        "20231003": (True, "missing", None),
        "20231004": (True, "missing", None),
        "at": (False, "submitted", "t"),
    }


def test_a_name_that_two_share_maps_to_neither_and_says_so() -> None:
    attendance = take_attendance([one(Who(name="김민준", number="4711"))], ROSTER)
    assert [p.status for p in attendance.people if p.on_roster] == ["missing"] * 4
    assert attendance.notes == (
        "김민준 (4711) may be any of the lines 4, 5 of students.csv, which share that name.",
    )


def test_a_namesake_from_elsewhere_does_not_take_a_place() -> None:
    found = statuses(
        one(Who(name="Grace Hopper", number="999"), "other"),
        one(Who(name="Grace Hopper", number="20231002"), "own"),
    )
    assert found["20231002"] == (True, "submitted", "own")
    assert found["999"] == (False, "submitted", "other")


def test_two_submissions_of_one_person_count_once_and_the_readable_first() -> None:
    hand_ins = [
        HandedIn("broken", (Who(label="alove"),), is_broken=True),
        HandedIn("good", (Who(label="hw5_alove"),), late=True),
    ]
    (ada,) = (p for p in take_attendance(hand_ins, ROSTER).people if p.status == "submitted")
    assert (ada.submission, ada.other_submissions, ada.late) == ("good", ("broken",), True)


def test_all_of_a_group_handed_in() -> None:
    group = HandedIn("g", (Who(login="alove"), Who(email="grace@example.edu"), Who(login="x")))
    found = statuses(group)
    assert [found[each][2] for each in ("20231001", "20231002", "x")] == ["g", "g", "g"]


def test_without_a_roster_everyone_stands_for_themselves_once() -> None:
    people = take_attendance(
        [one(Who(number="7"), "a"), one(Who(number="007"), "b"), one(Who(label="7"), "c")], None
    ).people
    assert [(p.id, p.on_roster, p.submission, p.other_submissions) for p in people] == [
        ("7", None, "a", ("b",)),
        ("7", None, "c", ()),
    ]


NAMES = st.sampled_from(["Ada Lovelace", "Lovelace, Ada", "Grace Hopper", "김민준", "이서연", ""])
CODES = st.sampled_from(["1", "01", "2", "3", "alove", "ada@x.edu", "ada", ""])
MAYBE = st.one_of(st.none(), CODES)
PEOPLE = st.builds(
    Who,
    name=st.one_of(st.none(), NAMES),
    number=MAYBE,
    login=MAYBE,
    email=MAYBE,
    label=MAYBE,
    otherwise=st.lists(CODES, max_size=2).map(tuple),
    is_typed=st.booleans(),
)


@given(
    rows=st.lists(st.tuples(NAMES, CODES, CODES), max_size=8),
    members=st.lists(st.lists(PEOPLE, min_size=1, max_size=3), max_size=8),
)
def test_submitted_and_missing_make_up_the_roster(
    rows: list[tuple[str, str, str]], members: list[list[Who]]
) -> None:
    text = "name,id,login\n" + "".join(f'"{name}",{code},{login}\n' for name, code, login in rows)
    try:
        roster = parse_roster(text, "students.csv")
    except UsageError:
        return  # nobody, or two people who cannot be told apart
    hand_ins = [HandedIn(f"s{number}", tuple(each)) for number, each in enumerate(members)]
    people = take_attendance(hand_ins, roster).people
    enrolled = people[: len(roster.people)]
    strangers = people[len(roster.people) :]
    assert [p.id for p in enrolled] == [person.id for person in roster.people]
    assert all(p.on_roster for p in enrolled)
    assert not any(p.on_roster for p in strangers)
    assert {p.status for p in strangers} <= {"submitted"}
    assert all((p.submission is None) == (p.status == "missing") for p in people)
    places = Counter(
        name for p in people for name in (p.submission, *p.other_submissions) if name is not None
    )
    for hand_in in hand_ins:
        # Everyone who handed in is somewhere, and no submission has more people than members.
        assert 1 <= places[hand_in.id] <= len(hand_in.members)


def test_a_small_number_in_a_label_names_nobody() -> None:
    roster = parse_roster("name,id\nLee,7\nKim,2\n", "students.csv")
    found = statuses(one(Who(label="Lee 2")), roster=roster)
    assert found["2"] == (True, "missing", None)
    assert found["7"] == (True, "submitted", "s")
    assert statuses(one(Who(label="2")), roster=roster)["2"] == (True, "submitted", "s")


COURSE = parse_roster(
    "학번,이름\n20231234,김철수\n20231235,이영희\n20231236,Ada Lovelace\n20231237,Ada\n"
    "20231238,박민수\n20231239,박민수\n",
    "course.csv",
)


@pytest.mark.parametrize(
    ("label", "person"),
    [
        ("hw5_김철수", "20231234"),
        ("과제5 김철수 최종", "20231234"),
        ("과제5김철수", "20231234"),
        ("김철수2", "20231234"),
        ("HW5_Ada_Lovelace", "20231236"),  # not Ada, whose name is a part of it
        ("hw5_lovelace-ada_final", "20231236"),
        ("hw5_ada", "20231237"),
        ("hw5_\u1100\u1175\u11b7철수", "20231234"),
    ],
)
def test_a_name_is_found_among_other_words_where_it_is_one_person_s(
    label: str, person: str
) -> None:
    attendance = take_attendance([one(Who(label=label))], COURSE)
    assert [p.id for p in attendance.people if p.status == "submitted"] == [person]
    assert attendance.notes == ()


@pytest.mark.parametrize(
    ("label", "note"),
    [
        ("hw5_김철수_이영희", "names the people of lines 2, 3 of course.csv; look at whose it is."),
        ("hw5_박민수", "may be any of the lines 6, 7 of course.csv, which share that name."),
        (
            "hw5_20231234_이영희",
            "holds the code of line 2 and the name of line 3 of course.csv; look at whose it is.",
        ),
    ],
)
def test_a_label_that_names_several_people_is_nobody_s_and_says_so(label: str, note: str) -> None:
    attendance = take_attendance([one(Who(label=label))], COURSE)
    assert {p.status for p in attendance.people if p.on_roster} == {"missing"}
    assert attendance.notes == (f"{label} {note}",)


def test_words_beside_what_a_platform_calls_a_person_name_nobody_else() -> None:
    who = Who(name="Kim 김철수", label="Kim 김철수", number="77")
    assert statuses(one(who), roster=COURSE)["20231234"] == (True, "missing", None)


def test_a_name_among_other_words_comes_after_a_hand_in_that_is_called_so() -> None:
    attendance = take_attendance(
        [one(Who(label="hw5_김철수"), "a"), one(Who(label="김철수"), "b")], COURSE
    )
    kim = attendance.people[0]
    assert (kim.submission, kim.other_submissions) == ("b", ("a",))


TYPED = Who(number="20231001", name="Grace Hopper", is_typed=True)


def test_a_typed_number_that_is_another_s_gives_way_to_a_name_that_is_one_person_s() -> None:
    attendance = take_attendance([one(TYPED)], ROSTER)
    submitted = [p.id for p in attendance.people if p.status == "submitted"]
    assert submitted == ["20231002"]
    assert attendance.notes == (
        "Grace Hopper (20231001) is taken for line 3 of students.csv by name; the number is that "
        "of line 2 and may be mistyped.",
    )
    who = Who(number="20231001", name="김민준", is_typed=True)  # whose name is no one person's
    assert statuses(one(who))["20231001"] == (True, "submitted", "s")


def test_a_typed_name_gives_way_where_its_owner_has_work_and_the_number_s_has_none() -> None:
    attendance = take_attendance([one(TYPED), one(Who(number="20231002"), "own")], ROSTER)
    found = {p.id: (p.submission, p.other_submissions) for p in attendance.people}
    assert (found["20231001"], found["20231002"]) == (("s", ()), ("own", ()))
    assert attendance.notes == (
        "Grace Hopper (20231001) is taken for line 2 of students.csv by number; the name is that "
        "of line 3 and may be mistyped.",
    )


def test_a_name_that_somebody_gave_themselves_does_not_outweigh_what_the_platform_says() -> None:
    renamed = Who(number="20231001", name="Grace Hopper")
    attendance = take_attendance([one(renamed)], ROSTER)
    assert [p.id for p in attendance.people if p.status == "submitted"] == ["20231001"]


@pytest.mark.parametrize("labels", [("GHOPPER", "ghopper"), ("ghopper", "GHOPPER")])
def test_of_two_names_that_differ_in_case_the_roster_s_spelling_counts(
    labels: tuple[str, str],
) -> None:
    attendance = take_attendance([one(Who(label=label), label) for label in labels], ROSTER)
    (grace,) = (p for p in attendance.people if p.status == "submitted")
    assert (grace.submission, grace.other_submissions) == ("ghopper", ("GHOPPER",))
    assert "Look at whose they are." in attendance.notes[0]


def test_of_several_hand_ins_the_one_known_best_counts_and_it_is_said() -> None:
    own = HandedIn("zz", (Who(login="ghopper"),), is_broken=True)
    others = [
        one(Who(label="x_20231002"), "a"),
        one(Who(label="ghopper"), "b"),
        one(Who(login="grace"), "c"),  # begins like the address
    ]
    attendance = take_attendance([*others, own], ROSTER)
    (grace,) = (p for p in attendance.people if p.status == "submitted")
    assert (grace.submission, grace.other_submissions) == ("zz", ("b", "a", "c"))
    assert attendance.notes == (
        "zz, b, a and c are all taken for the work of line 3 of students.csv, Grace Hopper; "
        "zz counts. Look at whose they are.",
    )


def test_without_a_roster_a_typed_number_does_not_bring_two_people_together() -> None:
    kim, mal = (Who(name=name, number="7", is_typed=True) for name in ("Kim", "Mal"))
    people = take_attendance([one(kim, "a"), one(mal, "b")], None).people
    assert [(p.name, p.submission) for p in people] == [("Kim", "a"), ("Mal", "b")]


LEES = parse_roster(
    "name,student id,login,email\nJae Lee,4711,jlee,jlee@x.edu\nJin Lee,4712,jinlee,jinlee@x.edu\n",
    "lees.csv",
)


def placed(attendance: Attendance) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    return {p.id: (p.submission, p.other_submissions) for p in attendance.people}


def test_half_an_address_does_not_outweigh_a_full_name() -> None:
    attendance = take_attendance(
        [
            one(Who(name="Jae Lee", email="jae.lee@gmail.com"), "jae"),
            one(Who(name="Jin Lee", email="jlee@gmail.com"), "jin"),
        ],
        LEES,
    )
    assert placed(attendance) == {"4711": ("jae", ()), "4712": ("jin", ())}
    assert attendance.notes == (
        "Jin Lee (jlee@gmail.com) has the name of line 3 of lees.csv and something like the code "
        "of line 2; the name is believed. Look at whose it is.",
    )


def test_half_an_address_takes_no_place_where_the_name_is_taken() -> None:
    attendance = take_attendance(
        [
            one(Who(name="Jin Lee", number="4712"), "own"),
            one(Who(name="Jin Lee", email="4711@evil.org"), "other"),
        ],
        LEES,
    )
    assert placed(attendance)["4711"] == (None, ())
    assert placed(attendance)["4712"] == ("own", ())
    assert len(attendance.people) == 3


def test_a_code_within_a_full_name_does_not_outweigh_another_s_name() -> None:
    who = Who(name="Jin Lee", number="90", label="Jin Lee 4711")
    assert placed(take_attendance([one(who)], LEES))["4711"] == (None, ())


def test_an_exact_address_comes_before_half_of_another_code() -> None:
    who = Who(login="jlee", email="jinlee@x.edu")
    roster = parse_roster("id,email\n1,jlee@x.edu\n2,jinlee@x.edu\n", "lees.csv")
    assert placed(take_attendance([one(who)], roster)) == {"1": (None, ()), "2": ("s", ())}


GITHUB = (
    "identifier,github_username,github_id,name\n"
    "20231234,ada,1,{}\n20231235,20231234,2,{}\n20231236,bob,3,{}\n"
)


@pytest.mark.parametrize("people", [("Ada Lovelace", "Eve Evil", "Bob Hope"), ("", "", "")])
def test_who_calls_themselves_like_another_s_number_takes_no_place(people: tuple) -> None:
    roster = parse_roster(GITHUB.format(*people), "r.csv")
    attendance = take_attendance(
        [one(Who(login=login), login) for login in ("ada", "20231234", "bob")], roster
    )
    assert placed(attendance) == {
        "20231234": ("ada", ()),
        "20231235": ("20231234", ()),
        "20231236": ("bob", ()),
    }
    assert attendance.notes == ()
    # By number, and by a folder that is called like one, it is Ada all the same.
    for who in (Who(number="20231234"), Who(label="20231234"), Who(label="hw5_20231234")):
        assert placed(take_attendance([one(who)], roster))["20231234"] == ("s", ())


def test_a_login_that_the_roster_does_not_know_is_nobody_s_number() -> None:
    roster = parse_roster("id,github_username\n20231234,ada\n20231235,eve\n", "r.csv")
    people = take_attendance([one(Who(login="20231234"))], roster).people
    assert [(p.status, p.on_roster) for p in people] == [
        ("missing", True), ("missing", True), ("submitted", False),
    ]  # fmt: skip


def test_codes_are_found_in_another_column_where_a_person_has_none_in_theirs() -> None:
    numbers = parse_roster("id,name\n20231234,Ada\n", "r.csv")
    assert placed(take_attendance([one(Who(login="20231234"))], numbers))["20231234"][0] == "s"
    logins = parse_roster("id,login\n20231234,alove\n", "r.csv")
    assert placed(take_attendance([one(Who(number="alove"))], logins))["20231234"][0] == "s"
    digits = parse_roster("id,login\n20231234,4711\n", "r.csv")
    assert placed(take_attendance([one(Who(number="4711"))], digits))["20231234"][0] is None


def test_a_name_with_several_numbers_takes_nobody_s_place() -> None:
    doubtful = Who(name="Ada Lovelace", number="20231001", otherwise=("20231002",), is_typed=True)
    attendance = take_attendance([one(doubtful)], ROSTER)
    assert [p.status for p in attendance.people if p.on_roster] == ["missing"] * 4
    told = Who(name="eve", number="4711", otherwise=("20231002",), is_typed=True)
    assert statuses(one(told))["20231002"] == (True, "submitted", "s")


@pytest.mark.parametrize("roster", [ROSTER, None], ids=["not on the roster", "no roster"])
def test_hand_ins_under_one_typed_name_and_number_are_noted(roster: Roster | None) -> None:
    kim, other = (Who(name=name, number="20239999", is_typed=True) for name in ("Kim", "Lee"))
    hand_ins = [HandedIn(name, (who,)) for name, who in (("a", kim), ("b", kim), ("c", other))]
    attendance = take_attendance(hand_ins, roster)
    assert len(attendance.people) == 3 + (4 if roster else 0)
    assert attendance.notes[-1] == (
        "a and b all have the name and number of Kim (20239999). Each stands for itself; look at "
        "whose they are."
    )
    assert take_attendance(hand_ins[1:], None).notes == ()


def test_a_login_that_would_be_another_s_number_takes_nobody_s_place() -> None:
    kim, eve = one(Who(login="20231234"), "kim"), one(Who(login="2023-1234"), "eve")
    logins = "id,login\nkim@x.edu,20231234\neve@x.edu,2023-1234\n"
    attendance = take_attendance([eve, kim], parse_roster(logins, "r.csv"))
    assert placed(attendance) == {"kim@x.edu": ("kim", ()), "eve@x.edu": ("eve", ())}
    assert attendance.notes == ()
    numbers = parse_roster("id,name\n20231234,Kim\n20239999,Eve\n", "r.csv")
    attendance = take_attendance([eve, kim], numbers)
    assert placed(attendance) == {
        "20231234": ("kim", ()), "20239999": (None, ()), "2023-1234": ("eve", ()),
    }  # fmt: skip


def test_without_a_roster_two_logins_are_two_people() -> None:
    found = statuses(
        one(Who(login="20231234"), "kim"), one(Who(login="2023-1234"), "eve"), roster=None
    )
    assert {person: submission for person, (_, _, submission) in found.items()} == {
        "20231234": "kim", "2023-1234": "eve",
    }  # fmt: skip


def test_what_may_be_anybody_s_takes_nobody_s_place_however_few_are_on_the_roster() -> None:
    anybody = Who(name="Ada Lovelace", label="x_1", otherwise=("20231002",), is_typed=True)
    attendance = take_attendance([one(anybody)], ROSTER)
    assert [p.status for p in attendance.people if p.on_roster] == ["missing"] * 4
