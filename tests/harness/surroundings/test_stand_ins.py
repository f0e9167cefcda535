"""Modules that notebooks import for a bar or a drive, where they are not installed."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader.harness.surroundings import stand_ins
from grader.harness.surroundings.stand_ins import Progress, install_stand_ins

NAMES = (
    "pandas",
    "plotly",
    "seaborn",
    "sklearn",
    "tqdm",
    "google",
    "cs231n",
    "torchsummary",
    "torchinfo",
    "tensorboardX",
    "wandb",
)


@pytest.fixture
def without_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine without them."""
    before = dict(sys.modules)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    for name in before:
        if name.split(".")[0] in NAMES:
            del sys.modules[name]
    monkeypatch.setattr(stand_ins, "_is_installed", lambda name: False)
    yield
    for name in list(sys.modules):
        if name.split(".")[0] in NAMES:
            del sys.modules[name]
    sys.modules.update(before)


@pytest.mark.usefixtures("without_modules")
@pytest.mark.parametrize(
    "source",
    [
        "import tqdm\nassert list(tqdm.tqdm([1, 2])) == [1, 2]",
        "from tqdm import tqdm, trange\nassert list(trange(1, 3, desc='x')) == [1, 2]",
        "from tqdm.auto import tqdm\nfrom tqdm.notebook import tqdm\nimport tqdm.notebook as tq",
        "from google.colab import drive, files, output\ndrive.mount('/content/drive')\n"
        "files.upload()\nfiles.download('x')\noutput.clear()",
        "from torch.utils.tensorboard import SummaryWriter\nwith SummaryWriter('runs') as w:\n"
        "    w.add_scalar('loss', 1.0, 3)\n    w.flush()",
        "from tensorboardX import SummaryWriter\nSummaryWriter().close()",
        "import wandb\nwandb.init(project='x')\nwandb.log({'a': 1})\nwandb.run.finish()",
        "import os, wandb\nrun = wandb.init(config={'lr': 0.1}, project='x')\n"
        "assert wandb.config.lr == run.config['lr'] == 0.1\nwandb.run.summary['best'] = 1\n"
        "from torch.utils.tensorboard import SummaryWriter\n"
        "os.path.join(SummaryWriter().log_dir, 'x')",
        "from tqdm import tqdm\nassert tqdm([1]).format_dict['elapsed'] == 0",
        "import pandas as pd, seaborn as sns, plotly.express as px\nsns.set_theme()\n"
        "table = pd.DataFrame([{'loss': 0.5}])\ntable.to_csv('log.csv')\n"
        "print(f'{table.loss.mean():.3f}', len(table))\npx.line(table)\nassert table",
        "from tqdm import tqdm\nbar = tqdm([1, 2])\n"
        "assert [100 * bar.n / bar.total for _ in bar] == [0, 50]",
        "from torchinfo import summary\nfound = summary(None, (64, 3, 32, 32), verbose=0)\n"
        "print(f'{found.total_params:,} of {found.total_mult_adds / 1e6:.1f}', found)",
        "import google.colab.drive\ngoogle.colab.drive.mount('/x', force_remount=True)",
    ],
)
def test_what_notebooks_import_is_there_and_does_nothing(source: str) -> None:
    install_stand_ins()
    exec(source, {})


@pytest.mark.parametrize("name", ["torch", "torch.nn"])
def test_what_is_installed_is_known_to_be(name: str) -> None:
    assert stand_ins._is_installed(name)
    assert not stand_ins._is_installed("nowhere.to.be.found")


@pytest.mark.usefixtures("without_modules")
def test_a_stand_in_answers_python_s_own_questions() -> None:
    install_stand_ins()
    drive = importlib.import_module("google.colab.drive")
    assert getattr(drive, "__file__", None) is None
    assert importlib.util.find_spec("tqdm") is not None


def test_what_is_installed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(sys.modules)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(stand_ins, "_is_installed", lambda name: True)
    install_stand_ins()
    assert {name: sys.modules.get(name) for name in before} == before


def test_a_bar_is_what_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress([3, 4], desc="epoch", leave=False) as bar:
        assert len(bar) == 2
        for position, item in enumerate(bar):
            bar.set_description(f"{item}")
            bar.set_postfix(loss=0.1)
            assert bar.n == position
    bar.close()
    Progress.write("done")
    assert capsys.readouterr().out == "done\n"


def test_a_bar_without_an_iterable_counts() -> None:
    bar = Progress(total=7)
    bar.update()
    bar.update(2)
    assert (bar.n, len(bar), list(bar)) == (3, 7, [])


