"""Archives: every bad input one by one, and what comes out of good ones."""

from __future__ import annotations

import errno
import gzip
import io
import lzma
import os
import shutil
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from grader.errors import IntakeError
from grader.intake.archives.opening import unpack
from grader.intake.archives.unpacking import Unpacked
from grader.intake.limits import DOWNLOAD, HAND_IN, ArchiveLimits
from grader.intake.suffixes import archive_stem, is_archive, is_foreign

SMALL = replace(HAND_IN, entries=50, total_bytes=1 << 20, entry_bytes=1 << 19, free_bytes=1 << 16)
AGAIN = "is damaged or cut off and cannot be unpacked. Pack it and hand it in again."

Unpack = Callable[..., Unpacked]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


@pytest.fixture
def unpacks(tmp_path: Path, target: Path) -> Unpack:
    """Unpacks bytes that stand in a file of that name."""

    def run(content: bytes, name: str = "hw5.zip", limits: ArchiveLimits = SMALL) -> Unpacked:
        path = tmp_path / name
        path.write_bytes(content)
        return unpack(path, target, limits)

    return run


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def told(unpacked: Unpacked) -> dict[str, str]:
    """Why entries were left out; each sentence begins with "It"."""
    return {name: reason.in_english("It") for name, reason in unpacked.refused.items()}


def zip_of(*entries: tuple[zipfile.ZipInfo | str, bytes], method: int = 8) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for info, content in entries:
            archive.writestr(info, content, compress_type=method)
    return out.getvalue()


def tar_of(*members: tuple[tarfile.TarInfo, bytes], **options: object) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", **options) as archive:  # type: ignore[call-overload]
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def member(name: str, **fields: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.zip", None), ("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"),
     ("a.tar.bz2", "w:bz2"), ("a.tar.xz", "w:xz"), ("renamed.zip", "w:gz"), ("renamed.tar", None)],
)  # fmt: skip
def test_every_kind_is_unpacked_whatever_it_is_called(
    lms: ModuleType, unpacks: Unpack, target: Path, name: str, mode: str | None
) -> None:
    files = {"kim/hw5.py": b"x = 1\n", "kim/data/a.bin": bytes(range(256)) * 200}
    packed = lms.tarred(files, mode) if mode else lms.zipped(files)
    unpacked = unpacks(packed, name)
    assert (unpacked.refused, unpacked.notes) == ({}, ())
    assert unpacked.written == sum(map(len, files.values()))
    assert unpacked.entries >= len(files)
    assert names(target) == set(files)
    assert all((target / file).read_bytes() == content for file, content in files.items())


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_hidden_files_and_leftovers_are_passed_over_silently(
    lms: ModuleType, unpacks: Unpack, target: Path, kind: str
) -> None:
    files = dict.fromkeys(
        ("hw5.py", "__MACOSX/._hw5.py", ".DS_Store", "a/.ipynb_checkpoints/hw5-checkpoint.ipynb",
         "__pycache__/hw5.pyc", "Thumbs.db"), b"x",
    )  # fmt: skip
    packed = lms.zipped(files) if kind == "zip" else lms.tarred(files, "w")
    assert unpacks(packed, f"a.{kind}").refused == {}
    assert names(target) == {"hw5.py"}
    assert (target / "a").is_dir()  # somebody's, though nothing is in it


@pytest.mark.parametrize("limits", [HAND_IN, DOWNLOAD], ids=["own", "download"])
@pytest.mark.parametrize(
    ("folder", "attributes"), [("work\\", 0x10), ("work\\", 0), ("work", 0x10), ("work/", 0)]
)
def test_a_folder_is_one_however_windows_wrote_it(
    unpacks: Unpack, target: Path, folder: str, attributes: int, limits: ArchiveLimits
) -> None:
    infos = [zipfile.ZipInfo("x"), zipfile.ZipInfo("x")]
    for info, name in zip(infos, (folder, "work\\hw5.py"), strict=True):
        info.filename = info.orig_filename = name
        info.create_system = 0
    infos[0].external_attr = attributes
    unpacked = unpacks(zip_of((infos[0], b""), (infos[1], b"x")), limits=limits)
    assert unpacked.refused == {}
    assert names(target) == {"work/hw5.py"}


