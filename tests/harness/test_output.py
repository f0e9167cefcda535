"""Printed text is kept up to a limit."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.harness.output import BoundedOutput


@given(st.integers(0, 50), st.lists(st.text(max_size=20), max_size=10))
def test_the_beginning_is_kept_and_the_rest_counted(limit: int, parts: list[str]) -> None:
    output, written = BoundedOutput(limit), "".join(parts)
    assert [output.write(part) for part in parts] == [len(part) for part in parts]
    if len(written) <= limit:
        assert output.text() == written
    else:
        dropped = len(written) - limit
        assert output.text() == f"{written[:limit]}\n... ({dropped:,} more characters)"


def test_print_goes_there() -> None:
    output = BoundedOutput(1000)
    with redirect_stdout(output):
        print("Iteration", 100, "loss", 2.3, flush=True)
        print("다음")
    assert output.text() == "Iteration 100 loss 2.3\n다음\n"


def test_bytes_go_there_too() -> None:
    output = BoundedOutput(1000)
    output.reconfigure(encoding="utf-8")
    output.buffer.write("다음\n".encode())
    print("Iteration", file=io.TextIOWrapper(output.buffer, encoding="utf-8"), flush=True)
    assert output.text() == "다음\nIteration\n"


def test_printing_without_end_keeps_nothing_more() -> None:
    output = BoundedOutput(10)
    for _ in range(1000):
        output.write("x" * 1_000_000)
    assert output.text() == "x" * 10 + "\n... (999,999,990 more characters)"


def test_it_looks_like_a_text_stream() -> None:
    output = BoundedOutput(10)
    assert output.writable()
    assert not output.readable()
    assert not output.isatty()
    with pytest.raises(OSError, match=r"read|not supported"):
        output.read()
    output.writelines(["a", "b"])
    assert output.text() == "ab"
