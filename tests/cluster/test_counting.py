"""What a cluster offers, as far as its scheduler says so, and who is left out of it."""

from __future__ import annotations

import pytest

pytest.importorskip("distributed")

from grader.cluster import counting
from grader.cluster.counting import Workers
from grader.errors import UserError

BAD = UserError("It has another torch.")


class Scheduler:
    """Stands in for a client: says which workers there are."""

    status = "running"

    def __init__(self, **slots) -> None:
        self.workers = {
            f"{name.replace('_', '://')}:1": {"resources": resources}
            for name, resources in slots.items()
        }

    def scheduler_info(self, n_workers):
        return {"workers": self.workers} if self.status == "running" else {}


def workers_of(client, said=None, *, insecure=False) -> Workers:
    return Workers(client, [].append if said is None else said.append, insecure=insecure)


@pytest.fixture
def always_fresh(monkeypatch):
    monkeypatch.setattr(counting, "FRESH_SECONDS", -1.0)


def test_workers_without_slots_are_told_how_to_offer_them():
    with pytest.raises(UserError, match="--resources slot=1"):
        workers_of(Scheduler(tls_a={})).require_slots()
    assert workers_of(Scheduler(tls_a={})).slots() == {}  # once it is graded, some may come
    workers_of(Scheduler()).require_slots()


def test_workers_that_are_reached_without_tls_are_refused():
    client = Scheduler(tcp_a={"slot": 1.0})
    with pytest.raises(UserError, match=r"tcp://a:1 is reached without TLS"):
        workers_of(client).slots()
    assert workers_of(client, insecure=True).slots() == {"tcp://a:1": 1}


def test_a_scheduler_that_is_gone_is_said_and_no_number_made_up(always_fresh):
    client = Scheduler(tls_a={"slot": 1.0})
    workers = workers_of(client)
    assert workers.slots() == {"tls://a:1": 1}
    for client.status in ("connecting", "closed"):
        with pytest.raises(UserError, match="connection to the Dask scheduler was lost"):
            workers.slots()


def test_waiting_for_workers_is_told_once_until_some_came(always_fresh, monkeypatch):
    monkeypatch.setattr(counting, "PATIENCE_SECONDS", 0.0)
    said, client = [], Scheduler()
    workers = workers_of(client, said)
    for _time in range(4):
        workers.slots()
    assert len(said) == 1
    assert "No worker of the cluster offers a slot" in said[0]
    client.workers["tls://a:1"] = {"resources": {"slot": 1.0}}
    workers.slots()
    client.workers.clear()
    for _time in range(4):
        workers.slots()
    assert len(said) == 2


def test_before_anything_is_graded_a_bad_worker_ends_it():
    workers = workers_of(Scheduler(tls_a={"slot": 1.0}, tls_b={"slot": 1.0}))
    with pytest.raises(UserError, match="another torch"):
        workers.leave_out("tls://a:1", BAD)
    workers.graded("tls://a:1")
    with pytest.raises(UserError, match="another torch"):
        workers.leave_out("tls://a:1", BAD)  # nobody else has


def test_afterwards_it_is_left_out_and_that_is_said_once(always_fresh):
    said, client = [], Scheduler(tls_a={"slot": 2.0}, tls_b={"slot": 1.0})
    workers = workers_of(client, said)
    workers.graded("tls://a:1")
    assert workers.allowed() is None
    for _task in range(2):
        workers.leave_out("tls://b:1", BAD)
    assert said == ["It has another torch. It is given nothing more; the others go on."]
    assert workers.slots() == {"tls://a:1": 2}
    assert workers.allowed() == ["tls://a:1"]
    assert workers.any_there(["tls://a:1"])
    assert not workers.any_there(["tls://b:1"])
    del client.workers["tls://a:1"]
    with pytest.raises(UserError, match="another torch"):
        workers.allowed()
    client.workers.clear()
    assert workers.allowed() is None  # whoever comes next may be better
