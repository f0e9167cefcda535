"""Calls of the training functions as they are written, and what became of them."""

from __future__ import annotations

from grader.protocol.parts import Cell, Failure, Location, Recorded
from grader.understanding.calls import MAX_CALLS, training_calls

FILE = "hw.ipynb, cell 1"


def cell(source: str, file: str = FILE) -> Cell:
    return Cell(file=file, source=source)


def at(line: int, file: str = FILE) -> Location:
    return Location(file=file, line=line)


def recorded(line: int, api: str = "part34") -> Recorded:
    return Recorded.model_validate({"target": "run:0", "api": api, "where": at(line)})


def lines(source: str) -> list[int | None]:
    return [call.where.line for call in training_calls([cell(source)], [], [])]


def test_calls_are_found_wherever_they_stand() -> None:
    source = (
        "train_part2(f, params, 1e-3)\n\n  x = train_part34 (model, optimizer)\n"
        "try: train_part34(\n    model, optimizer)\nexcept E: pass\n"
    )
    assert lines(source) == [1, 3, 4]


def test_what_is_commented_out_or_defined_is_no_call() -> None:
    assert (
        lines(
            "# train_part34(model, optimizer)\nx = 1  # train_part2(f)\n"
            "def train_part2(f, params):\n    pass\ntrain_part34\nmy_train_part34(1)\n"
        )
        == []
    )


def test_a_call_that_was_recorded_has_no_obstacle() -> None:
    source = "x = 1\ntrain_part34(\n    model,\n    optimizer)\n"
    for line in (2, 4):
        (call,) = training_calls([cell(source)], [recorded(line)], [])
        assert (call.where, call.function, call.obstacle) == (at(2), "train_part34", None)


def test_a_pair_that_was_only_made_is_no_call() -> None:
    (call,) = training_calls([cell("train_part34(model, opt)")], [recorded(1, "built")], [])
    assert call.obstacle == "it stands in code that is not run"


def test_the_exception_that_stopped_a_cell_is_its_calls_obstacle() -> None:
    error = Failure(type_name="NameError", message="x", places=(at(1), at(9, "nets.py")))
    elsewhere = Failure(type_name="KeyError", message="x", places=(at(1, "hw.ipynb, cell 2"),))
    (call,) = training_calls([cell("f()\ntrain_part2(f)")], [], [elsewhere, error])
    assert call.obstacle == "NameError was raised in line 1 of its cell"


def test_a_cell_that_is_no_python_is_said_to_be_none() -> None:
    error = Failure(type_name="SyntaxError", message="invalid syntax", places=(at(1),))
    (call,) = training_calls([cell("x = (\ntrain_part2(f)")], [], [error])
    assert call.obstacle == "its cell is no Python in line 1"


def test_no_more_calls_are_listed_than_a_homework_could_have() -> None:
    source = "train_part34(model, optimizer)\n" * 100_000
    assert lines(source) == list(range(1, MAX_CALLS + 1))