BAD_NAMES = {
    "/etc/evil.py": "names a place outside of the archive",
    "C:/evil.py": "names a place outside of the archive",
    "C:\\evil.py": "names a place outside of the archive",
    "\\\\server\\evil.py": "names a place outside of the archive",
    "../evil.py": "leads out of the archive",
    "a/../../evil.py": "leads out of the archive",
    "a\\..\\..\\evil.py": "leads out of the archive",
    "n" * 256: "has a longer name than a file can have",
    "가" * 86: "has a longer name than a file can have",
    "a/" * 33 + "evil.py": "lies more than 32 folders deep",
}


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize(("name", "reason"), BAD_NAMES.items())
def test_a_name_that_leads_elsewhere_is_refused_and_the_rest_goes_on(
    lms: ModuleType, unpacks: Unpack, target: Path, kind: str, name: str, reason: str
) -> None:
    files = {name: b"evil", "hw5.py": b"x = 1"}
    packed = lms.zipped(files) if kind == "zip" else lms.tarred(files, "w")
    assert list(told(unpacks(packed, f"a.{kind}")).values()) == [f"It {reason}"]
    assert names(target) == {"hw5.py"}


def test_a_name_with_a_nul_is_refused(unpacks: Unpack, target: Path) -> None:
    packed = zip_of(("a_b.py", b"evil"), ("hw5.py", b"x")).replace(b"a_b.py", b"a\0b.py")
    assert told(unpacks(packed)) == {"a\\x00b.py": "It has a NUL character in its name"}
    assert names(target) == {"hw5.py"}


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_zip_s_links_and_devices_are_refused(unpacks: Unpack, target: Path, mode: int) -> None:
    info = zipfile.ZipInfo("link.py")
    info.external_attr = (mode | 0o777) << 16
    assert set(unpacks(zip_of((info, b"/etc/passwd"), ("hw5.py", b"x"))).refused) == {"link.py"}
    assert names(target) == {"hw5.py"}


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, b"S"]
)
def test_a_tar_s_links_and_devices_are_refused(unpacks: Unpack, target: Path, kind: bytes) -> None:
    odd = member("odd.py", type=kind, linkname="/etc/passwd")
    packed = tar_of((odd, b""), (member("hw5.py", size=1), b"x"))
    assert set(unpacks(packed, "a.tar").refused) == {"odd.py"}
    assert names(target) == {"hw5.py"}


def test_a_link_cannot_be_written_through(unpacks: Unpack, target: Path, tmp_path: Path) -> None:
    link = member("out", type=tarfile.SYMTYPE, linkname=str(tmp_path))
    packed = tar_of((link, b""), (member("out/evil.py", size=1), b"x"))
    unpacks(packed, "a.tar")
    assert not (tmp_path / "evil.py").exists()
    assert names(target) == {"out/evil.py"}


def test_of_entries_with_one_name_the_last_counts_with_a_note(
    unpacks: Unpack, target: Path
) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        packed = zip_of(("hw5.py", b"old"), ("hw5.py", b"new"))
    assert unpacks(packed).notes == (
        "hw5.py stands more than once in hw5.zip; the last one counts.",
    )
    assert (target / "hw5.py").read_bytes() == b"new"


def test_a_file_and_a_folder_of_one_name_stand_beside_each_other(
    unpacks: Unpack, target: Path
) -> None:
    unpacked = unpacks(zip_of(("a", b"1"), ("a/b", b"2"), ("c.d/e", b"3"), ("c.d", b"4")))
    assert (unpacked.refused, unpacked.notes) == ({}, ())
    assert unpacked.renamed == {"a-2": "a", "c-2.d": "c.d"}
    assert {name: (target / name).read_bytes() for name in names(target)} == {
        "a": b"1", "a-2/b": b"2", "c.d/e": b"3", "c-2.d": b"4"
    }  # fmt: skip


