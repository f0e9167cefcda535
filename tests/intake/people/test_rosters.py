"""Rosters: every platform's table, every encoding, and a line number for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.intake.names import code_key, name_keys, spelling
from grader.intake.people.rosters import parse_roster, read_roster

KOREAN = "학번,이름,이메일\n20231001,김철수,kim@example.edu\n20231002,이영희,lee@example.edu\n"


def people(text: str) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(person.name, person.codes) for person in parse_roster(text, "students.csv").people]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,HW 5 (77)\n"
            "    Points Possible,,,,,100\n"
            '"Lovelace, Ada",4711,20231001,alove,01,\n"Student, Test",4799,,,01,\n',
            [("Lovelace, Ada", ("4711", "20231001", "alove"))],
        ),
        (
            "Identifier,Full name,ID number,Email address,Status,Grade\n"
            "Participant 4711,Ada Lovelace,20231001,ada@example.edu,Submitted,\n",
            [("Ada Lovelace", ("Participant 4711", "20231001", "ada@example.edu"))],
        ),
        (
            '"Last Name","First Name","Username","Student ID","Last Access"\n'
            '"Lovelace","Ada","alove","20231001","x"\n',
            [("Ada Lovelace", ("20231001", "alove"))],
        ),
        (
            "First Name,Last Name,SID,Email,Role\nAda,Lovelace,7,ada@example.edu,Student\n"
            "Prof,X,8,x@example.edu,Instructor\n",
            [("Ada Lovelace", ("7", "ada@example.edu"))],
        ),
        (
            "identifier,github_username,github_id,name\nada@example.edu,alove,1,Ada Lovelace\n",
            [("Ada Lovelace", ("ada@example.edu", "alove"))],
        ),
        (KOREAN, [("김철수", ("20231001", "kim@example.edu")),
                  ("이영희", ("20231002", "lee@example.edu"))]),
        (
            "수강생 명단\n2026년 1학기\n\n번호,학번,성명\n1,20231001,김철수\n",
            [("김철수", ("20231001",))],
        ),
        ("학번(ID);성 명\n20231001;김철수\n", [("김철수", ("20231001",))]),
        ("name\tstudent_id\nAda\t7\n\n\t\n", [("Ada", ("7",))]),
    ],
    ids=["canvas", "moodle", "blackboard", "gradescope", "github", "korean", "titled", "semicolon",
         "tab"],
)  # fmt: skip
def test_every_platform_s_table_is_read(text: str, expected: list) -> None:
    assert people(text) == expected


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "students.csv"
    path.write_bytes(KOREAN.encode(encoding))
    assert [person.name for person in read_roster(path).people] == ["김철수", "이영희"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "students.csv has no column of names or student numbers"),
        ("grade,date\n1,2\n", "students.csv has no column of names or student numbers"),
        ("name,id\n", "students.csv names nobody"),
        (
            "name,id\nAda,7\nGrace,8\nAlan,7\n",
            "students.csv, lines 2 and 4, give 7 to two people. Correct one of them.",
        ),
        (
            "name\nAda\nGrace\nAda\n",
            "students.csv, lines 2 and 4, both read Ada, with nothing to tell the two apart. "
            "Add their student numbers.",
        ),
    ],
    ids=["empty", "no column", "nobody", "double code", "double name"],
)
def test_a_roster_that_cannot_be_used_says_why_and_where(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_roster(text, "students.csv")
    assert message in str(error.value)


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "students.xlsx"
    path.write_bytes(b"PK\x03\x04\xff\xff\xff\xfe\x80" * 30)
    with pytest.raises(UsageError, match="Save it as CSV UTF-8"):
        read_roster(path)


def test_someone_in_two_sections_is_counted_once_with_a_note() -> None:
    roster = parse_roster(
        'name,id,login\nAda Lovelace,7,\nGrace,8,gh\n"Lovelace, Ada",7,al\n', "r.csv"
    )
    assert [(p.name, p.codes) for p in roster.people] == [
        ("Ada Lovelace", ("7", "al")),
        ("Grace", ("8", "gh")),
    ]
    assert roster.notes == ("r.csv, lines 2 and 4, name one person; they are counted once.",)


def test_namesakes_with_codes_are_two_people() -> None:
    assert len(people("name,id\n김민준,1\n김민준,2\n")) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Ada Lovelace", "lovelaceada"),
        ("Evans, Mary Ann", "Mary Ann Evans"),
        ("Mary Ann Evans", "evansmaryann"),
        ("José Núñez", "nunezjose"),
        ("김 철수", "김철수"),
        ("\u1100\u1175\u11b7\u110e\u1165\u11af\u1109\u116e", "김철수"),
        ("Sinéad O'Connor", "oconnorsinéad"),
    ],
)
def test_one_name_written_two_ways_is_one(one: str, other: str) -> None:
    assert name_keys(one) & name_keys(other)


@pytest.mark.parametrize(("one", "other"), [("김철수", "김철우"), ("Ada L", "Ada M"), ("", "")])
def test_different_names_differ(one: str, other: str) -> None:
    assert not name_keys(one) & name_keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("007", "7"),
        ("20231001.0", "20231001"),
        ("Participant 4711", "4711"),
        (" AL@X.EDU", "al@x.edu"),
    ],
)
def test_one_code_written_two_ways_is_one(one: str, other: str) -> None:
    assert code_key(one) == code_key(other)


@given(st.text())
def test_any_text_is_a_name_a_code_and_a_roster_or_none(text: str) -> None:
    assert all(name_keys(text))
    assert code_key(code_key(text)) == code_key(text)
    assert spelling(spelling(text)) == spelling(text)
    try:
        count = len(parse_roster(text, "students.csv").people)
    except UsageError:
        count = 1
    assert count >= 1


def test_a_login_like_another_s_number_makes_no_one_person_of_two() -> None:
    text = "identifier,github_username,name\n20231234,ada,{}\n20231235,20231234,{}\n"
    for names in (("", ""), ("Ada Lovelace", "Eve Evil")):
        roster = parse_roster(text.format(*names), "r.csv")
        assert [p.codes for p in roster.people] == [("20231234", "ada"), ("20231235", "20231234")]
        assert roster.notes == ()


def test_an_address_is_one_in_every_column() -> None:
    roster = parse_roster("id,login,email\n7,ada@x.edu,\n7,,ada@x.edu\n", "r.csv")
    assert [p.codes for p in roster.people] == [("7", "ada@x.edu")]


@pytest.mark.parametrize("logins", [("20231234", "2023-1234"), ("0042", "42"), ("42", "42.0")])
def test_logins_that_would_be_one_number_are_two_people_s(logins: tuple[str, str]) -> None:
    text = "identifier,github_username,name\nkim@x.edu,{},\neve@x.edu,{},\n".format(*logins)
    roster = parse_roster(text, "r.csv")
    assert [p.codes for p in roster.people] == [
        ("kim@x.edu", logins[0]),
        ("eve@x.edu", logins[1]),
    ]
    assert roster.notes == ()


@pytest.mark.parametrize(
    "rows",
    [
        "kim@x.edu,kim,\neve@x.edu,kim,\n",
        "7,al,\n7,bo,\n",
        "7,al,Ada Lovelace\n7,bo,Ada Lovelace\n",
        "0042,,\n42,,\n",
    ],
    ids=["two identifiers", "two logins", "two logins and one name", "written in two ways"],
)
def test_rows_whose_codes_differ_are_not_one_person_s(rows: str) -> None:
    with pytest.raises(UsageError, match=r"r.csv, lines 2 and 3, give .* to two people"):
        parse_roster(f"identifier,login,name\n{rows}", "r.csv")


def test_a_number_in_two_forms_is_one_person_s_where_the_name_says_so() -> None:
    roster = parse_roster("id,name\n2023-12345,Ada Lovelace\n202312345.0,lovelaceada\n", "r.csv")
    assert [p.codes for p in roster.people] == [("2023-12345", "202312345.0")]
