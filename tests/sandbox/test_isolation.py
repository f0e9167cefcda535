"""What student code can do in a worker, tried from inside."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
import torch

import grader
import reference
from grader.sandbox import layers, readable
from grader.sandbox.layers import FULL

X = torch.zeros(1)
HERE = Path(__file__)


@pytest.fixture
def attempt(student_of):
    """Runs a statement in a worker; returns whether it went through without an OSError."""

    def run(statement: str) -> bool:
        student = student_of(
            f"import ctypes, fcntl, io, mmap, os, socket, subprocess, sys\n"
            f"def call(*arguments):\n"
            f"    libc = ctypes.CDLL(None, use_errno=True)\n"
            f"    if libc.syscall(*arguments) < 0: raise OSError(ctypes.get_errno(), 'no')\n"
            f"def flatten(x):\n"
            f"    try:\n"
            f"        {statement}\n"
            f"    except OSError:\n"
            f"        return torch.tensor([0])\n"
            f"    return torch.tensor([1])\n"
        )
        result = bool(student.flatten(X))
        layers = student.layers
        missing = [name for name in FULL if name not in layers]
        if missing:
            pytest.skip(f"this machine lacks {', '.join(missing)}")
        return result

    return run


@pytest.mark.parametrize(
    "path",
    [
        HERE,
        Path(reference.__file__),
        Path(grader.__file__).parent / "grading.py",
        Path(grader.__file__).parent.parent / "rubric.yaml",
        Path("/proc/1/environ"),
        Path("/etc/shadow"),
    ],
    ids=lambda path: path.name,
)
def test_nothing_of_the_grader_or_the_host_can_be_read(attempt, path):
    assert not attempt(f"open({str(path)!r}, 'rb').read()")


def test_directories_outside_cannot_be_listed(attempt):
    assert not attempt(f"os.listdir({str(Path(grader.__file__).parent)!r})")


def test_the_interpreter_s_own_libraries_can_be_read(attempt):
    assert attempt("open(os.__file__).read()")


def test_the_scratch_directory_can_be_written(attempt):
    assert attempt("os.makedirs('a/b'); open('a/b/file', 'w').write('x')")


@pytest.mark.parametrize("path", ["/tmp/torchgrade-mark", "/usr/torchgrade-mark"])
def test_nothing_else_can_be_written(attempt, path):
    # `open` would keep it in the scratch directory; this asks the kernel.
    assert not attempt(f"io.FileIO({path!r}, 'w')")
    assert not Path(path).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "os.fork()",
        "subprocess.run(['/bin/true'])",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid() or 1 << 22, 9)",
        "os.setuid(12345)",
        "os.chroot('/')",
        "os.sched_setaffinity(0, {0})",
        "os.chmod('/tmp', 0o1777)",
        "os.chown('/tmp', -1, -1)",
        "os.utime('/tmp')",
        "os.setxattr('.', 'user.mark', b'1')",
        "os.memfd_create('x')",
        "fcntl.fcntl(0, 8, os.getppid())",
        "fcntl.fcntl(0, 10, 9)",
        "mmap.mmap(-1, 4096, 0x122)",  # MAP_PRIVATE, MAP_ANONYMOUS, MAP_GROWSDOWN
        "call(206, 1, bytes(8))",  # io_setup
        "call(222, 1, None, bytes(8))",  # timer_create
        "call(463, -100, b'.', 0, b'user.mark', 0, 0)",
    ],
)
def test_system_calls_a_worker_does_not_need_fail(attempt, statement):
    assert not attempt(statement)


@pytest.mark.parametrize(
    "lock",
    [
        "fcntl.fcntl(file, 37, struct.pack('hhqqi4x', 1, 0, 0, 0, 0))",
        "fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)",
    ],
)
def test_a_lock_on_a_file_is_said_to_be_had_and_takes_nothing(attempt, lock):
    # Of two descriptors of one file, the second would have to wait for the first's lock.
    files = "files = [open('locked', 'w') for _ in range(2)]"
    assert attempt(f"import struct; {files}; [{lock} for file in files]")


@pytest.mark.parametrize("number", [74, 75, 306])  # fsync, fdatasync, syncfs
def test_files_are_said_to_be_on_disk_and_nothing_waits_for_it(attempt, number):
    assert attempt(f"call({number}, 99)")  # for which the kernel knows no file


def test_space_cannot_be_set_aside_but_is_written_instead(attempt):
    file = "os.open('aside', os.O_RDWR | os.O_CREAT)"
    assert not attempt(f"call(285, {file}, 0, 0, 100)")  # fallocate
    assert attempt(f"os.posix_fallocate({file}, 0, 100)")


@pytest.mark.parametrize(("abi", "relies"), [(2, False), (3, True)])
def test_a_landlock_that_lets_files_be_emptied_is_not_relied_on(tmp_path, abi, relies):
    statements = (
        "import landlock, sys; from grader.sandbox import isolation, layers",
        f"landlock.landlock_abi_version = lambda: {abi}",  # as that kernel answers
        f"config = layers.IsolationConfig(scratch={str(tmp_path)!r}, readable=(), "
        "memory_bytes=1 << 32, file_bytes=1 << 20, scratch_bytes=1 << 20, scratch_files=10, "
        "cpu_seconds=10, layers=(layers.NO_NEW_PRIVILEGES, layers.LANDLOCK))",
        "print(*isolation.isolate(config, ()))",
    )
    command = [sys.executable, "-c", "; ".join(statements)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if relies and layers.LANDLOCK not in told:
        pytest.skip("this machine has no Landlock")
    assert (layers.LANDLOCK in told) is relies


def test_a_file_cannot_grow_beyond_its_limit(student_of):
    student = student_of(
        "def flatten(x):\n"
        "    try:\n"
        "        with open('big', 'wb') as file:\n"
        "            for _ in range(64): file.write(bytes(1 << 20))\n"
        "    except OSError:\n"
        "        return torch.tensor([0])\n"
        "    return torch.tensor([1])\n"
    )
    assert not student.flatten(X)


def test_the_environment_holds_no_secret(student_of):
    student = student_of(
        "import os\n"
        "def flatten(x):\n"
        "    return torch.tensor(['TOKEN' in os.environ, 'secret' in str(os.environ)])\n"
    )
    assert not student.flatten(X).any()


def test_no_descriptor_but_the_channel_is_open(student_of):
    student = student_of(
        "import os\n"
        "def flatten(x):\n"
        "    open_ones = []\n"
        "    for fd in range(256):\n"
        "        try: open_ones.append(os.fstat(fd).st_mode >> 12)\n"
        "        except OSError: pass\n"
        "    return torch.tensor(open_ones)\n"
    )
    assert len(student.flatten(X)) == 4  # standard streams, all /dev/null, and the channel


def test_the_reference_is_not_in_the_worker_s_memory(student_of):
    student = student_of(
        "import sys\n"
        "def flatten(x):\n"
        "    secret = ('reference', 'grader.checks', 'grader.rubric', 'grader.data')\n"
        "    return torch.tensor([sum(name.startswith(secret) for name in sys.modules)])\n"
    )
    assert student.flatten(X).item() == 0


def test_every_layer_in_force_is_named(student_of):
    student = student_of("")
    assert student.loaded.errors == ()
    assert set(student.layers) <= set(FULL)
    assert layers.LIMITS in student.layers


def test_the_grader_is_left_out_of_a_folder_that_holds_it(tmp_path):
    """As when it is installed for the whole system, beside torch."""
    packages = tmp_path / "lib" / "site-packages"
    for name in ("grader", "reference", "torch"):
        (packages / name).mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    private = {packages / "grader", packages / "reference"}
    assert set(readable.entries_without(tmp_path, private)) == {
        tmp_path / "bin",
        packages / "torch",
    }


def test_links_make_nothing_private_readable(tmp_path):
    """Not even where one leads back to the folder that it is in, as /usr/bin/X11 does."""
    for name in ("class/kim", "share/course", "share/fonts"):
        (tmp_path / name).mkdir(parents=True)
    private = [tmp_path / "class", tmp_path / "share" / "course"]
    for name, target in (("here", "."), ("kim", "../class/kim"), ("one", "two"), ("two", "one")):
        (tmp_path / "share" / name).symlink_to(target)
    told = readable.paths_without([str(tmp_path / "share")], map(str, private))
    assert told == (str(tmp_path / "share" / "fonts"),)


def test_of_a_prefix_only_what_is_installed_there_can_be_read(tmp_path, monkeypatch):
    """As where a course's folder, or /usr/local with the class below it, is the environment."""
    for name in ("bin", "lib", "class", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "roster.csv").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    told = {Path(path) for path in readable.readable_paths()}
    assert {path for path in told if path.is_relative_to(tmp_path)} == {
        tmp_path / "bin",
        tmp_path / "lib",
    }
    assert not told & {Path("/"), Path("/usr"), Path("/usr/local"), *tmp_path.parents}


