"""The console command, run as users run it: exit codes, files and what it prints."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from grader.cli import app as cli
from grader.rubric import default_rubric

TOP = Path(__file__).parents[2]
SAMPLES = TOP / "submissions"
FLATTEN = "def flatten(x): return x.reshape(len(x), -1)\n"


@pytest.fixture
def torchgrade(data_root, tmp_path):
    """Runs the command in an empty folder; returns the finished process."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            env={**os.environ, "TORCHGRADE_DATA": str(data_root), "COLUMNS": "200", **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "grader", *map(str, arguments)]


def without_timing(path: Path) -> bytes:
    result = json.loads(path.read_text())
    del result["timing"]
    return json.dumps(result).encode()


def test_check_reports_every_lost_point_and_exits_1(torchgrade, tmp_path):
    done = torchgrade("check", SAMPLES / "missing_relu" / "homework.py", "--no-train")
    assert done.returncode == 1, done.stderr
    assert "the scores differ from the reference's" in done.stdout
    assert "35 points of training were left out on request" in done.stdout
    assert "Synthetic" in done.stdout
    result = json.loads((tmp_path / "torchgrade-report" / "result.json").read_text())
    assert result["score"] == 51
    assert (tmp_path / "torchgrade-report" / "report.html").exists()


def test_check_exits_0_when_every_point_asked_for_was_earned(torchgrade):
    done = torchgrade("check", SAMPLES / "correct", "--no-train", "--out", "mine")
    assert done.returncode == 0, done.stderr
    assert "Score: 65 of 100" in done.stdout


def test_no_worker_may_read_what_grade_is_given(tmp_path, monkeypatch):
    class Asked(Exception):
        pass

    def opened_pool(setup, *_others):
        raise Asked(*setup.private)

    monkeypatch.setattr(cli, "opened_pool", opened_pool)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class" / "kim").mkdir(parents=True)
    (tmp_path / "class" / "kim" / "homework.py").write_text(FLATTEN)
    (tmp_path / "roster.csv").write_text("id,name\nkim,Kim\n")
    with pytest.raises(Asked) as asked:
        cli.grade(Path("class"), out=Path("out"), roster=Path("roster.csv"))
    named = (tmp_path / name for name in ("class", "out", "roster.csv"))
    assert set(asked.value.args) == set(map(str, named))


def test_grade_writes_the_results_contract_and_goes_on_after_a_broken_one(torchgrade, tmp_path):
    batch = tmp_path / "batch"
    shutil.copytree(SAMPLES / "unattempted", batch / "kim")
    (batch / "lee.py").write_text("def broken(:\n")
    (batch / "park.py").write_text("import os\nos._exit(0)\n")
    (batch / "notes.txt").write_text("not a submission")
    done = torchgrade("grade", batch, "--out", "out", "--no-train")
    assert done.returncode == 3, done.stderr
    assert "notes.txt is no notebook" in done.stdout
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [entry["id"] for entry in results["submissions"]] == ["kim", "lee", "park"]
    assert [e["status"] for e in results["submissions"]] == ["graded", "ungraded", "graded"]
    for entry in results["submissions"]:
        result = tmp_path / "out" / entry["result"]
        assert json.loads(result.read_text())["submission"]["id"] == entry["id"]
        assert (result.parent / "report.html").exists()
    assert (tmp_path / "out" / "index.html").exists()


def canvas_zip(path: Path) -> Path:
    """Two people, one of them late, one with a broken archive, and something nobody handed in."""
    work = (SAMPLES / "unattempted" / "homework.py").read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lovelaceada_LATE_11_21_hw5.py", b"import utils\n" + work)
        archive.writestr("lovelaceada_LATE_11_22_utils.py", b"SIZE = 32\n")
        archive.writestr("hoppergrace_12_23_hw5.zip", b"PK\x03\x04 cut off")
        archive.writestr("[bold]notes.txt", b"")
    return path


ROSTER = """Student,ID
    Points Possible,
"Lovelace, Ada",11
"Hopper, Grace",12
"김, 철수",13
"""


