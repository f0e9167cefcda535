"""The zip: everything that the container needs, and nothing that only this machine has."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from grader.distribution import make_wheel, pinned_versions
from grader.errors import RubricError, UsageError
from grader.gradescope import Settings, build
from grader.gradescope.outcome import UNFINISHED
from grader.language.catalogues import catalogue
from grader.rubric import default_rubric


def pack(out: Path, **choices) -> dict[str, bytes]:
    chosen = {
        "container": "small", "data": "synthetic", "rubric": default_rubric(), "index": None,
        **choices,
    }  # fmt: skip
    build(out, **chosen)
    with zipfile.ZipFile(out) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_zip_holds_what_gradescope_calls_and_both_can_be_executed(tmp_path):
    pack(tmp_path / "made" / "autograder.zip")
    with zipfile.ZipFile(tmp_path / "made" / "autograder.zip") as packed:
        for name in ("setup.sh", "run_autograder"):
            assert packed.getinfo(name).external_attr >> 16 & 0o111


def test_what_was_chosen_is_read_again(tmp_path):
    pack(tmp_path / "a.zip", container="large", data="cifar10", index="http://localhost/cpu")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        packed.extractall(tmp_path / "source")
    assert Settings.read(tmp_path / "source") == Settings(container="large", data="cifar10")
    assert "http://localhost/cpu" in (tmp_path / "source" / "pip.conf").read_text()
    assert int((tmp_path / "source" / "seconds").read_text()) == 40 * 60 - 30


def test_a_results_file_for_the_worst_case_is_in_it(tmp_path):
    told = json.loads(pack(tmp_path / "a.zip")["unfinished.json"])
    assert told["score"] == 0
    assert "hand in once more" in told["output"]


def test_the_language_is_that_of_the_rubric_or_the_one_that_is_chosen(tmp_path):
    korean = tmp_path / "rubric.yaml"
    text = default_rubric().read_text(encoding="utf-8")
    korean.write_text(text.replace("language: en", "language: ko"), encoding="utf-8")
    for choices in ({"language": "ko"}, {"rubric": korean}):
        packed = pack(tmp_path / "a.zip", **choices)
        assert json.loads(packed["torchgrade.json"])["language"] == choices.get("language")
        told = json.loads(packed["unfinished.json"])
        assert told["output"] == f"<p>{catalogue('ko').gettext(UNFINISHED)}</p>"
        assert "hand in once more" not in told["output"]


def test_settings_from_before_there_were_languages_are_read(tmp_path):
    (tmp_path / "torchgrade.json").write_text('{"container": "small", "data": "synthetic"}')
    assert Settings.read(tmp_path).language is None


def test_a_rubric_that_cannot_be_used_is_refused_before_anything_is_written(tmp_path):
    broken = tmp_path / "rubric.yaml"
    broken.write_text("schema_version: 1\n")
    with pytest.raises(RubricError):
        pack(tmp_path / "a.zip", rubric=broken)
    assert not (tmp_path / "a.zip").exists()


def test_data_that_a_container_cannot_have_is_refused(tmp_path):
    with pytest.raises(UsageError, match="--data imagefolder"):
        pack(tmp_path / "a.zip", data="imagefolder")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        pack(tmp_path / "file" / "a.zip")


def test_the_wheel_installs_and_runs_as_torchgrade(tmp_path):
    wheel = make_wheel(tmp_path, default_rubric())
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", site, wheel], check=True, timeout=120)
    # -I: neither this folder nor an environment variable; the installed copy comes first.
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import grader, grader.rubric as r; print(grader.__file__); print(r.default_rubric())\n"
        "from grader.cli.app import app; app(['--version'])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    module, rubric, said = done.stdout.splitlines()
    assert Path(module).is_relative_to(site)
    assert Path(rubric).read_bytes() == default_rubric().read_bytes()
    assert said == f"torchgrade {version('torchgrade')}"


def test_versions_are_pinned_without_their_builds_and_without_cuda():
    pinned = dict(line.split("==") for line in pinned_versions())
    assert pinned["torch"] == version("torch").partition("+")[0]
    assert {"torch", "torchvision", "numpy", "pydantic", "pytest"} <= pinned.keys()
    assert not [name for name in pinned if name.startswith(("nvidia-", "triton"))]
    assert "ruff" not in pinned  # what only developers need
