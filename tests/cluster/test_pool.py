"""What a cluster offers, as far as its scheduler says so."""

from __future__ import annotations

import pytest

pytest.importorskip("distributed")

from grader.cluster.pool import ClusterPool
from grader.errors import UserError


class Scheduler:
    """Stands in for a client: says which workers there are."""

    status = "closed"

    def __init__(self, **slots) -> None:
        self._workers = {
            f"{name.replace('_', '://')}:1": {"resources": resources}
            for name, resources in slots.items()
        }

    def scheduler_info(self, n_workers):
        return {"workers": self._workers}


def test_two_a_slot_are_handed_over(setup):
    client = Scheduler(tls_a={"slot": 1.0}, tls_b={"slot": 3.0, "GPU": 1.0}, tls_other={})
    assert ClusterPool(setup, client).at_once == 8


def test_a_cluster_without_workers_is_asked_for_some(setup):
    assert ClusterPool(setup, Scheduler()).at_once == 2


def test_workers_without_slots_are_told_how_to_offer_them(setup):
    with pytest.raises(UserError, match="--resources slot=1"):
        ClusterPool(setup, Scheduler(tls_a={})).slots()


def test_workers_that_are_reached_without_tls_are_refused(setup):
    client = Scheduler(tcp_a={"slot": 1.0})
    with pytest.raises(UserError, match=r"tcp://a:1 is reached without TLS"):
        ClusterPool(setup, client).slots()
    assert ClusterPool(setup, client, insecure=True).slots() == 1
