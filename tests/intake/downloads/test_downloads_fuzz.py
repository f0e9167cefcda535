"""Whatever a download holds: everybody in it is a submission or it is refused as a whole."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UserError
from grader.intake import open_download

HEAD = st.sampled_from(
    ["kim_11_21_", "kim_LATE_11_22_", "lee_12_23_", "lee_12_", "Ada L_11_assignsubmission_file_",
     "Ada L_11_assignsubmission_onlinetext_", "HW_kim_attempt_2026-05-31-23-59-58",
     "HW_.._attempt_2026-05-31-23-59-58_", "20231234_김철수_", "김철수(20231234)", "submission_1",
     "hw5-kim", "hw5-lee", "hw5-ada", "submission_metadata.yml", "../", "/", "C:", "x/", ""]
)  # fmt: skip
TAIL = st.sampled_from(
    ["hw5.py", "hw5-1.py", "hw5.zip", "/hw5.py", "/a/b.py", "hw5.rar", ".txt", "text.html", "/",
     "/hw5.tar.gz", ".py", "", "\ud800", "\0", "n" * 200, ".pdf", "/.DS_Store", "..",
     "/result.json"]
)  # fmt: skip
CONTENT = st.sampled_from(
    [b"x = 1", b"", b"PK\x03\x04", b"\0", b"Name: A (a)\n\tOriginal filename: ..\n\tFilename: x",
     b"submission_1:\n  :submitters:\n  - :name: A\n", b"\xff\xfe"]
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    entries=st.dictionaries(st.tuples(HEAD, TAIL), CONTENT, min_size=1, max_size=8),
    is_tar=st.booleans(),
)
def test_any_download_is_read_or_refused(
    lms: ModuleType, entries: dict[tuple[str, str], bytes], is_tar: bool
) -> None:
    files = {
        (head + tail).encode("utf-8", "replace").decode(): content
        for (head, tail), content in entries.items()
        if head + tail
    }
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "all.tar" if is_tar else Path(name) / "all.zip"
        source.write_bytes(lms.tarred(files, "w") if is_tar else lms.zipped(files))
        refusal = None
        try:
            with open_download(source) as download:
                submissions, people = download.submissions, download.source.people
            ids = [submission.id.casefold() for submission in submissions]
            assert len(set(ids)) == len(ids)
            assert all((each.problem is None) == bool(each.cells) for each in submissions)
            assert {person.submission for person in people} <= {each.id for each in submissions}
            assert all(submission.model_dump_json() for submission in submissions)
        except UserError as error:
            refusal = str(error)
    assert refusal is None or refusal.endswith(".")
