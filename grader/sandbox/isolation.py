"""What a worker may do: the layers, each applied where the machine offers it.

Run once in a worker, after the fork and before student code, in the order of :func:`isolate`.
Each layer either takes hold and is named in the returned list, or the machine lacks it and it is
missing from the list; what must be there is decided by who reads the list.

Sources: user_namespaces(7), pid_namespaces(7), landlock(7), seccomp(2), prctl(2), setrlimit(2).
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import sys
from collections.abc import Callable, Container, Iterable
from pathlib import Path

from grader.sandbox.layers import (
    CAPABILITIES,
    LANDLOCK,
    LIMITS,
    MOUNTS,
    NAMESPACES,
    NO_NEW_PRIVILEGES,
    ORDER,
    OTHER_USER,
    SECCOMP,
    IsolationConfig,
)
from grader.sandbox.readable import open_to_others, reached_by_others

# Imported before any fork: pyseccomp looks for its library by running ldconfig, which a worker
# could no longer do. Both are Linux only, and pyseccomp needs the system's libseccomp.
try:
    import landlock
except ImportError:
    landlock = None
try:
    import pyseccomp
except (ImportError, RuntimeError, OSError):
    pyseccomp = None

_KEEPER_SECONDS = 60
"""Of processor time that the kernel leaves the keeper to notice first that it is used up."""
_NICE = 10
"""Steps by which workers come after what grades them: many threads of one must not hold it up."""
_CLONE_NEWNS = 0x00020000
_CLONE_NEWIPC = 0x08000000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWPID = 0x20000000
_CLONE_NEWNET = 0x40000000
_CLONE_FILES = 0x400
_CLOSE_RANGE_UNSHARE = 2
_RLIMIT_CPU = 0
_CLONE_THREAD = 0x00010000
_MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8
_MS_REC_PRIVATE = 0x4000 | (1 << 18)
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_LANDLOCK_OF_TRUNCATE = 3
"""Older ones, before Linux 6.2, let every file of the user be emptied: too little to rely on."""
_CAPABILITY_VERSION_3 = 0x20080522
_NOBODY = 65534

# By number: the library knows no names for calls that are newer than it, such as setxattrat.
_UNKNOWN_SYSCALLS = range(457, 520)
_MAP_SHARED_ANONYMOUS = 0x21
_MAP_GROWSDOWN = 0x100
_LOCK_COMMANDS = (6, 7, 37, 38)
"""F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW of `fcntl`."""
_DENIED_COMMANDS = {
    # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY
    "fcntl": (8, 10, 15, 1024, 1026),
    # FIOSETOWN, SIOCSPGRP, TIOCSTI, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR
    "ioctl": (0x8901, 0x8902, 0x5412, 0x40086602, 0x401C5820),
}

# A worker computes, reads and writes its scratch, starts threads. It needs none of these.
# fmt: off
_DENIED_SYSCALLS = (
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
    "fork", "vfork", "execve", "execveat",
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp",
    "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
    "mount", "umount2", "pivot_root", "chroot", "unshare", "setns",
    "fsopen", "fsmount", "move_mount", "open_tree",
    "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key",
    "io_uring_setup", "io_uring_enter", "io_uring_register",
    "init_module", "finit_module", "delete_module", "kexec_load", "reboot", "swapon", "swapoff",
    "open_by_handle_at", "name_to_handle_at", "personality",
    "shmget", "shmat", "shmdt", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl",
    "semget", "semctl", "semop", "semtimedop",
    "mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr",
    # The filter comes after our own rules; more of them take memory that counts as nobody's.
    "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
    # Files of memory count as nobody's, and can be run.
    "memfd_create", "memfd_secret",
    "inotify_init", "inotify_init1", "inotify_add_watch", "fanotify_init", "fanotify_mark",
    # Landlock does not see these, and they reach every file of the same user.
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat",
    "utime", "utimes", "utimensat", "futimesat",
    "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr",
    "rt_tgsigqueueinfo",
    # Each process may take what all users of the machine, or all processes of the user, share.
    "io_setup", "io_submit", "io_getevents", "io_pgetevents", "io_cancel", "io_destroy",
    "timer_create", "timer_settime",
    "setpriority", "sched_setaffinity", "sched_setscheduler", "sched_setattr", "sched_setparam",
    "ioprio_set",
    "tkill", "rt_sigqueueinfo",
    # Whoever opens a pipe with a name waits for the other end, and may believe it is a file.
    "mknod", "mknodat",
    # What is in a pipe, or on its way through a socket, counts as nobody's memory or files.
    "splice", "vmsplice", "tee", "sendmsg", "sendmmsg",
)
# What waits for a disk makes everybody who writes to it wait, and a worker's files need not last.
_SYNCING_SYSCALLS = ("sync", "syncfs", "fsync", "fdatasync")
# fmt: on


def enter_namespaces(layers: Container[str]) -> tuple[str, ...]:
    """Move the caller's future children into new namespaces (the caller itself stays visible).

    Called by the keeper before it forks the worker. The caller's user id is mapped to itself, so
    that its files stay readable where file permissions demand the owner. Nothing is done unless
    the layer is among `layers`.
    """
    if NAMESPACES not in layers or not sys.platform.startswith("linux"):
        return ()
    uid, gid = os.getuid(), os.getgid()
    flags = _CLONE_NEWUSER | _CLONE_NEWPID | _CLONE_NEWNET | _CLONE_NEWIPC
    if _libc().unshare(flags) != 0:
        return ()
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError:
        return ()
    return (NAMESPACES,)


def isolate(config: IsolationConfig, entered: Iterable[str]) -> tuple[str, ...]:
    """Give up everything the worker does not need; returns the names of the layers in force."""
    layers = list(entered)
    steps: tuple[tuple[str, Callable[[IsolationConfig], bool]], ...] = (
        (MOUNTS, lambda _: NAMESPACES in layers and _mount_own_proc()),
        (LIMITS, _limit_resources),
        (OTHER_USER, lambda _: NAMESPACES not in layers and _become_another(config)),
        (CAPABILITIES, lambda _: _drop_capabilities()),
        (NO_NEW_PRIVILEGES, lambda _: _set_no_new_privileges()),
        (LANDLOCK, _restrict_files),
        (SECCOMP, lambda _: _filter_syscalls(own_namespace=NAMESPACES in layers)),
    )
    for name, apply in steps:
        if name in config.layers and apply(config):
            layers.append(name)
    return tuple(name for name in ORDER if name in layers)


def die_with_parent() -> None:
    """Have the kernel kill the caller when its parent ends."""
    if sys.platform.startswith("linux"):
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def keep_memory_private() -> None:
    """Let nobody of the same user look into the caller's memory and descriptors."""
    if sys.platform.startswith("linux"):
        _libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans() -> None:
    """Have the kernel make the caller the parent of descendants whose own parent has ended."""
    if sys.platform.startswith("linux"):
        _libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _mount_own_proc() -> bool:
    libc = _libc()
    if libc.unshare(_CLONE_NEWNS) != 0:
        return False
    if libc.mount(None, b"/", None, _MS_REC_PRIVATE, None) != 0:
        return False
    # Without it /proc would show the host's processes; refused in some containers, where Landlock
    # still keeps everything but the listed files of /proc from being read.
    libc.mount(b"proc", b"/proc", b"proc", _MS_NOSUID_NODEV_NOEXEC, None)
    return True


