"""Whatever bytes an archive consists of: it is unpacked or refused, and nothing else happens."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import IntakeError
from grader.intake.archives.opening import unpack
from grader.intake.limits import HAND_IN

LIMITS = replace(HAND_IN, entries=100, total_bytes=1 << 20, entry_bytes=1 << 20)
FILES = {
    "hw5/main.py": b"import utils\n" * 40,
    "hw5/utils.py": b"",
    "숙제/보고서.txt": bytes(range(256)) * 8,
}
KINDS = ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]
EXAMPLES = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def survive(content: bytes, kind: str) -> bool:
    """Unpack in a folder of its own; whether that worked, and nothing stands beside the target."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"a.{kind}").write_bytes(content)
        (folder / "target").mkdir()
        try:
            unpack(folder / f"a.{kind}", folder / "target", LIMITS)
            refusal = None
        except IntakeError as error:
            refusal = str(error)
        assert {path.name for path in folder.iterdir()} == {f"a.{kind}", "target"}
        assert all(path.is_dir() or path.is_file() for path in folder.rglob("*"))
    assert refusal is None or refusal.endswith(".")
    return refusal is None


@pytest.fixture(scope="module")
def packed(lms: ModuleType) -> dict[str, bytes]:
    tars = {kind: lms.tarred(FILES, "w:" + kind[4:]) for kind in KINDS if kind != "zip"}
    return {"zip": lms.zipped(FILES), **tars}


@EXAMPLES
@given(
    content=st.binary(max_size=2000),
    start=st.sampled_from(
        [b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0"]
    ),
    kind=st.sampled_from(KINDS),
)
def test_random_bytes_are_refused(content: bytes, start: bytes, kind: str) -> None:
    assert not survive(start + content, kind) or not content.strip(b"\0")


@EXAMPLES
@given(kind=st.sampled_from(KINDS), keep=st.floats(0, 1))
def test_an_archive_cut_anywhere_is_unpacked_or_refused(
    packed: dict[str, bytes], kind: str, keep: float
) -> None:
    content = packed[kind]
    assert survive(content[: int(len(content) * keep)], kind) or keep < 1


@EXAMPLES
@given(
    kind=st.sampled_from(KINDS),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    shifts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=40)), max_size=2),
)
def test_an_archive_changed_anywhere_is_unpacked_or_refused(
    packed: dict[str, bytes],
    kind: str,
    changes: list[tuple[float, int]],
    shifts: list[tuple[float, bytes]],
) -> None:
    content = bytearray(packed[kind])
    for place, value in changes:
        content[int(place * (len(content) - 1))] = value
    for place, inserted in shifts:
        where = int(place * len(content))
        content[where:where] = inserted
    assert survive(bytes(content), kind) in (True, False)
