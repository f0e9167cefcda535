"""Downloads of every learning platform: all people mapped, nobody lost, nothing left behind."""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import stat
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from grader.errors import IntakeError, UsageError
from grader.intake import (
    Download,
    Submission,
    open_download,
    open_own_work,
    read_submission,
)
from grader.intake.downloads import staging
from grader.intake.limits import MAX_ID_BYTES

HOMEWORK = "def flatten(x):\n    return x\n"
LAYOUTS = [
    ("canvas", "canvas", {}),
    ("moodle", "moodle", {}),
    ("moodle", "moodle", {"flat": True}),
    ("moodle", "moodle", {"blind": True}),
    ("blackboard", "blackboard", {}),
    ("blackboard", "blackboard", {"described": False}),
    ("gradescope", "gradescope", {}),
    ("github-classroom", "github_classroom", {}),
    ("korean", "korean", {}),
    ("korean", "korean", {"number_first": False}),
    ("plain", "plain", {}),
]
KIM = "20231234_김철수"
Put = Callable[..., Path]
Forbid = Callable[..., None]


@pytest.fixture(autouse=True)
def scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders go; empty again after every test."""
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file below `batch`, with the folders it lies in."""

    def write(name: str, content: str | bytes = HOMEWORK) -> Path:
        path = tmp_path / "batch" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    return tmp_path / "batch"


def found(folder: Path, **options: object) -> dict[str, Submission]:
    with open_download(folder, **options) as download:
        by_id = {submission.id: submission for submission in download.submissions}
    assert len(by_id) == len(download.submissions)
    return by_id


def opened(source: Path, **options: object) -> Download:
    with open_download(source, **options) as download:
        return download


@pytest.mark.parametrize(("layout", "maker", "options"), LAYOUTS, ids=str)
@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "folder"])
def test_everybody_in_a_download_is_mapped_to_the_roster(
    lms: ModuleType, tmp_path: Path, layout: str, maker: str, options: dict, is_zip: bool
) -> None:
    made = getattr(lms, maker)(**options)
    source = tmp_path / "submissions.zip" if is_zip else tmp_path / "submissions"
    if is_zip:
        source.write_bytes(lms.zipped(made.files))
    else:
        lms.unpacked(made.files, source)
    roster = tmp_path / "roster.csv"
    roster.write_text(lms.roster())
    with open_download(source, roster=roster) as download:
        assert download.source.layout == layout
        # Names that people typed may be others': what these bring together is told.
        joined = {f"{p.number}_{p.name}" for p in lms.PUPILS[::2] if layout == "korean"}
        assert {note.partition(" is put")[0] for note in download.source.notes} == joined
        assert download.source.passed_over == ()
        people = {p.id: p for p in download.source.people}
        assert [p.on_roster for p in people.values()] == [True] * len(lms.PUPILS)
        assert {p.status for p in people.values()} == {"submitted"}
        by_id = {submission.id: submission for submission in download.submissions}
        for pupil in lms.PUPILS:
            submission = by_id[people[pupil.lms_id].submission]
            students = submission.members or (submission.student,)
            assert pupil.lms_id in {student.id for student in students}
            assert (submission.problem is not None) == (pupil.number in made.broken)
            assert submission.late == (pupil.number in made.late)
            assert bool(submission.older) == (pupil.number in made.older)
            if submission.problem is None and len(submission.files) > 1:
                assert submission.files == ("hw5.py", "utils.py")
        members = {frozenset(s.id for s in each.members) for each in by_id.values() if each.members}
        number_to_id = {pupil.number: pupil.lms_id for pupil in lms.PUPILS}
        assert members == {frozenset(number_to_id[n] for n in group) for group in made.groups}


@pytest.mark.parametrize("made", ["canvas", "korean", "moodle"])
@pytest.mark.parametrize(
    "how", [{"encoding": "cp949"}, {"encoding": "utf-8"}, {"nfd": True}, {}], ids=str
)
def test_hangul_names_are_read_however_the_archive_holds_them(
    lms: ModuleType, tmp_path: Path, made: str, how: dict
) -> None:
    pupils = lms.PUPILS[8:]
    source = tmp_path / "과제.zip"
    source.write_bytes(lms.zipped(getattr(lms, made)(pupils).files, **how))
    names = {submission.student.name for submission in opened(source).submissions}
    assert names == {pupil.name for pupil in pupils}


def test_several_empty_folders_are_a_problem_of_their_owner(put: Put, batch: Path) -> None:
    for name in ("20231234_김철수", "20231234-김철수"):
        (batch / name).mkdir(parents=True)
    (submission,) = found(batch).values()
    assert submission.problem == (
        "20231234_김철수 holds no .ipynb and no .py file. Hand in your notebook or script."
    )


def test_files_of_one_name_are_both_kept(put: Put, batch: Path) -> None:
    put("20231234_김철수_hw5.py")
    put("20231234-김철수-hw5.py", "x = 1")
    (submission,) = found(batch).values()
    assert submission.files == ("20231234_김철수_hw5.py", "hw5.py")


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (
            [f"{KIM}_a/hw5.py", f"{KIM}_a/utils.py", f"{KIM}_b/hw5.py", f"{KIM}_b/utils.py"],
            [f"{KIM}_a/hw5.py", f"{KIM}_a/utils.py", f"{KIM}_b/hw5.py", f"{KIM}_b/utils.py"],
        ),
        (
            [f"{KIM}/{KIM}_hw5.py", f"{KIM}/hw5.py", f"{KIM}_hw5.py"],
            [f"{KIM}/{KIM}_hw5.py", f"{KIM}/hw5.py", "hw5.py"],
        ),
        (
            [f"{KIM}_a/data", f"{KIM}_b/data/hw5.py", f"{KIM}_a/hw5.py"],
            [f"{KIM}_a/data", f"{KIM}_a/hw5.py", f"{KIM}_b/data/hw5.py"],
        ),
        (
            [f"20231234-김철수-{KIM}_hw5.py", f"{KIM}_hw5.py", "20231234 김철수 hw5.py"],
            [f"{KIM}_hw5-2.py", f"{KIM}_hw5.py", "hw5.py"],
        ),
    ],
    ids=["two folders", "file and folder", "file named like a folder", "three files"],
)
@pytest.mark.parametrize("can_link", [True, False])
def test_files_of_one_name_never_take_each_other_s_place_nor_change_the_download(
    put: Put,
    batch: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
    files: list[str],
    *,
    can_link: bool,
) -> None:
    for name in names:
        put(name, f"# {name}\n{HOMEWORK}")
    before = content_of(batch)
    if not can_link:
        monkeypatch.setattr(os, "link", cannot_link)
    with open_download(batch) as download:
        (submission,) = download.submissions
        assert sorted(submission.files) == files
        contents = [(submission.root / name).read_bytes() for name in submission.files]
        assert sorted(contents) == sorted(before.values())
    assert content_of(batch) == before
    (note,) = download.source.notes
    assert note.startswith(f"{KIM} is put together from {len({top(n) for n in names})} files")