def test_packages_that_a_user_installed_for_themselves_can_be_read(tmp_path, monkeypatch):
    site = tmp_path / "lib" / "site-packages"
    site.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path), str(site)])
    assert str(site) in readable.readable_paths()
    assert str(tmp_path) not in readable.readable_paths()


def test_nothing_that_an_installation_of_torchgrade_left_can_be_read(tmp_path, monkeypatch):
    """One that leads to a source tree puts the solution beside the packages, too."""
    site = tmp_path / "lib" / "python3.9" / "site-packages"  # another interpreter's
    about = site / "torchgrade-0.0.1.dist-info"
    for folder in (site / "reference" / "audit", site / "numpy", about):
        folder.mkdir(parents=True)
    (site / "reference" / "rubric.yaml").write_text("points: 5")
    (site / "torchgrade.py").write_text("")
    names = "reference/rubric.yaml,,\nreference/audit/a.py,,\ntorchgrade.py,,\n../../../bin/x,,\n"
    (about / "RECORD").write_text(names)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: torchgrade\nVersion: 0.0.1\n")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    told = {Path(path) for path in readable.readable_paths()}
    assert {path for path in told if path.is_relative_to(tmp_path)} == {site / "numpy"}


def test_of_what_is_installed_here_nothing_is_torchgrade_s():
    told = [Path(path) for path in readable.readable_paths()]
    files = [Path(file.locate()).resolve() for file in distribution("torchgrade").files]
    shown = [file for file in files if any(file.is_relative_to(path) for path in told)]
    assert len(files) > 2
    assert [
        file.name for file in shown if file.suffix != ".pth" and file.parent.name != "bin"
    ] == []


def test_the_grader_is_not_among_the_readable_paths():
    own = {Path(grader.__file__).parent, Path(reference.__file__).parent}
    for path in map(Path, readable.readable_paths()):
        assert not any(folder.is_relative_to(path) for folder in own), path
    assert any(Path(os.__file__).is_relative_to(path) for path in readable.readable_paths())
