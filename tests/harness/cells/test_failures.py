"""Exceptions of student code, told with the student's own lines and nothing else's."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.harness.cells.failures import MAX_MESSAGE, MAX_PLACES, Sources, clean, describe_failure
from grader.protocol.parts import Failure

SOURCES = Sources(frozenset({"homework.py"}), "/scratch/kim")


def failure_of(source: str, file: str = "homework.py", **names: object) -> Failure:
    """What is told of the exception that this source raises."""
    namespace = dict(names)
    try:
        exec(compile(source, file, "exec"), namespace)
    except BaseException as error:
        return describe_failure(error, SOURCES)
    raise AssertionError("nothing was raised")


def raised(error: BaseException) -> Failure:
    return describe_failure(error, SOURCES)


def lines(failure: Failure) -> list[tuple[str, int | None]]:
    return [(place.file, place.line) for place in failure.places]


def test_type_message_and_own_lines_are_told_outermost_first() -> None:
    failure = failure_of("def f():\n    g()\n\ndef g():\n    1 / 0\n\nf()\n")
    assert (failure.type_name, failure.message) == ("ZeroDivisionError", "division by zero")
    assert lines(failure) == [("homework.py", 7), ("homework.py", 2), ("homework.py", 5)]


def test_lines_of_others_between_and_below_are_left_out() -> None:
    def foreign(call: Callable[[], object]) -> object:
        return sorted([1, 2], key=lambda _: call())

    failure = failure_of(
        "def own():\n    int('x')\n\nforeign(lambda: foreign(own))", foreign=foreign
    )
    assert lines(failure) == [("homework.py", 4), ("homework.py", 4), ("homework.py", 2)]


def test_files_below_the_submissions_folder_are_its_own() -> None:
    failure = failure_of("1 / 0", file="/scratch/kim/lib/layers.py")
    assert lines(failure) == [("lib/layers.py", 1)]


@pytest.mark.parametrize(
    "file", ["/scratch/kimberly/a.py", "/scratch/a.py", "<string>", "other.py"]
)
def test_files_elsewhere_are_not(file: str) -> None:
    assert lines(failure_of("1 / 0", file=file)) == []


def test_an_exception_that_was_never_raised_has_no_place() -> None:
    assert raised(ValueError("x")).places == ()


@pytest.mark.parametrize("limit", [500, 20_000])
def test_a_recursion_is_cut_to_its_ends(limit: int) -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        failure = failure_of("def f(n):\n    return f(n + 1)\n\nf(0)\n")
    finally:
        sys.setrecursionlimit(before)
    assert failure.type_name == "RecursionError"
    assert len(failure.places) == MAX_PLACES
    assert lines(failure)[:2] == [("homework.py", 4), ("homework.py", 2)]


@pytest.mark.parametrize("raises", ["ValueError('x')", "SystemExit", "KeyboardInterrupt"])
def test_a_message_that_cannot_be_shown_is_told_so(raises: str) -> None:
    failure = failure_of(f"class E(Exception):\n    def __str__(self): raise {raises}\n\nraise E")
    assert failure.type_name == "E"
    assert failure.message.startswith("(its message cannot be shown: __str__ raised ")


def test_a_message_that_is_no_text_is_told_so() -> None:
    failure = failure_of("class E(Exception):\n    def __str__(self): return 3\n\nraise E")
    assert "__str__ raised TypeError" in failure.message


def test_long_names_and_messages_are_cut() -> None:
    failure = failure_of("raise type('E' * 10_000, (Exception,), {})('m' * 10_000)")
    assert failure.type_name == "E" * 500
    assert failure.message == "m" * MAX_MESSAGE


def test_a_syntax_error_at_run_time_is_told_with_its_line() -> None:
    failure = failure_of("compile('x = 1\\ny = (', 'homework.py', 'exec')")
    assert failure.type_name == "SyntaxError"
    assert lines(failure) == [("homework.py", 1), ("homework.py", 2)]
    assert "line" not in failure.message


def test_a_syntax_error_of_another_file_has_only_the_calling_line() -> None:
    assert lines(failure_of("compile('(', '/usr/lib/x.py', 'exec')")) == [("homework.py", 1)]


def test_a_syntax_error_made_by_hand_does_no_harm() -> None:
    error = SyntaxError("odd")
    error.filename, error.lineno = "homework.py", "seven"  # type: ignore[assignment]
    assert lines(raised(error)) == [("homework.py", None)]


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), KeyError("k")]
)
def test_every_kind_of_exception_can_be_told(error: BaseException) -> None:
    assert raised(error).type_name == type(error).__name__


def test_what_differs_from_run_to_run_is_left_out_of_messages() -> None:
    name = "FileNotFoundError('/scratch/kim/data/x.pt')"
    failure = failure_of(f"raise ValueError(object(), {name})")
    assert failure.message == ("(<object object at 0x…>, FileNotFoundError('./data/x.pt'))")


def test_short_hexadecimal_numbers_stay() -> None:
    assert clean("0xff and 0x7f00aa11 in /a", root="/") == "0xff and 0x… in /a"


@pytest.mark.parametrize("places", range(0, 30, 3))
def test_a_cut_through_an_address_leaves_nothing_of_it(places: int) -> None:
    texts = {clean(f"{'x' * places}{o} /tmp/{n}/a", 20, f"/tmp/{n}")
             for n, o in enumerate((" at 0x7f00aa11bb22", " at 0x55d1f00aa118"))}  # fmt: skip
    assert len(texts) == 1


@given(st.text(st.characters(), max_size=30), st.integers(0, 20))
def test_cleaned_text_can_be_sent_and_is_no_longer_than_the_limit(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert len(cleaned) == min(len(text), limit)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@given(st.text(st.characters(), max_size=30))
def test_any_message_can_be_sent(text: str) -> None:
    sent = raised(ValueError(text)).model_dump_json()
    assert Failure.model_validate_json(sent).message == clean(text)
