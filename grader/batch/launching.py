"""The launcher as the scheduler sees it: started once, asked for examiners."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.scratch import Scratch

# Nothing else of the environment reaches the launcher: every worker inherits its memory.
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_END_SECONDS = 5.0


class Launcher:
    """The process that imports torch, and all that it forks; use as a context manager."""

    def __init__(self, *, debug: bool = False) -> None:
        self._scratch = Scratch()
        # A worker that is another user passes through to its own.
        self._scratch.path.chmod(0o711)
        self._orders, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                # -P: a file of the current directory, a student's perhaps, must not be imported.
                [sys.executable, "-P", "-m", "grader.grading.launcher", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**_environment(os.environ), "TMPDIR": str(self._scratch.path)},
                stdin=subprocess.DEVNULL,
                stderr=None if debug else subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is the scheduler's to handle
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked for anything."""
        return self._process.poll() is None

    def make_scratch(self) -> Path:
        """A new folder that goes with the launcher at the latest."""
        folder = Path(tempfile.mkdtemp(dir=self._scratch.path))
        folder.chmod(0o711)
        return folder

    def fork_examiner(self) -> socket.socket:
        """The connection to a new examiner; one that ends at once if the launcher is gone."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._orders, [b"!"], [theirs.fileno()])
            except OSError:
                pass  # whoever reads from the connection finds that it has ended
        return ours

    def close(self) -> None:
        """End the launcher, and with it every examiner and every worker."""
        self._orders.close()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            pass  # it was killed; the kernel is slow to bury it
        self._scratch.close()


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: variables[name] for name in _KEPT_VARIABLES if name in variables}
    return {
        **kept,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "OPENBLAS_NUM_THREADS": "1",  # its threads would make a fork unclean
        # Waiting threads sleep: no slower on an idle machine, and on a busy one a training step
        # takes half as long (33 ms, 68 ms with spinning; 14 and 14 when idle).
        "OMP_WAIT_POLICY": "PASSIVE",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the order of a student's sets must not differ from run to run
    }
