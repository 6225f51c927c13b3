"""Who listens where: real sockets of real processes, all of them on this machine alone."""

import json
import re
import shlex
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

from lab.fleet.link import Link

DOCS = Path(__file__).resolve().parents[2] / "docs"
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


def commands_of(page: str, program: str) -> list[list[str]]:
    """Return the commands of a page of the docs for one machine, at free ports."""
    lines = (DOCS / page).read_text().splitlines()
    found = [line.strip() for line in lines if line.startswith(f"    {program} ")]
    ports = (re.sub(r"(?<=[: ])87\d\d\b", "0", line) for line in found if "tls" not in line)
    return [[str(Path(sys.executable).with_name("dask")), *shlex.split(line)[1:]] for line in ports]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["how-to/fleet.md", "explanation/scale.md"])
def test_scheduler_and_worker_of_a_fleet_listen_on_loopback_only(
    start: Start, tmp_path: Path, page: str
) -> None:
    """Scheduler and worker are started as the guides say for one machine."""
    (tmp_path / "a.toml").write_text(BENCH)
    told = tmp_path / "scheduler.json"
    (command,) = commands_of(page, "dask scheduler")
    scheduler = start(*command, "--scheduler-file", told)
    address = wait_for("the scheduler", lambda: told.exists() and json.loads(told.read_text())["address"])
    worker = start(*LAB, "fleet", "worker", "--bench", tmp_path / "a.toml", "--scheduler", address)
    others = [
        start(*(address if word.startswith("tcp://") else word for word in words))
        for words in commands_of(page, "dask worker")
    ]

    with Link(address).client() as client:
        wait_for(
            "the workers",
            lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == 1 + len(others),
        )
    for process in (scheduler, worker, *others):
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
