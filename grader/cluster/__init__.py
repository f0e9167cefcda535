"""Grading on a Dask cluster: the same batch, with its slots on other machines.

Theory of operation. There are three sides, and all three are trusted::

    scheduler side   `torchgrade grade`: reads the class, writes OUT         (pool.py)
     └─ Dask scheduler   anybody's, with our Dask and Python; knows nothing of torchgrade (calls.py)
         └─ Dask worker     has torchgrade installed                            (host.py)
             └─ launcher        and all below it, as on one machine: examiner, keeper, worker

One task is one submission. It travels as bytes (`parcels.py`), is written to a folder of the
worker's machine and is graded there in a slot of the worker's own, which a worker plugin keeps
(`slots.py`). What comes back is a line of JSON, the record that an examiner says (`records.py`):
student code has had no hand in any pickle, and no exception crosses. Dask itself pickles what it
carries, hence its connections are between trusted machines and under TLS (`addresses.py`).

A worker says the key of all that a result depends on before it grades anything. Only where it is
the scheduler side's own may it grade (`comparing.py`), so results are the same on all machines
whose processors compute alike. One that may not ends the grading; once another has graded
something, it is left out instead (`counting.py`). The data set is not sent: what may be 180 MB is
laid on the machines by `torchgrade data`.

Dask decides which worker takes which task, and tries again where a worker is lost. At most two
tasks a slot are handed to it, so a class never lies in its scheduler's memory, and what is queued
on a worker that dies is known not to have begun there: its loss is not counted against it. Nor is
that of a worker which leaves in good order, and says so (`host.py`). What Dask raises is translated
in one place (`failures.py`).

Nothing here but `target` may be imported without the extra `cluster`.
"""

from grader.cluster.target import LocalCluster, RemoteCluster, Target, target_of

__all__ = ["LocalCluster", "RemoteCluster", "Target", "target_of"]