APART, WHOLE = "zoe\u0308", "zo\u00eb"


@pytest.mark.parametrize("pack", ["zipped", "tarred"])
@pytest.mark.parametrize("form", ["{}.py", "{}/hw5.py", "{0}/{0}.py"])
@pytest.mark.parametrize("spelled", [(APART, WHOLE), (WHOLE, APART)], ids=["apart", "whole"])
def test_names_that_are_one_when_composed_take_no_place_of_each_other(
    lms: ModuleType, unpacks: Unpack, target: Path, pack: str, form: str, spelled: tuple[str, str]
) -> None:
    own = {form.format(name): name.encode() for name in spelled}
    for folder, limits in (("", SHARED), ("HW 5/", SHARED), ("", SMALL)):
        files = {folder + name: content for name, content in own.items()}
        unpacked = unpacks(getattr(lms, pack)({**files, f"{folder}kim.py": b"x"}), limits=limits)
        assert (unpacked.refused, unpacked.notes) == ({}, ())
        contents = sorted((target / name).read_bytes() for name in names(target))
        assert contents == sorted([*own.values(), b"x"])
        for path in target.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_of_one_person_s_names_that_are_one_the_second_has_a_number(
    lms: ModuleType, unpacks: Unpack, target: Path
) -> None:
    files = {f"kim/{name}.py": name.encode() for name in (APART, WHOLE)}
    unpacked = unpacks(lms.zipped({**files, "lee.py": b"x"}), limits=SHARED)
    assert unpacked.renamed == {f"kim/{WHOLE}-2.py": f"kim/{WHOLE}.py"}
    assert (target / "kim" / f"{WHOLE}.py").read_bytes() == APART.encode()
    assert (target / "kim" / f"{WHOLE}-2.py").read_bytes() == WHOLE.encode()


def test_names_that_a_file_system_takes_for_one_take_no_place_of_each_other(
    lms: ModuleType, unpacks: Unpack, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_there(path: Path) -> bool:  # as on macOS and Windows
        return path.name.casefold() in {each.name.casefold() for each in path.parent.iterdir()}

    monkeypatch.setattr("os.path.lexists", is_there)
    files = {name: name.encode() for name in ("Kim.py", "kim.py", "KIM.py")}
    unpacked = unpacks(lms.zipped(files), limits=SHARED)
    assert unpacked.renamed == {"kim-2.py": "kim.py", "KIM-3.py": "KIM.py"}
    assert (target / "Kim.py").read_bytes() == b"Kim.py"
    assert (target / "KIM-3.py").read_bytes() == b"KIM.py"


@pytest.mark.parametrize("pack", ["zipped", "tarred"])
def test_a_flood_under_a_name_that_is_another_s_when_composed_takes_nothing_of_the_other_s_share(
    lms: ModuleType, unpacks: Unpack, target: Path, pack: str
) -> None:
    flood = {f"{APART}/{n}": b"" for n in range(60)}
    files = {**flood, f"{WHOLE}/hw5.py": b"x", "kim.py": b"x"}
    unpacked = unpacks(getattr(lms, pack)(files), limits=SHARED)
    assert told(unpacked) == {APART: "It holds more than 50 files and folders"}
    assert {f"{WHOLE}/hw5.py", "kim.py"} < names(target)


def test_a_name_taken_apart_may_be_longer_than_a_file_s(
    lms: ModuleType, unpacks: Unpack, target: Path
) -> None:
    long = "김" * 60
    apart = unicodedata.normalize("NFD", long)
    assert len(apart.encode()) > 255
    unpacked = unpacks(lms.zipped({apart: b"apart", long: b"whole"}), limits=SHARED)
    assert unpacked.refused == {}
    assert {(target / name).read_bytes() for name in names(target)} == {b"apart", b"whole"}


@pytest.mark.parametrize("pack", ["zipped", "tarred"])
def test_a_backslash_is_a_character_where_folders_have_their_own_mark(
    lms: ModuleType, unpacks: Unpack, target: Path, pack: str
) -> None:
    files = {"zoe/hw5.py": b"1", "zoe\\hw5.py": b"2"}
    assert unpacks(getattr(lms, pack)(files), limits=SHARED).refused == {}
    assert {name: (target / name).read_bytes() for name in names(target)} == files


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ("숙제.py".encode("cp949"), "숙제.py"),
        ("숙제.py".encode(), "숙제.py"),
        ("é.py".encode("cp437"), "é.py"),
        ("\u1109\u116e\u11a8.py".encode(), "숙.py"),
    ],
    ids=["cp949", "utf-8", "cp437", "nfd"],
)
def test_names_without_a_stated_encoding_are_read(
    lms: ModuleType, unpacks: Unpack, target: Path, stored: bytes, name: str
) -> None:
    placeholder = b"n" * len(stored)
    packed = zip_of((placeholder.decode(), b"x")).replace(placeholder, stored)
    unpacks(packed)
    assert names(target) == {name}
    (target / name).unlink()
    unpacks(tar_of((member(stored.decode("utf-8", "surrogateescape")), b"")), "a.tar")
    assert names(target) <= {name, "\\x82.py"}


