"""What a notebook finds of IPython."""

from __future__ import annotations

import pytest


def test_magics_and_shell_lines_do_nothing_and_are_remembered_with_their_places(load) -> None:
    outcome = load(
        "x = 1\n%cd /content/drive\n!bash get_datasets.sh", "names = !ls",
        "%%writefile a.py\nx = 2", probe="answer = names['x']", stop_at_error=True,
    )  # fmt: skip
    assert outcome.answer == 1
    assert outcome.skipped == (
        ("cell 1, line 2", "%cd /content/drive"),
        ("cell 1, line 3", "!bash get_datasets.sh"),
        ("cell 2, line 1", "!ls"),
        ("cell 3, line 1", "%%writefile a.py"),
    )


def test_the_lines_of_a_shell_command_are_none(load) -> None:
    outcome = load("files = !ls\nn = len(files)", probe="answer = names['n']")
    assert (outcome.answer, outcome.errors) == (0, ())


@pytest.mark.parametrize(
    "source",
    [
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "get_ipython().magic('matplotlib inline')",
        "from IPython import get_ipython\nget_ipython().system('ls')",
        "import IPython\nIPython.get_ipython().events.register('post_execute', print)",
        "get_ipython().kernel.do_shutdown(True)",
        "display('x')\nfrom IPython.display import display\ndisplay(1)",
        "import matplotlib.pyplot as plt\nplt.subplot(2, 1, 1)\nplt.plot([1, 2])\nplt.show()",
        "%load_ext autoreload\n%autoreload 2\n%matplotlib inline",
    ],
)
def test_what_notebooks_do_with_it_raises_nothing(load, source: str) -> None:
    outcome = load(f"import warnings\nwarnings.simplefilter('ignore')\n{source}\ny = 2")
    assert outcome.errors == ()


def test_modules_of_the_submission_find_it_too(load) -> None:
    outcome = load(
        "import helper\nx = helper.x",
        files={"helper.py": "get_ipython().system('ls')\nx = 1\n"}, probe="answer = names['x']",
    )  # fmt: skip
    assert outcome.answer == 1
    assert outcome.skipped == (("helper.py, line 1", "!ls"),)
