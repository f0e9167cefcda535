"""What is begun first: what will take longest, as far as its source tells."""

from __future__ import annotations

import pytest

from grader.batch.workload import expected_work
from grader.intake import read_submission
from grader.intake.limits import MAX_PARSED, MAX_PARSED_IN_ALL
from grader.protocol.parts import Cell


@pytest.mark.parametrize(
    ("source", "work"),
    [
        ("def flatten(x): return x\n", 0),
        ("model = [nn.Conv2d(3, 8, 3), Conv2d(8, 8, 3)]\n", 2),
        ("for i in range(16):\n    layers += [nn.Conv2d(64, 64, 3)]\n", 32),
        ("c = 128\nmodel = [nn.Conv2d(3, c, 3), nn.Conv2d(in_channels=c, out_channels=64)]\n", 6),
        ("nn.Conv2d(3, 10**9, 3)\nnn.Conv2d(3, 1000000000, 3)\nnn.Conv2d(x, y, 3)\n", 34),
        ("model = torchvision.models.resnet18(weights=None)\n", 50),
        ("for i in range(2, 6):\n    for j in range(3):\n        nn.Conv2d(1, 1, 1)\n", 12),
        ("layers = [nn.Conv2d(8, 8, 3) for _ in range(5)]\n", 5),
        ("for epoch in range(depth):\n    nn.Conv2d(1, 1, 1)\n", 1),
        ("for i in range(10**9):\n    nn.Conv2d(1, 1, 1)\n", 1),
        ("for i in range(1000000000):\n    nn.Conv2d(1, 1, 1)\n", 100),
        ("for i in range(16):\n    nn.Conv2d(1, 1, 1\n", 1),
        ("while True:\n    pass\n", 100),
    ],
    ids=[
        "none", "two", "loop", "widths", "too wide", "ready-made", "loops",
        "comprehension", "unknown", "computed", "bounded",
        "no Python", "endless",
    ],
)  # fmt: skip
def test_convolutions_are_counted_as_often_as_they_are_made(source, work, tmp_path):
    path = tmp_path / "homework.py"
    path.write_text(f"import torch\n{source}")
    assert expected_work(read_submission(path)) == work


def test_source_as_deep_as_may_be_is_counted(tmp_path):
    path = tmp_path / "homework.py"
    path.write_text("x = nn.Conv2d(1, 1, 1)\nfor i in range(2): pass\n" + "x = x" + ".x" * 2_000)
    assert expected_work(read_submission(path)) == 1


def test_no_more_is_parsed_of_a_submission_than_intake_parses(tmp_path):
    loop = "for i in range(2):\n    nn.Conv2d(1, 1, 1)\n"
    cell = Cell(file="homework.py", source=loop + "#" * (MAX_PARSED - len(loop)))
    parsed = MAX_PARSED_IN_ALL // MAX_PARSED
    path = tmp_path / "homework.py"
    path.write_text("x = 1\n")
    submission = read_submission(path).model_copy(update={"cells": (cell,) * (parsed + 5)})
    assert expected_work(submission) == 2 * parsed + 5  # the rest as it is written


def test_fields_of_f_strings_count_as_what_they_take_to_be_parsed(tmp_path):
    loop = "for i in range(2):\n    nn.Conv2d(1, 1, 1)\n"
    path = tmp_path / "homework.py"
    for fields, work in ((1_000, 2), (10_000, 1)):
        path.write_text(f"{loop}f'{'{a}' * fields}'\n")
        assert expected_work(read_submission(path)) == work