def set_bits(packed: bytes, bits: int) -> bytes:
    """Set flag bits in every header of a zip."""
    changed = bytearray(packed)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(mark)
        while place >= 0:
            flags = int.from_bytes(changed[place + offset : place + offset + 2], "little") | bits
            changed[place + offset : place + offset + 2] = flags.to_bytes(2, "little")
            place = changed.find(mark, place + 4)
    return bytes(changed)


@pytest.mark.parametrize("bits", [0x1, 0x41])
def test_an_encrypted_zip_says_so(unpacks: Unpack, bits: int) -> None:
    with pytest.raises(IntakeError, match=r"is protected by a password \(hw5\.py is encrypted"):
        unpacks(set_bits(zip_of(("hw5.py", b"x = 1")), bits))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_unpacks_gigabytes_at_once_is_not_opened(unpacks: Unpack, method: int) -> None:
    with pytest.raises(IntakeError, match="Pack it again as an ordinary zip"):
        unpacks(zip_of(("hw5.py", b"x = 1"), method=method))


@pytest.mark.parametrize(
    ("kind", "keep"),
    [
        (kind, keep)
        for kind in ("zip", "tar", "tar.gz", "tar.bz2", "tar.xz")
        for keep in (0.0, 0.1, 0.5, 0.8, 0.99)
        if (kind, keep) != ("tar", 0.99)  # only padding is lost
    ],
)
def test_an_archive_that_was_cut_off_says_so(
    lms: ModuleType, unpacks: Unpack, kind: str, keep: float
) -> None:
    files = {f"hw{number}.py": bytes(range(256)) * 40 for number in range(5)}
    mode = "w:" + kind.removeprefix("tar").removeprefix(".")
    packed = lms.zipped(files) if kind == "zip" else lms.tarred(files, mode)
    message = "is empty" if keep == 0 else AGAIN
    with pytest.raises(IntakeError, match=rf"^a\.{kind} {message}"):
        unpacks(packed[: int(len(packed) * keep)], f"a.{kind}")


def test_a_tar_without_its_end_is_unpacked_with_a_note(unpacks: Unpack, target: Path) -> None:
    packed = tar_of((member("hw5.py", size=1), b"x"))[:1024]
    assert unpacks(packed, "a.tar").notes == (
        "a.tar has no end mark; perhaps a part of it is missing.",
    )
    assert names(target) == {"hw5.py"}


def test_a_tar_with_a_header_that_is_none_does_not_lose_the_rest_silently(unpacks: Unpack) -> None:
    packed = bytearray(tar_of(*((member(f"{n}.py", size=1), b"x") for n in range(3))))
    packed[1024:1100] = b"\xff" * 76
    with pytest.raises(IntakeError, match=AGAIN):
        unpacks(bytes(packed), "a.tar")