def top(name: str) -> str:
    return name.partition("/")[0]


def cannot_link(*paths: object, **keywords: object) -> None:
    raise OSError(18, "Invalid cross-device link")


def test_a_newer_attempt_counts_and_the_older_is_named(put: Put, batch: Path) -> None:
    put("kim_11_21_hw5.py", "x = 1")
    put("kim_11_22_hw5-1.py", "x = 2")
    put("kim_11_23_hw5-2.py", "x = 3")
    (submission,) = found(batch).values()
    assert submission.files == ("hw5.py",)
    assert submission.cells[0].source == "x = 3"
    assert submission.attempt == "attempt 3"
    assert submission.older == ("kim_11_21_hw5.py", "kim_11_22_hw5-1.py")


@pytest.mark.parametrize("packed", ["zip", "tar"])
def test_a_folder_around_everything_is_stepped_through(
    lms: ModuleType, tmp_path: Path, packed: str
) -> None:
    for made, inner in ((lms.canvas(), "week 5/submissions/"), (lms.plain(), "hw5/")):
        files = {inner + name: content for name, content in made.files.items()}
        source = tmp_path / f"submissions.{packed}"
        source.write_bytes(lms.zipped(files) if packed == "zip" else lms.tarred(files, "w"))
        assert len(opened(source).submissions) == len(lms.PUPILS)


def test_a_lone_folder_in_a_folder_is_one_submission(put: Put, batch: Path) -> None:
    put("kim/homework.py")
    put("kim/utils.py")
    assert set(found(batch)) == {"kim"}


def test_names_without_the_form_stand_for_themselves_and_say_so(put: Put, batch: Path) -> None:
    for number in range(3):
        put(f"kim_{number}1_21_hw5.py")
    put("late_by_mail.py")
    put("grades.csv", "")
    download = opened(batch)
    strays = [each for each in download.submissions if each.notes]
    assert [each.id for each in strays] == ["late_by_mail"]
    assert strays[0].notes == ("Its name has not the form of Canvas; it stands for itself.",)
    assert [each.name for each in download.source.passed_over] == ["grades.csv"]


def test_a_layout_can_be_forced(put: Put, batch: Path) -> None:
    put("kim_11_21_hw5.py")
    put("lee.py")
    put("park.py")
    assert opened(batch).source.layout == "plain"
    download = opened(batch, layout="canvas")
    assert download.source.layout == "canvas"
    assert download.source.evidence.startswith("1 of 3 names have its form")
    with pytest.raises(UsageError, match="--layout moodle was asked for, and no name"):
        opened(batch, layout="moodle")


def test_one_broken_archive_is_its_owner_s_problem_alone(
    lms: ModuleType, put: Put, batch: Path
) -> None:
    put("good_11_21_hw5.py")
    put("cut_12_22_hw5.zip", lms.zipped({"hw5.py": b"x = 1\n" * 1000})[:-30])
    put("rar_13_23_hw5.rar", b"Rar!\x1a\x07\x00")
    put("fake_14_24_hw5.zip", b"Rar!\x1a\x07\x00")
    problems = {name: each.problem for name, each in found(batch).items()}
    assert problems == {
        "good_11": None,
        "cut_12": "hw5.zip is damaged or cut off and cannot be unpacked. "
        "Pack it and hand it in again.",
        "rar_13": "hw5.rar cannot be opened here. Hand in the .ipynb or .py file unpacked or in a "
        "zip.",
        "fake_14": "hw5.zip is a RAR archive, whatever its name says. Hand in the .ipynb or .py "
        "file unpacked or in a zip.",
    }


