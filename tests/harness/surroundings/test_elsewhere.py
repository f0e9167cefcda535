"""What student code writes where it may not is kept, and read again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

SOURCE = """
import glob, os, pathlib, shutil
import numpy as np
import torch
DRIVE = '/content/drive/MyDrive'
def flatten(x):
    {statements}
    return torch.tensor(value)
"""


@pytest.mark.parametrize(
    "statements",
    [
        "open('/content/a.txt', 'w').write('7'); value = int(open('/content/a.txt').read())",
        "pathlib.Path('/no/where/a.txt').write_text('7')\n"
        "    value = int(pathlib.Path('/no/where/a.txt').read_text())",
        "os.makedirs('/content/drive/MyDrive', exist_ok=True)\n"
        "    torch.save(torch.tensor(7), '/content/drive/MyDrive/best.pt')\n"
        "    value = int(torch.load('/content/drive/MyDrive/best.pt'))",
        "os.mkdir('/content'); os.mkdir('/content/x'); value = 7",
        "pathlib.Path('/content/deep/er').mkdir(parents=True, exist_ok=True); value = 7",
        "open('../above.txt', 'w').write('7'); value = int(open('../above.txt').read())",
        "os.makedirs(DRIVE); open('a', 'w').write('7'); shutil.copy('a', DRIVE + '/b')\n"
        "    value = int(open(DRIVE + '/b').read())",
        "open('/content/a.tmp', 'w').write('7'); os.replace('/content/a.tmp', '/content/a.txt')\n"
        "    value = int(open('/content/a.txt').read())",
        "open('/content/a.txt', 'w').write('7'); os.rename('/content/a.txt', 'here.txt')\n"
        "    value = int(open('here.txt').read())",
        "os.makedirs(DRIVE); open(DRIVE + '/a', 'w').close(); open(DRIVE + '/b', 'w').close()\n"
        "    value = len(os.listdir(DRIVE)) + len(glob.glob(DRIVE + '/*')) + 3",
        "os.makedirs(DRIVE); value = 7 if os.path.isdir(DRIVE) else 0",
        "open('/content/a', 'w').write('x' * 7); value = os.path.getsize('/content/a')",
        "open('/content/a', 'w').close(); os.remove('/content/a')\n"
        "    value = 0 if os.path.exists('/content/a') else 7",
        "os.makedirs(DRIVE); open(DRIVE + '/a', 'w').close(); shutil.rmtree('/content/drive')\n"
        "    value = 0 if os.path.exists(DRIVE) else 7",
        "np.savetxt('/content/a.csv', np.full(3, 7.0))\n"
        "    value = int(np.loadtxt('/content/a.csv')[0])",
        "torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), '/content/a.pt')\n"
        "    value = 7 if torch.jit.load('/content/a.pt') is not None else 0",
        "torch.save(obj=torch.tensor(7), f=DRIVE + '/best.pt')\n"
        "    value = int(torch.load(f=DRIVE + '/best.pt'))",
        "np.savetxt(X=np.full(3, 7.0), fname='/content/a.csv')\n"
        "    value = int(np.loadtxt(fname='/content/a.csv')[0])",
        "open(file='/content/a', mode='w').write('7')\n"
        "    os.rename(dst='/content/b', src='/content/a')\n"
        "    value = int(open(file='/content/b').read()) + len(os.listdir(path='/content')) - 1",
        "open('a', 'w').write('7'); os.chdir(DRIVE); value = int(open('a').read())",
        "os.makedirs(DRIVE); os.chdir(DRIVE); open('a', 'w').write('7'); os.chdir('..')\n"
        "    value = int(open(DRIVE + '/a').read())",
        "open('own.txt', 'w').write('7'); value = int(open('own.txt').read())",
    ],
)
def test_a_place_outside_is_written_and_read_again(student_of, statements: str) -> None:
    student = student_of(SOURCE.format(statements=statements))
    assert student.flatten(torch.zeros(1)).item() == 7


@pytest.mark.parametrize(
    "making",
    [
        "pathlib.Path(DRIVE).mkdir(parents=True, exist_ok=True)",
        "os.makedirs(DRIVE, exist_ok=True)",
        "try:\n            os.mkdir(DRIVE)\n        except FileExistsError:\n            pass",
    ],
)
def test_a_folder_outside_may_be_made_every_epoch(student_of, making: str) -> None:
    statements = (
        f"for epoch in range(3):\n        {making}\n"
        "        torch.save(torch.tensor(epoch), f'{DRIVE}/{epoch}.pt')\n"
        "    value = len(os.listdir(DRIVE)) + 4"
    )
    assert student_of(SOURCE.format(statements=statements)).flatten(torch.zeros(1)).item() == 7


@pytest.mark.parametrize("place", ["/content/x", "/usr"], ids=["kept", "of-the-machine"])
def test_a_folder_outside_that_is_there_cannot_be_made_anew(student_of, place: str) -> None:
    statements = (
        "os.makedirs('/content/x')\n    try:\n"
        f"        os.mkdir('{place}')\n    except FileExistsError as error:\n"
        f"        value = 7 if error.filename == '{place}' else 0"
    )
    assert student_of(SOURCE.format(statements=statements)).flatten(torch.zeros(1)).item() == 7


UNCONFINED = """
import sys
from pathlib import Path
from grader.harness.surroundings.elsewhere import Elsewhere
scratch, outside = sys.argv[1:]
Elsewhere(scratch).install()
for epoch in range(2):
    Path(outside, "deeper").mkdir(parents=True, exist_ok=True)
Path(outside, "deeper", "a.txt").write_text("7")
"""


def test_nothing_is_made_outside_though_nothing_forbids_it(tmp_path: Path) -> None:
    scratch, outside = tmp_path / "scratch", tmp_path / "outside"
    scratch.mkdir()
    subprocess.run([sys.executable, "-c", UNCONFINED, scratch, outside], check=True)
    assert not outside.exists()


@pytest.mark.parametrize("statement", ["open('/content/a.txt')", "torch.load('/content/a.pt')"])
def test_what_was_never_written_is_not_there(student_of, statement: str) -> None:
    statements = f"try:\n        {statement}\n    except FileNotFoundError:\n        value = 7"
    assert student_of(SOURCE.format(statements=statements)).flatten(torch.zeros(1)).item() == 7


def test_what_is_there_is_read_as_it_is(student_of) -> None:
    statements = "value = open(os.devnull).read() == '' and len(open(torch.__file__).read()) > 7"
    assert student_of(SOURCE.format(statements=statements)).flatten(torch.zeros(1)).item()