def test_a_bar_of_a_loader_has_its_length_and_one_of_a_generator_none() -> None:
    data = importlib.import_module("torch.utils.data")
    loader = data.DataLoader(range(10), batch_size=4)
    assert len(Progress(loader)) == len(loader) == 3
    assert len(list(enumerate(Progress(loader)))) == 3
    with pytest.raises(TypeError):
        len(Progress(iter([1])))


@pytest.mark.usefixtures("without_modules")
@pytest.mark.parametrize("module", ["torchsummary", "torchinfo"])
def test_a_summary_of_a_model_may_be_asked_for(module: str) -> None:
    install_stand_ins()
    namespace: dict[str, object] = {}
    exec(f"from {module} import summary\nsummary(None, (3, 32, 32))", namespace)


@pytest.mark.usefixtures("without_modules")
def test_the_course_s_package_may_be_named_but_not_called() -> None:
    install_stand_ins()
    namespace: dict[str, object] = {}
    exec(
        "import cs231n\nfrom cs231n.data_utils import get_CIFAR10_data\n"
        "from cs231n.classifiers.cnn import *\nimport cs231n.layers as layers",
        namespace,
    )
    with pytest.raises(ModuleNotFoundError, match=r"cs231n\.data_utils\.get_CIFAR10_data is the"):
        exec("get_CIFAR10_data()", namespace)


@pytest.mark.usefixtures("without_modules")
def test_a_course_package_that_was_handed_in_is_the_one_that_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cs231n").mkdir()
    (tmp_path / "cs231n" / "__init__.py").write_text("")
    (tmp_path / "cs231n" / "layers.py").write_text("answer = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    install_stand_ins()
    assert importlib.import_module("cs231n.layers").answer == 42


@pytest.mark.usefixtures("without_modules")
@pytest.mark.parametrize(
    "begin",
    [
        "wandb.init(config={'rate': 3})",
        "wandb.init(config=argparse.Namespace(rate=3))",
        "wandb.init()\nwandb.config.update(argparse.Namespace(rate=3), allow_val_change=True)",
        "wandb.config.rate = 3\nwandb.init(config='settings.yaml')",
    ],
)
def test_settings_are_told_in_whatever_form_they_were_given(begin: str) -> None:
    install_stand_ins()
    namespace: dict[str, object] = {}
    exec(f"import argparse, wandb\n{begin}\nrate = wandb.config.rate", namespace)
    assert namespace["rate"] == 3


@pytest.mark.usefixtures("without_modules")
@pytest.mark.parametrize(
    "lines",
    [
        "from tqdm import tqdm\ntqdm._instances.clear()",
        "from tqdm.auto import tqdm\nwith tqdm.get_lock():\n    tqdm.pandas(desc='x')",
        "import tqdm\nwhile tqdm.tqdm._instances:\n    tqdm.tqdm._instances.pop().close()",
        "import time\nfrom tqdm.std import tqdm\nbar = tqdm([1])\n"
        "assert time.time() - bar.start_t >= 0",
        "from tqdm.contrib import tenumerate, tzip\n"
        "assert list(tenumerate('ab', start=1)) == [(1, 'a'), (2, 'b')]\n"
        "assert list(tzip('ab', 'cd')) == [('a', 'c'), ('b', 'd')]",
        "from tqdm import tqdm\nassert not hasattr(tqdm, '__wrapped__')",
    ],
)
def test_bars_may_be_cleared_and_asked_when_they_began(lines: str) -> None:
    install_stand_ins()
    exec(lines, {})


@pytest.mark.usefixtures("without_modules")
def test_scores_of_an_epoch_are_as_scikit_learn_computes_them() -> None:
    """The examples of its documentation; what else it has shows something."""
    install_stand_ins()
    from_sklearn = importlib.import_module("sklearn.metrics")
    assert from_sklearn.accuracy_score([0, 1, 2, 3], [0, 2, 1, 3]) == 0.5
    assert (
        from_sklearn.accuracy_score([0, 1, 2, 3], torch.tensor([0, 2, 1, 3]), normalize=False) == 2
    )
    matrix = from_sklearn.confusion_matrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])
    assert matrix.tolist() == [[2, 0, 0], [0, 0, 1], [1, 0, 2]]
    true, predicted = [0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]
    for name, macro, micro, weighted, each in (
        ("precision_score", 0.22, 0.33, 0.22, [0.67, 0, 0]),
        ("recall_score", 0.33, 0.33, 0.33, [1, 0, 0]),
        ("f1_score", 0.27, 0.33, 0.27, [0.8, 0, 0]),
    ):
        score = getattr(from_sklearn, name)
        averages = [score(true, predicted, average=a) for a in ("macro", "micro", "weighted")]
        assert averages == pytest.approx([macro, micro, weighted], abs=0.005)
        assert score(true, predicted, average=None) == pytest.approx(each, abs=0.005)
    print(from_sklearn.classification_report(true, predicted))