@pytest.mark.parametrize("mode", ["w:gz", "w:xz"])
def test_a_wrong_checksum_of_a_tar_says_so(lms: ModuleType, unpacks: Unpack, mode: str) -> None:
    packed = bytearray(lms.tarred({"hw5.py": bytes(range(256))}, mode))
    packed[-8] ^= 1
    with pytest.raises(IntakeError, match=AGAIN):
        unpacks(bytes(packed), "a.tar.gz")


def test_a_wrong_checksum_says_so(unpacks: Unpack) -> None:
    packed = bytearray(zip_of(("hw5.py", b"x = 1111111"), method=0))
    packed[packed.find(b"1111111")] = ord("2")
    with pytest.raises(IntakeError, match=AGAIN):
        unpacks(bytes(packed))


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"Rar!\x1a\x07", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"EGGA", "EGG"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html>", "web page"),
    ],
)
def test_what_is_no_archive_is_called_what_it_is(unpacks: Unpack, start: bytes, kind: str) -> None:
    with pytest.raises(IntakeError, match=rf"hw5.zip is an? .*{kind}.*, whatever its name says"):
        unpacks(start + b"and more")


def bomb(entries: int, size: int) -> bytes:
    return zip_of(*((f"{number}.bin", bytes(size)) for number in range(entries)))


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (bomb(1, 600 << 10), "0.bin in hw5.zip is larger than 0 MB|grows to more than 300 times"),
        (bomb(4, 400 << 10), "grows to more than 300 times"),
        (bomb(51, 1), "holds more than 50 entries"),
        (zip_of(("a/" * 30 + "x", b""), ("b/" * 30 + "x", b"")), "holds more than 50 files and"),
    ],
    ids=["large entry", "large in all", "many entries", "many folders"],
)
def test_a_bomb_is_refused(unpacks: Unpack, target: Path, packed: bytes, message: str) -> None:
    with pytest.raises(IntakeError, match=message):
        unpacks(packed)
    assert sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) <= 2 << 20


def test_too_much_in_all_is_refused_without_any_compression(unpacks: Unpack) -> None:
    packed = zip_of(*((f"{number}", b"x" * (400 << 10)) for number in range(3)), method=0)
    with pytest.raises(IntakeError, match=r"^hw5\.zip unpacks to more than 1 MB"):
        unpacks(packed)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_file_of_a_gigabyte_is_refused_and_takes_no_room(
    lms: ModuleType, tmp_path: Path, target: Path, kind: str
) -> None:
    path = tmp_path / f"hw5.{kind}"
    megabyte = bytes(1 << 20)
    if kind == "zip":
        with (
            zipfile.ZipFile(path, "w", 8, compresslevel=1) as archive,
            archive.open("x.bin", "w") as entry,
        ):
            for _ in range(1024):
                entry.write(megabyte)
    else:
        info = member("x.bin", size=1 << 30)
        with gzip.open(path, "wb", 1) as out:
            out.write(info.tobuf())
            for _ in range(1024):
                out.write(megabyte)
    with pytest.raises(IntakeError, match=rf"^x\.bin in hw5\.{kind} is larger than 256 MB"):
        unpack(path, target, HAND_IN)
    assert sum(each.stat().st_size for each in target.iterdir()) <= HAND_IN.total_bytes
    other = tmp_path / "other"
    other.mkdir()
    if kind == "zip":  # in a download it is left out, and what is beside it is not
        assert set(unpack(path, other, DOWNLOAD).refused) == {"x.bin"}
        assert names(other) == set()


