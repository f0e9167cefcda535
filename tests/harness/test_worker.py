"""What a worker's process is to student code, and what leaves it."""

from __future__ import annotations

import pytest
import torch

from grader.errors import ReplyError, StudentError

PLACES = """
import os, tempfile
from pathlib import Path

class Odd:
    pass

def flatten(x):
    if x.sum() > 0:
        raise ValueError(f"{Odd()} in {tempfile.mkdtemp()[:-8]} of {os.getcwd()}")
    return Path.cwd() / "weights.pt", Odd()
"""


def test_neither_addresses_nor_the_scratch_directory_are_told(student_of):
    student = student_of(PLACES)
    with pytest.raises(StudentError) as caught:
        student.flatten(torch.ones(1))
    assert str(caught.value).endswith("Odd object at 0x…> in ./tmp of .")
    with pytest.raises(ReplyError) as other:
        student.flatten(torch.zeros(1))
    assert "PosixPath('./weights.pt')" in str(other.value)
    assert "Odd object at 0x…>" in str(other.value)


def test_a_bar_and_a_mounted_drive_do_no_harm(student_of):
    student = student_of(
        "from google.colab import drive\n"
        "from tqdm.auto import tqdm\n"
        "drive.mount('/content/drive')\n"
        "assert len(tqdm(loader_train)) == len(loader_train)\n"
    )
    assert student.loaded.errors == ()


def test_temporary_files_can_be_made(student_of):
    student = student_of(
        "import os, tempfile\n"
        "assert tempfile.tempdir == os.getcwd()  # as set, not as found out when first asked\n"
        "with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:\n"
        "    file.write(b'x')\n"
    )
    assert student.loaded.errors == ()


@pytest.mark.parametrize(
    "source",
    [
        "@torch.compile\ndef flatten(x):\n    return x.flatten(1)\n",
        "@torch.compile(mode='reduce-overhead')\ndef flatten(x):\n    return x.flatten(1)\n",
        "flatten = torch.compile(nn.Flatten(), dynamic=True)\n",
        "flatten = nn.Flatten()\nflatten.compile(fullgraph=True)\n",
        "flatten = torch.compile(nn.Flatten())._orig_mod\n",
    ],
    ids=["decorator", "decorator-with-settings", "function", "method", "within"],
)
def test_what_is_to_be_compiled_runs_as_it_is(student_of, source):
    student = student_of("import torch\nfrom torch import nn\n" + source)
    assert student.flatten(torch.ones(2, 3, 4)).shape == (2, 12)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_function_that_moves_to_a_gpu_answers_from_the_cpu(student_of):
    student = student_of(
        "import torch\ndef flatten(x):\n    return x.cuda().reshape(x.shape[0], -1)\n"
    )
    assert not student.loaded.without_gpu
    assert student.flatten(torch.ones(2, 3, 4)).shape == (2, 12)
