"""What Dask raises, as what our user is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager

from distributed import Client, KilledWorker
from pydantic import ValidationError

from grader.errors import TorchgradeError, UserError

CONNECTED = "running"
"""The status of a Dask client that has a scheduler."""

_CONNECTION_LOST = (
    "The connection to the Dask scheduler was lost. Grade again when it is there; what was graded "
    "is kept."
)
_INSTALL = (
    "Install the same torchgrade, with the extra `cluster`, wherever a Dask worker of that "
    "scheduler runs, with slots or without."
)
_OTHER_PYTHON = (
    "The Dask scheduler cannot read what it is sent. Give it the Python and the Dask of this "
    "machine; it needs no torchgrade. Dask says: {error}"
)
_OTHER_TORCHGRADE = (
    "A worker of the cluster has another torchgrade, which does not understand this one, or is not "
    "understood by it. {install} What was graded is kept. It says: {error}"
)
_UNPREPARED = "A worker of the cluster could not be prepared. {install} Dask says: {error}"
_LOST_IN_PREPARING = "A worker of the cluster was lost just when it was prepared. Grade again."
_GRAPH = "Error during deserialization of the task graph"
_NO_SUCH_NAME = "Can't get attribute"  # of an AttributeError, in pickle's words


def require_connection(client: Client) -> None:
    """See that there is a scheduler; Dask keeps what is sent without one, maybe for ever.

    Raises:
        UserError: there is none any more.
    """
    if client.status != CONNECTED:
        raise UserError(_CONNECTION_LOST)


@contextmanager
def translated(client: Client) -> Iterator[None]:
    """What is done with Dask; a worker that was lost (`KilledWorker`) is the caller's to handle.

    Raises:
        UserError: the cluster cannot be used, or not any more.
    """
    try:
        yield
    except (TorchgradeError, KilledWorker):
        raise
    except Exception as error:
        sentence = _sentence(error, client)
        if sentence is None:
            raise  # a bug
        raise UserError(sentence) from error


@contextmanager
def preparing(client: Client) -> Iterator[None]:
    """What is done to all workers; what one of them raises may come as the text of an exception.

    Raises:
        UserError: a worker cannot do it, or is lost by it; or the scheduler is gone.
    """
    try:
        yield
    except Exception as error:
        require_connection(client)
        if isinstance(error, (CancelledError, OSError)):
            raise UserError(_LOST_IN_PREPARING) from error
        raise UserError(_filled(_UNPREPARED, error)) from error


def _sentence(error: Exception, client: Client) -> str | None:
    if client.status != CONNECTED or isinstance(error, (CancelledError, OSError)):
        return _CONNECTION_LOST
    if isinstance(error, RuntimeError) and _GRAPH in str(error):
        return _filled(_OTHER_PYTHON, error)
    unknown = isinstance(error, AttributeError) and _NO_SUCH_NAME in str(error)
    if unknown or isinstance(error, (ImportError, ValidationError)):
        return _filled(_OTHER_TORCHGRADE, error)
    return None


def _filled(sentence: str, error: Exception) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return sentence.format(install=_INSTALL, error=words[:500])
