"""Which connections carry pickles: those that nobody else can read or join."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from grader.errors import UsageError

ENCRYPTED = "tls"
SCHEMES = ("tcp", ENCRYPTED)
LOCALHOST = "localhost"


def scheme_of(address: str) -> str:
    """The transport of an address such as `tls://host:8786`.

    Raises:
        UsageError: it is no address of that kind.
    """
    try:
        parts = urlsplit(address)
        complete = bool(parts.hostname) and parts.port is not None
    except ValueError:  # a port that is no number
        complete = False
    if not complete or parts.scheme not in SCHEMES:
        raise UsageError(
            f"{address} is no address of a Dask scheduler. Write tls://HOST:PORT, as the "
            "scheduler prints it when it starts; or tcp://HOST:PORT on this machine."
        )
    return parts.scheme


def is_loopback(address: str) -> bool:
    """Whether an address is on this machine, where no other machine can listen."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == LOCALHOST


def open_addresses(addresses: Iterable[str]) -> list[str]:
    """Those that are reached over a network without TLS."""
    return [
        address
        for address in addresses
        if urlsplit(address).scheme != ENCRYPTED and not is_loopback(address)
    ]
