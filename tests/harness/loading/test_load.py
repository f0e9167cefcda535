"""Loading: every statement runs once, and training is found instead of carried out."""

from __future__ import annotations

import sys

import pytest

from grader.protocol.parts import Location


def where(outcome) -> list[tuple[str, str, int | None]]:
    return [
        (error.type_name, error.places[-1].file, error.places[-1].line) for error in outcome.errors
    ]


def test_an_exception_costs_its_statement_and_the_next_one_runs(load) -> None:
    outcome = load(
        "x = 1\n1 / 0\ny = 2\nundefined\nz = 3", probe="answer = [k for k in 'xyz' if k in names]"
    )
    assert outcome.answer == ["x", "y", "z"]
    assert where(outcome) == [
        ("ZeroDivisionError", "homework.py", 2),
        ("NameError", "homework.py", 4),
    ]
    assert outcome.ran == (0, 1, 2, 3, 4)


def test_a_notebook_cell_stops_at_its_error_and_the_next_cell_runs(load) -> None:
    outcome = load(
        "x = 1\n1 / 0\ny = 2", "z = 3", stop_at_error=True,
        probe="answer = [k for k in 'xyz' if k in names]",
    )  # fmt: skip
    assert outcome.answer == ["x", "z"]
    assert where(outcome) == [("ZeroDivisionError", "cell 1", 2)]
    assert outcome.ran == (0, 1, 3)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("import sys; sys.exit(3)", "SystemExit"),
        ("raise SystemExit", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise BaseException('x')", "BaseException"),
        ("def f(): f()\nf()", "RecursionError"),
    ],
)
def test_leaving_is_only_an_error_of_that_statement(load, statement: str, kind: str) -> None:
    outcome = load(f"{statement}\ny = 2", probe="answer = names['y']")
    assert outcome.answer == 2
    assert [error.type_name for error in outcome.errors] == [kind]


def test_a_syntax_error_is_told_and_nothing_is_run(load) -> None:
    outcome = load("print('a')", "x = 1\ny = (")
    assert outcome.syntax_error == ("cell 2", 2)
    assert outcome.ran == ()


def test_statements_that_ended_the_process_before_are_skipped(load) -> None:
    outcome = load("x = 1\nx = 2\ny = x", skip=(1,), probe="answer = names['y']")
    assert outcome.answer == 1
    assert outcome.ran == (0, 2)


def test_many_errors_are_kept_up_to_a_number(load) -> None:
    assert len(load("undefined\n" * 60).errors) == 50


def test_printed_text_is_kept_up_to_a_limit(load) -> None:
    outcome = load(
        "import sys\nprint('a' * 20)\nprint('b', file=sys.stderr)\nprint('c' * 10**6)",
        output_bytes=30,
    )
    assert outcome.output.startswith("a" * 20 + "\nb\n" + "c" * 7 + "\n... (999,994 more")
    assert outcome.errors == ()


def test_the_namespace_is_the_main_module_as_in_a_notebook(load) -> None:
    outcome = load(
        "if __name__ == '__main__':\n    x = 1\nimport __main__\n__main__.y = 2\nz = x + y",
        probe="answer = names['z']",
    )
    assert outcome.answer == 3


def test_what_the_homework_gives_is_there_from_the_start(load) -> None:
    outcome = load(
        "x, y = next(iter(loader_val))\nshape = tuple(flatten(x).shape)\n"
        "w = random_weight((3072, 10))\nloader_test, F, np, dtype, device, print_every, Flatten()",
        probe="answer = [names['shape'], names['w'].requires_grad]",
    )
    assert outcome.errors == ()
    assert outcome.answer == [[32, 3072], True]
    assert outcome.definitions["flatten"].origin == "given"
    assert outcome.definitions["three_layer_convnet"].origin == "missing"


def test_an_own_definition_takes_the_place_of_the_given_one_and_is_used_by_it(load) -> None:
    outcome = load(
        "import torch\ndef flatten(x):\n    return torch.full((1,), 7.0)\n"
        "result = float(Flatten()(1))",
        probe="answer = names['result']",
    )
    assert outcome.answer == 7.0
    assert outcome.definitions["flatten"].origin == "own"
    assert outcome.definitions["flatten"].where == Location(file="homework.py", line=2)


