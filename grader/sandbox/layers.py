"""The layers of isolation by name, the modes that are made of them, and what one worker may use."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from grader.choices import Mode

NAMESPACES = "namespaces (user, pid, net, ipc)"
MOUNTS = "mount namespace"
LIMITS = "resource limits"
OTHER_USER = "a user of its own"
CAPABILITIES = "capabilities dropped"
NO_NEW_PRIVILEGES = "no_new_privs"
LANDLOCK = "landlock"
SECCOMP = "seccomp"

ORDER = (
    NAMESPACES, MOUNTS, LIMITS, OTHER_USER, CAPABILITIES, NO_NEW_PRIVILEGES, LANDLOCK, SECCOMP,
)  # fmt: skip
"""Every layer, in the order in which they are applied."""

FULL = tuple(layer for layer in ORDER if layer != OTHER_USER)
"""What a machine that offers everything has: a user of its own stands in for namespaces alone."""


MODES: dict[Mode, tuple[str, ...]] = {
    "full": ORDER,
    "container": (LIMITS, OTHER_USER, CAPABILITIES, NO_NEW_PRIVILEGES, LANDLOCK, SECCOMP),
    "process": (LIMITS,),
}


THREADS = 128
"""That a worker may have beside those of torch's operations."""


class IsolationConfig(BaseModel):
    """What one worker may use.

    Attributes:
        scratch: the folder that it may write.
        readable: further files and folders that it may read.
        private: what it may not, though it lies below something that every worker may read.
        memory_bytes: private memory above what it was forked with.
        file_bytes: of one file.
        scratch_bytes: of all files in its scratch together.
        scratch_files: how many files and folders its scratch may hold.
        cpu_seconds: processor time of all its threads.
        open_files: at one time.
        threads: at one time.
        cores: of the processor, by their numbers; all where none is named.
        layers: which layers are tried.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scratch: str
    readable: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    memory_bytes: int
    file_bytes: int
    scratch_bytes: int
    scratch_files: int
    cpu_seconds: int
    open_files: int = 256
    threads: int = THREADS
    cores: tuple[int, ...] = ()
    layers: tuple[str, ...] = ORDER

    def with_readable(self, paths: tuple[str, ...]) -> IsolationConfig:
        """The same, with these paths readable besides its own."""
        return self.model_copy(update={"readable": (*paths, *self.readable)})
