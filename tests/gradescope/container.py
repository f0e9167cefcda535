"""A container without an engine: a root of its own in which nothing of ours is but the zip.

The system's folders and the Python that runs the tests are mounted where they are. Its packages lie
below those of the new environment, as if they had been installed there, all but torchgrade: pip
needs no network, of which there is none.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SYSTEM = ("bin", "etc", "lib", "lib64", "sbin", "usr")
SECONDS = 600


class Container:
    """Runs scripts as Gradescope does.

    Args:
        root: an empty folder.
        autograder: the zip.
    """

    def __init__(self, root: Path, autograder: Path) -> None:
        self.root = root
        self.base = root / "autograder"
        for name in ("proc", "dev", "tmp", "upper", "work", "autograder/source"):
            (root / name).mkdir(parents=True)
        with zipfile.ZipFile(autograder) as packed:
            packed.extractall(self.base / "source")
        self._install_interpreter()

    def setup(self) -> subprocess.CompletedProcess[str]:
        """What is done once; then run_autograder lies where Gradescope puts it."""
        done = self.run("bash /autograder/source/setup.sh")
        shutil.copy(self.base / "source" / "run_autograder", self.base / "run_autograder")
        return done

    def grade(self, *files: Path, preexec: Callable[[], None] | None = None) -> dict[str, Any]:
        """What results.json says of some files; `preexec` is called in the process it begins in."""
        for name in ("submission", "results"):
            shutil.rmtree(self.base / name, ignore_errors=True)
            (self.base / name).mkdir()
        for path in files:
            shutil.copy(path, self.base / "submission")
        done = self.run("bash /autograder/run_autograder", preexec)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads((self.base / "results" / "results.json").read_text())
        return told

    def run(
        self, command: str, preexec: Callable[[], None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it, without a network."""
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        script = "\n".join([*self._mounts(), f'exec chroot "{self.root}" /bin/bash -c "$0"'])
        return subprocess.run(
            ["unshare", *as_root, "--mount", "--pid", "--net", "--ipc", "--fork", "bash", "-ec",
             script, command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, timeout=SECONDS, check=False, preexec_fn=preexec,
        )  # fmt: skip

    def _mounts(self) -> list[str]:
        lines = [
            "mount --make-rprivate /",
            f'mount -t proc proc "{self.root / "proc"}"',
            f'mount -t tmpfs tmpfs "{self.root / "tmp"}"',
        ]
        for name in (*SYSTEM, "dev"):
            original, here = Path("/", name), self.root / name
            if original.is_symlink():
                if not here.is_symlink():
                    here.symlink_to(original.readlink())
            elif original.is_dir():
                lines += _bound(original, here)
        for prefix in sorted({Path(sys.prefix), Path(sys.base_prefix)}):
            if prefix.parts[1] not in SYSTEM:
                lines += _bound(prefix, self.root / prefix.relative_to("/"))
        lower, upper = Path(sysconfig.get_path("purelib")), self.root / "upper"
        site = self.base / "venv" / lower.relative_to(sys.prefix)
        layers = f"lowerdir={lower},upperdir={upper},workdir={self.root / 'work'}"
        lines.append(f'mount -t overlay overlay -o {layers} "{site}"')
        return lines

    def _install_interpreter(self) -> None:
        """A virtual environment in it that has what this one has, but for torchgrade."""
        subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", self.base / "venv"],
            check=True,
            timeout=SECONDS,
        )
        done = self.run("cd /autograder/venv/lib/python3*/site-packages && rm -r *torchgrade*")
        assert done.returncode == 0, done.stderr


def _bound(original: Path, here: Path) -> list[str]:
    """Commands that show a folder at another place; one below /tmp is made in the new /tmp."""
    return [f'mkdir -p "{here}"', f'mount --rbind "{original}" "{here}"']