@pytest.mark.parametrize("error", [RecursionError("too deep"), MemoryError(), KeyError("x")])
def test_whatever_fails_on_one_hand_in_is_its_problem_and_the_rest_is_read(
    put: Put, batch: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def read(path: Path, name: str) -> Submission:
        if name == "eve":
            raise error
        return read_submission(path, name)

    monkeypatch.setattr(staging, "read_submission", read)
    put("eve.py")
    put("kim.py")
    submissions = found(batch)
    assert submissions["kim"].problem is None
    assert submissions["eve"].problem == (
        f"torchgrade itself failed to read eve ({type(error).__name__}: {error}). Please report it."
    )


def test_archives_are_opened_where_there_is_no_source_and_one_more_level_deep(
    lms: ModuleType, put: Put, batch: Path
) -> None:
    work = {"hw5/main.py": HOMEWORK.encode(), "hw5/utils.py": b"x = 1"}
    put("alone.zip", lms.zipped(work))
    put("beside/hw5.tar.gz", lms.tarred(work))
    put("beside/report.pdf", "%PDF")
    put("both/main.py")
    put("both/old.zip", lms.zipped(work))
    nested = lms.zipped({"inner.zip": lms.zipped(work)})
    put("nested.zip", nested)
    put("deep/hw5.zip", lms.zipped({"middle.zip": nested}))
    submissions = found(batch)
    for name in ("alone", "beside", "nested"):
        assert submissions[name].files == ("main.py", "utils.py")
    assert submissions["both"].files == ("main.py", "old.zip")
    assert submissions["both"].notes == ("old.zip was left packed, as there is source beside it.",)
    assert submissions["deep"].problem == (
        "inner.zip lies too many archives deep. "
        "Hand in the .ipynb or .py file unpacked or in a zip."
    )


@pytest.mark.parametrize(
    "names",
    [("hw5.zip", "hw5.tar.gz"), ("hw5.zip", "hw5.tar", "hw5.tar.gz"), ("hw5.zip", "hw5/hw5.zip")],
    ids=str,
)
def test_archives_of_one_name_are_all_opened(
    lms: ModuleType, put: Put, batch: Path, names: tuple[str, ...]
) -> None:
    for number, name in enumerate(names):
        work = {"hw5/main.py": f"x = {number}\n{HOMEWORK}".encode(), "hw5/hw5/a.txt": b""}
        put(f"kim/{name}", lms.zipped(work) if name.endswith("zip") else lms.tarred(work))
    (kim,) = found(batch).values()
    assert kim.problem is None
    assert sum(name.endswith("main.py") for name in kim.files) == len(names)
    assert "would hold the homework, too" in kim.notes[0]


def test_archives_within_an_archive_share_one_budget(
    lms: ModuleType, put: Put, batch: Path
) -> None:
    large = lms.zipped({"data.bin": os.urandom(1 << 20) * 30})
    put("kim.zip", lms.zipped({f"{n}.zip": large for n in range(10)}))
    put("lee.py")
    submissions = found(batch)
    assert "256 MB" in str(submissions["kim"].problem)
    assert submissions["lee"].problem is None


def test_what_an_archive_refuses_is_a_note_of_its_owner(
    lms: ModuleType, put: Put, batch: Path
) -> None:
    put("kim.zip", lms.zipped({"hw5.py": b"def flatten(x): pass", "../../lee.py": b"x"}))
    (kim,) = found(batch).values()
    assert kim.files == ("hw5.py",)
    assert kim.notes == ("../../lee.py in kim.zip leads out of the archive; it was left out.",)


def test_a_file_too_large_spoils_its_owner_s_work_and_nobody_else_s(
    lms: ModuleType, tmp_path: Path
) -> None:
    source = tmp_path / "submissions.zip"
    source.write_bytes(
        lms.zipped({"kim_11_21_hw5.py": bytes(33 << 20), "lee_12_22_hw5.py": b"x = 1"})
    )
    submissions = found(source)
    assert submissions["lee_12"].problem is None
    assert submissions["kim_11"].problem == (
        "kim_11_21_hw5.py grows to more than 300 times its packed size. "
        "Hand in the file itself, without data and models."
    )


def test_a_flood_of_files_spoils_its_owner_s_work_and_nobody_else_s(tmp_path: Path) -> None:
    source = tmp_path / "export.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"mal/{number}", b"")
        archive.writestr("zoe/hw5.py", HOMEWORK)
    submissions = found(source)
    assert submissions["zoe"].problem is None
    assert submissions["mal"].problem == (
        "mal holds more than 20,000 files and folders. "
        "Hand in the file itself, without data and models."
    )


def test_a_canvas_name_with_another_s_number_takes_nobody_s_place(
    put: Put, batch: Path, tmp_path: Path
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("name,student id\nAda Lovelace,4711\nEve Evil,4712\nBob Hope,4713\n")
    put("lovelaceada_4711_1_hw5.py")
    put("eve_4711_4712_90210_zz-9.py")
    put("hopebob_4713_3_hw5.py")
    people = {p.id: p for p in opened(batch, roster=roster).source.people}
    assert (people["4711"].submission, people["4711"].other_submissions) == ("lovelaceada_4711", ())
    (batch / "lovelaceada_4711_1_hw5.py").unlink()
    people = {p.id: p for p in opened(batch, roster=roster).source.people if p.on_roster}
    assert [p.status for p in people.values()] == ["missing", "missing", "submitted"]


@pytest.mark.parametrize("around", ["", "HW 5/"])
@pytest.mark.parametrize("pack", ["zipped", "tarred", "unpacked"])
@pytest.mark.parametrize(
    "form",
    ["{}_4711_assignsubmission_file_/hw5.py", "{}_4711_assignsubmission_file_hw5.py",
     "{}_4711_90001_hw5.py"],
)  # fmt: skip
def test_people_whose_names_begin_with_a_dot_are_passed_over_by_name(
    lms: ModuleType, tmp_path: Path, form: str, pack: str, around: str
) -> None:
    names = [around + form.format(who) for who in ("Ada", "Bob", ".Eve", "._Ada")]
    files = {name: HOMEWORK.encode() for name in (*names, f"{around}.DS_Store", ".git/HEAD")}
    source = tmp_path / "export.zip"
    if pack == "unpacked":
        lms.unpacked(files, source)
    else:
        source.write_bytes(getattr(lms, pack)(files))
    download = opened(source)
    assert len(download.submissions) == 2
    hidden = form.format(".Eve").partition("/")[0]
    assert [each.reason for each in download.source.passed_over] == [
        f"{hidden} begins with a dot, as hidden files do. Rename it to have it graded."
    ]


@pytest.mark.parametrize("has_own", [True, False])
def test_a_file_that_names_two_people_is_joined_to_neither_s_work(
    put: Put, batch: Path, tmp_path: Path, *, has_own: bool
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("학번,이름\n20231234,김철수\n20231235,이영희\n20231236,박민수\n")
    put("20231236_박민수_hw5.py")
    put(f"{KIM}_20231235_이영희.py", HOMEWORK + "class ThreeLayerConvNet: pass\n")
    if has_own:
        put(f"{KIM}_hw5.py")
        put(f"{KIM}_20260531.py", "x = 1")  # a date
    download = opened(batch, roster=roster)
    kim = next(p for p in download.source.people if p.id == "20231234")
    by_id = {each.id: each for each in download.submissions}
    if not has_own:
        assert by_id[KIM].notes[0].startswith(f"The name {KIM}_20231235_이영희.py names more than")
        assert kim.submission == KIM
        return
    assert by_id[KIM].files == ("20260531.py", "hw5.py")
    assert (kim.submission, kim.other_submissions) == (KIM, (f"{KIM}-2",))
    joined, several = download.source.notes
    assert joined.startswith(f"{KIM} is put together from 2 files or folders")
    assert several.startswith(f"{KIM} and {KIM}-2 are all taken for the work of line 2")


@pytest.mark.parametrize("other", ["20231234_김철수_final.py", "20231234-김철수/main.py"])
@pytest.mark.parametrize("own", [f"{KIM}_hw5.py", f"{KIM}/hw5.py"])
def test_works_that_typed_names_bring_together_are_noted_in_the_roll_call(
    put: Put, batch: Path, own: str, other: str
) -> None:
    put(own)
    put(other)
    download = opened(batch)
    assert len(download.submissions) == 1
    (note,) = download.source.notes
    assert note.startswith(f"{KIM} is put together from 2 files or folders by what people typed")


def test_a_notebook_that_takes_the_place_of_a_script_is_noted_in_the_roll_call(
    put: Put, batch: Path
) -> None:
    cell = {"cell_type": "code", "source": HOMEWORK.replace("x\n", "0\n"), "metadata": {}}
    put("kim_4711.ipynb", json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5}))
    put("kim_4711.py")
    put("lee_0815.py")
    (note,) = opened(batch).source.notes
    assert note.startswith("kim_4711 is put together from 2 files or folders by what people typed")
    assert "kim_4711.ipynb and kim_4711.py could each be the homework." in note


@pytest.mark.parametrize(
    "other", ["x.py", "x.ipynb", "x.bin", "x/hw6.py"], ids=["script", "notebook", "data", "folder"]
)
def test_whatever_typed_names_join_to_a_work_is_noted_in_the_roll_call(
    put: Put, batch: Path, other: str
) -> None:
    put(f"{KIM}_hw5.py")
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}}
    is_notebook = other.endswith("ipynb")
    notebook = json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5})
    put(f"{KIM}_{other}", notebook if is_notebook else "x = 1")
    (note,) = opened(batch).source.notes
    second = top(f"{KIM}_{other}")
    assert note == (
        f"{KIM} is put together from 2 files or folders by what people typed into their names. "
        f"Look at whose they are: {' and '.join(sorted([f'{KIM}_hw5.py', second]))}."
    )


