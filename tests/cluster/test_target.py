"""Which cluster the options mean, and which of them are refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from grader.cli.app import app
from grader.cluster import LocalCluster, RemoteCluster, target_of
from grader.cluster.addresses import open_addresses
from grader.errors import UsageError

NOTHING = {
    "scheduler": None, "cluster": None, "tls_ca": None, "tls_cert": None, "tls_key": None,
    "insecure": False,
}  # fmt: skip


def target(**options):
    return target_of(**{**NOTHING, **options})


def test_without_options_there_is_no_cluster():
    assert target() is None


def test_workers_on_this_machine():
    assert target(cluster="local:2") == LocalCluster(2)


@pytest.mark.parametrize("cluster", ["local", "local:", "local:0", "local:-1", "local:65", "k8s:2"])
def test_other_clusters_are_not_started(cluster):
    with pytest.raises(UsageError, match="local:N"):
        target(cluster=cluster)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"])
def test_this_machine_needs_no_tls(host):
    address = f"tcp://{host}:8786"
    assert target(scheduler=address) == RemoteCluster(address, None, insecure=False)


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "example.org", "0.0.0.0", "127.0.0.1.example.org", "[2001:db8::1]"]
)
def test_another_machine_needs_tls(host):
    with pytest.raises(UsageError, match="without TLS"):
        target(scheduler=f"tcp://{host}:8786")
    assert target(scheduler=f"tls://{host}:8786") is not None
    assert target(scheduler=f"tcp://{host}:8786", insecure=True).insecure


def test_workers_on_other_machines_need_it_too():
    addresses = ["tcp://127.0.0.1:1", "tls://10.0.0.5:1", "tcp://10.0.0.6:1", "ucx://10.0.0.7:1"]
    assert open_addresses(addresses) == ["tcp://10.0.0.6:1", "ucx://10.0.0.7:1"]


@pytest.mark.parametrize(
    "address", ["10.0.0.5:8786", "tls://host", "tls://host:x", "http://host:1", "tls://", "host"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(UsageError, match="no address"):
        target(scheduler=address)


def test_contradictions_are_refused(tmp_path):
    with pytest.raises(UsageError, match="not both"):
        target(scheduler="tls://host:1", cluster="local:2")
    with pytest.raises(UsageError, match="Say with --scheduler"):
        target(cluster="local:2", insecure=True)
    with pytest.raises(UsageError, match="Say with --scheduler"):
        target(tls_ca=tmp_path)
    with pytest.raises(UsageError, match="tls://"):
        target(scheduler="tcp://127.0.0.1:1", tls_ca=tmp_path)


def test_tls_needs_all_its_files(tmp_path):
    file = tmp_path / "ca.pem"
    file.touch()
    with pytest.raises(UsageError, match="all three"):
        target(scheduler="tls://host:1", tls_ca=file)
    with pytest.raises(UsageError, match="cannot be read"):
        target(scheduler="tls://host:1", tls_ca=file, tls_cert=file, tls_key=tmp_path / "none")
    assert target(scheduler="tls://host:1", tls_ca=file, tls_cert=file, tls_key=file).tls


def test_how_many_at_once_is_not_said_of_a_cluster(tmp_path):
    command = ["grade", str(tmp_path), "--out", str(tmp_path / "out"), "--cluster", "local:2"]
    done = CliRunner().invoke(app, [*command, "--jobs", "2"])
    assert isinstance(done.exception, UsageError)
    assert "--jobs" in str(done.exception)


def test_without_dask_a_sentence_says_what_to_install(tmp_path):
    (tmp_path / "kim.py").write_text("def flatten(x): return x\n")
    script = (
        "import sys; sys.modules['distributed'] = None; from grader.cli.app import main; main()"
    )
    command = ["grade", str(tmp_path), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", script, *command, "--cluster", "local:2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "torchgrade[cluster]" in done.stderr


def test_the_command_line_loads_no_dask():
    script = "import sys, grader.cli.app, grader.cluster; print({'dask', 'numpy'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
