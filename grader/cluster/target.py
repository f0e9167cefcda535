"""Which cluster is meant; imports nothing of Dask, so that the command line can always ask."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.cluster.addresses import ENCRYPTED, open_addresses, scheme_of
from grader.errors import UsageError

MAX_LOCAL = 64
"""Workers that are started on one machine; each takes a core and 1.5 GB."""


@dataclass(frozen=True)
class TlsFiles:
    """Who may be trusted, and what we show of ourselves; PEM files."""

    ca: Path
    cert: Path
    key: Path


@dataclass(frozen=True)
class LocalCluster:
    """Workers on this machine, started for this grading and ended with it."""

    workers: int


@dataclass(frozen=True)
class RemoteCluster:
    """A scheduler that somebody started.

    Attributes:
        address: of the scheduler.
        tls: None where Dask's own configuration says it, or there is none.
        insecure: whether connections without TLS are accepted.
    """

    address: str
    tls: TlsFiles | None
    insecure: bool


Target = LocalCluster | RemoteCluster


def target_of(
    *,
    scheduler: str | None,
    cluster: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    insecure: bool,
) -> Target | None:
    """What the options come to; None where no cluster is asked for.

    Raises:
        UsageError: they contradict each other, or what they say would not be safe.
    """
    files = (tls_ca, tls_cert, tls_key)
    if scheduler is not None and cluster is not None:
        raise UsageError("Say --scheduler or --cluster, not both: one of them grades.")
    if scheduler is None and (insecure or any(files)):
        raise UsageError(
            "--tls-ca, --tls-cert, --tls-key and --insecure-cluster speak of the connection to a "
            "scheduler. Say with --scheduler which."
        )
    if cluster is not None:
        return _local(cluster)
    if scheduler is None:
        return None
    encrypted = scheme_of(scheduler) == ENCRYPTED
    if not encrypted and any(files):
        raise UsageError(f"{scheduler} is a connection without TLS. Write tls:// with --tls-ca.")
    if not insecure and open_addresses([scheduler]):
        raise UsageError(
            f"{scheduler} would be reached without TLS: whoever can listen reads the students' "
            "work, and whoever can connect runs what they like on all machines. Start the "
            "scheduler with TLS and write tls://; or say --insecure-cluster, where nobody else "
            "is on that network."
        )
    return RemoteCluster(scheduler, _tls_files(tls_ca, tls_cert, tls_key), insecure)


def _local(cluster: str) -> LocalCluster:
    kind, _, number = cluster.partition(":")
    if kind != "local" or not number.isdecimal() or not 1 <= int(number) <= MAX_LOCAL:
        raise UsageError(
            f"--cluster {cluster} is not known. Write local:N for N workers on this machine, 1 to "
            f"{MAX_LOCAL}. Another cluster is started by its own tools; name its scheduler with "
            "--scheduler."
        )
    return LocalCluster(int(number))


def _tls_files(ca: Path | None, cert: Path | None, key: Path | None) -> TlsFiles | None:
    if ca is None and cert is None and key is None:
        return None
    if ca is None or cert is None or key is None:
        raise UsageError("TLS needs all three: --tls-ca, --tls-cert and --tls-key.")
    for path in (ca, cert, key):
        try:
            path.open("rb").close()
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    return TlsFiles(ca, cert, key)