def test_a_definition_bound_by_assignment_or_import_is_found_where_its_code_is(load) -> None:
    outcome = load(
        "from layers import flatten\nthree_layer_convnet = lambda x, params: x",
        files={"layers.py": "\n\ndef flatten(x):\n    return x\n"},
    )
    assert outcome.definitions["flatten"].where == Location(file="layers.py", line=3)
    assert outcome.definitions["three_layer_convnet"].where == Location(file="homework.py", line=2)


def test_a_name_set_to_none_counts_as_missing(load) -> None:
    assert load("three_layer_convnet = None").definitions["three_layer_convnet"].origin == "missing"


@pytest.mark.parametrize(
    "form",
    [
        "import torchvision.datasets as dset",
        "from torchvision import datasets as dset",
        "import torchvision\ndset = torchvision.datasets",
    ],
)
def test_the_data_set_is_served_however_it_is_imported(load, form: str) -> None:
    outcome = load(
        f"{form}\nfrom torch.utils.data import DataLoader\nimport torchvision.transforms as T\n"
        "data = dset.CIFAR10('./datasets', train=True, download=True, transform=T.ToTensor())\n"
        "x, y = next(iter(DataLoader(data, batch_size=5)))",
        probe="answer = [len(names['data']), list(names['x'].shape), names['y'].tolist()]",
    )
    assert outcome.answer == [50000, [5, 3, 32, 32], [0, 1, 2, 3, 4]]


def test_reading_from_the_keyboard_is_an_error_and_waits_for_nobody(load) -> None:
    outcome = load("name = input('name? ')\ny = 2", probe="answer = names['y']")
    assert [error.type_name for error in outcome.errors] == ["EOFError"]
    assert outcome.answer == 2


def test_the_given_functions_count_as_given_though_they_are_wrapped(load) -> None:
    assert load("x = 1").definitions["train_part34"].origin == "given"


@pytest.mark.parametrize(
    "line",
    [
        "import a_module_that_is_not_here",
        "from torch.nn import optim",
        "assert torch.__version__ == '1.4'",
    ],
)
def test_another_environment_does_not_take_the_rest_of_a_cell_along(load, line: str) -> None:
    outcome = load(f"import torch\n{line}\ny = 2", stop_at_error=True, probe="answer = names['y']")
    assert outcome.answer == 2
    assert where(outcome)[0][1:] == ("homework.py", 2)


@pytest.mark.parametrize(
    "lines",
    [
        "import matplotlib.pyplot as plt\nplt.style.use('a style of another version')",
        "import matplotlib.pyplot as plt\nplt.rcParams['an option of another version'] = 1",
        "import os\nos.mkdir('a'); os.mkdir('a')",
        "import torch\nif not torch.backends.mps.is_available():\n    raise RuntimeError('no GPU')",
        "import torch\nif torch.cuda.device_count() == 0:\n    raise RuntimeError('no GPU')",
        "import subprocess\nprint(subprocess.check_output(['no-such-smi']).decode())",
        "import subprocess\nprint('GPU:', f'is a {subprocess.run([1]).stdout}')",
        "import subprocess\ngpu = subprocess.run('no-such-smi').stdout\nprint(gpu)",
        "import a_module_that_is_not_here as sns\nsns.set()\npalette = sns.color()\nprint(palette)",
    ],
)
def test_another_library_does_not_take_the_rest_of_a_cell_along(load, lines: str) -> None:
    outcome = load(f"{lines}\ny = 2", stop_at_error=True, probe="answer = names['y']")
    assert outcome.answer == 2
    assert outcome.errors
    assert not any(error.ends_cell for error in outcome.errors)


@pytest.mark.parametrize(
    "line",
    [
        "torch.nn.init.no_such_thing(1)",
        "os.environ.get(undefined)",
        "sys.exit()",
        "helper.fail()",
        "x = torch.nn.Linear(1)",
        "x = helper.fail()",
        "print(torch.nn.Linear(1))",
        "len(5)",
    ],
)
def test_what_fails_for_itself_ends_its_cell(load, line: str) -> None:
    outcome = load(
        f"import os, sys, torch, helper\n{line}\ny = 2", stop_at_error=True,
        files={"helper.py": "def fail():\n    raise ValueError\n"}, probe="answer = 'y' in names",
    )  # fmt: skip
    assert outcome.answer is False