SHARED = replace(DOWNLOAD, share=SMALL)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("around", ["", "hw5/", "course/week 5/hw5/"])
@pytest.mark.parametrize("flood", ["mal/{}", "mal/{}/x", "mal/a/b/c/d/{}", "mal/{}/"])
def test_one_person_s_flood_of_entries_spoils_that_person_s_share_alone(
    lms: ModuleType, unpacks: Unpack, target: Path, kind: str, around: str, flood: str
) -> None:
    names_ = ["kim/hw5.py", *(flood.format(number) for number in range(60)), "zoe.py"]
    files = {around + name: b"x" for name in (*names_, *(f"p{n}/hw5.py" for n in range(40)))}
    if kind == "zip":
        files |= {"__MACOSX/._kim": b"", ".DS_Store": b""}
        packed = zip_of(*((name, b"" if name.endswith("/") else x) for name, x in files.items()))
    else:
        packed = tar_of(*(
            (member(name.rstrip("/"), type=b"5" if name.endswith("/") else b"0"), b"")
            for name in files
        ), format=tarfile.PAX_FORMAT)  # fmt: skip
    unpacked = unpacks(packed, f"all.{kind}", SHARED)
    assert told(unpacked) == {f"{around}mal": "It holds more than 50 files and folders"}
    others = {name for name in names(target) if "/mal/" not in f"/{name}"}
    assert others == {around + name for name in names_ if "mal" not in name} | {
        f"{around}p{n}/hw5.py" for n in range(40)
    }
    assert len(list((target / around / "mal").rglob("*"))) <= 55


def test_one_person_s_flood_of_bytes_leaves_out_what_is_beyond_their_share(
    unpacks: Unpack, target: Path
) -> None:
    packed = zip_of(*((f"mal/{n}", b"x" * (300 << 10)) for n in range(5)), ("zoe.py", b"x"))
    unpacked = unpacks(packed, "all.zip", SHARED)
    reason = "It is beyond the 1 MB that all files of one person may have"
    assert told(unpacked) == dict.fromkeys(("mal/3", "mal/4"), reason)
    assert names(target) == {"mal/0", "mal/1", "mal/2", "zoe.py"}


FLAT = {
    "canvas": ("mal_4711_{}_model.bin", "zoe_4712_99_hw5.py"),
    "moodle": ("Mal Lory_4711_assignsubmission_file_{}.bin", "Zoe Z_9_assignsubmission_file_a.py"),
    "blackboard": (
        "HW 5_mal_attempt_2026-05-31-10-00-{}_a.bin",
        "HW 5_zoe_attempt_2026-05-31-10-00-00_hw5.py",
    ),
    "korean": ("20231234_김철수_{}.bin", "20231235_이영희_hw5.py"),
}


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("around", ["", "hw5/"])
@pytest.mark.parametrize("layout", FLAT)
def test_many_attachments_of_one_person_are_one_share(
    unpacks: Unpack, target: Path, kind: str, around: str, layout: str
) -> None:
    mal, zoe = (around + form for form in FLAT[layout])
    files = {mal.format(10 + n): os.urandom(300 << 10) for n in range(15)} | {zoe: b"x"}
    if kind == "zip":
        packed = zip_of(*files.items())
    else:
        packed = tar_of(*((member(name, size=len(x)), x) for name, x in files.items()))
    limits = replace(SHARED, total_bytes=7 << 19)
    if kind == "tar":  # what is passed over is read all the same
        limits = replace(limits, entries=10_000)
    unpacked = unpacks(packed, f"all.{kind}", limits)
    own = sum(path.stat().st_size for path in target.rglob("*.bin"))
    assert 600 << 10 <= own <= 1 << 20
    assert set(told(unpacked).values()) == {
        "It is beyond the 1 MB that all files of one person may have"
    }
    assert (target / zoe).read_bytes() == b"x"


def test_what_an_older_attempt_holds_takes_no_room_of_the_newest(
    unpacks: Unpack, target: Path
) -> None:
    form = "HW 5_kim_attempt_2026-05-{}-10-00-00_{}"
    files = {form.format(day, n): os.urandom(400 << 10) for day in (29, 30, 31) for n in "ab"}
    unpacked = unpacks(zip_of(*files.items(), (form.format(31, "hw5.py"), b"x")), "a.zip", SHARED)
    assert names(target) == {form.format(31, name) for name in ("a", "b", "hw5.py")}
    assert len(unpacked.refused) == 4


