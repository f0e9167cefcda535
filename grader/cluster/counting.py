"""Which workers of a cluster offer slots, and which of them are not given any more."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

from distributed import Client

from grader.cluster.addresses import open_addresses
from grader.cluster.failures import require_connection, translated
from grader.cluster.records import SLOT
from grader.errors import UserError

FRESH_SECONDS = 2.0
"""How long what the cluster offered is taken for what it offers."""
PATIENCE_SECONDS = 10.0
"""After so long without a slot, what is waited for is told."""

Warn = Callable[[str], None]
"""Is given a sentence for the user of a grading that goes on; in any thread."""


class Workers:
    """The workers of a cluster, counted anew every few seconds; safe to use from many threads.

    Args:
        client: connected to the scheduler.
        warn: is told what the user should know.
        insecure: whether workers are accepted that are reached without TLS.
    """

    def __init__(self, client: Client, warn: Warn, *, insecure: bool) -> None:
        self._client = client
        self._warn = warn
        self._insecure = insecure
        self._lock = threading.Lock()
        self._counted: dict[str, int] = {}
        self._counted_at = -math.inf
        self._empty_since: float | None = None  # inf: and that was told
        self._proven: set[str] = set()
        self._left_out: dict[str, UserError] = {}

    def slots(self) -> dict[str, int]:
        """How many each worker offers that offers any and is not left out.

        Raises:
            UserError: one is reached without TLS; or the scheduler is gone.
        """
        now = time.monotonic()
        if now - self._counted_at > FRESH_SECONDS:
            self._counted, self._counted_at = self._count(), now
            self._tell_if_empty(now)
        return {
            address: slots
            for address, slots in self._counted.items()
            if slots and address not in self._left_out
        }

    def require_slots(self) -> None:
        """See that the workers that are there, if any, are meant for this.

        Raises:
            UserError: none of them offers a slot; or as :meth:`slots`.
        """
        if not self.slots() and self._counted:
            raise UserError(
                f"None of the {len(self._counted)} workers of the cluster offers a slot. Start "
                "them with `dask worker ... --resources slot=1`, which grades one submission at a "
                "time."
            )

    def allowed(self) -> list[str] | None:
        """Where a task may go; None for anywhere.

        Raises:
            UserError: only workers that are left out are there; it says why one is.
        """
        if not self._left_out:
            return None
        allowed = list(self.slots())
        bad = [address for address in self._counted if address in self._left_out]
        if bad and not allowed:
            raise self._left_out[bad[0]]
        return allowed if bad else None

    def any_there(self, addresses: list[str]) -> bool:
        """Whether one of these workers is still in the cluster."""
        return not self.slots().keys().isdisjoint(addresses)

    def graded(self, address: str) -> None:
        """Note that a worker's results are ours."""
        self._proven.add(address)

    def leave_out(self, address: str, error: UserError) -> None:
        """Give a worker nothing any more, and say once why.

        Raises:
            UserError: that error, where no other worker has graded anything: it may be true of all.
        """
        with self._lock:
            if not self._proven - {address}:
                raise error
            known = address in self._left_out
            self._left_out[address] = error
            self._counted_at = -math.inf  # it may have come since
        if not known:
            self._warn(f"{error} It is given nothing more; the others go on.")

    def _count(self) -> dict[str, int]:
        with translated(self._client):
            try:
                info = self._client.scheduler_info(n_workers=-1)
            except (OSError, CancelledError):
                require_connection(self._client)
                return self._counted  # the scheduler is slow; whoever waits for a task is told more
            require_connection(self._client)
            workers: dict[str, Any] = info["workers"]
        exposed = open_addresses(workers)
        if exposed and not self._insecure:
            raise UserError(
                f"The worker {exposed[0]} is reached without TLS. Start it with TLS; or say "
                "--insecure-cluster, where nobody else is on that network."
            )
        return {
            address: int(worker["resources"].get(SLOT, 0)) for address, worker in workers.items()
        }

    def _tell_if_empty(self, now: float) -> None:
        if any(self._counted.values()):
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        elif now - self._empty_since >= PATIENCE_SECONDS:
            self._empty_since = math.inf
            self._warn(
                "No worker of the cluster offers a slot at present. Grading goes on as soon as one "
                "comes; Ctrl-C ends it, and what was graded is kept."
            )
