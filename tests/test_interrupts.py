"""What an interrupt does while it is put off."""

import os
import signal
from threading import Thread

import pytest

from grader.interrupts import interrupts_held


@pytest.fixture(autouse=True)
def not_ignored():
    """A shell starts what runs in its background with this signal ignored, the tests perhaps."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_what_is_begun_is_finished_and_then_it_ends():
    done = []

    @interrupts_held()
    def write() -> None:
        interrupt()
        interrupt()
        done.append("written")

    with pytest.raises(KeyboardInterrupt):
        write()
    assert done == ["written"]


def test_afterwards_an_interrupt_comes_at_once():
    with interrupts_held():
        pass
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_who_ignores_interrupts_goes_on():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = []
    with interrupts_held():
        interrupt()
        done.append("written")
    assert done == ["written"]


def test_an_error_within_is_told_and_not_the_interrupt():
    @interrupts_held()
    def write() -> None:
        interrupt()
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        write()


def test_other_threads_may_use_it_too():
    done = []

    @interrupts_held()
    def write() -> None:
        done.append("written")

    thread = Thread(target=write)
    thread.start()
    thread.join()
    assert done == ["written"]
