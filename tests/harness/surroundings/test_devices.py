"""A GPU that is named where there is none."""

from __future__ import annotations

import pytest
import torch

needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")

PROBE = "answer = [loaded.without_gpu, names['x'].device.type]"


@needs_no_gpu
@pytest.mark.parametrize(
    "source",
    [
        "x = torch.zeros(2).cuda()",
        "x = torch.zeros(2, device='cuda')",
        "x = torch.zeros(2).to(torch.device('cuda:0'), torch.float64)",
        "x = torch.nn.Linear(2, 2).cuda().weight",
        "x = torch.nn.Linear(2, 2, device='cuda').weight",
        "torch.cuda.synchronize()\nx = torch.ones(1).cuda(0)",
        "device = torch.device('mps')\nx = torch.ones(1).to(device)",
        "torch.set_default_tensor_type('torch.cuda.FloatTensor')\nx = torch.ones(1)",
        "torch.cuda.synchronize()\nprint(torch.cuda.get_device_name(0))\nx = torch.ones(1)",
        "torch.set_default_device('cuda')\nx = torch.ones(1)",
        "torch.set_default_device('cuda')\ntorch.ones(1)\ntorch.set_default_device('cuda:0')\n"
        "x = torch.nn.Linear(2, 2).weight",
        "with torch.device('cuda'):\n    x = torch.nn.Linear(2, 2).weight",
        "x = torch.ones(1).cuda()\nwith torch.device('cuda'):\n    x = torch.ones(1)",
        "def f():\n    return torch.ones(1).to('cuda')\nx = f()",
        "dtype = torch.cuda.FloatTensor\nx = torch.ones(1).type(dtype)",
        "x = torch.ones(1).type('torch.cuda.FloatTensor')",
        "torch.ones(1).cuda()\nx = torch.cuda.FloatTensor([1.0])",
    ],
)
def test_what_is_asked_for_on_a_gpu_is_given_on_the_cpu(load, source: str) -> None:
    outcome = load(f"import torch\n{source}", stop_at_error=True, probe=PROBE)
    assert (outcome.errors, outcome.answer) == ((), [True, "cpu"])


@needs_no_gpu
@pytest.mark.parametrize(
    "line",
    [
        "print(torch.cuda.get_device_properties(0).total_memory / 2**30)",
        "print(torch.cuda.get_device_properties(torch.cuda.current_device()).name)",
        "free, total = torch.cuda.mem_get_info()\nprint(100 * free / total)",
        "torch.cuda.set_device(0)\nprint(torch.cuda.max_memory_reserved() / 2**20)",
        "print(torch.cuda.get_device_capability()[0], torch.cuda.memory_summary())",
        "torch.cuda.set_device('cuda:0')\nwith torch.cuda.device(0):\n    torch.ones(1)",
        "torch.cuda.synchronize()\n"
        "begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))\nbegin.record()\n"
        "end.record()\ntorch.cuda.synchronize()\nprint(64 / begin.elapsed_time(end))",
        "stream = torch.cuda.Stream()\nstream.wait_stream(torch.cuda.current_stream())\n"
        "with torch.cuda.stream(stream):\n    torch.ones(1).cuda()\n"
        "torch.cuda.nvtx.range_push('x')\ntorch.cuda.current_stream().synchronize()",
        "torch.ones(1).cuda()\ntorch.cuda.reset_max_memory_allocated()\ntorch.cuda.ipc_collect()",
    ],
)
def test_a_gpu_that_is_not_there_may_be_asked_about(load, line: str) -> None:
    outcome = load(f"import torch\n{line}\nx = torch.ones(1)", stop_at_error=True, probe=PROBE)
    assert (outcome.errors, outcome.answer) == ((), [True, "cpu"])


def test_who_asks_whether_there_is_one_is_left_alone(load) -> None:
    outcome = load("x = torch.zeros(2, device=device)", probe=PROBE)
    assert outcome.answer[0] is False


@needs_no_gpu
@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ("device_type=device.type, dtype=torch.float16", "torch.float32"),
        ("'cpu', torch.bfloat16", "torch.bfloat16"),
    ],
)
def test_float16_is_for_gpus(load, settings: str, kind: str) -> None:
    outcome = load(
        f"device = torch.device('cpu')\nwith torch.autocast({settings}):\n"
        "    x = torch.ones(2, 2) @ torch.ones(2, 2)",
        probe="answer = str(names['x'].dtype)",
    )
    assert outcome.answer == kind


@needs_no_gpu
def test_a_training_on_a_gpu_is_recorded(load) -> None:
    outcome = load(
        "model = nn.Linear(2, 2).cuda()\n"
        "optimizer = optim.SGD(model.parameters(), lr=0.1)\n"
        "train_part34(model, optimizer)"
    )
    assert (outcome.errors, outcome.only.api) == ((), "part34")


def test_other_errors_are_told(load) -> None:
    outcome = load("raise RuntimeError('no GPU here')\nassert False, 'cuda'")
    assert [error.type_name for error in outcome.errors] == ["RuntimeError", "AssertionError"]
