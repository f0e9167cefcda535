"""A cluster as long as it is needed: found, or started on this machine."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dask
from distributed import Client, LocalCluster, Security

from grader.cluster import target
from grader.cluster.counting import Warn
from grader.cluster.pool import ClusterPool, LocalClusterPool, unheard
from grader.cluster.records import SLOT
from grader.errors import UsageError, UserError
from grader.jobs import Setup

CONNECT_SECONDS = 30.0
LOCALLY = {
    # A loss is counted by the batch, and told as soon as it happens.
    "distributed.scheduler.allowed-failures": 0,
    # One that is killed starts again; on a busy machine that takes longer than Dask's 15 seconds.
    "distributed.deploy.lost-worker-timeout": "60s",
    # What Dask watches of its own processes, up to a hundred times a second, is of no use here,
    # and the cores are the graders'.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
}


@contextmanager
def cluster_pool(setup: Setup, where: target.Target, warn: Warn = unheard) -> Iterator[ClusterPool]:
    """The slots of a cluster.

    Args:
        setup: what holds for all submissions.
        where: which cluster.
        warn: is told what the user should know while the grading goes on.

    Raises:
        UsageError: what is said of TLS does not do.
        UserError: no scheduler answers.
    """
    with ExitStack() as stack:
        if not setup.debug:
            stack.enter_context(_quiet())
        if isinstance(where, target.LocalCluster):
            log_level = logging.WARNING if setup.debug else logging.CRITICAL
            client = stack.enter_context(_local(where, log_level))
            yield stack.enter_context(LocalClusterPool(setup, client, where.workers, warn))
        else:
            client = stack.enter_context(_remote(where))
            yield stack.enter_context(
                ClusterPool(setup, client, insecure=where.insecure, warn=warn)
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the log lines of Dask, Tornado and asyncio: what they tell is told in our words."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            # A submission may be of some megabytes.
            warnings.filterwarnings("ignore", message="Sending large graph")
            yield
    finally:
        logging.disable(disabled)


@contextmanager
def _local(where: target.LocalCluster, log_level: int) -> Iterator[Client]:
    """One slot a worker; under TLS, since other users of this machine reach its ports, too."""
    with (
        dask.config.set(LOCALLY),
        LocalCluster(
            # Slots of one worker would start sooner (launchers load torch for seconds), but a
            # submission that ends its worker would take its neighbours along.
            n_workers=where.workers,
            threads_per_worker=1,
            resources={SLOT: 1},
            memory_limit=0,  # it is the grading processes that are large, and these have limits
            dashboard_address=None,
            preload=["grader.cluster.unattended"],
            security=Security.temporary(),
            silence_logs=log_level,  # a lost worker is told in the logs of submissions
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def _remote(where: target.RemoteCluster) -> Iterator[Client]:
    try:
        client = Client(where.address, security=_security(where), timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError) as error:
        raise UserError(
            f"No Dask scheduler answers at {where.address} ({error}). See that it runs, and that "
            "its certificate is of the same authority as ours."
        ) from error
    with client:
        yield client


def _security(where: target.RemoteCluster) -> Security | None:
    if not where.address.startswith("tls:"):
        return None
    if where.tls is not None:
        return Security(
            require_encryption=True,
            tls_ca_file=str(where.tls.ca),
            tls_client_cert=str(where.tls.cert),
            tls_client_key=str(where.tls.key),
        )
    configured = Security(require_encryption=True)
    ours = configured.get_tls_config_for_role("client")
    if ours["ca_file"] is None or ours["cert"] is None:
        raise UsageError(
            f"{where.address} needs a certificate. Say --tls-ca, --tls-cert and --tls-key; or "
            "write them down in Dask's configuration (distributed.comm.tls)."
        )
    return configured