def test_a_dry_run_lists_everything_writes_nothing_and_loads_no_torch(torchgrade, tmp_path):
    canvas_zip(tmp_path / "submissions.zip")
    (tmp_path / "roster.csv").write_text(ROSTER)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = set(tmp_path.iterdir())
    arguments = ["grade", "submissions.zip", "--roster", "roster.csv", "--dry-run"]
    done = torchgrade(*arguments, TMPDIR=str(scratch), PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0, done.stderr
    for line in (
        r"submissions.zip is read as Canvas. 3 of 4 names have its form",
        r"lovelaceada_11 +Lovelace, Ada +hw5.py +2 +late",
        r"hoppergrace_12 +Hopper, Grace +- +- +hw5.zip is damaged or cut off",
        r"1 of 2 submissions can be graded",
        r"2 of 3 people on the roster handed in",
        r"Missing \(1\)\n  김, 철수 \(13\)",
        r"Late \(1\)\n  Lovelace, Ada \(11\)",
        r"Passed over \(1\)\n  \[bold\]notes.txt is no notebook",
    ):
        assert re.search(line, done.stdout), (line, done.stdout)
    assert not re.search(r"\| +(torch|reference)$", done.stderr, re.MULTILINE)
    assert set(tmp_path.iterdir()) == before
    assert list(scratch.iterdir()) == []


def test_a_download_is_graded_and_its_people_stand_in_the_results(torchgrade, tmp_path):
    canvas_zip(tmp_path / "submissions.zip")
    (tmp_path / "roster.csv").write_text(ROSTER)
    arguments = ["grade", "submissions.zip", "--roster", "roster.csv", "--out", "out"]
    done = torchgrade(*arguments, "--no-train")
    assert done.returncode == 3, done.stderr
    assert "Missing (1)" in done.stdout
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    source = results["source"]
    assert (source["name"], source["layout"]) == ("submissions.zip", "canvas")
    assert [(p["id"], p["status"], p["submission"], p["late"]) for p in source["people"]] == [
        ("11", "submitted", "lovelaceada_11", True),
        ("12", "submitted", "hoppergrace_12", False),
        ("13", "missing", None, False),
    ]
    result = json.loads(
        (tmp_path / "out" / "submissions" / "lovelaceada_11" / "result.json").read_text()
    )
    assert result["submission"]["student"] == {"id": "11", "name": "Lovelace, Ada"}
    assert result["submission"]["late"]
    # "import utils" found the file that Canvas had renamed.
    assert not any("ModuleNotFoundError" in note for note in result["notes"])
    index = (tmp_path / "out" / "index.html").read_text()
    assert "김, 철수" in index
    assert "[bold]notes.txt is no notebook" in index


def test_check_takes_an_archive(torchgrade, tmp_path):
    with zipfile.ZipFile(tmp_path / "hw5.zip", "w") as archive:
        archive.write(SAMPLES / "correct" / "homework.py", "hw5/homework.py")
    done = torchgrade("check", "hw5.zip", "--no-train")
    assert done.returncode == 0, done.stderr
    assert "Score: 65 of 100" in done.stdout
    result = json.loads((tmp_path / "torchgrade-report" / "result.json").read_text())
    assert (result["submission"]["id"], result["submission"]["entry"]) == ("hw5", "homework.py")


def test_a_download_that_is_cut_off_is_one_sentence(torchgrade, tmp_path):
    packed = canvas_zip(tmp_path / "submissions.zip")
    packed.write_bytes(packed.read_bytes()[:-50])
    done = torchgrade("grade", "submissions.zip", "--out", "out")
    assert done.returncode == 2
    assert done.stderr.startswith("torchgrade: submissions.zip is damaged or cut off")


def test_two_runs_differ_in_timing_alone(torchgrade, tmp_path):
    homework = tmp_path / "kim" / "homework.py"
    homework.parent.mkdir()
    homework.write_text(
        (SAMPLES / "missing_relu" / "homework.py").read_text()
        + "\nimport os\nraise ValueError(set('abcdef'), object(), os.getcwd())\n"
    )
    for out in ("first", "second"):
        done = torchgrade("check", homework, "--no-train", "--out", out)
        assert done.returncode == 1
    first, second = (tmp_path / out / "result.json" for out in ("first", "second"))
    assert without_timing(first) == without_timing(second)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere.py"], "nowhere.py"),
        (["grade", "nowhere", "--out", "out"], "nowhere"),
        (["grade", "."], "--out"),
        (["grade", SAMPLES, "--out", "out", "--layout", "moodle"], "no name has its form"),
        (["grade", SAMPLES, "--out", "out", "--layout", "webct"], "webct"),
        (["grade", SAMPLES, "--dry-run", "--roster", "nobody.csv"], "nobody.csv"),
        (["grade", SAMPLES / "correct" / "homework.py", "--dry-run"], "neither a folder nor"),
        (["check", SAMPLES / "correct", "--data", "imagenet"], "imagenet"),
        (["check", SAMPLES / "correct", "--data", "cifar10"], "cifar10|CIFAR-10"),
        (["check", SAMPLES / "correct", "--rubric", "none.yaml"], "none.yaml"),
        (["check", SAMPLES / "correct", "--out", "/proc/nothing"], "/proc/nothing"),
        (["data", "import", "nowhere"], "nowhere"),
        (["frobnicate"], "frobnicate"),
    ],
    ids=str,
)
def test_a_usage_error_is_one_sentence_and_exit_code_2(torchgrade, tmp_path, arguments, message):
    done = torchgrade(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert re.search(message, done.stderr)
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "out").exists()


