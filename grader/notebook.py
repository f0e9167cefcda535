"""`%torchgrade` in Jupyter, VS Code and Colab: check the open notebook, show its report.

The notebook is checked as it was last saved, by a `torchgrade check` in processes of its own: the
kernel that somebody works in is left as it is, and knows nothing of what was found.
"""

from __future__ import annotations

import html
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.display import HTML, display

_SOURCES = (".ipynb", ".py")
_CHECKED = (0, 1)
"""Exit codes of a check that came to its end: every point earned, or some lost."""
_HEIGHT = 640
_COLAB_SECONDS = 20


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext torchgrade`."""

    def torchgrade(line: str) -> None:
        """%torchgrade [NOTEBOOK] [options of `torchgrade check`]: check it, and show the report."""
        _check_and_show(shlex.split(line), shell.user_ns)

    shell.register_magic_function(torchgrade, "line", "torchgrade")


def _check_and_show(arguments: Sequence[str], names: Mapping[str, Any]) -> None:
    named = any(argument.endswith(_SOURCES) for argument in arguments)
    with _open_notebook(names) as notebook, tempfile.TemporaryDirectory() as out:
        if not named and notebook is None:
            raise UsageError("Say which notebook is to be checked: %torchgrade HW05.ipynb")
        work = [] if named else [str(notebook)]
        # -P: a file beside the notebook, the student's perhaps, must not be imported.
        # utf8: what it says can be said here and there, whatever the language.
        python = [sys.executable, "-P", "-X", "utf8"]
        command = [*python, "-m", "grader", "check", *work, *arguments, "--out", out]
        ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        if ended.returncode not in _CHECKED:
            raise UsageError((ended.stderr or ended.stdout).strip())
        print(ended.stdout.strip().splitlines()[-2])
        display(HTML(_framed(Path(out, "report.html").read_text(encoding="utf-8"))))


def _framed(page: str) -> str:
    """A page within a page, where neither changes the other."""
    return (
        f'<iframe sandbox srcdoc="{html.escape(page)}" title="torchgrade report" '
        f'style="width: 100%; height: {_HEIGHT}px; border: 0"></iframe>'
    )


@contextmanager
def _open_notebook(names: Mapping[str, Any]) -> Iterator[Path | None]:
    """Where the notebook lies that a kernel belongs to; None where nobody tells."""
    told = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    if told and Path(told).suffix == ".ipynb" and Path(told).exists():
        yield Path(told)
    elif "google.colab" in sys.modules:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "notebook.ipynb")
            path.write_text(json.dumps(_ask_colab()), encoding="utf-8")
            yield path
    else:
        found = sorted(Path.cwd().glob("*.ipynb"))
        yield found[0] if len(found) == 1 else None


def _ask_colab() -> Any:
    """The open notebook; Colab keeps it nowhere on its machine's disk."""
    from google.colab import _message

    answer = _message.blocking_request("get_ipynb", request="", timeout_sec=_COLAB_SECONDS)
    if not answer:
        raise UsageError("Colab does not answer which notebook is open. Try it once more.")
    return answer["ipynb"]
