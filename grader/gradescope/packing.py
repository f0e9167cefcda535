"""The zip that is uploaded: scripts, settings, rubric, the package, and what it was tested with."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grader.checks.catalogue import known_checks
from grader.choices import ContainerSize, DataChoice, Language
from grader.distribution import make_wheel, pinned_versions
from grader.errors import UsageError
from grader.gradescope.container import RUBRIC, SETTINGS, UNFINISHED, Settings
from grader.gradescope.outcome import UNFINISHED as STOPPED
from grader.gradescope.outcome import no_verdict
from grader.language import _, spoken
from grader.rubric import load_rubric

_SCRIPTS = ("setup.sh", "run_autograder")
_STARTING_SECONDS = 30
"""Of the container's time, which are left for its own start and end."""


@dataclass(frozen=True)
class Built:
    """What was made.

    Attributes:
        path: the zip.
        size: of the container that it needs, in words.
        minutes: that a run may take; Gradescope is to give as many.
        train: whether training runs are carried out there.
    """

    path: Path
    size: str
    minutes: int
    train: bool


def build(
    out: Path,
    *,
    container: ContainerSize,
    data: DataChoice,
    rubric: Path,
    index: str | None,
    language: Language | None = None,
) -> Built:
    """Write an autograder for Gradescope.

    Args:
        out: the zip.
        container: the size of the containers it will run in.
        data: what is trained and measured on there.
        rubric: the rubric.
        index: where pip looks for packages, too; for torch without CUDA.
        language: what students read; None for the rubric's.

    Raises:
        RubricError: the rubric cannot be used.
        UsageError: the zip cannot be written, or the data set cannot be had in a container.
    """
    if data not in ("cifar10", "synthetic"):
        raise UsageError(
            f"--data {data}: in a container there is cifar10, which it downloads when it is built, "
            "or synthetic."
        )
    loaded = load_rubric(rubric, known_checks())
    chosen = loaded.containers[container]
    settings = Settings(container=container, data=data, language=language)
    with spoken(language or loaded.assignment.language):
        stopped = no_verdict(_(STOPPED)).to_json()
    texts = {
        SETTINGS: settings.model_dump_json(indent=2) + "\n",
        RUBRIC: rubric.read_text(encoding="utf-8"),
        UNFINISHED: stopped,
        "constraints.txt": "".join(f"{line}\n" for line in pinned_versions()),
        "seconds": f"{60 * chosen.minutes - _STARTING_SECONDS}\n",
        **{path.name: path.read_text(encoding="utf-8") for path in _own_files()},
    }
    if index is not None:
        texts["pip.conf"] = f"[global]\nextra-index-url = {index}\n"
    with tempfile.TemporaryDirectory() as folder:
        wheel = make_wheel(Path(folder), rubric)
        contents = {name: text.encode() for name, text in texts.items()}
        contents[wheel.name] = wheel.read_bytes()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _write(out, contents)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error
    needs = chosen.needs.usual if index is None else chosen.needs.cpu
    return Built(out, needs, chosen.minutes, chosen.train)


def _own_files() -> Iterator[Path]:
    folder = Path(str(files("grader.gradescope") / "files"))
    return (path for path in sorted(folder.iterdir()) if path.is_file())


def _write(out: Path, contents: Mapping[str, bytes]) -> None:
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for name, content in sorted(contents.items()):
            entry = ZipInfo(name)
            mode = 0o755 if name in _SCRIPTS else 0o644
            entry.external_attr = (stat.S_IFREG | mode) << 16
            entry.compress_type = ZIP_DEFLATED
            packed.writestr(entry, content)