def test_a_notebook_and_its_export_under_typed_names_go_unsaid(put: Put, batch: Path) -> None:
    cell = {"cell_type": "code", "source": HOMEWORK, "metadata": {}}
    put(f"{KIM}_a.ipynb", json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5}))
    put(f"{KIM}_b.py", f"# coding: utf-8\n\n# In[ ]:\n\n{HOMEWORK}")
    assert opened(batch).source.notes == ()


def test_a_helper_called_like_a_library_is_named_in_the_roll_call(put: Put, batch: Path) -> None:
    put(f"{KIM}_hw5.py", f"import matplotlib.pyplot as plt\n{HOMEWORK}")
    put(f"{KIM}_matplotlib.py", "import torch\ntorch.nn.functional.conv2d = None\n")
    (note,) = opened(batch).source.notes
    assert "hw5.py is what is run, and imports matplotlib.py. Look at" in note


def test_a_file_that_makes_a_work_too_large_is_named_in_the_roll_call(
    put: Put, batch: Path
) -> None:
    put(f"{KIM}_hw5.py")
    os.truncate(put(f"{KIM}_w.bin", b""), 300 << 20)
    put("20231235_이영희_hw5.py")
    (note,) = opened(batch).source.notes
    assert f"their names. It is not graded: {KIM} holds 300 MB" in note
    assert note.endswith(f"Look at whose they are: {KIM}_hw5.py and {KIM}_w.bin.")


def test_what_there_is_more_to_say_of_comes_first_in_the_roll_call(put: Put, batch: Path) -> None:
    for name in ("20230001_강하은", KIM, "20239999_이영희"):
        put(f"{name}_hw5.py")
        put(f"{name}_notes.txt")
    put(f"{KIM}_x.py")
    ids = [note.partition(" is put")[0] for note in opened(batch).source.notes]
    assert ids == [KIM, "20230001_강하은", "20239999_이영희"]


@pytest.mark.parametrize("loose", ["x.py", "x.ipynb", "x/hw5.py"])
@pytest.mark.parametrize("has_roster", [True, False], ids=["roster", "no roster"])
def test_an_archive_beside_what_is_loose_stands_for_itself_under_typed_names(
    lms: ModuleType, put: Put, batch: Path, tmp_path: Path, loose: str, *, has_roster: bool
) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("학번,이름\n20231234,김철수\n")
    cell = {"cell_type": "code", "source": f"x = 1\n{HOMEWORK}", "metadata": {}}
    notebook = json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5})
    put(f"20231234-김철수-{loose}", notebook if loose.endswith("ipynb") else f"x = 1\n{HOMEWORK}")
    put(f"{KIM}_hw5.zip", lms.zipped({"hw5.py": HOMEWORK.encode()}))
    put(f"{KIM}_notes.txt", "")
    download = opened(batch, roster=roster if has_roster else None)
    ids = {each.cells[0].source[:3]: each.id for each in download.submissions}
    assert ids == {"x =": KIM, "def": f"{KIM}-2"}
    _joined, several = download.source.notes
    said = "are all taken for" if has_roster else "all have the name and number of 김철수"
    assert several.startswith(f"{KIM} and {KIM}-2 {said}")


def test_archives_that_typed_names_bring_together_are_noted_as_works(
    lms: ModuleType, put: Put, batch: Path
) -> None:
    for name in ("a", "b"):
        put(f"{KIM}_{name}.zip", lms.zipped({f"{name}.py": HOMEWORK.encode()}))
    (note,) = opened(batch).source.notes
    assert "a/a.py and b/b.py could each be the homework." in note


def test_an_archive_left_packed_in_a_folder_is_noted_as_a_work(
    lms: ModuleType, put: Put, batch: Path
) -> None:
    put(f"{KIM}/hw5.zip", lms.zipped({"hw5.py": HOMEWORK.encode()}))
    put(f"{KIM}_x.py")
    (note,) = opened(batch).source.notes
    assert "x.py and hw5.zip could each be the homework." in note


LONG = "/".join(chr(97 + number) * 250 for number in range(18)) + "/x.py"


@pytest.mark.parametrize("around", ["", "HW 5/"])
@pytest.mark.parametrize("pack", ["zipped", "tarred"])
@pytest.mark.parametrize(
    "form", ["{}_assignsubmission_file_/", "submission_{}/", "hw5-{}/"], ids=str
)
def test_a_path_longer_than_any_concerns_its_owner_alone(
    lms: ModuleType, tmp_path: Path, pack: str, form: str, around: str
) -> None:
    ada, eve, bob = (around + form.format(who) for who in ("Ada_1", "Eve_2", "Bob_3"))
    files = {f"{each}hw5.py": HOMEWORK.encode() for each in (ada, eve, bob)}
    files |= {eve + LONG: b"x = 1", f"{eve}{LONG}c": b""}
    source = tmp_path / "export.zip"
    source.write_bytes(getattr(lms, pack)(files))
    submissions = found(source)
    assert [each.problem for each in submissions.values()] == [None] * 3
    (told,) = (each for each in submissions.values() if each.notes)
    assert "has a path of more than 1,024 bytes; it was left out." in told.notes[0]
    assert len(told.notes[0]) < 1_200
    assert told.student.id in (form.format("Eve_2"), "Eve_2", "2", "submission_Eve_2")
    assert opened(source).source.passed_over == ()


