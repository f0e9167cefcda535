"""Made-up downloads, as each learning platform names what it hands out."""

from __future__ import annotations

import io
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

HOMEWORK = "import utils\n\ndef flatten(x):\n    return x.reshape(len(x), -1)\n"
UTILS = "SIZE = 32\n"

_FAMILY = ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"]
_GIVEN = [
    "철수",
    "영희",
    "민준",
    "서연",
    "지훈",
    "하은",
    "도윤",
    "수아",
    "예준",
    "지우",
    "현우",
    "다은",
]
_LATIN = [
    "Ada Lovelace", "Grace Hopper", "Alan Turing", "José Núñez", "Anna-Lena Müller",
    "Sinéad O'Connor", "Mary Ann Evans", "Łukasz Żak",
]  # fmt: skip


@dataclass(frozen=True)
class Pupil:
    """Someone in the course."""

    name: str
    number: str
    login: str

    @property
    def email(self) -> str:
        return f"{self.login}@example.edu"

    @property
    def lms_id(self) -> str:
        """The number that an LMS gave them, which is not the school's."""
        return str(40_000 + int(self.number) % 1_000)

    @property
    def last_first(self) -> str:
        """As Canvas runs a name together."""
        words = self.name.split()
        ordered = [words[-1], *words[:-1]] if self.name.isascii() or " " in self.name else words
        return "".join(c for c in "".join(ordered).lower() if c.isalnum())


PUPILS = tuple(
    Pupil(name, f"2023{1000 + index}", f"user{index}")
    for index, name in enumerate(
        [*_LATIN, *(family + given for family, given in zip(_FAMILY * 3, _GIVEN * 3, strict=False))]
    )
)
"""38 people, with and without Hangul; three dozen share family names, none a whole name."""


@dataclass(frozen=True)
class Made:
    """A made-up download and what must be found in it."""

    files: dict[str, bytes]
    owners: dict[str, str]
    """Student numbers and the names of the folders or files they handed in, for messages."""
    late: frozenset[str] = frozenset()
    older: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    """Student numbers of those whose work cannot be graded."""
    groups: tuple[frozenset[str], ...] = ()


def canvas(pupils: Iterable[Pupil] = PUPILS) -> Made:
    """Every fifth late, every seventh handed in again, one typed, one with a PDF alone."""
    files: dict[str, bytes] = {}
    late, older, broken = set(), set(), set()
    for index, pupil in enumerate(pupils := tuple(pupils)):
        mark = "_LATE" if index % 5 == 0 else ""
        head = f"{pupil.last_first}{mark}_{pupil.lms_id}"
        if mark:
            late.add(pupil.number)
        if index == 3:
            files[f"{head}_text.html"] = b"<p>def flatten</p>"
            broken.add(pupil.number)
            continue
        if index == 4:
            files[f"{head}_{90_000 + index}_report.pdf"] = b"%PDF-1.4"
            broken.add(pupil.number)
            continue
        files[f"{head}_{90_000 + index}_hw5.py"] = HOMEWORK.encode()
        files[f"{head}_{91_000 + index}_utils.py"] = UTILS.encode()
        if index % 7 == 0:
            files[f"{head}_{92_000 + index}_hw5-1.py"] = HOMEWORK.encode() + b"# again\n"
            older.add(pupil.number)
    return _made(files, pupils, late=late, older=older, broken=broken)


def moodle(pupils: Iterable[Pupil] = PUPILS, *, flat: bool = False, blind: bool = False) -> Made:
    """One typed; the others a folder or files each."""
    files: dict[str, bytes] = {}
    broken = set()
    for index, pupil in enumerate(pupils := tuple(pupils)):
        head = f"{'Participant' if blind else pupil.name}_{pupil.lms_id}_assignsubmission"
        mark = "_" if flat else "_/"
        if index == 2:
            files[f"{head}_onlinetext{mark}onlinetext.html"] = b"<p>flatten</p>"
            broken.add(pupil.number)
            continue
        files[f"{head}_file{mark}hw5.py"] = HOMEWORK.encode()
        files[f"{head}_file{mark}utils.py"] = UTILS.encode()
    return _made(files, pupils, broken=broken)


def blackboard(pupils: Iterable[Pupil] = PUPILS, *, described: bool = True) -> Made:
    """Every sixth with an older attempt; the last three are a group when it is described."""
    files: dict[str, bytes] = {}
    older = set()
    pupils = tuple(pupils)
    alone, group = (pupils[:-3], pupils[-3:]) if described else (pupils, ())
    for index, pupil in enumerate(alone):
        for day in (29, 31) if index % 6 == 0 else (31,):
            _attempt(files, pupil.login, (pupil,), day, described)
        if index % 6 == 0:
            older.add(pupil.number)
    if group:
        _attempt(files, "Group 7", group, 31, described)
    groups = (frozenset(pupil.number for pupil in group),) if group else ()
    return _made(files, pupils, older=older, groups=groups)


def _attempt(
    files: dict[str, bytes], who: str, members: Iterable[Pupil], day: int, described: bool
) -> None:
    head = f"HW_5 CIFAR_{who}_attempt_2026-05-{day}-23-59-58"
    files[f"{head}_hw5.py"] = HOMEWORK.encode()
    files[f"{head}_utils.py"] = UTILS.encode()
    if described:
        names = "".join(f"Name: {pupil.name} ({pupil.login})\n" for pupil in members)
        files[f"{head}.txt"] = (
            f"{names}Assignment: HW_5 CIFAR\nDate Submitted: Sunday, May {day}, 2026 11:59:58 PM\n"
            "Current Grade: Not Yet Graded\n\nSubmission Field:\n"
            "There is no student submission text data for this assignment.\n\n"
            "Comments:\nThere are no student comments for this assignment.\n\nFiles:\n"
            f"\tOriginal filename: hw5.py\n\tFilename: {head}_hw5.py\n"
            f"\tOriginal filename: utils.py\n\tFilename: {head}_utils.py\n"
        ).encode()