def test_a_download_that_unpacks_to_more_than_any_says_how_it_can_be_graded(
    unpacks: Unpack,
) -> None:
    packed = zip_of(*((f"{n}.py", os.urandom(400 << 10)) for n in range(4)))
    with pytest.raises(
        IntakeError, match=r"more than 1 MB\. Unpack it yourself and name the folder"
    ):
        unpacks(packed, "all.zip", replace(SHARED, total_bytes=1 << 20))


LEFT_OUT = {
    "hidden files": ("mal/.git/{}", b"0", {}),
    "links": (
        "mal/{}",
        tarfile.SYMTYPE,
        {f"mal/{n}": "It is a link to another place" for n in range(50)},
    ),
    "names": ("mal/../../{}", b"0", None),
}


@pytest.mark.parametrize("case", LEFT_OUT)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_what_is_left_out_of_one_share_does_not_count_for_the_others(
    unpacks: Unpack, target: Path, kind: str, case: str
) -> None:
    form, member_type, refused = LEFT_OUT[case]
    flood = [form.format(n) for n in range(300)]
    if kind == "zip":
        infos = [zipfile.ZipInfo(name) for name in flood]
        for info in infos:
            info.external_attr = (stat.S_IFLNK if case == "links" else stat.S_IFREG) << 16
        packed = zip_of(*((info, b"") for info in infos), ("mal/a.py", b"x"), ("zoe.py", b"x"))
    else:
        members = [member(name, type=member_type, linkname="x") for name in flood]
        members += [member(name, size=1) for name in ("mal/a.py", "zoe.py")]
        packed = tar_of(*((info, b"x" * info.size) for info in members))
    unpacked = unpacks(packed, f"all.{kind}", replace(SHARED, entries=100))
    assert names(target) == {"mal/a.py", "zoe.py"}
    assert len(unpacked.refused) <= 50
    assert refused is None or told(unpacked) == refused


def test_a_download_with_more_entries_than_any_says_how_it_can_be_graded(unpacks: Unpack) -> None:
    packed = zip_of(*((f"{n}.py", b"") for n in range(60)))
    with pytest.raises(IntakeError, match="Unpack it yourself and name the folder instead"):
        unpacks(packed, "all.zip", replace(SHARED, entries=50))


def test_entries_that_share_their_bytes_are_refused(unpacks: Unpack) -> None:
    packed = zip_of(("a.bin", bytes(50_000)), ("b.bin", bytes(50_000)))
    first = packed.find(b"PK\x01\x02")
    second = packed.find(b"PK\x01\x02", first + 4)
    changed = bytearray(packed)
    changed[second + 42 : second + 46] = packed[first + 42 : first + 46]  # where it begins
    with pytest.raises(IntakeError, match="reaches into the next entry"):
        unpacks(bytes(changed))


def test_sizes_in_headers_are_not_believed(unpacks: Unpack) -> None:
    packed = bytearray(zip_of(("a.bin", b"x" * 1000)))
    central = packed.find(b"PK\x01\x02")
    packed[central + 24 : central + 28] = struct.pack("<I", 10)  # it claims ten bytes
    with pytest.raises(IntakeError, match=AGAIN):
        unpacks(bytes(packed))


def test_a_table_of_contents_without_end_is_not_read(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "hw5.zip"
    size = 64 << 20
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, size, 0, 0)
    path.write_bytes(b"PK\x01\x02" + bytes(size - 4) + end)
    with pytest.raises(IntakeError, match="table of contents of 64 MB"):
        unpack(path, target, HAND_IN)


@pytest.mark.parametrize("kind", [b"L", b"x", b"g"])
def test_a_tar_header_without_end_is_not_read(unpacks: Unpack, kind: bytes) -> None:
    header = member("long", type=kind, size=1 << 40).tobuf()
    with pytest.raises(IntakeError, match=AGAIN):
        unpacks(header + bytes(4096), "a.tar")