def test_a_folder_of_which_everything_was_left_out_is_its_owner_s_problem(tmp_path: Path) -> None:
    source = tmp_path / "submissions.tar"
    with tarfile.open(source, "w") as archive:
        link = tarfile.TarInfo("kim/hw5.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("lee/notes.txt"))
        archive.addfile(tarfile.TarInfo("park/hw5.py"))
    problems = {name: str(each.problem) for name, each in found(source).items()}
    assert problems["kim"].startswith("kim/hw5.py is a link to another place. Hand in")
    assert problems["lee"].startswith("notes.txt is no notebook and no script")
    assert problems["park"].startswith("hw5.py is empty")


def test_original_names_that_lead_elsewhere_stay_in_the_folder(put: Put, batch: Path) -> None:
    head = "HW_kim_attempt_2026-05-31-23-59-58"
    put(f"{head}_hw5.py", "x = 1")
    put(
        f"{head}.txt", f"Files:\n\tOriginal filename: ../../../evil.py\n\tFilename: {head}_hw5.py\n"
    )
    with open_download(batch) as download:
        (submission,) = download.submissions
        assert submission.files == (f"{head}_hw5.py",)


def test_ids_name_folders_and_lead_nowhere(put: Put, batch: Path) -> None:
    for name in ("HW_.._attempt_", "HW_..._attempt_", "HW_Kim_attempt_", "HW_kim_attempt_"):
        put(f"{name}2026-05-31-23-59-58_hw5.py")
    ids = set(found(batch))
    assert ids == {"_..", "_...", "Kim", "kim-2"}


def test_a_typed_text_beside_a_file_is_a_note(put: Put, batch: Path) -> None:
    put("kim_11_21_hw5.py")
    put("kim_11_text.html", "<p>see file</p>")
    (submission,) = found(batch).values()
    assert submission.problem is None
    assert submission.notes == (
        "Text was typed into the learning platform as well; it is not graded.",
    )


def test_gradescope_names_whom_it_has_no_files_of(put: Put, batch: Path) -> None:
    put("submission_1/hw5.py")
    put("submission_3/hw5.py")
    one = "submission_1: {':submitters': [{':name': Ada, ':sid': 7}]}\n"
    two = "submission_2:\n  :submitters:\n  - :name: Grace\n    :email: grace@example.edu\n"
    put("submission_metadata.yml", one + two)
    submissions = found(batch)
    assert submissions["submission_1"].student.model_dump() == {"id": "7", "name": "Ada"}
    assert "No file was handed in" in str(submissions["submission_2"].problem)
    assert "does not say whose" in submissions["submission_3"].notes[0]


def test_what_a_link_leads_to_is_not_taken_for_the_platform_s_word(put: Put, batch: Path) -> None:
    put("submission_1/hw5.py")
    secret = batch.parent / "secret.yml"
    secret.write_text("submission_1: {':submitters': [{':name': Secret, ':sid': 7}]}\n")
    (batch / "submission_metadata.yml").symlink_to(secret)
    assert {each.student.name for each in found(batch).values()} == {None}


@pytest.mark.parametrize("metadata", ["[" * 100_000, "a: [", "- 1", "\0", "x: !!python/name:os.x"])
def test_gradescope_metadata_that_is_none_costs_only_the_names(
    put: Put, batch: Path, metadata: str
) -> None:
    put("submission_1/hw5.py")
    put("submission_metadata.yml", metadata)
    assert found(batch)["submission_1"].problem is None


def test_a_broken_download_is_one_sentence(lms: ModuleType, tmp_path: Path, scratch: Path) -> None:
    source = tmp_path / "submissions.zip"
    source.write_bytes(lms.zipped(lms.canvas().files)[:-100])
    with pytest.raises(IntakeError, match=r"^submissions.zip is damaged or cut off"):
        opened(source)
    source.write_bytes(b"")
    with pytest.raises(IntakeError, match=r"^submissions.zip is empty"):
        opened(source)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_temporary_is_left_whatever_ends_it(
    lms: ModuleType, tmp_path: Path, scratch: Path, error: type[BaseException]
) -> None:
    source = tmp_path / "submissions.zip"
    source.write_bytes(lms.zipped(lms.canvas().files))

    def read() -> None:
        with open_download(source) as download:
            assert download.submissions[0].root.is_relative_to(scratch)
            raise error

    with pytest.raises(error):
        read()
    assert list(scratch.iterdir()) == []

    def interrupt(what: str, done: int, total: int) -> None:
        if (what, done) == ("Reading", 3):
            raise error

    with pytest.raises(error):
        opened(source, on_progress=interrupt)
    assert list(scratch.iterdir()) == []


def test_progress_is_told_from_beginning_to_end(lms: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "submissions.zip"
    source.write_bytes(lms.zipped(lms.plain().files))
    told: list[tuple[str, int, int]] = []
    opened(source, on_progress=lambda *progress: told.append(progress))
    count = len(lms.PUPILS)
    assert [what for what, _ in itertools.groupby(told, lambda each: each[0])] == [
        "Unpacking",
        "Reading",
    ]
    assert told[-1] == ("Reading", count, count)


def test_a_folder_of_files_is_read_where_it_lies(put: Put, batch: Path) -> None:
    put("kim.py")
    put("lee/homework.py")
    submissions = found(batch)
    assert submissions["kim"].root == batch
    assert submissions["lee"].root == batch / "lee"


# What stands in a plain folder.


def test_hidden_entries_are_no_submissions(put: Put, batch: Path) -> None:
    for name in ("kim.py", ".hidden.py", ".git/config.py", "__pycache__/kim.py", "__MACOSX/kim.py",
                 ".ipynb_checkpoints/kim-checkpoint.ipynb"):  # fmt: skip
        put(name)
    assert set(found(batch)) == {"kim"}


def test_a_link_among_submissions_is_broken_and_not_followed(
    put: Put, batch: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "elsewhere" / "answers.py"
    secret.parent.mkdir()
    secret.write_text(HOMEWORK)
    put("kim.py")
    (batch / "lee.py").symlink_to(secret)
    (batch / "park").symlink_to(secret.parent)
    (batch / "gone.py").symlink_to(tmp_path / "nothing")
    submissions = found(batch)
    assert submissions["kim"].problem is None
    for name in ("lee", "park", "gone"):
        assert "is a link to another place. Hand in the file" in str(submissions[name].problem)
        assert submissions[name].cells == ()


def test_a_pipe_is_broken_and_not_waited_for(put: Put, batch: Path) -> None:
    put("kim.py")
    os.mkfifo(batch / "lee.py")
    submissions = found(batch)
    assert submissions["lee"].problem == "lee.py is no regular file."
    assert submissions["kim"].problem is None


def test_one_broken_submission_never_hides_the_others(put: Put, batch: Path) -> None:
    put("empty.py", "")
    put("binary.py", b"\x00\x01")
    put("cookie.py", b"# coding: undefined\nx = 1")
    put("nothing/readme.txt")
    put("good.py")
    put("zz/homework.py", "def flatten(x:")
    (batch / "hollow").mkdir()
    submissions = found(batch)
    broken = {name for name, submission in submissions.items() if submission.problem}
    assert broken == {"empty", "binary", "nothing", "hollow"}
    assert set(submissions) == broken | {"good", "zz", "cookie"}
    assert all(not submission.cells for submission in submissions.values() if submission.problem)


def test_names_that_are_no_utf8_are_broken_and_hide_nothing(put: Put, batch: Path) -> None:
    put("kim.py")
    put("lee/homework.py")
    for name in ("김.py", "이.py", "박/homework.py"):
        put(os.fsdecode(name.encode("cp949")))
    submissions = found(batch)
    broken = [submission for submission in submissions.values() if submission.problem]
    assert len(broken) == 3
    assert all("is not UTF-8. Rename it" in str(submission.problem) for submission in broken)
    assert all(submission.model_dump_json() for submission in submissions.values())
    assert {"kim", "lee"} < set(submissions)


@pytest.mark.parametrize(
    "form", ["과제/{}.py", "과제/{}_1_assignsubmission_file_/a.py", "과제/{}_1_2_a.py"]
)
def test_a_folder_around_everything_that_is_no_utf8_ends_nothing(
    put: Put, batch: Path, form: str
) -> None:
    for name in ("kim", "lee"):
        put(os.fsdecode(form.format(name).encode("cp949")))
    for submission in found(batch).values():
        again = Submission.model_validate_json(submission.model_dump_json())
        assert again == submission
        assert again.root.is_dir() == submission.root.is_dir()


def test_a_message_that_names_what_is_no_utf8_can_be_written(
    put: Put, batch: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("grader.intake.discovery.MAX_BYTES", 1)
    for name in ("kim_1_2_김.bin", "kim_1_3_이.bin", "lee_2_4_hw5.py"):
        put(os.fsdecode(name.encode("cp949")))
    roster = tmp_path / os.fsdecode("명단.csv".encode("cp949"))
    roster.write_text("name,id\nKim,1\nKim,1\n")
    download = opened(batch, roster=roster)
    assert all(each.model_dump_json() for each in (download.source, *download.submissions))
    assert "the largest file is kim_1_2_\\xb1\\xe8.bin" in str(download.submissions[0].problem)


def test_names_taken_apart_as_on_macos_are_found(put: Put, batch: Path) -> None:
    put("\u1100\u1175\u11b7.py")
    (submission,) = found(batch).values()
    assert submission.id == "\uae40"
    assert submission.problem is None


def test_a_file_and_a_folder_of_one_name_are_two_submissions(put: Put, batch: Path) -> None:
    put("a.py")
    put("a/homework.py")
    put("a.py.py")
    put("b.py")
    submissions = found(batch)
    # Neither has the bare name, under which a person may have adjusted the other's points.
    assert set(submissions) == {"a (folder)", "a.py", "a.py.py", "b"}
    assert submissions["a (folder)"].layout == "folder"
    assert submissions["a.py"].files == ("a.py",)


def test_a_notebook_and_its_exported_script_are_one_submission(
    put: Put, batch: Path, tmp_path: Path
) -> None:
    code = "import torch\ndef flatten(x):\n    return x\n"
    cell = {"cell_type": "code", "source": code, "metadata": {}, "outputs": []}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name in ("20231234", "kim_minsu"):
        put(f"{name}.ipynb", json.dumps(notebook))
        put(f"{name}.py", f"# coding: utf-8\n# In[ ]:\n\n\n{code}\n")
    put("20231236.py")
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\n20231234,Ada Lovelace\n20231235,Minsu Kim\n20231236,Grace Hopper\n")
    download = opened(batch, roster=roster)
    assert [(p.id, p.submission) for p in download.source.people] == [
        ("20231234", "20231234"), ("20231235", "kim_minsu"), ("20231236", "20231236"),
    ]  # fmt: skip
    (ada, *_) = (each for each in download.submissions if each.id == "20231234")
    assert (ada.entry, ada.files) == ("20231234.ipynb", ("20231234.ipynb", "20231234.py"))
    assert download.source.notes == ()


def test_a_folder_and_an_archive_of_one_name_are_one_person_s(
    lms: ModuleType, put: Put, batch: Path, tmp_path: Path
) -> None:
    put("20231234/hw5.py")
    put("20231234.zip", lms.zipped({"hw5.py": HOMEWORK.encode()}))
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name\n20231234,Ada Lovelace\n")
    for options in ({"roster": roster}, {}):
        (ada,) = opened(batch, **options).source.people
        assert (ada.id, ada.submission) == ("20231234", "20231234 (folder)")
        assert ada.other_submissions == ("20231234.zip",)


def test_what_is_nobody_s_work_is_passed_over_and_named(put: Put, batch: Path) -> None:
    put("kim.py")
    put("grades.csv")
    download = opened(batch)
    assert [submission.id for submission in download.submissions] == ["kim"]
    assert [each.reason for each in download.source.passed_over] == [
        "grades.csv is no notebook, no script, no folder, no archive."
    ]


def test_submissions_come_by_name(put: Put, batch: Path) -> None:
    for name in ("c.py", "a/x.py", "b.py"):
        put(name)
    assert list(found(batch)) == ["a", "b", "c"]


def test_what_does_not_exist_is_a_usage_error(tmp_path: Path, put: Put, batch: Path) -> None:
    with pytest.raises(UsageError, match="There is no folder or archive"):
        opened(tmp_path / "nothing")
    with pytest.raises(UsageError, match="There is no folder or archive"):
        opened(tmp_path / ("n" * 300 + ".zip"))
    with pytest.raises(UsageError, match="neither a folder nor"):
        opened(put("kim.py"))
    with pytest.raises(UsageError, match="cannot be read"):
        opened(batch, roster=tmp_path / "nothing.csv")
    (batch / "kim.py").rename(batch / "kim.txt")
    with pytest.raises(UsageError, match="holds no submission"):
        opened(batch)


@pytest.mark.parametrize("pair", [("result.json", "report.html"), ("results.json", "index.html")])
@pytest.mark.parametrize(
    ("out", "told"), [("out", ["out holds reports of torchgrade alone."]), (".", [])]
)
def test_reports_among_submissions_are_no_submission(
    put: Put, batch: Path, pair: tuple[str, str], out: str, told: list[str]
) -> None:
    put("kim.py")
    for name in (*pair, "submissions/kim/grading.log" if out == "out" else pair[0]):
        put(f"{out}/{name}", "{}")
    download = opened(batch)
    assert [each.id for each in download.submissions] == ["kim"]
    assert [each.reason for each in download.source.passed_over] == told


@pytest.fixture
def full_at(batch: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Lets the disk be full when a folder of that name is made; so much is left afterwards."""

    def make(name: str, left: int) -> None:
        batch.mkdir(exist_ok=True)
        real = Path.mkdir

        def mkdir(path: Path, *args: object, **keywords: object) -> None:
            if path.name == name:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(path, *args, **keywords)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(Path, "mkdir", mkdir)
        usage = namedtuple("usage", "total used free")(10**12, 10**12 - left, left)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
        for person in ("kim", "lee"):
            with zipfile.ZipFile(batch / f"{person}.zip", "w") as archive:
                archive.writestr(f"{person}s/hw5.py", "x = 1")

    return make


def test_who_fills_the_disk_is_left_out_alone_where_there_is_room_again(
    batch: Path, full_at: Callable[[str, int], None]
) -> None:
    full_at("kims", 10 << 30)
    download = found(batch)
    assert "No space left" in (download["kim"].problem or "")
    assert download["lee"].problem is None


def test_a_full_disk_is_nobodys_fault(batch: Path, full_at: Callable[[str, int], None]) -> None:
    full_at("kims", 5 << 20)
    with pytest.raises(UsageError, match="disk of TMPDIR is full"):
        opened(batch)


@pytest.mark.parametrize("work", ["work/hw5.py", "a/b/hw5.ipynb", "hw5.zip", "hw5.rar", "hw5.pdf"])
def test_a_report_above_the_work_does_not_hide_it(put: Put, batch: Path, work: str) -> None:
    put("lee.py")
    for name in ("result.json", "report.html", work):
        put(f"kim/{name}")
    assert set(found(batch)) == {"kim", "lee"}


@pytest.mark.parametrize("form", ["{}.py", "{}/hw5.py"])
def test_names_that_differ_only_in_how_they_are_written_are_two_submissions(
    put: Put, batch: Path, form: str
) -> None:
    # Neither of the last two is in one piece.
    for name in ("김", "\u1100\u1175\u11b7", "e\u0323\u0302", "\u1eb9\u0302"):
        put(form.format(name), f"x = {name.encode()!r}")
    put(form.format("lee"))
    download = opened(batch)
    sources = {each.cells[0].source for each in download.submissions}
    assert len(sources) == 5
    assert len(download.source.notes) == 2
    assert "differ only in how its characters are written" in download.source.notes[0]


APART, WHOLE = "zoe\u0308", "zo\u00eb"
PACKS = ["zipped", "tarred"]


def said_of(name: str) -> str:
    return (
        f"{name} is the name of 2 files or folders, which differ only in how its characters are "
        "written. Each stands for itself; look at whose they are."
    )


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("around", ["", "HW 5/"])
@pytest.mark.parametrize("form", ["{}.py", "{}/hw5.py"])
@pytest.mark.parametrize("spelled", [(APART, WHOLE), (WHOLE, APART)], ids=["apart", "whole"])
def test_names_that_differ_only_in_how_they_are_written_in_an_archive_are_two_submissions(
    lms: ModuleType, tmp_path: Path, pack: str, around: str, form: str, spelled: tuple[str, str]
) -> None:
    files = {around + form.format(name): f"x = {name!a}".encode() for name in (*spelled, "kim")}
    source = tmp_path / "class"
    source.write_bytes(getattr(lms, pack)(files))
    source = source.rename(source.with_suffix(".zip"))
    download = opened(source)
    assert {each.cells[0].source for each in download.submissions} == {
        f"x = {name!a}" for name in (*spelled, "kim")
    }
    assert download.source.notes == (said_of(form.format(WHOLE).partition("/")[0]),)


def test_a_twin_is_told_however_many_others_are(lms: ModuleType, tmp_path: Path) -> None:
    people = [f"20239999_이영희_{number}.txt" for number in range(25)] + [f"{KIM}_hw5.py"]
    names = [unicodedata.normalize(form, name) for name in people for form in ("NFC", "NFD")]
    names += [f"202300{number:02}_박민수_hw5.py" for number in range(25)]
    source = tmp_path / "class.zip"
    source.write_bytes(lms.zipped({name: HOMEWORK.encode() for name in names}))
    download = opened(source)
    assert said_of(f"{KIM}_hw5.py") in download.source.notes
    kim = next(each for each in download.submissions if each.id == KIM)
    assert kim.files == ("hw5.py",)


@pytest.mark.parametrize("own", [WHOLE, APART], ids=["whole", "apart"])
@pytest.mark.parametrize("twin", ["left out", "left out of a folder", "crowded"])
def test_what_is_left_out_under_a_twin_s_name_takes_nothing_away(
    tmp_path: Path, own: str, twin: str
) -> None:
    other = APART if own == WHOLE else WHOLE
    source = tmp_path / "class.zip"
    link = zipfile.ZipInfo(f"{other}/hw5.py" if twin == "left out of a folder" else other)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(source, "w") as archive:
        if twin == "crowded":
            for number in range(20_001):
                archive.writestr(f"{other}/{number}.txt", "")
        else:
            archive.writestr(link, "kim")
        archive.writestr(f"{own}/hw5.py", HOMEWORK)
        archive.writestr("kim/hw5.py", HOMEWORK)
    download = opened(source)
    assert sum(each.problem is None for each in download.submissions) == 2
    assert download.source.notes == (said_of(WHOLE),)


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("file", ["zoe", APART, WHOLE])
def test_a_file_in_place_of_a_folder_makes_nobody_s_work_vanish(
    lms: ModuleType, tmp_path: Path, pack: str, file: str
) -> None:
    folder = "zoe" if file == "zoe" else WHOLE
    files = {file: b"nothing", "kim/hw5.py": b"x = 1", f"{folder}/hw5.py": b"x = 2"}
    source = tmp_path / "class.zip"
    source.write_bytes(getattr(lms, pack)(files))
    download = opened(source)
    assert {each.cells[0].source for each in download.submissions} == {"x = 1", "x = 2"}
    assert [each.name for each in download.source.passed_over] == [file]
    if file == folder:
        assert download.source.notes == (
            f"{folder}-2 is called {folder} in the download, a name that another file or "
            "folder has here. Each stands for itself; look at whose they are.",
        )


@pytest.mark.parametrize("pack", PACKS)
def test_a_backslash_in_a_name_leads_into_nobody_s_folder(
    lms: ModuleType, tmp_path: Path, pack: str
) -> None:
    files = {"zoe/hw5.py": b"x = 1", "kim/hw5.py": b"x = 2", "zoe\\hw5.py": b"x = 3"}
    source = tmp_path / "class.zip"
    source.write_bytes(getattr(lms, pack)(files))
    assert {name: each.cells[0].source for name, each in found(source).items()} == {
        "zoe": "x = 1", "kim": "x = 2", "zoe_hw5": "x = 3"
    }  # fmt: skip


def test_one_s_own_archive_may_hold_a_file_and_a_folder_of_one_name(
    lms: ModuleType, put: Put, batch: Path
) -> None:
    put("kim.zip", lms.zipped({"data": b"x", "data/hw5.py": HOMEWORK.encode()}))
    (kim,) = found(batch).values()
    assert kim.files == ("data", "data-2/hw5.py")
    assert kim.notes == (
        "data in kim.zip is called like another file or folder; it was unpacked as data-2.",
    )


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forbid]:
    """Makes methods of a path fail as for want of permission, for the superuser too."""

    def make(forbidden: Path, *methods: str) -> None:
        def guarded(method: Callable[..., object]) -> Callable[..., object]:
            def call(path: Path, *args: object, **keywords: object) -> object:
                if path == forbidden:
                    raise PermissionError(13, "Permission denied", str(path))
                return method(path, *args, **keywords)

            return call

        for method in methods:
            monkeypatch.setattr(Path, method, guarded(getattr(Path, method)))

    yield make
    monkeypatch.undo()


def test_a_folder_that_cannot_be_listed_is_a_usage_error(
    put: Put, batch: Path, forbid: Forbid
) -> None:
    put("kim.py")
    forbid(batch, "iterdir")
    with pytest.raises(UsageError, match="cannot be listed: Permission denied"):
        opened(batch)


def test_a_file_that_cannot_be_looked_at_is_broken_and_hides_nothing(
    put: Put, batch: Path, forbid: Forbid
) -> None:
    put("lee.py")
    forbid(put("kim.py"), "stat", "open")
    submissions = found(batch)
    assert submissions["kim"].problem == "kim.py cannot be read: Permission denied."
    assert submissions["lee"].problem is None


def test_long_names_make_short_ids_that_differ(put: Put, batch: Path) -> None:
    names = [f"{'n' * length}{end}" for length, end in itertools.product((199, 240), "ab")]
    for name in names:
        put(f"{name}.py")
    ids = set(found(batch))
    assert len(ids) == len(names)
    assert {len(each) for each in ids} == {MAX_ID_BYTES}
    assert set(names[:2]) < ids


@pytest.mark.parametrize("character", ["\U0001d160", "김", "n", "\u0958"])
def test_ids_of_any_characters_name_folders_that_a_file_system_takes(
    put: Put, batch: Path, tmp_path: Path, character: str
) -> None:
    # U+1D160 composed is three characters, U+0958 two.
    long = character * (240 // len(character.encode()))
    for name in (f"{long}.py", f"{long}a.py", f"{long}/hw5.py", f"HW_{long[1:]}.py"):
        put(name)
    ids = set(found(batch))
    assert len(ids) == 4
    for each in ids:
        (tmp_path / "out" / each).mkdir(parents=True)


# One's own work.


@pytest.mark.parametrize("name", ["hw5.zip", "hw5.tar.gz", "mine/hw5.zip"])
def test_one_s_own_archive_is_opened(
    lms: ModuleType, put: Put, batch: Path, scratch: Path, name: str
) -> None:
    files = {"hw5/main.py": HOMEWORK.encode(), "hw5/utils.py": b"x = 1"}
    put(name, lms.tarred(files) if name.endswith("gz") else lms.zipped(files))
    path = batch / name
    with open_own_work(path if path.parent == batch else path.parent) as submission:
        assert submission.id == ("hw5" if path.parent == batch else "mine")
        assert submission.problem is None
        assert submission.files == ("main.py", "utils.py")
        assert (submission.root / "main.py").read_text() == HOMEWORK
    assert list(scratch.iterdir()) == []


def test_one_s_own_broken_archive_says_what_to_do(put: Put) -> None:
    with open_own_work(put("hw5.zip", b"PK\x03\x04 and no more")) as submission:
        assert "Pack it and hand it in again" in str(submission.problem)


def test_one_s_own_script_and_folder_are_read_where_they_lie(put: Put, batch: Path) -> None:
    put("hw5.py", "import utils")
    put("utils.py")
    with open_own_work(batch / "hw5.py") as submission:
        assert (submission.root, submission.files) == (batch, ("hw5.py", "utils.py"))
    with open_own_work(batch) as submission:
        assert (submission.id, submission.root) == ("batch", batch)
    with pytest.raises(UsageError, match="There is no file"), open_own_work(batch / "hw6.zip"):
        pass


def test_of_what_is_passed_over_in_one_share_some_is_named_and_the_rest_counted(
    lms: ModuleType, tmp_path: Path
) -> None:
    files = {f"hw5-{name}/homework.py": HOMEWORK.encode() for name in ("ada", "eve", "kim")}
    files |= {f"hw5-eve/..\\{number:03}{'x' * 240}": b"" for number in range(300)}
    files |= {"hw5-kim/../secret.py": b""}
    source = tmp_path / "class.zip"
    source.write_bytes(lms.zipped(files))
    download = opened(source)
    assert [each.id for each in download.submissions] == ["ada", "eve", "kim"]
    reasons = [each.reason for each in download.source.passed_over]
    assert len(reasons) == 12
    assert reasons[10] == "hw5-eve: 290 more of the same person's were passed over."
    assert reasons[11] == "hw5-kim/../secret.py leads out of the archive."
    assert all(each.reason.startswith(each.name) for each in download.source.passed_over)


def test_what_is_passed_over_among_flat_files_is_counted_for_each_person(
    lms: ModuleType, tmp_path: Path
) -> None:
    files = {f"{name}_90001_hw5.py": HOMEWORK.encode() for name in ("ada_11", "eve_12", "kim_13")}
    files |= {f".eve_12_9{number:04}_x.py": b"" for number in range(30)}
    files |= {".kim_13_90100_x.py": b""}
    source = tmp_path / "class.zip"
    source.write_bytes(lms.zipped(files))
    names = [each.name for each in opened(source).source.passed_over]
    assert len(names) == 12
    assert names.count(".kim_13_90100_x.py") == 1


def test_what_is_passed_over_of_everybody_s_is_bounded(put: Put, batch: Path) -> None:
    put("kim.py")
    for number in range(2_100):
        put(f"{number:04}.txt", "")
    passed = opened(batch).source.passed_over
    assert len(passed) == 2_001
    assert passed[-1].reason == "others: 100 more were passed over."
