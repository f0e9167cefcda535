"""What a notebook finds of IPython."""

from __future__ import annotations

import pytest


def test_magics_and_shell_lines_do_nothing_and_are_remembered_with_their_places(load) -> None:
    outcome = load(
        "x = 1\n%cd /content/drive\n!bash get_datasets.sh", "names = !ls",
        "%%javascript\nalert(1)", probe="answer = names['x']", stop_at_error=True,
    )  # fmt: skip
    assert outcome.answer == 1
    assert outcome.skipped == (
        ("cell 1, line 2", "%cd /content/drive"),
        ("cell 1, line 3", "!bash get_datasets.sh"),
        ("cell 2, line 1", "!ls"),
        ("cell 3, line 1", "%%javascript"),
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


def test_a_module_that_is_written_by_a_cell_can_be_imported_and_counts_as_the_student_s(load):
    outcome = load(
        "%%writefile nets.py\ndef flatten(x):\n    return 1",
        "%%writefile -a nets.py\ny = 5",
        "from nets import flatten, y\nx = flatten(0) + y", probe="answer = names['x']",
    )  # fmt: skip
    assert (outcome.errors, outcome.answer) == ((), 6)
    assert str(outcome.definitions["flatten"].where) == "nets.py, line 1"


def test_a_module_that_is_written_within_a_tick_of_the_clock_can_be_imported(load) -> None:
    outcome = load(
        "import os\nnow = os.stat('.').st_mtime_ns",
        "%%writefile first.py\nx = 1", "os.utime('.', ns=(now, now))\nimport first",
        "%%writefile second.py\nx = 2", "os.utime('.', ns=(now, now))\nimport second",
        probe="answer = names['first'].x + names['second'].x",
    )  # fmt: skip
    assert (outcome.errors, outcome.answer) == ((), 3)


def test_a_script_is_run_in_the_namespace(load) -> None:
    outcome = load(
        "x = 2\n%run nets.py --fast", "z = y", files={"nets.py": "y = x * 3\n1 / 0\n"},
        stop_at_error=True, probe="answer = names['z']",
    )  # fmt: skip
    assert outcome.answer == 6
    (error,) = outcome.errors
    assert [str(place) for place in error.places] == ["cell 1, line 2", "nets.py, line 2"]


def test_a_script_that_is_not_there_is_a_magic_like_any_other(load) -> None:
    assert load("%run gone.py\n%run").skipped == (
        ("homework.py, line 1", "%run gone.py"), ("homework.py, line 2", "%run"),
    )  # fmt: skip


@pytest.mark.parametrize("line", ["%run parts.py", "%run -i 'parts'", "%run parts 3"])
def test_a_script_that_is_run_trains_part_by_part(load, line: str) -> None:
    script = (
        "def train_part34(model, optimizer):\n"
        "    for x, y in loader_train:\n"
        "        F.cross_entropy(model(x), y).backward()\n"
        "for rate in (0.1, 0.2):\n"
        "    model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))\n"
        "    train_part34(model, torch.optim.SGD(model.parameters(), lr=rate))\n"
        "after = 1\n"
    )
    outcome = load(line, files={"parts.py": script}, probe="answer = names['after']")
    assert (outcome.errors, outcome.answer) == ((), 1)
    assert [each.optimizer.settings["lr"] for each in outcome.recorded] == [0.1, 0.2]