def test_messages_do_not_tell_where_python_is_installed(load) -> None:
    (error,) = load("from torch.nn import optim").errors
    assert "(…/" in error.message
    assert sys.prefix not in error.message


def test_a_name_is_told_with_the_library_that_it_needs(load) -> None:
    """Also one that is made of it; what is nowhere bound needs none."""
    outcome = load("x = 1\nfrom nowhere.far import f as g\nmade = g()\nmade.step()\nundefined")
    needs = "it needs nowhere, which is neither installed here nor handed in (homework.py, line 2)"
    assert [error.message for error in outcome.errors] == [
        "No module named 'nowhere'",
        f"name 'g' is not defined: {needs}",
        f"name 'made' is not defined: {needs}",
        "name 'undefined' is not defined",
    ]


def test_a_broken_cell_is_told_in_the_order_of_the_document(load) -> None:
    outcome = load("1 / 0", "x = (", "undefined", stop_at_error=True)
    assert where(outcome) == [
        ("ZeroDivisionError", "cell 1", 1),
        ("SyntaxError", "cell 2", 1),
        ("NameError", "cell 3", 1),
    ]


def test_what_the_homework_imports_is_there_from_the_start(load) -> None:
    assert load("optim.SGD, T.ToTensor, dset.CIFAR10, DataLoader, sampler").errors == ()


def test_every_definition_of_a_name_is_kept_with_the_namespace_of_its_cell(load) -> None:
    outcome = load(
        "k = 1\ndef flatten(x):\n    return k\nk = 2", "def flatten(x):\n    return k * 10\nk = 3",
        "k = 4", "flatten = None",
        probe="answer = [[v.value(0), v.namespace['k']] for v in loaded.versions.of('flatten')]",
    )  # fmt: skip
    assert outcome.answer == [[4, 2], [40, 3]]
    assert outcome.definitions["flatten"].origin == "missing"
    assert outcome.definitions["flatten"].versions == (
        Location(file="cell 1", line=2), Location(file="cell 2", line=1),
    )  # fmt: skip


def test_a_definition_by_assignment_stands_where_it_is_assigned(load) -> None:
    outcome = load("import torch.nn as nn\nflatten = nn.Flatten()")
    assert outcome.definitions["flatten"].where == Location(file="homework.py", line=2)


def test_the_names_that_a_trained_model_has_in_the_end_are_told(load) -> None:
    outcome = load(
        "model = torch.nn.Linear(2, 2)\ntrain_part34(model, optim.SGD(model.parameters(), 0.1))",
        "best_model = model\nmodel = None", stop_at_error=True,
    )  # fmt: skip
    assert outcome.only.names == ("best_model",)


HOSTILE = (
    "class Meta(type):\n"
    "    @property\n"
    "    def __name__(cls): raise SystemExit\n"
    "class Evil(Exception, metaclass=Meta): pass\n"
    "class Odd:\n"
    "    @property\n"
    "    def __class__(self): raise SystemExit\n"
)


@pytest.mark.parametrize("statement", ["raise Evil", "odd = Odd()"])
def test_what_raises_when_it_is_looked_at_costs_its_statement_alone(load, statement: str) -> None:
    outcome = load(f"{HOSTILE}{statement}\nx = 3", probe="answer = names['x']")
    assert outcome.answer == 3
    assert [error.type_name for error in outcome.errors][:1]


def test_an_object_that_raises_when_it_is_asked_for_its_class_excuses_nothing(load) -> None:
    outcome = load(
        "class Odd:\n    @property\n    def __class__(self):\n        raise ValueError\n"
        "    def f(self):\n        raise KeyError\nodd = Odd()", "odd.f()\ny = 2", "x = 3",
        stop_at_error=True, probe="answer = ['y' in names, names['x']]",
    )  # fmt: skip
    assert outcome.answer == [False, 3]


def test_a_script_knows_its_own_file(load) -> None:
    outcome = load(
        "from pathlib import Path\nhere = Path(__file__)",
        probe="answer = names['here'].name",
    )
    assert (outcome.errors, outcome.answer) == ((), "homework.py")
