"""The proxy of a submission, with real workers behind it."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
import torch

from grader.errors import (
    ProtocolError,
    ReplyError,
    StudentError,
    TimeUsedUp,
    WorkerCrashed,
    WorkerError,
    WorkerTimeout,
)

X = torch.arange(6.0).view(2, 3)
FLATTEN = "def flatten(x):\n    return x.reshape(len(x), -1)\n"


def test_a_function_is_called_with_tensors_and_answers_with_one(student_of):
    student = student_of("def flatten(x):\n    return 2 * x.view(x.shape[0], -1)")
    assert torch.equal(student.flatten(X), 2 * X)


def test_an_input_can_be_laid_out_without_being_contiguous(student_of):
    student = student_of("def flatten(x):\n    return torch.tensor([x.is_contiguous()])")
    assert student.flatten(X).item()
    assert not student.flatten(X, contiguous=False).item()


def test_gradients_come_back_for_every_argument(student_of):
    student = student_of(
        "def three_layer_convnet(x, params):\n    return x * params[0] + params[1]"
    )
    one = torch.ones(2, 3)
    x_gradient, gradients = student.three_layer_convnet_gradients(X, [2 * one, one], one)
    assert torch.equal(x_gradient, 2 * one)
    assert torch.equal(gradients[0], X)
    assert torch.equal(gradients[1], one)


def test_a_result_apart_from_its_arguments_has_no_gradients(student_of):
    student = student_of("def three_layer_convnet(x, params):\n    return (x * params[0]).detach()")
    one = torch.ones(2, 3)
    assert student.three_layer_convnet_gradients(X, [one], one) == (None, [None])


def test_a_model_takes_weights_and_gives_scores_and_gradients(student_of):
    student = student_of(
        "class ThreeLayerConvNet(nn.Module):\n"
        "    def __init__(self, features):\n"
        "        super().__init__()\n"
        "        self.fc = nn.Linear(features, 1, bias=False)\n"
        "    def forward(self, x):\n"
        "        return self.fc(x)\n"
    )
    model = student.build("ThreeLayerConvNet", {"features": 3})
    weight = torch.tensor([[1.0, 2.0, 3.0]])
    model.set_weights({"fc.weight": weight})
    assert torch.equal(model.weights()["fc.weight"], weight)
    assert torch.allclose(model.scores(X), X @ weight.T)
    x_gradient, by_name = model.gradients(X, torch.ones(2, 1))
    assert torch.equal(x_gradient, weight.expand(2, 3))
    assert torch.equal(by_name["fc.weight"], X.sum(0, keepdim=True))


def test_an_exception_comes_with_the_student_s_own_lines(student_of):
    student = student_of(
        "def helper(x):\n    return x @ x\n\ndef flatten(x):\n    return helper(x)\n"
    )
    with pytest.raises(StudentError, match="RuntimeError") as raised:
        student.flatten(X)
    assert [str(place) for place in raised.value.places] == [
        "homework.py, line 5",
        "homework.py, line 2",
    ]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("None", "NoneType"),
        ("[1, 2]", "list"),
        ("x.numpy()", "ndarray"),
        ("torch.empty(2, 3, device='meta')", "meta"),
        ("torch.zeros(1).expand(10**12)", "1000000000000"),
    ],
)
def test_what_is_no_ordinary_tensor_is_named(student_of, result, message):
    student = student_of(f"def flatten(x):\n    return {result}")
    with pytest.raises(ReplyError, match=message):
        student.flatten(X)


@pytest.mark.parametrize("end", ["raise SystemExit", "sys.exit(3)", "raise KeyboardInterrupt"])
def test_leaving_by_exception_is_only_an_exception(student_of, end):
    student = student_of(f"import sys\ndef flatten(x):\n    {end}\n")
    with pytest.raises(StudentError):
        student.flatten(X)
    with pytest.raises(StudentError):
        student.flatten(X)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("import os; os._exit(0)", "exit code 0"),
        ("import os; os.abort()", "crashed"),
        ("import ctypes; ctypes.string_at(0)", "segmentation fault"),
        ("import os; os.closerange(3, 64)", "ended|crashed"),
        (
            "def f(n): return f(n)\n    import sys; sys.setrecursionlimit(10**9); f(0)",
            "crashed|memory",
        ),
    ],
)
def test_a_process_that_ends_costs_only_the_call_in_hand(student_of, end, message):
    student = student_of(f"def three_layer_convnet(x, params):\n    {end}\n" + FLATTEN)
    with pytest.raises(WorkerError, match=message):
        student.three_layer_convnet(X, [X])
    assert torch.equal(student.flatten(X), X)


def test_a_call_that_hangs_is_stopped_from_outside(student_of):
    source = "def three_layer_convnet(x, params):\n    while True: pass\n" + FLATTEN
    student = student_of(source, request=1.0)
    with pytest.raises(WorkerTimeout, match="1 seconds"):
        student.three_layer_convnet(X, [X])
    assert torch.equal(student.flatten(X), X)


def test_memory_beyond_the_limit_is_refused(student_of):
    student = student_of("def flatten(x):\n    return torch.ones(50 * 2**30 // 4)")
    with pytest.raises(WorkerError, match=r"memory|allocate"):
        student.flatten(X)


def test_restarts_are_bounded(student_of):
    student = student_of("import os\ndef flatten(x):\n    os._exit(1)\n", restarts=1)
    for _ in range(2):
        with pytest.raises(WorkerCrashed, match="exit code 1"):
            student.flatten(X)
    with pytest.raises(WorkerCrashed, match="nothing more of it is run"):
        student.flatten(X)


def test_a_statement_that_ends_the_process_is_left_out_and_noted(student_of):
    student = student_of("import os\nos._exit(7)\n" + FLATTEN)
    assert torch.equal(student.flatten(X), X)
    assert any("line 2" in note and "exit code 7" in note for note in student.notes)


def test_a_statement_that_hangs_is_left_out_and_noted(student_of):
    student = student_of("while True: pass\n" + FLATTEN, load=1.0)
    assert torch.equal(student.flatten(X), X)
    assert any("line 1" in note for note in student.notes)


def test_a_syntax_error_is_the_answer_to_everything(student_of):
    student = student_of("x = 1\ndef broken(:\n")
    for _ in range(2):
        with pytest.raises(StudentError, match="SyntaxError") as raised:
            student.flatten(X)
        assert str(raised.value.places[-1]) == "homework.py, line 2"


def test_bytes_of_the_student_s_own_on_the_channel_are_a_protocol_error(student_of):
    student = student_of(
        "import os\n"
        "def flatten(x):\n"
        "    for fd in range(3, 64):\n"
        "        try: os.write(fd, b'garbage' * 10)\n"
        "        except OSError: pass\n"
        "    return x\n"
    )
    with pytest.raises(ProtocolError):
        student.flatten(X)


def test_a_reply_of_another_kind_is_a_protocol_error(student_of):
    student = student_of(
        "import gc\n"
        "from grader.harness.worker import Worker\n"
        "from grader.protocol import messages as m\n"
        "def flatten(x):\n"
        "    worker = next(o for o in gc.get_objects() if type(o) is Worker)\n"
        "    worker._reply(m.Done())\n"
        "    return x\n"
    )
    with pytest.raises(ProtocolError, match="done"):
        student.flatten(X)


def test_printing_without_end_is_cut(student_of):
    student = student_of("for _ in range(1000): print('x' * 10**6)\n" + FLATTEN)
    assert len(student.loaded.output) < 1200


def test_scratch_is_removed_however_deep_it_is(student_of, tmp_path):
    student = student_of(
        "import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\n" + FLATTEN
    )
    with suppress(WorkerError):  # its keeper may have found that it holds too much
        student.flatten(X)
    assert list(tmp_path.iterdir()) != []
    student.__exit__(None, None, None)
    assert list(tmp_path.iterdir()) == []


def test_files_beside_the_script_can_be_imported_and_read(student_of, tmp_path):
    helper = tmp_path / "helper.py"
    helper.write_text("def flatten(x):\n    return x + 1\n")
    notes = tmp_path / "notes.txt"
    notes.write_text("3")
    source = "from helper import flatten\nN = int(open('data/notes.txt').read())\nassert N == 3"
    student = student_of(source, {"helper.py": helper, "data/notes.txt": notes})
    assert student.loaded.errors == ()
    assert torch.equal(student.flatten(X), X + 1)


def test_work_in_a_folder_runs_there_and_finds_what_lies_beside_it_first(student_of, tmp_path):
    files = {}
    for name, source in {
        "sizes.py": "SIZE = 1\n",
        "top.py": "TOP = 5\n",
        "code/sizes.py": "SIZE = 3\n",
        "code/shift.txt": "2",
    }.items():
        files[name] = tmp_path / name.replace("/", "_")
        files[name].write_text(source)
    source = (
        "from sizes import SIZE\nfrom top import TOP\nSHIFT = int(open('shift.txt').read())\n"
        "def flatten(x): return x * SIZE + SHIFT + TOP\n"
    )
    student = student_of(source, files, "code")
    assert student.loaded.errors == ()
    assert torch.equal(student.flatten(X), X * 3 + 7)
    (failing,) = student_of("import sizes\nsizes.nothing()\n", files, "code").loaded.errors
    assert "AttributeError" in failing.type_name


def test_weights_of_a_lazy_layer_have_the_sizes_that_images_give_it(student_of):
    student = student_of(
        "model = nn.Sequential(nn.Flatten(), nn.LazyLinear(10))\n"
        "train_part34(model, torch.optim.SGD(model.parameters(), lr=0.1))\n"
    )
    weights = student.weights(student.loaded.recorded[0].target)
    assert {name: tuple(w.shape) for name, w in weights.items()} == {
        "1.weight": (10, 3072), "1.bias": (10,)
    }  # fmt: skip


@pytest.mark.parametrize(
    "model",
    ["nn.Sequential(*[nn.Linear(1, 2) for _ in range(300)])", "nn.LazyLinear(3)"],
    ids=["more tensors than a frame holds", "lazy"],
)
def test_the_weights_of_any_network_can_be_shuffled(student_of, model):
    student = student_of(
        f"model = {model}\ntrain_part34(model, torch.optim.SGD(model.parameters(), lr=0.1))\n"
    )
    target = student.loaded.recorded[0].target
    before = student.weights(target) if "Lazy" not in model else None
    student.shuffle_weights(target, 1)
    if before is not None:
        after = student.weights(target)
        assert any(not torch.equal(before[name], after[name]) for name in before)
        for name, weight in before.items():
            assert torch.equal(weight.flatten().sort()[0], after[name].flatten().sort()[0])


def test_two_students_do_not_see_each_other(student_of):
    first = student_of(
        "import builtins\nbuiltins.mark = 1\nopen('mark', 'w').write('1')\n" + FLATTEN
    )
    assert first.loaded.errors == ()
    second = student_of(
        "import builtins, os\n"
        "def flatten(x):\n"
        "    return torch.tensor([hasattr(builtins, 'mark'), os.path.exists('mark')])\n"
    )
    assert not second.flatten(X).any()


def test_a_large_network_may_take_as_long_for_its_scores_as_for_a_batch_of_training(student_of):
    student = student_of(
        "import time, torch.optim as optim\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.fc = nn.Linear(3072, 10)\n"
        "    def forward(self, x):\n"
        "        if len(x) > 2: time.sleep(1)\n"
        "        return self.fc(x.flatten(1))\n"
        "model = Net()\n"
        "train_part34(model, optim.SGD(model.parameters(), lr=0.1))\n",
        request=0.75,
    )
    images = np.zeros((4, 32, 32, 3), dtype=np.uint8)
    assert student.scores("run:0", images).shape == (4, 10)
    student.probe("run:0", images[:2])
    with pytest.raises(WorkerTimeout):
        student.probe("run:0", images)


@pytest.mark.parametrize(
    "write",
    [
        "open(str(n), 'wb').write(bytes(1 << 20))",
        "os.makedirs(str(n // 100), exist_ok=True); open(f'{n // 100}/{n}', 'w').close()",
    ],
    ids=["bytes", "files"],
)
def test_a_full_scratch_folder_ends_the_worker(student_of, write):
    student = student_of(
        f"import itertools, os\ndef flatten(x):\n    for n in itertools.count():\n        {write}\n"
    )
    with pytest.raises(WorkerCrashed, match="wrote more to disk"):
        student.flatten(X)


def test_all_that_is_asked_shares_one_allowance_of_time(student_of):
    source = f"import time\n{FLATTEN}def three_layer_convnet(x, params):\n    time.sleep(1.5)\n"
    student = student_of(source, total=2)
    with pytest.raises(ReplyError):
        student.three_layer_convnet(X, [])
    with pytest.raises(TimeUsedUp, match="the 2 seconds that a submission may take"):
        student.three_layer_convnet(X, [])
    with student.fresh(2) as other, pytest.raises(TimeUsedUp):
        other.flatten(X)
