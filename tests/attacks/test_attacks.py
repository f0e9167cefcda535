"""Every attack fails: no point gained, no result lost, nothing touched, the next one unharmed.

`make test` tries those that take seconds, with every layer of isolation; `make attacks` tries all,
in every mode. An attack is left out of a mode that lacks a layer it needs: what that leaves open is
named in docs/threat-model.md and by `torchgrade doctor`.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.choices import Mode
from grader.report import write_submission
from grader.report.jsonform import to_json
from grader.results import SubmissionResult
from grader.sandbox.layers import MODES
from tests.attacks.attack import Attack, attacks

REPO = Path(__file__).parents[2]
CLASSES = 47
HONEST = (
    "import torch.nn.functional as F\n"
    "def flatten(x):\n"
    "    return x.reshape(x.shape[0], -1)\n"
    "def three_layer_convnet(x, params):\n"
    "    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params\n"
    "    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))\n"
    "    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))\n"
    "    return flatten(x).mm(fc_w) + fc_b\n"
)
HONEST_POINTS = 23.0
TRACES = ("grader.grading.launcher", "torchgrade-attack")
"""What stands in the command line of a process that this package, or an attack, has started."""


def cases() -> list[object]:
    found = []
    for attack in attacks():
        for mode in MODES:
            if attack.is_kept_in(mode):
                slow = attack.expected.slow or mode != "full"
                marks = [pytest.mark.slow] if slow else []
                found.append(
                    pytest.param(attack, mode, marks=marks, id=f"{attack.folder.name}-{mode}")
                )
    return found


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Other people's work, earlier results, and a secret."""
    folder = tmp_path / "world"
    for name, text in (
        ("secret.txt", secrets.token_hex(16)),
        ("kim/homework.py", HONEST),
        ("out/results.json", '{"score": 0}'),
        ("out/submissions/attack/result.json", '{"score": 0}'),
        ("roster.csv", "name,number\nKim,20231234\n"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(scope="session")
def alone(grade_in, tmp_path_factory):
    """What an honest submission's result is before anybody attacked; by mode and training."""
    folder = tmp_path_factory.mktemp("honest")
    (folder / "homework.py").write_text(HONEST)
    known: dict[tuple[Mode, bool], str] = {}

    def of(mode: Mode, *, train: bool) -> tuple[str, str]:
        again = scored(grade_in(folder / "homework.py", mode, train=train))
        return known.setdefault((mode, train), again), again

    return of


@pytest.mark.parametrize(("attack", "mode"), cases())
def test_an_attack_gains_nothing_and_harms_nobody(
    attack: Attack, mode: Mode, world: Path, tmp_path: Path, grade_in, alone
) -> None:
    expected, port = attack.expected, free_port()
    secret = (world / "secret.txt").read_text()
    path = attack.hand_in(
        tmp_path / "submission",
        {"WORLD": str(world), "REPO": str(REPO), "PORT": str(port)},
    )
    alone(mode, train=expected.train)
    before, running = contents(world), started()

    result = grade_in(path, mode, train=expected.train)
    text = to_json(result)
    write_submission(result, tmp_path / "report")
    first, after = alone(mode, train=expected.train)

    assert result.status == expected.status, text
    assert result.score <= expected.max_score, text
    assert [said for said in expected.says if said not in text] == [], text
    assert secret not in text
    found = to_json(without_lines(result))
    assert [hidden for hidden in expected.hides if hidden in found] == []
    assert contents(world) == before
    assert left_behind(running) == set()
    assert not listens(port)
    assert after == first


def test_every_class_of_attack_is_tried() -> None:
    assert {attack.expected.number for attack in attacks()} == set(range(1, CLASSES + 1))


def test_the_honest_neighbour_earns_its_points(grade_in, tmp_path: Path) -> None:
    (tmp_path / "homework.py").write_text(HONEST)
    assert grade_in(tmp_path / "homework.py", "full", train=False).score == HONEST_POINTS


def without_lines(result: SubmissionResult) -> SubmissionResult:
    """The result without the work's own lines, which say what they would say if they ran."""
    questions = tuple(
        question.model_copy(
            update={"checks": tuple(c.model_copy(update={"lines": ()}) for c in question.checks)}
        )
        for question in result.questions
    )
    return result.model_copy(update={"questions": questions})


def scored(result: SubmissionResult) -> str:
    return to_json(result.model_copy(update={"timing": result.timing.model_copy(
        update={"started": "", "seconds": 0.0, "checks": {}})}))  # fmt: skip


def contents(folder: Path) -> dict[str, bytes | str]:
    """Every file below a folder and what is in it; links and others by their kind."""
    found: dict[str, bytes | str] = {}
    for path in folder.rglob("*"):
        kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "special"
        found[str(path)] = path.read_bytes() if path.is_file() and not path.is_symlink() else kind
    return found


def started() -> set[int]:
    """The processes that somebody's slot, or an attack, has started."""
    return {pid for pid in parents() if any(trace in command(pid) for trace in TRACES)}


def left_behind(before: set[int]) -> set[int]:
    """Those that were not there before and are ours, or nobody's: children of process 1.

    Others may belong to whoever runs other tests beside us.
    """
    above = parents()
    new = started() - before
    return {pid for pid in new if above.get(pid) == 1 or os.getpid() in ancestors(pid, above)}


def parents() -> dict[int, int]:
    """Every process and its parent."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # The name in brackets may hold blanks and brackets itself.
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        found[int(entry.name)] = int(fields[1])
    return found


def command(pid: int) -> str:
    """A process's command line; a zombie has none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("latin-1")
    except OSError:
        return ""


def ancestors(pid: int, parents: dict[int, int]) -> Iterator[int]:
    """Its parent, that one's parent, and so on."""
    while pid in parents:
        pid = parents[pid]
        yield pid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
