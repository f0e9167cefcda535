"""What Dask raises becomes a sentence with a mend; what is our own bug stays one."""

from __future__ import annotations

from concurrent.futures import CancelledError

import pytest

pytest.importorskip("distributed")

from pydantic import TypeAdapter

from grader.batch.slot import SlotLost
from grader.cluster.failures import preparing, translated
from grader.errors import UserError


class Connected:
    status = "running"


class Reconnecting:
    status = "connecting"


def told(error: Exception, client=Connected, way=translated) -> str:
    """What is said of an error, whose cause is kept."""
    with pytest.raises(UserError) as caught, way(client):
        raise error
    assert caught.value.__cause__ is error
    return str(caught.value)


@pytest.mark.parametrize(
    "error", [OSError("Stream is closed"), CancelledError("key"), TimeoutError()]
)
def test_a_connection_that_is_lost_is_said(error):
    assert "connection to the Dask scheduler was lost" in told(error)


def test_whatever_comes_of_a_lost_connection_is_said_to_come_of_it():
    assert "connection to the Dask scheduler was lost" in told(KeyError("workers"), Reconnecting)


def test_a_scheduler_of_another_python_is_told_by_its_own_words():
    text = "    Error during deserialization of the task graph. This frequently\n    occurs if ..."
    assert "Python and the Dask of this machine" in told(RuntimeError(text))


def test_another_torchgrade_is_told_by_what_it_lacks():
    with pytest.raises(ValueError, match="int") as answer:
        TypeAdapter(int).validate_json('"no number"')
    for error in (
        ModuleNotFoundError("No module named 'grader'"),
        AttributeError("Can't get attribute 'grade_here' on <module 'grader.cluster.host'>"),
        answer.value,
    ):
        assert "another torchgrade" in told(error)


@pytest.mark.parametrize("error", [AttributeError("of our own"), SlotLost("it ended")])
def test_what_is_no_failure_of_dask_is_left_as_it_is(error):
    with pytest.raises(type(error)) as caught, translated(Connected):
        raise error
    assert caught.value is error


def test_a_worker_without_torchgrade_is_told_though_dask_sends_a_text():
    sentence = told(Exception("ModuleNotFoundError(\"No module named 'grader'\")"), way=preparing)
    assert "could not be prepared" in sentence
    assert "Install the same torchgrade" in sentence
    assert "No module named 'grader'" in sentence


def test_a_worker_that_is_lost_in_preparing_is_told():
    assert "lost just when it was prepared" in told(OSError("Stream is closed"), way=preparing)
