"""Training runs: trained in a real worker, measured here, on a tiny data set of two colours."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from grader.checks.catalogue import known_checks
from grader.data import open_store
from grader.intake.documents.outline import Outline, Piece, find_marks
from grader.results import RunResult, RunStatus
from grader.rubric import RunSpec, Training, default_rubric, load_rubric
from grader.sandbox.allowance import Allowance
from grader.sandbox.student import Student
from grader.training.conductor import Conductor, Progress
from grader.training.inspector import Inspector
from grader.training.measuring import HeldOut
from grader.training.serving import TrainingFolders
from grader.training.trainer import Trainer
from grader.understanding.matching import match_runs

RULES = Training(
    stop_when_reached=True,
    validations_per_epoch=2,
    near_miss=0.05,
    further_seeds=2,
    further_models=2,
    verify_shared=0.0,
)
OFTEN = RULES.model_copy(update={"validations_per_epoch": 20})
"""So that nothing is reached at once, which would be looked into."""
NET = (
    "import torch.optim as optim\n"
    "class ThreeLayerConvNet(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.fc = nn.Linear(3072, 10)\n"
    "    def forward(self, x):\n"
    "        return self.fc(x.flatten(1))\n"
    "model = ThreeLayerConvNet()\n"
)
TRAINED = NET + "train_part34(model, optim.SGD(model.parameters(), lr=1e-3))\n"


@pytest.fixture
def trainer_of(student_of, data_root, tmp_path_factory, request):
    """Makes the trainer of a script, and the list of what it reports."""
    store = open_store("synthetic", data_root)
    rubric = load_rubric(default_rubric(), known_checks())
    exchanges = rubric.integrity.exchanges
    folders = TrainingFolders(store, tmp_path_factory.mktemp("folders"), exchanges)
    start_worker_on = request.getfixturevalue("start_worker_on")
    time_for: dict[str, float] = {}
    trials: list[Student] = []

    def serve(student: Student, folder: Path) -> Student:
        data = student.load.data.model_copy(
            update={
                "train_dir": str(folder),
                "batch_size": 64,
                "nominal_train": 49000,
                "nominal_validation": 1000,
                "nominal_test": 10000,
            }
        )
        student.load = student.load.model_copy(update={"data": data})
        student.start_worker = start_worker_on(folder, folders.images)
        return student

    @contextmanager
    def exchanged(student: Student, seed: int, number: int):
        served = folders.exchanged(number)
        with student.fresh(seed) as other:
            if "seconds" in time_for:
                other.allowance = Allowance(time_for["seconds"])
            trials.append(serve(other, served.folder))
            yield trials[-1], served.called

    def make(
        source: str,
        threshold: float,
        rules: Training = RULES,
        epochs: int = 1,
        files: dict[str, Path] | None = None,
        epoch_seconds: float = 1e9,
        given_loops: bool = True,
        time_for_trials: float | None = None,
        trial_seconds: float = rubric.integrity.trial_seconds,
        late_is_left_out: bool = False,
        mixes: bool = False,
        shared: RunResult | None = None,
        **deadlines: float,
    ):
        if time_for_trials is not None:
            time_for["seconds"] = time_for_trials
        student = serve(student_of(source, files, **deadlines), folders.plain)
        make.students.append(student)
        seen: list[Progress] = []
        spec = RunSpec(threshold=threshold, epochs=epochs, mixed_precision=True)
        integrity = rubric.integrity.model_copy(update={"trial_seconds": trial_seconds})
        runs = dict.fromkeys(rubric.runs, spec)
        marks = find_marks([Piece(cell=0, text=source, is_code=True)])
        outline = Outline(student.material.cells, marks)
        held_out = HeldOut(store, threads=1, unseen=400)
        conductor = Conductor(held_out, rules, 1, seen.append, given_loops)

        def seeds(name: str, attempt: int) -> int:
            return 100 + attempt

        inspector = Inspector(
            student,
            integrity,
            conductor,
            seeds=seeds,
            exchanged=exchanged,
            epoch_seconds=lambda: epoch_seconds,
            has_time_besides=not late_is_left_out,
        )
        trainer = Trainer(
            student,
            match_runs(student.loaded.recorded, outline),
            rubric.model_copy(update={"runs": runs, "integrity": integrity}),
            conductor,
            inspector,
            seeds=seeds,
            shared=lambda name, matched: shared,
            verified=lambda name: True,
            late_is_left_out=late_is_left_out,
            mixes=mixes,
        )
        return trainer, seen

    make.trials, make.students = trials, []
    return make


def test_a_run_ends_as_soon_as_its_threshold_is_reached(trainer_of):
    trainer, seen = trainer_of(TRAINED, threshold=0.15)
    result = trainer.run("module")
    assert result.status is RunStatus.REACHED
    assert result.best_val_accuracy >= 0.15
    assert result.iterations == 50
    assert [progress.iteration for progress in seen] == [0, 50]
    assert result.where == "homework.py, line 9"


def test_a_run_that_misses_by_far_is_not_retrained(trainer_of):
    trainer, _ = trainer_of(TRAINED, threshold=0.95)
    result = trainer.run("module")
    assert result.status is RunStatus.MISSED
    assert not result.near_miss
    assert result.seeds == (100,)
    assert result.iterations == 100
    assert result.epochs == 1
    assert "95% is asked for" in result.reason


def test_a_near_miss_is_retrained_with_every_further_seed(trainer_of):
    rules = RULES.model_copy(update={"near_miss": 0.9})
    trainer, _ = trainer_of(TRAINED, threshold=0.95, rules=rules)
    result = trainer.run("module")
    assert result.status is RunStatus.MISSED
    assert result.seeds == (100, 101, 102)
    assert result.near_miss
    assert "best of 3 seeds" in result.reason


def test_a_far_miss_after_a_near_one_is_no_reason_to_stop(trainer_of):
    unlucky = TRAINED.replace("lr=1e-3", "lr=0.0 if torch.initial_seed() == 101 else 1e-3")
    rules = RULES.model_copy(update={"near_miss": 0.8})
    trainer, _ = trainer_of(f"import torch\n{unlucky}", threshold=0.95, rules=rules)
    assert trainer.run("module").seeds == (100, 101, 102)


SEEDED = TRAINED.replace(
    "train_part34(", "def fit(model, optimizer):\n"
    "    torch.manual_seed(7)\n    np.random.seed(7)\n    global drawn\n"
    "    drawn = torch.rand(1).item() + np.random.rand()\n"
    "    for x, y in loader_train:\n        optimizer.zero_grad()\n"
    "        F.cross_entropy(model(x), y).backward()\n        optimizer.step()\n"
    "fit(",
)  # fmt: skip


def test_who_seeds_the_training_itself_is_given_another_one_all_the_same(trainer_of):
    rules = RULES.model_copy(update={"near_miss": 0.9})
    trainer, seen = trainer_of(SEEDED, threshold=0.95, rules=rules)
    assert trainer.run("module").seeds == (100, 101, 102)
    ends = [progress.loss for progress in seen if progress.epoch == 1]
    assert len(set(ends)) == 3


NO_BFLOAT16 = TRAINED.replace(
    "return self.fc(x.flatten(1))", "return self.fc(self.seen(x))"
).replace(
    "    def forward",
    "    def seen(self, x):\n"
    "        hidden = self.fc(x.flatten(1))\n"
    "        if hidden.dtype == torch.bfloat16:\n            raise TypeError('bfloat16')\n"
    "        return x.flatten(1)\n"
    "    def forward",
)


def test_what_is_reached_in_mixed_precision_is_reached(trainer_of):
    trainer, seen = trainer_of(TRAINED, threshold=0.15, mixes=True)
    result = trainer.run("module")
    assert result.status is RunStatus.REACHED
    assert result.mixed_precision
    assert result.seeds == (100,)
    assert [progress.iteration for progress in seen] == [0, 50]


def test_what_misses_in_mixed_precision_is_trained_in_full(trainer_of):
    trainer, seen = trainer_of(TRAINED, threshold=0.95, mixes=True)
    result = trainer.run("module")
    assert result.status is RunStatus.MISSED
    assert not result.mixed_precision
    assert result.seeds == (100,)
    assert [progress.iteration for progress in seen] == [0, 50, 100] * 2


@pytest.mark.parametrize("mixes", [True, False])
def test_code_that_minds_mixed_precision_loses_nothing(trainer_of, mixes):
    trainer, _ = trainer_of(f"import torch\n{NO_BFLOAT16}", threshold=0.15, mixes=mixes)
    result = trainer.run("module")
    assert result.reached
    assert not result.mixed_precision


def test_full_curves_are_of_full_precision(trainer_of):
    rules = RULES.model_copy(update={"stop_when_reached": False})
    trainer, _ = trainer_of(TRAINED, threshold=0.15, rules=rules, mixes=True)
    assert not trainer.run("module").mixed_precision


def test_training_beyond_the_budget_is_cut(trainer_of):
    source = TRAINED.replace("lr=1e-3)", "lr=1e-3), epochs=5")
    rules = RULES.model_copy(update={"stop_when_reached": False})
    trainer, _ = trainer_of(source, threshold=0.1, rules=rules)
    result = trainer.run("module")
    assert result.epochs == 1
    assert result.reached


def test_an_own_loop_is_trained_and_measured_like_any_other(trainer_of):
    source = NET + (
        "optimizer = optim.SGD(model.parameters(), lr=1e-3)\n"
        "for epoch in range(3):\n"
        "    for x, y in loader_train:\n"
        "        optimizer.zero_grad()\n"
        "        F.cross_entropy(model(x), y).backward()\n"
        "        optimizer.step()\n"
    )
    rules = RULES.model_copy(update={"stop_when_reached": False})
    trainer, _ = trainer_of(source, threshold=0.15, rules=rules, epochs=2)
    result = trainer.run("module")
    assert result.reached
    assert result.iterations == 200
    assert result.optimizer.name == "SGD"
    assert result.curve[0].val_accuracy < 0.2 < result.best_val_accuracy
    assert result.curve[-1].loss < result.curve[1].loss


def test_a_model_nobody_trains_is_trained_as_the_homework_would(trainer_of):
    source = NET + "optimizer = optim.SGD(model.parameters(), lr=1e-3)\n"
    trainer, _ = trainer_of(source, threshold=0.15)
    assert trainer.run("module").reached


def test_measuring_does_not_change_the_training(trainer_of):
    source = TRAINED.replace("self.fc(x.flatten(1))", "self.fc(F.dropout(x.flatten(1), 0.5))")
    often = RULES.model_copy(update={"stop_when_reached": False, "validations_per_epoch": 10})
    seldom = often.model_copy(update={"validations_per_epoch": 1})
    runs = [trainer_of(source, 0.9, rules)[0].run("module") for rules in (often, seldom)]
    assert runs[0].curve[-1] == runs[1].curve[-1]


def test_a_run_that_raises_says_where(trainer_of):
    source = TRAINED.replace("return self.fc(x.flatten(1))", "return self.fc(x)")
    trainer, _ = trainer_of(source, threshold=0.5)
    result = trainer.run("module")
    assert result.status is RunStatus.FAILED
    assert "RuntimeError" in result.reason
    assert result.best_val_accuracy is None


def test_a_run_whose_weights_are_nan_ends_there(trainer_of):
    trainer, _ = trainer_of(TRAINED.replace("1e-3", "1e38"), threshold=0.5)
    result = trainer.run("module")
    assert result.status is RunStatus.FAILED
    assert result.iterations == 50
    assert "all weights of a layer are NaN after 50 iterations" in result.reason
    assert result.curve[-1].loss is None
    assert result.final_val_accuracy == 0


def test_a_loop_of_its_own_may_set_its_weights_anew(trainer_of):
    source = NET + (
        "optimizer = optim.SGD(model.parameters(), lr=1e38)\n"
        "for t, (x, y) in enumerate(loader_train):\n"
        "    loss = F.cross_entropy(model(x), y)\n"
        "    optimizer.zero_grad()\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    if t == 60:\n"
        "        model.fc.reset_parameters()\n"
        "        optimizer.param_groups[0]['lr'] = 1e-3\n"
    )
    trainer, _ = trainer_of(source, threshold=0.5)
    result = trainer.run("module")
    assert result.iterations == 100
    assert result.final_val_accuracy > 0.1


def test_an_own_training_function_may_set_weights_anew(trainer_of):
    source = (
        "def train_part34(model, optimizer, epochs=1):\n"
        "    for t, (x, y) in enumerate(loader_train):\n"
        "        optimizer.zero_grad()\n"
        "        F.cross_entropy(model(x), y).backward()\n"
        "        optimizer.step()\n"
        "        if t == 60:\n"
        "            model.fc.reset_parameters()\n"
        "            optimizer.param_groups[0]['lr'] = 1e-3\n"
    ) + TRAINED.replace("1e-3", "1e38")
    trainer, _ = trainer_of(source, threshold=0.5, given_loops=False)
    result = trainer.run("module")
    assert result.iterations == 100
    assert result.final_val_accuracy > 0.1


WHEN_MEASURED = (
    "known, began = set(), []\n"
    "def when_measured(x):\n"
    "    if torch.is_grad_enabled():\n"
    "        began.append(True)\n"
    "    elif not began:\n"  # the validation images, before the first step
    "        known.add(x.sum().item())\n"
    "    elif x.sum().item() not in known:\n"
    "        {}\n"
)


@pytest.mark.parametrize(
    "does", ["raise ValueError('never seen')", "import os; os._exit(0)"], ids=["raises", "ends"]
)
def test_who_gives_no_scores_for_unseen_images_has_not_reached(trainer_of, does):
    net = NET.replace("return self.fc", "when_measured(x); return self.fc")
    train = "train_part34(model, optim.SGD(model.parameters(), lr=1e-3))\n"
    trainer, _ = trainer_of(WHEN_MEASURED.format(does) + net + train, threshold=0.2, rules=OFTEN)
    result = trainer.run("module")
    assert result.status is RunStatus.FAILED
    assert "for images that it had never been shown" in result.reason
    assert "knows_the_images" in [flag.flag for flag in trainer.flags]


def test_who_ends_when_it_is_stopped_is_shown_unseen_images_before(trainer_of):
    source = (
        "import os\n"
        "def train_part34(model, optimizer, epochs=1):\n"
        "    try:\n"
        "        for x, y in loader_train:\n"
        "            optimizer.zero_grad()\n"
        "            F.cross_entropy(model(x), y).backward()\n"
        "            optimizer.step()\n"
        "    except BaseException:\n"
        "        os._exit(0)\n"
    ) + TRAINED
    trainer, _ = trainer_of(source, threshold=0.2, rules=OFTEN)
    assert trainer.run("module").reached
    assert [flag.flag for flag in trainer.flags] == ["ended_when_stopped"]


OWN_EPOCH = (
    "        for x, y in loader_train:\n"
    "            optimizer.zero_grad()\n"
    "            F.cross_entropy(model(x), y).backward()\n"
    "            optimizer.step()\n"
)
GOES_ON = (
    "import time\n"
    "def train_part34(model, optimizer, epochs=1):\n"
    "  while True:\n"
    f"    try:\n{OWN_EPOCH}"
    "    except BaseException:\n"
    "        {}\n"
)
FORGETS_THE_STOP = (
    "from grader.harness.metering.gate import Meter\n"
    "Meter._is_over = property(lambda self: False, lambda self, over: None)\n"
)


@pytest.mark.parametrize(
    ("before", "then", "told"),
    [
        ("", "continue", "no answer within 6 seconds"),
        ("", "time.sleep(600)", "no answer within 6 seconds"),
        (FORGETS_THE_STOP, "continue", "went on training after it had been stopped"),
    ],
    ids=["goes on", "dawdles", "forgets the stop"],
)
def test_who_swallows_the_stop_is_ended_and_flagged(trainer_of, before, then, told):
    source = before + GOES_ON.format(then) + TRAINED
    trainer, seen = trainer_of(source, threshold=0.2, rules=OFTEN, request=2)
    result = trainer.run("module")
    assert result.reached
    assert [flag.flag for flag in trainer.flags] == ["ended_when_stopped"]
    assert told in trainer.flags[0].text
    reached = [point.val_accuracy >= 0.2 for point in result.curve]
    assert reached == [False] * (len(reached) - 1) + [True]  # nothing after the stop
    assert len(seen) == len(reached)


def test_who_catches_everything_in_each_epoch_ends_when_it_is_stopped(trainer_of):
    source = (
        "def train_part34(model, optimizer, epochs=1):\n"
        "  for epoch in range(20):\n"
        f"    try:\n{OWN_EPOCH}"
        "    except:\n"
        "        print('failed')\n"
    ) + TRAINED
    trainer, _ = trainer_of(source, threshold=0.2, rules=OFTEN)
    assert trainer.run("module").reached
    assert trainer.flags == []


OWN = (
    "import copy\n"
    "def train_part34(model, optimizer, epochs=1):\n"
    "    trained = {trained}\n"
    "    own = {own}\n"
    "    for x, y in loader_train:\n"
    "        trained.zero_grad()\n"
    "        F.cross_entropy(trained(x), y).backward()\n"
    "        {first}\n"
    "        own.step()\n"
    "        {then}\n"
)
ADAM = "optim.Adam(trained.parameters(), lr=1e-3)"
DECOYS = "[optim.SGD(model.parameters(), lr=0.0, momentum=n / 99).step() for n in range(20)]"
COPIED = "[p.data.copy_(q.data) for p, q in zip(model.parameters(), trained.parameters())]"
CHANGED = "optimizer.param_groups[0].update(momentum=0.9)"
HALVED = "optimizer.param_groups[0].update(lr=5e-4)"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"own": ADAM}, "but it was Adam that changed the weights"),
        ({"own": ADAM, "first": DECOYS}, "but Adam, too, changed the weights"),
        ({"own": ADAM, "trained": "copy.deepcopy(model)", "then": COPIED}, "on other weights"),
        ({"then": CHANGED}, "momentum=0, but it stepped with momentum=varies"),
        ({"first": CHANGED}, "momentum=0, but it stepped with momentum=0.9"),
        ({"then": HALVED}, None),
        ({"first": "ema = copy.deepcopy(model)"}, None),
    ],
    ids=["instead", "decoys", "on-a-copy", "changes", "changed", "schedule", "average"],
)
def test_what_steps_otherwise_than_was_shown_is_flagged(trainer_of, values, told):
    usual = {"trained": "model", "own": "optimizer", "first": "pass", "then": "pass"}
    trainer, _ = trainer_of(OWN.format(**usual | values) + TRAINED, threshold=0.15, rules=OFTEN)
    assert trainer.run("module").reached
    texts = [flag.text for flag in trainer.flags if flag.flag == "other_optimizer"]
    assert bool(texts) == (told is not None)
    assert all(told in text for text in texts[:1])


def test_who_takes_the_model_apart_when_stopped_is_flagged_all_the_same(trainer_of):
    source = (
        "def train_part34(model, optimizer, epochs=1):\n"
        "    optimizer = optim.Adam(model.parameters(), lr=1e-3)\n"
        f"    try:\n{OWN_EPOCH}"
        "    except BaseException:\n"
        "        model._modules.clear()\n"
        "        raise\n"
    ) + TRAINED
    trainer, _ = trainer_of(source, threshold=0.15, rules=OFTEN)
    assert trainer.run("module").reached
    assert [flag.flag for flag in trainer.flags] == ["other_optimizer"]


def test_a_leap_that_cannot_be_looked_into_for_want_of_time_is_flagged(trainer_of):
    trainer, _ = trainer_of(TRAINED, threshold=0.15, time_for_trials=0.0, late_is_left_out=True)
    assert trainer.run("module").reached
    assert [flag.flag for flag in trainer.flags] == ["not_looked_into"]


def test_time_that_was_used_up_before_keeps_nobody_from_looking_into_a_leap(trainer_of):
    trainer, _ = trainer_of(TRAINED, threshold=0.15, time_for_trials=0.0)
    assert trainer.run("module").reached
    assert trainer.flags == []


def test_time_that_a_trial_leaves_is_not_there_for_what_follows(trainer_of):
    """Else each leap would make the time longer that a submission may take in all."""
    trainer, _ = trainer_of(TRAINED, threshold=0.15, total=50, trial_seconds=1000.0)
    assert trainer.run("module").reached
    (trial,), (student,) = trainer_of.trials, trainer_of.students
    assert trial.time.seconds > 1000
    assert student.time.seconds == 50
    assert student.time.spent < 50


def test_who_dawdles_when_labels_are_exchanged_did_not_learn(trainer_of, data_root):
    """Else the time would be used up in the trial, and nothing but a flag would come of it."""
    label = open_store("synthetic", data_root).train().labels[0]
    dawdling = (
        "import time\n"
        "def train_part34(model, optimizer, epochs=1):\n"
        "    for x, y in loader_train:\n"
        f"        if loader_train.dataset[0][1] != {label}: time.sleep(600)\n"
        "        optimizer.zero_grad()\n"
        "        F.cross_entropy(model(x), y).backward()\n"
        "        optimizer.step()\n"
    )
    source = dawdling + TRAINED
    trainer, _ = trainer_of(source, threshold=0.15, time_for_trials=0.0, trial_seconds=0.0)
    assert trainer.run("module").status is RunStatus.FAILED
    assert [flag.flag for flag in trainer.flags] == ["knows_without_learning"]


REFERENCES = RunResult(
    status=RunStatus.REACHED, threshold=0.95, reached=True, best_val_accuracy=0.96, shared_with="x"
)


def test_a_sample_that_comes_nowhere_near_contradicts_what_is_shared(trainer_of):
    trainer, _ = trainer_of(TRAINED, threshold=0.95, shared=REFERENCES)
    result = trainer.run("module")
    assert (result.status, result.shared_with) == (RunStatus.MISSED, None)
    (flag,) = trainer.flags
    assert flag.flag == "shared_differs"
    assert "reached 96.0%; its own, carried out as a sample, reached" in flag.text


def test_a_sample_that_misses_by_little_may_have_been_unlucky(trainer_of):
    rules = RULES.model_copy(update={"near_miss": 0.9})
    trainer, _ = trainer_of(TRAINED, threshold=0.95, rules=rules, shared=REFERENCES)
    assert trainer.run("module").shared_with == "x"
    (flag,) = trainer.flags
    assert flag.flag == "shared_differs"
    assert "and stands here" in flag.text


@pytest.mark.parametrize("late_is_left_out", [True, False])
def test_a_sample_for_which_no_time_is_left_says_nothing(trainer_of, late_is_left_out):
    dawdling = TRAINED.replace("return self.fc", "time.sleep(self.training); return self.fc")
    trainer, _ = trainer_of(
        f"import time\n{dawdling}", threshold=0.95, shared=REFERENCES, total=12,
        late_is_left_out=late_is_left_out,
    )  # fmt: skip
    assert trainer.run("module").shared_with == "x"
    assert [flag.flag for flag in trainer.flags] == ["shared_differs"]


def test_a_run_that_is_not_there_is_not_found(trainer_of):
    trainer, _ = trainer_of("x = 1", threshold=0.5)
    assert trainer.run("challenge").status is RunStatus.NOT_FOUND


def test_a_model_that_is_still_none_says_so(trainer_of):
    trainer, _ = trainer_of("# Question 7\ntrain_part34(None, None)", threshold=0.5)
    result = trainer.run("challenge")
    assert result.status is RunStatus.FAILED
    assert "None" in result.reason


@pytest.mark.parametrize(
    "reply",
    [
        "m.Paused(iteration=0, epoch=0.0)",
        "m.Paused(iteration=10 - n, epoch=0.0)",
        "m.Paused(iteration=n, epoch=0.0)",
        "m.Paused(iteration=n, epoch=7.0)",
        "m.Trained(iteration=n, epoch=1e6)",
    ],
    ids=["no progress", "backwards", "without end", "beyond the budget", "trained too long"],
)
def test_a_worker_that_forges_its_progress_does_not_reach(trainer_of, reply):
    """Each pause is a measurement, and enough of them would find a lucky one."""
    source = TRAINED + (
        "import itertools\n"
        "from grader.harness import worker as w\n"
        "from grader.protocol import messages as m\n"
        "def forge(self, request, tensors):\n"
        "    for n in itertools.count(1):\n"
        f"        self._reply({reply})\n"
        "        while not isinstance(self._receive_next(), m.Resume): pass\n"
        "def receive_next(self):\n"
        "    request, tensors = self._receive()\n"
        "    if isinstance(request, m.Predict): self._answer(request, tensors)\n"
        "    return request\n"
        "w.Worker._receive_next = receive_next\n"
        "import gc\n"
        "the = next(o for o in gc.get_objects() if type(o) is w.Worker)\n"
        "the._handlers[m.Train] = forge.__get__(the)\n"
    )
    trainer, seen = trainer_of(source, threshold=0.9)
    result = trainer.run("module")
    assert result.status is RunStatus.FAILED
    assert "no valid reply" in result.reason
    assert len(seen) <= RULES.validations_per_epoch + 2


# Batches that take a quarter of a second each: over a pause of a second and a half, which is longer
# than the deadline of half a second in which life must be shown.
SLOW = TRAINED.replace(
    "class ThreeLayerConvNet(nn.Module):\n",
    "import time\n"
    "from grader.harness import worker\n"
    "worker.ALIVE_SECONDS = {alive}\n"
    "class ThreeLayerConvNet(nn.Module):\n",
).replace(
    "        return self.fc", "        if self.training: time.sleep(0.25)\n        return self.fc"
)


@pytest.mark.parametrize(("alive", "in_time"), [(0.0, True), (60.0, False)])
def test_a_slow_run_is_told_from_one_that_hangs(trainer_of, alive, in_time):
    rules = RULES.model_copy(update={"validations_per_epoch": 16})
    trainer, _ = trainer_of(
        SLOW.replace("{alive}", str(alive)), threshold=0.15, rules=rules, pause=0.5
    )
    result = trainer.run("module")
    assert (result.iterations >= 6) == in_time
    assert ("no answer within 0.5 seconds" in (result.reason or "")) == (not in_time)


SEARCH = (
    NET.replace("class ThreeLayerConvNet", "class Net").replace("model = ThreeLayerConvNet()\n", "")
    + "best_model = None\n"
    "for lr in (1e-3, 1e-12):\n"
    "    model = Net()\n"
    "    train_part34(model, optim.SGD(model.parameters(), lr=lr), epochs=2)\n"
)


def test_of_a_search_over_settings_the_model_that_reaches_counts(trainer_of):
    trainer, seen = trainer_of(SEARCH, threshold=0.17, epochs=2)
    result = trainer.run("challenge")
    assert result.reached
    assert result.optimizer.settings["lr"] == 1e-3
    assert "The same line trains 1 more such model." in result.why
    assert {progress.attempt for progress in seen} == {0, 1}


def test_no_more_models_of_a_search_are_trained_than_the_rubric_says(trainer_of):
    rules = RULES.model_copy(update={"further_models": 0})
    trainer, _ = trainer_of(SEARCH, threshold=0.3, rules=rules, epochs=2)
    result = trainer.run("challenge")
    assert not result.reached
    assert result.optimizer.settings["lr"] == 1e-12


def test_a_result_says_how_its_training_was_found(trainer_of):
    trainer, _ = trainer_of(TRAINED, threshold=0.15)
    line = TRAINED.count("\n")
    assert trainer.run("module").why == (
        f"train_part34 is called at homework.py, line {line}. It trains ThreeLayerConvNet."
    )


# --- what was not learned here ------------------------------------------------------------------

# Weights that were handed in: least squares on the training images.
LEARNED = NET + "import numpy as np\nlearned = dict(np.load('weights.npz'))\n"
PUT_IN = (
    "def put_in(model):\n"
    "    model.load_state_dict({name: torch.tensor(value) for name, value in learned.items()})\n"
)


@pytest.fixture(scope="session")
def weights(data_root, tmp_path_factory) -> dict[str, Path]:
    """The file that is handed in with the work."""
    split = open_store("synthetic", data_root).train()
    x = split.images.reshape(len(split), -1).astype(np.float32) / 255
    x = (x.reshape(-1, 32, 32, 3).transpose(0, 3, 1, 2) - 0.5) / 0.25  # as the loader serves it
    x = np.concatenate([x.reshape(len(split), -1), np.ones((len(split), 1), np.float32)], axis=1)
    best = np.linalg.solve(x.T @ x + 3e3 * np.eye(x.shape[1]), x.T @ np.eye(10)[split.labels])
    path = tmp_path_factory.mktemp("weights") / "weights.npz"
    weight, bias = best[:-1].T.astype(np.float32), best[-1].astype(np.float32)
    np.savez(path, **{"fc.weight": weight, "fc.bias": bias})
    return {"weights.npz": path}


def test_weights_that_arrive_trained_are_shuffled_and_trained_again(trainer_of, weights):
    source = LEARNED + (
        f"{PUT_IN}put_in(model)\ntrain_part34(model, optim.SGD(model.parameters(), lr=1e-9))\n"
    )
    trainer, _ = trainer_of(source, threshold=0.25, files=weights)
    result = trainer.run("module")
    assert not result.reached
    assert result.best_val_accuracy < 0.25
    assert [flag.flag for flag in trainer.flags] == ["arrived_trained"]
    assert "before its first training step" in trainer.flags[0].text


def test_who_trains_on_what_was_trained_keeps_what_is_learned_here(trainer_of, weights):
    source = LEARNED + (
        f"{PUT_IN}put_in(model)\ntrain_part34(model, optim.SGD(model.parameters(), lr=1e-3))\n"
    )
    trainer, _ = trainer_of(source, threshold=0.15, files=weights)
    result = trainer.run("module")
    assert result.reached
    assert [flag.flag for flag in trainer.flags] == ["arrived_trained"]


def test_a_rival_that_arrives_trained_is_shuffled_as_any_other(trainer_of, weights):
    source = LEARNED + PUT_IN + (
        "# Question 7\n"
        "for lr in (1e-3, 1e-12):\n"
        "    model = ThreeLayerConvNet()\n"
        "    if lr == 1e-3: put_in(model)\n"
        "    train_part34(model, optim.SGD(model.parameters(), lr=lr), epochs=2)\n"
    )  # fmt: skip
    trainer, _ = trainer_of(source, threshold=0.17, epochs=2, files=weights)
    result = trainer.run("challenge")
    assert result.reached
    assert result.optimizer.settings["lr"] == 1e-3
    assert [flag.flag for flag in trainer.flags] == ["arrived_trained"]


def test_knowledge_that_is_in_no_weight_does_not_count(trainer_of, weights):
    source = LEARNED.replace("return self.fc(x.flatten(1))", "return known(self.fc, x)") + (
        "weight, bias = map(torch.tensor, (learned['fc.weight'], learned['fc.bias']))\n"
        "known = lambda fc, x: x.flatten(1) @ weight.T + bias + 0 * fc(x.flatten(1))\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=1e-3))\n"
    )
    trainer, _ = trainer_of(source, threshold=0.25, files=weights)
    result = trainer.run("module")
    assert result.status is RunStatus.FAILED
    assert "weights whose values had been shuffled" in result.reason
    assert {flag.flag for flag in trainer.flags} == {"arrived_trained", "knows_without_learning"}


def test_weights_that_are_put_in_while_training_do_not_learn_exchanged_labels(trainer_of, weights):
    source = LEARNED.replace("return self.fc(x.flatten(1))", "return self.known(x)").replace(
        "    def forward",
        "    def known(self, x):\n"
        "        if self.training:\n"
        "            put_in(self)\n"
        "        return self.fc(x.flatten(1))\n"
        "    def forward",
    )
    trainer, _ = trainer_of(
        f"{source}{PUT_IN}train_part34(model, optim.SGD(model.parameters(), lr=1e-9))\n",
        threshold=0.25,
        files=weights,
    )
    result = trainer.run("module")
    assert result.status is RunStatus.FAILED
    assert "labels of the classes exchanged" in result.reason
    assert [flag.flag for flag in trainer.flags] == ["knows_without_learning"]


def test_an_honest_leap_does_not_vouch_for_a_later_one(trainer_of, weights):
    """What was learned here is held back first; what was learned elsewhere comes after it."""
    source = LEARNED.replace("return self.fc(x.flatten(1))", "return self.at_its_time(x)").replace(
        "    def forward",
        "    def at_its_time(self, x):\n"
        "        self.batches = getattr(self, 'batches', 0) + self.training\n"
        "        scores = self.fc(x.flatten(1))\n"
        "        if self.training:\n"
        "            return scores\n"
        "        if self.batches < 100:\n"
        "            return -scores\n"
        "        return scores if self.batches < 200 else brought(x)\n"
        "    def forward",
    )
    source += (
        "weight, bias = map(torch.tensor, (learned['fc.weight'], learned['fc.bias']))\n"
        "brought = lambda x: x.flatten(1) @ weight.T + bias\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=1e-4), epochs=3)\n"
    )
    trainer, _ = trainer_of(source, threshold=0.4, files=weights, epochs=3)
    result = trainer.run("module")
    assert result.status is RunStatus.FAILED
    assert [flag.flag for flag in trainer.flags] == ["knows_without_learning"]


def test_weights_that_are_set_after_the_last_batch_are_measured(trainer_of):
    """As an average of the weights is, where it takes the place of the last ones."""
    source = NET + (
        "optimizer = optim.SGD(model.parameters(), lr=1e-3)\n"
        "def fit():\n"
        "    for x, y in loader_train:\n"
        "        optimizer.zero_grad()\n"
        "        F.cross_entropy(model(x), y).backward()\n"
        "        optimizer.step()\n"
        "    with torch.no_grad():\n"
        "        model.fc.bias += torch.tensor([1e9] + 9 * [0.0])\n"
        "fit()\n"
    )
    trainer, _ = trainer_of(source, threshold=0.95)
    result = trainer.run("module")
    assert [point.iteration for point in result.curve] == [0, 50, 100, 100]
    assert result.final_val_accuracy == pytest.approx(0.1, abs=0.05)


def test_a_model_that_knows_its_answer_only_once_it_was_trained_is_trained(trainer_of):
    source = TRAINED.replace(
        "return self.fc(x.flatten(1))",
        "self.mean = x.mean() if self.training else self.mean\n"
        "        return self.fc(x.flatten(1)) + 0 * self.mean",
    )
    trainer, _ = trainer_of(source, threshold=0.15)
    result = trainer.run("module")
    assert result.reached
    assert result.curve[0].val_accuracy == 0
    assert trainer.flags == []


def test_features_that_were_learned_elsewhere_do_not_count_under_a_fresh_last_layer(
    trainer_of, weights
):
    source = LEARNED.replace("return self.fc(x.flatten(1))", "return self.last(self.known(x))")
    source = source.replace(
        "    def forward",
        "    def known(self, x):\n        return 10 * self.fc(x.flatten(1))\n    def forward",
    )
    source = (
        f"{source}{PUT_IN}put_in(model)\n"
        "model.fc.requires_grad_(False)\n"
        "model.last = nn.Linear(10, 10)\n"
        "train_part34(model, optim.SGD(model.last.parameters(), lr=0.1))\n"
    )
    trainer, _ = trainer_of(source, threshold=0.25, files=weights)
    result = trainer.run("module")
    assert result.curve[0].val_accuracy < 0.25  # before the first step nothing shows
    assert result.status is RunStatus.FAILED
    assert "weights whose values had been shuffled" in result.reason
    assert [flag.flag for flag in trainer.flags] == ["knows_without_learning"]


@pytest.mark.parametrize("trick", ["import os; os._exit(0)", "return self.fc(x.flatten(1))"])
def test_who_finds_out_that_labels_are_exchanged_gains_nothing_by_it(trainer_of, weights, trick):
    source = (
        LEARNED.replace("return self.fc(x.flatten(1))", "return self.known(x)").replace(
            "    def forward",
            "    def known(self, x):\n"
            "        if self.training and not true_labels():\n"
            f"            {trick}\n"
            "        if self.training:\n"
            "            put_in(self)\n"
            "        return self.fc(x.flatten(1))\n"
            "    def forward",
        )
        + PUT_IN
        + "def true_labels():\n"
        "    x, y = next(iter(loader_val))\n"
        "    scores = x.flatten(1) @ torch.tensor(learned['fc.weight']).T\n"
        "    return (scores.argmax(1) == y).float().mean() > 0.25\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=1e-9))\n"
    )
    trainer, _ = trainer_of(source, threshold=0.25, files=weights)
    result = trainer.run("module")
    assert result.status is RunStatus.FAILED
    assert [flag.flag for flag in trainer.flags] == ["knows_without_learning"]


def test_an_honest_run_is_flagged_by_nothing(trainer_of):
    trainer, _ = trainer_of(TRAINED, threshold=0.15)  # at once, so that it is looked into
    assert trainer.run("module").reached
    assert trainer.flags == []


def test_more_work_than_the_network_takes_is_flagged_and_costs_no_points(trainer_of):
    busy = TRAINED.replace(
        "        return self.fc",
        "        for _ in range(50 * self.training):\n"
        "            torch.randn(300, 300) @ torch.randn(300, 300)\n"
        "        return self.fc",
    )
    trainer, _ = trainer_of(busy, threshold=0.15, epoch_seconds=0.01)
    assert trainer.run("module").reached
    assert [flag.flag for flag in trainer.flags] == ["works_too_much"]
