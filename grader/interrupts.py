"""Ctrl-C at a moment at which it would leave something half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Put an interrupt off to the end of what is done here.

    Only the main thread is interrupted; in another one this does nothing.

    Raises:
        KeyboardInterrupt: at the end, if one came meanwhile.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: came.set())
    try:
        yield
    finally:
        # None: somebody set it who does not write Python; nothing can be put back then.
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
    if came.is_set():
        signal.raise_signal(signal.SIGINT)  # whatever is done then