def test_a_bad_rubric_stops_before_grading_with_file_and_line(torchgrade, tmp_path):
    lines = default_rubric().read_text().splitlines()
    number = next(i for i, line in enumerate(lines) if "id: flatten.shape" in line)
    lines[number] = lines[number].replace("flatten.shape", "flatten.shpe")
    (tmp_path / "rubric.yaml").write_text("\n".join(lines))
    done = torchgrade("check", SAMPLES / "correct", "--rubric", "rubric.yaml")
    assert done.returncode == 2
    assert f"rubric.yaml:{number + 1}" in done.stderr
    assert "flatten.shpe" in done.stderr


def test_files_in_the_current_directory_are_not_imported(data_root, tmp_path):
    mark = tmp_path / "mark"
    for name in ("hmac", "torch", "numpy", "reference", "random"):
        (tmp_path / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    batch = tmp_path / "batch"
    batch.mkdir()
    (batch / "kim.py").write_text("def flatten(x): return x.reshape(len(x), -1)\n")
    command = [Path(sys.executable).with_name("torchgrade"), "check", batch / "kim.py"]
    done = subprocess.run(
        [*map(str, command), "--no-train"],
        cwd=tmp_path,
        env={**os.environ, "TORCHGRADE_DATA": str(data_root)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert not mark.exists()


def test_ctrl_c_leaves_what_was_graded_readable(data_root, tmp_path):
    batch = tmp_path / "batch"
    batch.mkdir()
    (batch / "a.py").write_text(FLATTEN)
    (batch / "b.py").write_text("while True: pass\n")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        command("grade", batch, "--out", tmp_path / "out", "--no-train"),
        env={**os.environ, "TORCHGRADE_DATA": str(data_root), "TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        # A shell starts what runs in its background with this signal ignored, the tests perhaps.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    first = tmp_path / "out" / "submissions" / "a" / "result.json"
    wait_until(first.exists, process)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted" in errors
    assert "Traceback" not in errors
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    # On one core the endless one is graded first.
    assert [entry["id"] for entry in results["submissions"]] in (["a"], ["a", "b"])
    assert (tmp_path / "out" / "index.html").exists()
    assert list(scratch.iterdir()) == []


def test_watched_work_is_checked_again_when_it_is_saved(data_root, tmp_path):
    work, saved_as = tmp_path / "work.py", tmp_path / "work.py.new"
    work.write_text("def flatten(x): return x\n")
    report = tmp_path / "out" / "result.json"

    def says(*texts: str):
        return lambda: all(text in printed.read_text() for text in texts)

    with (tmp_path / "printed").open("w") as printed_to:
        printed = tmp_path / "printed"
        process = subprocess.Popen(
            command("check", work, "--out", tmp_path / "out", "--no-train", "--watch"),
            env={**os.environ, "TORCHGRADE_DATA": str(data_root)},
            stderr=subprocess.PIPE,
            stdout=printed_to,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        wait_until(says("Score: 0 of 100", "Waiting for work.py"), process)
        # What cannot be read is said, and the next save is waited for. Editors replace the file.
        for text, told in (("def flatten(", "Not graded"), (FLATTEN, "Score: 5 of 100")):
            saved_as.write_text(text)
            saved_as.replace(work)
            wait_until(says(told), process)
        assert json.loads(report.read_text())["score"] == 5
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors == ""


def wait_until(condition, process, seconds: float = 120) -> None:
    """Wait for a condition, looking whenever the process's error stream stirs or 50 ms pass."""
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end, "it took too long"
        select.select([], [], [], 0.05)


def test_data_info_names_what_is_there(torchgrade, data_root):
    done = torchgrade("data", "info")
    assert done.returncode == 0
    assert "synthetic" in done.stdout
    assert str(data_root) in done.stdout


def test_data_import_builds_a_store_from_an_image_folder(torchgrade, tmp_path):
    from PIL import Image

    for split, count in (("train", 12), ("test", 4)):
        for name in ("cat", "dog"):
            folder = tmp_path / "images" / split / name
            folder.mkdir(parents=True)
            for i in range(count):
                Image.new("RGB", (32, 32), (i * 10, 0, 90)).save(folder / f"{i}.png")
    done = torchgrade("data", "import", "images", TORCHGRADE_DATA=str(tmp_path / "root"))
    assert done.returncode == 0, done.stderr
    done = torchgrade("data", "info", TORCHGRADE_DATA=str(tmp_path / "root"))
    assert "imagefolder" in done.stdout


def test_doctor_names_every_layer(torchgrade):
    from grader.sandbox.layers import FULL

    done = torchgrade("doctor")
    assert done.returncode == 0, done.stderr
    for layer in FULL:
        assert layer in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["grade", "--help"]])
def test_help_needs_neither_torch_nor_data(torchgrade, arguments):
    done = torchgrade(*arguments, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert "Usage" in done.stdout
    assert not re.search(r"\| +(torch|numpy|reference)$", done.stderr, re.MULTILINE)


def test_the_scheduler_never_imports_torch():
    script = (
        "import sys, grader.cli.app, grader.batch.scheduler, grader.terminal;"
        "assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_show_tells_what_was_understood_and_why(torchgrade):
    done = torchgrade("show", TOP / "tests" / "variants" / "untidy_notebook")
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert re.search(r"cell 42 +1 +x = \(1, 2 +SyntaxError", shown)
    assert re.search(r"three_layer_convnet +cell 13, line 1 +3 times", shown)
    assert re.search(
        r"cell 33, line 8 +made, not trained +ThreeLayerConvNet +SGD +nn\.Module", shown
    )
    assert "CIFAR-10 challenge: train_part34 is called at cell 39, line 23." in shown
    assert "its model is called best_model" in shown
    assert "Traceback" not in shown


def test_show_names_what_is_missing(torchgrade, tmp_path):
    (tmp_path / "hw.py").write_text("def flatten(x):\n    return x.flatten(1)\n")
    done = torchgrade("show", tmp_path / "hw.py")
    assert done.returncode == 0, done.stderr
    assert re.search(r"flatten +line 1", done.stdout)
    assert re.search(r"ThreeLayerConvNet +nowhere", done.stdout)
    assert done.stdout.count("no training was found") == 5


def test_show_of_what_cannot_be_read_or_run_says_why_and_exits_3(torchgrade, tmp_path):
    (tmp_path / "page.ipynb").write_text("<!DOCTYPE html>")
    done = torchgrade("show", tmp_path / "page.ipynb")
    assert done.returncode == 3
    assert "Not understood. page.ipynb is a web page" in done.stdout
    (tmp_path / "broken.py").write_text("def flatten(:\n")
    done = torchgrade("show", tmp_path / "broken.py")
    assert done.returncode == 3
    assert "Your work cannot be run (broken.py, line 1)" in done.stdout
