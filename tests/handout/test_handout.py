"""What is handed out: the same verdicts at home, and nothing that gives the answers away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from grader.batch.slot import single_slot
from grader.errors import RubricError, UsageError
from grader.handout.opening import open_handout
from grader.handout.packing import build, may_be_seen
from grader.intake import open_own_work
from grader.rubric import default_rubric

SAMPLES = Path(__file__).parents[2] / "submissions"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expect.yaml"))


@pytest.fixture(scope="module")
def rubric(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rubric, by which what hangs is not waited for as long."""
    text = default_rubric().read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("rubric") / "rubric.yaml"
    path.write_text(text.replace("request_seconds: 20", "request_seconds: 5"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def handout(rubric: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, with a starter file."""
    path = tmp_path_factory.mktemp("handout") / "made" / "hw05-check.zip"
    starter = SAMPLES / "starter" / "homework.py"
    return build(path, rubric=rubric, starter=[starter])


@pytest.fixture(scope="module")
def check_both_ways(rubric, handout, setup):
    """Checks a piece of work with the zip, and grades it with the reference."""
    with ExitStack() as stack:
        opened = stack.enter_context(open_handout(handout))
        at_home = {"rubric": str(opened.rubric), "cases": str(opened.cases), "share": False}
        slots = [
            stack.enter_context(single_slot(setup.model_copy(update={**ways, "train": False})))
            for ways in (at_home, {"rubric": str(rubric)})
        ]
        for slot in slots:
            slot.open()

        def check(path):
            with open_own_work(path) as submission:
                return [slot.grade(submission, lambda event: None) for slot in slots]

        yield check


@pytest.mark.parametrize("name", NAMES)
def test_at_home_the_verdicts_are_the_same(name, check_both_ways):
    at_home, graded = check_both_ways(SAMPLES / name)
    assert at_home.status == graded.status
    assert at_home.score == graded.score
    verdicts = [
        [(check.id, check.status, check.score) for question in each.questions
         for check in question.checks]
        for each in (at_home, graded)
    ]  # fmt: skip
    assert verdicts[0] == verdicts[1]


def test_neither_solution_nor_seed_is_in_it(handout, tmp_path):
    with zipfile.ZipFile(handout) as packed:
        packed.extractall(tmp_path)
    assert (tmp_path / "homework.py").exists()
    seeds = [
        yaml.safe_load(path.read_text())["assignment"]["seed"]
        for path in (tmp_path / "rubric.yaml", default_rubric())
    ]
    assert seeds[0] != seeds[1]
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        assert "reference/facts.py" in names
        assert not {"reference/solution.py", "reference/experiment.py"} & set(names)
        assert packed.read("reference/rubric.yaml") == (tmp_path / "rubric.yaml").read_bytes()
        solution = b"padding=1"  # of the second convolution: what a student is to find out
        assert not [n for n in names if n.startswith("reference") and solution in packed.read(n)]


def test_an_editor_s_copy_of_the_solution_stays_behind():
    assert not any(map(may_be_seen, ("reference/solution.py~", "reference/.solution.py.swp")))
    assert all(map(may_be_seen, ("reference/facts.py", "grader/cli/app.py", "torchgrade.py")))


def test_hidden_checks_and_what_needs_them_stay_behind(tmp_path):
    text = default_rubric().read_text(encoding="utf-8")
    text = text.replace("id: flatten.shape", "id: flatten.shape\n        visibility: hidden")
    text = text.replace("id: challenge.accuracy", "id: challenge.accuracy\n        visibility: after_due_date")  # fmt: skip # noqa: E501
    rubric = tmp_path / "rubric.yaml"
    rubric.write_text(text, encoding="utf-8")
    with open_handout(build(tmp_path / "a.zip", rubric=rubric, starter=[])) as opened:
        shown = yaml.safe_load(opened.rubric.read_text())
        cases = sorted(path.stem for path in opened.cases.iterdir())
    checks = {check["id"]: check for question in shown["questions"] for check in question["checks"]}
    assert not {"flatten.shape", "flatten.values", "challenge.accuracy"} & set(checks)
    assert {"flatten", "question_7"}.isdisjoint(each["id"] for each in shown["questions"])
    # flatten.shape, flatten.values and the challenge: a report at home says that there is more.
    assert shown["assignment"]["withheld"] == 2 + 3 + 15
    assert "three_layer_convnet.values" in cases
    assert not [name for name in cases if name.startswith("flatten")]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (None, "is no file for checking"),
        (["homework.py"], "holds no rubric.yaml"),
        (["rubric.yaml"], "lacks the cases of flatten.shape"),
    ],
    ids=["no zip", "another zip", "without cases"],
)
def test_what_is_no_handout_is_told(names, says, tmp_path):
    path = tmp_path / "some.zip"
    path.write_bytes(b"nothing of the kind")
    if names is not None:
        with zipfile.ZipFile(path, "w") as packed:
            for name in names:
                packed.writestr(name, default_rubric().read_bytes())
    with pytest.raises(UsageError, match=says), open_handout(path):
        pass


@pytest.mark.parametrize(
    ("at", "bits"),
    [(6, b"\x01\x00"), (8, b"\x63\x00"), (60, b"\xff" * 40)],
    ids=["locked", "another compression", "damaged"],
)
def test_a_handout_that_was_damaged_is_told(at, bits, tmp_path):
    path = build(tmp_path / "a.zip", rubric=default_rubric(), starter=[])
    packed = bytearray(path.read_bytes())
    central = packed.index(b"PK\x01\x02")
    packed[at : at + len(bits)] = bits
    if at < 10:  # what it is stands twice
        packed[central + at + 2 : central + at + 2 + len(bits)] = bits
    path.write_bytes(packed)
    with pytest.raises(UsageError, match="is no file for checking"), open_handout(path):
        pass


def test_a_file_that_is_not_there_is_named(tmp_path):
    missing = open_handout(tmp_path / "none.zip")
    with pytest.raises(UsageError, match=r"none\.zip cannot be read"), missing:
        pass
    with pytest.raises(UsageError, match=r"starter\.py cannot be packed"):
        build(tmp_path / "a.zip", rubric=default_rubric(), starter=[tmp_path / "starter.py"])
    broken = tmp_path / "rubric.yaml"
    broken.write_text("schema_version: 1\n")
    with pytest.raises(RubricError):
        build(tmp_path / "a.zip", rubric=broken, starter=[])


@pytest.fixture(scope="module")
def at_home(handout, tmp_path_factory):
    """A student's own environment: the wheel of the zip, and no torchgrade besides."""
    home = tmp_path_factory.mktemp("home")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home / "venv"], check=True)
    python = home / "venv" / "bin" / "python"
    site = home / "venv" / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    (site / "packages.pth").write_text(sysconfig.get_path("purelib"))
    with zipfile.ZipFile(handout) as packed:
        packed.extractall(home)
    (wheel,) = home.glob("*.whl")
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--force-reinstall", wheel], check=True, cwd=home, timeout=120)
    shutil.copy(SAMPLES / "missing_relu" / "homework.py", home / "mine.py")

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-P", "-m", "grader", *map(str, arguments)],
            cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return home, run


def test_who_has_no_answers_checks_with_the_zip(at_home, handout):
    home, run = at_home
    done = run("check", "mine.py", "--no-train", "--with", handout)
    assert done.returncode == 1, done.stderr
    assert "differ from the reference's" in done.stdout
    result = json.loads((home / "torchgrade-report" / "result.json").read_text())
    assert result["score"] == 51


def test_who_has_no_answers_is_told_what_to_say(at_home):
    _, run = at_home
    done = run("check", "mine.py", "--no-train")
    assert done.returncode == 2
    assert "--with" in done.stderr
    done = run("show", "mine.py")
    assert done.returncode == 0, done.stderr