def gradescope(pupils: Iterable[Pupil] = PUPILS) -> Made:
    """The first two a pair, every eighth with an earlier submission."""
    files: dict[str, bytes] = {}
    pupils = tuple(pupils)
    units = [pupils[:2], *((pupil,) for pupil in pupils[2:])]
    text, older = "---\n", set()
    for index, unit in enumerate(units):
        folder = f"submission_{31_000 + index}"
        text += f"{folder}:\n  :submitters:\n"
        for pupil in unit:
            text += (
                f"  - :name: {pupil.name}\n    :sid: '{pupil.number}'\n    :email: {pupil.email}\n"
            )
        text += "  :created_at: 2026-05-31 14:59:58.0 Z\n  :score: 12.0\n  :results: !ruby/hash:H\n"
        text += "    tests: []\n"
        if index % 8 == 0:
            text += (
                f"  :history:\n  - :id: {30_000 + index}\n    :created_at: 2026-05-29 01:02:03 Z\n"
            )
            older.update(pupil.number for pupil in unit)
        files[f"{folder}/hw5.py"] = HOMEWORK.encode()
        files[f"{folder}/utils.py"] = UTILS.encode()
    files["submission_metadata.yml"] = text.encode()
    groups = (frozenset(pupil.number for pupil in pupils[:2]),)
    return _made(files, pupils, older=older, groups=groups)


def github_classroom(pupils: Iterable[Pupil] = PUPILS) -> Made:
    """A repository each."""
    files = {}
    for pupil in (pupils := tuple(pupils)):
        files[f"hw5-cifar-{pupil.login}/hw5.py"] = HOMEWORK.encode()
        files[f"hw5-cifar-{pupil.login}/utils.py"] = UTILS.encode()
        files[f"hw5-cifar-{pupil.login}/.git/HEAD"] = b"ref: refs/heads/main\n"
    return _made(files, pupils)


def korean(pupils: Iterable[Pupil] = PUPILS, *, number_first: bool = True) -> Made:
    """Student number and name before each file, every other one a folder."""
    files = {}
    for index, pupil in enumerate(pupils := tuple(pupils)):
        who = f"{pupil.number}_{pupil.name}" if number_first else f"{pupil.name}({pupil.number})"
        mark = "/" if index % 2 else "_"
        files[f"{who}{mark}hw5.py"] = HOMEWORK.encode()
        files[f"{who}{mark}utils.py"] = UTILS.encode()
    return _made(files, pupils)


def plain(pupils: Iterable[Pupil] = PUPILS) -> Made:
    """Files, folders and archives, called after logins."""
    files = {}
    for index, pupil in enumerate(pupils := tuple(pupils)):
        if index % 3 == 0:
            files[f"{pupil.login}.py"] = HOMEWORK.replace("import utils", "").encode()
        elif index % 3 == 1:
            files[f"{pupil.login}/hw5.py"] = HOMEWORK.encode()
            files[f"{pupil.login}/utils.py"] = UTILS.encode()
        else:
            content = {"hw5/hw5.py": HOMEWORK.encode(), "hw5/utils.py": UTILS.encode()}
            files[f"{pupil.login}.zip"] = zipped(content)
    return _made(files, pupils)


def _made(
    files: dict[str, bytes],
    pupils: Iterable[Pupil],
    *,
    late: Iterable[str] = (),
    older: Iterable[str] = (),
    broken: Iterable[str] = (),
    groups: tuple[frozenset[str], ...] = (),
) -> Made:
    return Made(
        files,
        {pupil.number: pupil.name for pupil in pupils},
        frozenset(late),
        frozenset(older),
        frozenset(broken),
        groups,
    )


def roster(pupils: Iterable[Pupil] = PUPILS) -> str:
    """A Canvas gradebook, which holds the numbers of the LMS and of the school."""
    lines = ["Student,ID,SIS User ID,SIS Login ID,Email,Section,HW 5 (77)"]
    lines.append("    Points Possible,,,,,,100")
    for pupil in pupils:
        *first, last = pupil.name.split() if " " in pupil.name else (pupil.name,)
        name = f'"{last}, {" ".join(first)}"' if first else last
        row = f"{name},{pupil.lms_id},{pupil.number},{pupil.login},{pupil.email},01,"
        lines.append(row)
    return "\n".join(lines) + "\n"


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def zipped(files: Mapping[str, bytes], *, encoding: str | None = None, nfd: bool = False) -> bytes:
    """A zip; with names in an encoding that it does not state, or taken apart as on macOS."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            stored = unicodedata.normalize("NFD", name) if nfd else name
            info = _Named(stored, encoding) if encoding else zipfile.ZipInfo(stored)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


class _Named(zipfile.ZipInfo):
    """An entry whose name is written in an encoding other than `zipfile` would."""

    def __init__(self, name: str, encoding: str) -> None:
        super().__init__(name)
        self._encoding = encoding

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's name
        return self.filename.encode(self._encoding), self.flag_bits & ~0x800


def tarred(files: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar in one of `tarfile`'s modes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()
