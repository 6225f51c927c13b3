"""The driver and the transport on real pseudo-terminals and sockets."""

import itertools
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from meter.contract import Meter
from meter.drivers.wattsup_pro import WattsUpPro
from meter.line.errors import PortLost
from meter.line.format import Line
from meter.line.ports import list_ports
from meter.line.simulated import is_simulated_port
from meter.line.transport import Transport
from meter.registry import create, driver_class, driver_names, virtual_drivers
from records.errors import ConfigurationError, DeviceError
from records.meter import QUANTITIES, Reading
from records.times import now_utc_s

Twin = Callable[..., tuple[str, object]]


def first_reading(meter: Meter) -> Reading:
    reading = meter.read(5.0)
    assert reading is not None
    return reading


def test_driver_identifies_reads_and_leaves_the_meter_quiet(twin: Twin) -> None:
    port, _ = twin("--watts", 97.2)
    with WattsUpPro() as meter:
        meter.open(port, 1.0)
        assert meter.identify().model == "Watts up? PRO"
        meter.start()
        before_s = now_utc_s()
        reading = first_reading(meter)
        assert before_s <= reading.t_utc_s <= now_utc_s()
        assert (reading.power_w, reading.flag) == (97.2, "")
    transport = Transport(port, Line(115200))
    assert transport.read(1.5)[1] == b""
    transport.close()


def test_a_meter_that_a_dead_client_left_streaming_is_stopped_before_it_is_asked(twin: Twin) -> None:
    port, _ = twin("--watts", 97.2)
    dead = Transport(port, Line(115200))
    dead.write(b"#L,W,3,E,,1;")
    assert b"#d" in dead.read(5.0)[1]
    dead.write(b"#D,R")  # and it died in the middle of a command
    dead.close()
    with WattsUpPro() as meter:
        meter.open(port, 1.0)
        assert meter.identify().model == "Watts up? PRO"
        assert meter.read(1.5) is None


def test_the_link_of_a_killed_instrument_leads_to_no_other(twin: Twin, tmp_path: Path) -> None:
    port, _ = twin("--link", tmp_path / "port")
    assert is_simulated_port(port)
    Transport(port, Line(115200)).close()
    other, killed = twin("--link", tmp_path / "killed")
    killed.process.kill()
    killed.wait()
    terminals = [os.openpty() for _ in range(3)]  # one of them gets its number, unless somebody was quicker
    try:
        with pytest.raises(DeviceError, match="there is no such port"):
            Transport(other, Line(115200))
    finally:
        for descriptor in itertools.chain.from_iterable(terminals):
            os.close(descriptor)


def test_what_the_meter_said_before_the_start_is_no_reading(twin: Twin) -> None:
    port, _ = twin("--watts", 97.2)
    with WattsUpPro() as meter:
        meter.open(port, 1.0)
        meter.start()
        first_reading(meter)
        started_s = now_utc_s()
        meter.start()
        assert first_reading(meter).t_utc_s > started_s


def test_a_lost_port_is_told_from_silence(twin: Twin, tmp_path: Path) -> None:
    port, child = twin("--watts", 5, "--link", tmp_path / "m")
    meter = WattsUpPro()
    meter.open(port, 1.0)
    assert meter.read(0.1) is None
    child.end()  # type: ignore[attr-defined]
    with pytest.raises(PortLost, match="the port was lost"):
        meter.read(1.0)
    meter.close()
    assert not (tmp_path / "m").is_symlink()


def test_a_port_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(DeviceError, match=r"/dev/ttyNONE: there is no such port\. Ports on this machine: "):
        Transport("/dev/ttyNONE", Line(9600))


def test_a_second_reader_is_refused(twin: Twin) -> None:
    port, _ = twin("--watts", 5)
    first = Transport(port, Line(115200))
    with pytest.raises(DeviceError, match="another program is reading this port"):
        Transport(port, Line(115200))
    first.close()
    Transport(port, Line(115200)).close()


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeviceError, match="expected a port that can be opened"):
        Transport(str(tmp_path / "file"), Line(9600))


def test_an_unknown_kind_of_url_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="expected a device path or a URL"):
        Transport("carrier-pigeon://roof", Line(9600))


@pytest.mark.parametrize(
    "port", ["socket://", "socket://meter", "socket://127.0.0.1:99999", "socket://:5025", "rfc2217://meter:x"]
)
def test_an_address_without_host_or_tcp_port_is_wrong_usage(port: str) -> None:
    with pytest.raises(ConfigurationError, match="://HOST:PORT"):
        Transport(port, Line(9600))


def test_the_transport_speaks_tcp_and_tells_when_the_other_end_goes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = Transport(f"socket://127.0.0.1:{server.getsockname()[1]}", Line(9600))
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"hello")
            heard = b""
            while len(heard) < 5:
                heard += transport.read(5.0)[1]
            assert heard == b"hello"
            transport.write(b"#V,R,0;")
            assert peer.recv(100) == b"#V,R,0;"
        with pytest.raises(PortLost):
            while True:
                transport.read(0.2)
        transport.close()


def test_only_pseudo_terminals_are_simulated_ports(twin: Twin, tmp_path: Path) -> None:
    port, _ = twin("--watts", 5, "--link", tmp_path / "m")
    assert port == str(tmp_path / "m")
    assert is_simulated_port(port)
    assert is_simulated_port(os.path.realpath(port))
    assert not is_simulated_port("/dev/null")
    assert not is_simulated_port("/dev/ttyNONE")
    assert not is_simulated_port("socket://127.0.0.1:1")


def test_reading_an_open_port_is_refused_before_it_is_open() -> None:
    with pytest.raises(DeviceError, match=r"the port is not open"):
        WattsUpPro().identify()


@pytest.mark.parametrize("name", driver_names())
def test_every_driver_says_what_it_measures(name: str) -> None:
    spec = driver_class(name).spec
    assert spec.driver == name
    assert spec.quantities[0] == "power_w"
    assert set(spec.quantities) <= set(QUANTITIES)
    assert spec.fastest_interval_s > 0
    assert spec.resolution_w > 0
    assert spec.latency_u_s >= 0
    assert spec.power_limits_w[0] < spec.power_limits_w[1]
    assert spec.maker
    assert spec.model
    assert create(name).spec.driver == name


def test_every_virtual_instrument_has_a_driver() -> None:
    assert set(virtual_drivers()) <= set(driver_names())


def test_an_unknown_driver_is_named_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'wattsup_pro'"):
        create("watsup_pro")


def test_listed_ports_can_be_named() -> None:
    assert all(port.device for port in list_ports())
