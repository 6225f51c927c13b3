"""Who listens where: real sockets of real processes, all of them on this machine alone."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

import psutil
import pytest
from lab_bench import LAB, lab, wait_for

BENCH = """
[bench]
name = "a"
model = "Virtual computer"
[meter]
driver = "wattsup_pro"
port = "virtual"
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start commands that are ended after the test."""
    with ExitStack() as stack:

        def begin(*words: object) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*map(str, words)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=tmp_path,
            )
            stack.callback(process.communicate)
            stack.callback(process.terminate)
            return process

        yield begin


def listening(process: subprocess.Popen[str]) -> set[str]:
    """Return the addresses at which a process and its children can be reached over a network."""
    parent = psutil.Process(process.pid)
    sockets = [one for p in (parent, *parent.children(recursive=True)) for one in p.net_connections("inet")]
    return {
        one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN or one.type == socket.SOCK_DGRAM
    }


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_the_page_and_a_virtual_instrument_listen_on_loopback_only(start: Start, tmp_path: Path) -> None:
    page = start(*LAB, "serve", tmp_path, "--port", "0")
    instrument = start(sys.executable, "-m", "meter.virtual", "netio", "--until-stdin-closes")
    for process in (page, instrument):
        assert first_line(process)
        assert listening(process) == {"127.0.0.1"}


@pytest.mark.slow
def test_scheduler_and_worker_of_a_fleet_listen_on_loopback_only(start: Start, tmp_path: Path) -> None:
    """The scheduler is Dask's own, started as docs/how-to/fleet.md says for one machine."""
    (tmp_path / "a.toml").write_text(BENCH)
    told = tmp_path / "scheduler.json"
    dask = Path(sys.executable).with_name("dask")
    scheduler = start(
        *(dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"),
        *("--scheduler-file", told),
    )
    address = wait_for("the scheduler", lambda: told.exists() and json.loads(told.read_text())["address"])
    worker = start(*LAB, "fleet", "worker", "--bench", tmp_path / "a.toml", "--scheduler", address)

    def benches() -> object:
        return json.loads(lab("fleet", "status", "--scheduler", address, "--json").stdout)["benches"]

    wait_for("the bench", benches)
    for process in (scheduler, worker):
        found = listening(process)
        assert found, "it listens nowhere"
        assert all(ip_address(one).is_loopback for one in found)


@pytest.mark.parametrize("command", [["fleet", "status"], ["analyse", "."], ["fleet", "run", "."]])
def test_a_cluster_on_another_machine_is_refused_without_certificates(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "campaign.json").write_text("{}")
    done = lab(*command, "--scheduler", "tcp://192.0.2.1:8786", cwd=tmp_path)
    assert (done.returncode, "tls://" in done.stderr) == (2, True)
