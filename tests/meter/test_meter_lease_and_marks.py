"""One reader for each address, and which ports have no instrument behind them."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from meter.line.lease import Lease
from meter.line.simulated import is_simulated_port, mark_socket
from records.errors import DeviceError

HOLD = """
import sys, time
from meter.line.lease import Lease
from meter.line.simulated import mark_socket
held = {what}
print("held", flush=True)
time.sleep(60)
"""
ADDRESS = f"socket://meter-{os.getpid()}:1"
with socket.create_server(("127.0.0.1", 0)) as free:
    TCP_PORT = free.getsockname()[1]


@pytest.fixture
def other_program() -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that holds a lease on an address and the mark of a TCP port."""
    what = f"Lease('{ADDRESS}'), mark_socket({TCP_PORT})"
    with subprocess.Popen([sys.executable, "-c", HOLD.format(what=what)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_an_address_has_one_reader_until_that_one_ends(other_program: subprocess.Popen[bytes]) -> None:
    with pytest.raises(DeviceError, match="another program is reading this meter"):
        Lease(ADDRESS)
    Lease(ADDRESS + "2").end()
    other_program.send_signal(signal.SIGKILL)
    other_program.wait()
    Lease(ADDRESS).end()


def test_ending_a_lease_once_more_frees_nothing_of_who_took_it_then() -> None:
    address = ADDRESS + "3"
    first = Lease(address)
    first.end()
    second = Lease(address)
    first.end()
    with pytest.raises(DeviceError, match="another program is reading this meter"):
        Lease(address)
    second.end()
    Lease(address).end()


def test_the_mark_of_a_dead_process_is_no_mark(other_program: subprocess.Popen[bytes]) -> None:
    url = f"socket://127.0.0.1:{TCP_PORT}"
    assert is_simulated_port(url)
    assert is_simulated_port(f"http://localhost:{TCP_PORT}/status")
    assert not is_simulated_port(f"socket://192.168.1.2:{TCP_PORT}")
    assert not is_simulated_port("socket://127.0.0.1:1")
    other_program.send_signal(signal.SIGKILL)
    other_program.wait()
    assert not is_simulated_port(url)


def test_a_mark_is_over_when_its_file_is_closed() -> None:
    mark = mark_socket(TCP_PORT)
    assert is_simulated_port(f"socket://localhost:{TCP_PORT}")
    mark.close()
    assert not is_simulated_port(f"socket://localhost:{TCP_PORT}")


@pytest.mark.parametrize("port", ["tape:///x.csv", "tape://x.csv?speed=2", "replay:///folder"])
def test_recordings_are_never_taken_for_measured(port: str) -> None:
    assert is_simulated_port(port)


@pytest.mark.parametrize("port", ["/dev/ttyNONE", "/dev/null", "socket://[", "socket://127.0.0.1:x", "", "x"])
def test_whatever_else_a_port_may_be_called_is_not_simulated(port: str) -> None:
    assert not is_simulated_port(port)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]"]
)
def test_a_mark_is_found_whatever_the_loopback_address_is_spelled_like(host: str) -> None:
    assert not is_simulated_port(f"socket://{host}:{TCP_PORT}")
    with mark_socket(TCP_PORT):
        assert is_simulated_port(f"socket://{host}:{TCP_PORT}")
        assert is_simulated_port(f"http://{host}:{TCP_PORT}")
        assert not is_simulated_port(f"socket://192.0.2.1:{TCP_PORT}")


def test_a_folder_that_others_may_write_to_is_no_place_for_leases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / f"wattlab-{os.getuid()}"
    Lease(ADDRESS + "4").end()
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    with pytest.raises(DeviceError, match="nobody else may write"):
        Lease(ADDRESS + "4")
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DeviceError, match="nobody else may write"):
        mark_socket(1)
