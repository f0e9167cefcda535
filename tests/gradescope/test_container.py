"""The autograder as Gradescope runs it, from the zip, in a root of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from grader.gradescope import build
from grader.rubric import default_rubric
from tests.gradescope.container import Container

SAMPLES = Path(__file__).parents[2] / "submissions"
EXITS = "import os\nprint('<script>')\nos._exit(0)\n"


def _can_make_roots() -> bool:
    if shutil.which("unshare") is None:
        return False
    asked = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--net", "--fork", "true"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _can_make_roots(), reason="this machine makes no namespaces")


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Container:
    folder = tmp_path_factory.mktemp("gradescope")
    build(
        folder / "autograder.zip",
        container="small", data="synthetic", rubric=default_rubric(), index=None,
    )  # fmt: skip
    made = Container(folder / "root", folder / "autograder.zip")
    done = made.setup()
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Ready: Synthetic images" in done.stdout
    return made


def points(told: dict) -> tuple[float, float]:
    scored = [test for test in told["tests"] if "score" in test]
    return sum(test["score"] for test in scored), sum(test["max_score"] for test in scored)


def test_correct_work_earns_every_point_that_is_asked_for_there(container):
    told = container.grade(SAMPLES / "correct" / "homework.py")
    assert points(told) == (65, 65)
    assert "35 of 100 points are not part of this score" in told["output"]
    assert (container.base / "results" / "report.html").exists()


def test_a_mistake_and_its_reason_are_told(container):
    told = container.grade(SAMPLES / "missing_relu" / "homework.py")
    assert points(told) == (51, 65)
    failed = next(test for test in told["tests"] if test.get("status") == "failed")
    assert "differ from the reference" in failed["output"]


def test_nothing_handed_in_is_said_to_the_student(container):
    told = container.grade()
    assert told["score"] == 0
    assert "could not be graded" in told["output"]


def test_work_that_ends_its_process_has_a_valid_result(container, tmp_path):
    (tmp_path / "homework.py").write_text(EXITS)
    told = container.grade(tmp_path / "homework.py")
    assert points(told) == (0, 65) or told["score"] == 0


def test_a_grader_that_is_stopped_leaves_a_valid_result(container):
    seconds = container.base / "source" / "seconds"
    kept = seconds.read_text()
    try:
        seconds.write_text("0.2")
        told = container.grade(SAMPLES / "correct" / "homework.py")
    finally:
        seconds.write_text(kept)
    assert told["score"] == 0
    assert "stopped before it came to an end" in told["output"]


def test_settings_that_cannot_be_read_are_the_instructor_s_to_mend(container):
    settings = container.base / "source" / "torchgrade.json"
    kept = settings.read_text()
    try:
        settings.write_text("{}")
        told = container.grade(SAMPLES / "correct" / "homework.py")
    finally:
        settings.write_text(kept)
    assert told["score"] == 0
    assert "tell your instructor" in told["output"]


def test_the_answers_are_not_for_other_users(container):
    place = "/autograder/venv/lib/*/site-packages/reference /autograder/source/*.whl"
    everything = container.run(f"find {place} -name '*'").stdout.splitlines()
    assert any(name.endswith("solution.py") for name in everything)
    assert container.run(f"find {place} -perm /077").stdout == ""
    secret = "find /autograder/source/data \\( -name labels.npy -o -path '*/test/*' \\)"
    assert len(container.run(secret).stdout.splitlines()) >= 4
    assert container.run(f"{secret} -perm /077").stdout == ""