def _become_another(config: IsolationConfig) -> bool:
    """Where root runs the grader: take a user who owns nothing, if that one can read the rest."""
    scratch = Path(config.scratch)
    if os.geteuid() != 0 or not reached_by_others(config.scratch):
        return False
    if not open_to_others(config.readable):
        return False
    for path in (scratch, *scratch.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY, follow_symlinks=False)
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)
    die_with_parent()  # the kernel forgets it where the user changes
    return True


def _drop_capabilities() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    return bool(_libc().capset(header, nothing) == 0)


def _set_no_new_privileges() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(_libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def _restrict_files(config: IsolationConfig) -> bool:
    if landlock is None:
        return False
    read = landlock.FSAccess.READ_FILE | landlock.FSAccess.READ_DIR
    ctypes.set_errno(0)  # the package takes an errno left over from before for its own failure
    try:
        rules = landlock.Ruleset()
        for path in config.readable:
            access = read if Path(path).is_dir() else landlock.FSAccess.READ_FILE
            rules.allow(path, rules=access)
        rules.allow("/dev/null", rules=landlock.FSAccess.READ_FILE | landlock.FSAccess.WRITE_FILE)
        rules.allow(config.scratch, rules=landlock.FSAccess.all())
        rules.apply()
        os.close(rules._fd)  # the package leaves it open
        return bool(landlock.landlock_abi_version() >= _LANDLOCK_OF_TRUNCATE)
    except (OSError, landlock.LandlockError):
        return False


def _limit_resources(config: IsolationConfig) -> bool:
    # RLIMIT_DATA rather than RLIMIT_AS: torch maps gigabytes of library text that cost no memory.
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, config.file_bytes)
    _limit(resource.RLIMIT_NOFILE, config.open_files)
    _limit(resource.RLIMIT_CPU, config.cpu_seconds + _KEEPER_SECONDS)
    os.nice(_NICE)
    if sys.platform.startswith("linux"):
        _limit(resource.RLIMIT_MEMLOCK, 0)
        _limit(resource.RLIMIT_MSGQUEUE, 0)
        _limit(resource.RLIMIT_DATA, _data_bytes() + config.memory_bytes)
    return True


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _data_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _filter_syscalls(*, own_namespace: bool) -> bool:
    if pyseccomp is None:
        return False
    try:
        rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
        denied = pyseccomp.ERRNO(errno.EPERM)
        for name in _DENIED_SYSCALLS:
            _add_rule(rules, denied, name)
        # Threads may be made, processes not; clone3 hides its flags in memory, and glibc falls
        # back to clone when it does not exist.
        no_thread = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0)
        rules.add_rule(denied, "clone", no_thread)
        # A thread with descriptors of its own could keep files that nobody counts.
        own_files = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_FILES, 0)
        rules.add_rule(denied, "clone", own_files)
        rules.add_rule(
            denied,
            "close_range",
            pyseccomp.Arg(2, pyseccomp.MASKED_EQ, _CLOSE_RANGE_UNSHARE, _CLOSE_RANGE_UNSHARE),
        )
        _add_rule(rules, pyseccomp.ERRNO(errno.ENOSYS), "clone3")
        # A descriptor can be made to send any signal to any process of the same user.
        for name, commands in _DENIED_COMMANDS.items():
            for command in commands:
                rules.add_rule(denied, name, _argument(1, command))
        rules.add_rule(denied, "prctl", _argument(0, _PR_SET_PDEATHSIG))
        # The keeper could no longer see which files are kept open.
        rules.add_rule(denied, "prctl", _argument(0, _PR_SET_DUMPABLE))
        # Gigabytes in milliseconds, also beyond a file's end, which no limit on its size sees.
        # Where it is not supported, posix_fallocate writes.
        _add_rule(rules, pyseccomp.ERRNO(errno.EOPNOTSUPP), "fallocate")
        # Memory that stays when its pages are given up, and then counts as nobody's.
        shared = pyseccomp.Arg(3, pyseccomp.MASKED_EQ, _MAP_SHARED_ANONYMOUS, _MAP_SHARED_ANONYMOUS)
        rules.add_rule(denied, "mmap", shared)
        # A stack, which no limit on data sees.
        stack = pyseccomp.Arg(3, pyseccomp.MASKED_EQ, _MAP_GROWSDOWN, _MAP_GROWSDOWN)
        rules.add_rule(denied, "mmap", stack)
        # Locks on files take the kernel's memory, as many as there are bytes in a file; by those of
        # a file that all may read, one worker could tell another what it knows. Nobody else has a
        # worker's files: it is told that it has the lock.
        for command in _LOCK_COMMANDS:
            rules.add_rule(pyseccomp.ERRNO(0), "fcntl", _argument(1, command))
        _add_rule(rules, pyseccomp.ERRNO(0), "flock")
        for name in _SYNCING_SYSCALLS:
            _add_rule(rules, pyseccomp.ERRNO(0), name)
        for number in _UNKNOWN_SYSCALLS:
            rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), number)
        # To end oneself by the kernel's hand would look as if somebody else had done it.
        rules.add_rule(
            denied, "prlimit64", _argument(1, _RLIMIT_CPU), pyseccomp.Arg(2, pyseccomp.NE, 0)
        )
        rules.add_rule(denied, "setrlimit", _argument(0, _RLIMIT_CPU))
        rules.add_rule(denied, "kill", _argument(1, signal.SIGKILL))
        rules.add_rule(denied, "tgkill", _argument(2, signal.SIGKILL))
        # Another process's limits; 0 is the caller itself, as glibc's getrlimit asks.
        rules.add_rule(denied, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
        if not own_namespace:
            for name in ("kill", "tgkill"):
                rules.add_rule(denied, name, pyseccomp.Arg(0, pyseccomp.NE, os.getpid()))
        rules.load()
    except (OSError, RuntimeError, ValueError):
        return False
    return True


def _argument(position: int, value: int) -> object:
    """The argument is that number, as the kernel reads it: its lower 32 bits."""
    return pyseccomp.Arg(position, pyseccomp.MASKED_EQ, 0xFFFFFFFF, value)


def _add_rule(rules: object, action: int, name: str) -> None:
    try:
        rules.add_rule(action, name)  # type: ignore[attr-defined]  # pyseccomp has no types
    except (OSError, ValueError):
        return  # a system call that this kernel or architecture does not have


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