def test_a_tar_that_skips_gigabytes_is_counted(unpacks: Unpack, tmp_path: Path) -> None:
    info = member("../skipped.bin", size=1 << 33)
    packed = gzip.compress(info.tobuf() + bytes(64 << 20), 9)
    with pytest.raises(IntakeError, match=r"^a\.tar\.gz unpacks to more than 1 MB"):
        unpacks(packed, "a.tar.gz")


def test_an_xz_that_wants_more_memory_than_any_is_not_given_it(unpacks: Unpack) -> None:
    # The byte that says how much: 40 is 4 GB; it is covered by the header's checksum.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0}]
    packed = bytearray(lzma.compress(tar_of(), lzma.FORMAT_XZ, filters=filters))
    length = (packed[12] + 1) * 4
    packed[16] = 40
    packed[12 + length - 4 : 12 + length] = zlib.crc32(packed[12 : 12 + length - 4]).to_bytes(
        4, "little"
    )
    assert lzma.decompress(packed) == tar_of()  # it could be done, with that memory
    with pytest.raises(IntakeError, match=AGAIN):
        unpacks(bytes(packed), "a.tar.xz")


def test_what_follows_an_xz_is_not_lost_silently(unpacks: Unpack, lms: ModuleType) -> None:
    packed = lms.tarred({"hw5.py": b"x"}, "w:xz")
    with pytest.raises(IntakeError, match=AGAIN):
        unpacks(packed + packed, "a.tar.xz")


def test_a_full_disk_is_not_the_archive_s_fault(
    unpacks: Unpack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grader.intake.archives.unpacking.Writer._copy", full)
    with pytest.raises(IntakeError, match="cannot be unpacked: No space left on device"):
        unpacks(zip_of(("hw5.py", b"x")))


@pytest.mark.parametrize(
    ("name", "stem"),
    [("hw5.zip", "hw5"), ("HW5.ZIP", "HW5"), ("hw5.v2.tar.gz", "hw5.v2"), ("a.tgz", "a"),
     (".zip", ".zip")],
)  # fmt: skip
def test_an_archive_is_told_by_its_ending(name: str, stem: str) -> None:
    assert is_archive(name)
    assert not is_foreign(name)
    assert archive_stem(name) == stem


@pytest.mark.parametrize("name", ["a.rar", "a.7z", "A.EGG", "과제.hwp", "hw5.py.gz"])
def test_other_kinds_are_told_by_their_ending(name: str) -> None:
    assert is_foreign(name)
    assert not is_archive(name)


@pytest.mark.parametrize("number", [errno.ENAMETOOLONG, errno.EILSEQ, errno.EEXIST])
@pytest.mark.parametrize("limits", [SMALL, replace(DOWNLOAD, entries=50)], ids=["own", "download"])
@pytest.mark.parametrize("method", ["open", "mkdir"])
def test_a_name_that_the_file_system_does_not_take_is_left_out(
    unpacks: Unpack, target: Path, monkeypatch: pytest.MonkeyPatch, number: int,
    limits: ArchiveLimits, method: str,
) -> None:  # fmt: skip
    content = zip_of(("bad/a.py", b"x"), ("bad/b.py", b"x"), ("good/a.py", b"x"))
    real = getattr(Path, method)

    def guarded(path: Path, *args: object, **keywords: object) -> object:
        if path.is_relative_to(target) and "bad" in path.relative_to(target).parts[-2:]:
            raise OSError(number, os.strerror(number))
        return real(path, *args, **keywords)

    monkeypatch.setattr(Path, method, guarded)
    unpacked = unpacks(content, limits=limits)
    assert names(target) == {"good/a.py"}
    reason = f"It cannot be written under its name ({os.strerror(number)})"
    assert told(unpacked) == {"bad/a.py": reason, "bad/b.py": reason}


def test_a_full_disk_ends_the_unpacking(
    unpacks: Unpack, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(IntakeError, match=r"cannot be unpacked: No space left.*Make room"):
        unpacks(zip_of(("a/b.py", b"x")))
