"""Instruments behind VISA: messages over HiSLIP with pyvisa-py, raw sockets, and what is refused."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from meter_hislip import on_hislip
from meter_processes import wait_for
from meter_scpi_bench import WATTS, fresh, next_reading, started

from meter.line.simulated import is_simulated_port, mark_socket
from meter.line.visa import as_socket, carries_messages
from meter.protocols.scpi import ScpiMeter
from meter.recording.session import MeterSession
from meter.registry import create
from meter.virtual.instrument import VirtualInstrument
from records.errors import ConfigurationError, DeviceError


@pytest.mark.parametrize("name", ["yokogawa_wt310", "yokogawa_wt210", "rohdeschwarz_hmc8015"])
def test_a_meter_is_read_by_messages(name: str) -> None:
    interval_s = 0.25 if "yokogawa" in name else 0.1
    with on_hislip(fresh(name)) as (port, bus), started(name, port, interval_s) as (meter, _):
        assert isinstance(meter, ScpiMeter)
        readings = [next_reading(meter) for _ in range(4)]
        assert [reading.power_w for reading in readings] == pytest.approx([WATTS] * 4, abs=0.01)
        assert "*IDN?" in bus.heard
        assert "" not in bus.heard  # an empty line is no message
    assert bus.protocol_errors == 0


def test_a_question_that_stays_open_is_cleared_before_the_next() -> None:
    with on_hislip(fresh("yokogawa_wt310")) as (port, bus):
        with started("yokogawa_wt310", port, 0.25) as (meter, _):
            next_reading(meter)
            bus.mute = ":NUM:NORM:VAL"
            clears = bus.clears
            meter.read(4.0)
            bus.mute = "no question at all"
            assert bus.clears > clears
            wait_for(lambda: (reading := meter.read(2.0)) is not None and not reading.flag, "a reading")
        assert bus.protocol_errors == 0


def test_a_link_that_breaks_is_a_lost_port() -> None:
    with on_hislip(fresh("yokogawa_wt310")) as (port, bus):
        meter = create("yokogawa_wt310")
        notices: list[str] = []
        with MeterSession(meter, port, 0.25, notices.append) as session:
            flags = []
            for reading in session.readings(lambda: any("reach the meter again" in n for n in notices)):
                flags.append(reading.flag)
                if len(flags) == 3:
                    bus.unplug()
    assert flags[0] == ""
    assert flags[-1] == "nodata"
    assert "port was lost" in notices[0]


@contextmanager
def on_tcp(instrument: VirtualInstrument) -> Iterator[tuple[str, int]]:
    """Put an instrument behind a TCP port of the loopback address; yield host and port."""

    def serve(server: socket.socket) -> None:
        with server.accept()[0] as client:
            while heard := client.recv(4096):
                instrument.advance(WATTS)
                client.sendall(instrument.receive(heard))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield server.getsockname()
        thread.join()


def test_a_raw_socket_is_read_as_a_byte_stream_and_marked_simulated() -> None:
    with on_tcp(fresh("yokogawa_wt310")) as (host, tcp_port), mark_socket(tcp_port):
        port = f"visa://TCPIP::{host}::{tcp_port}::SOCKET"
        assert as_socket(port) == f"socket://{host}:{tcp_port}"
        assert not carries_messages(port)
        assert is_simulated_port(port)
        with started("yokogawa_wt310", port, 0.25) as (meter, _):
            assert next_reading(meter).power_w == pytest.approx(WATTS, abs=0.01)
            with pytest.raises(DeviceError, match="another program is reading this meter"):
                create("yokogawa_wt310").open(as_socket(port), 0.25)


def test_a_virtual_instrument_behind_hislip_is_marked_simulated() -> None:
    with on_hislip(fresh("yokogawa_wt310")) as (port, bus):
        assert not is_simulated_port(port)
        with mark_socket(bus.tcp_port):
            assert is_simulated_port(port)


def test_resources_of_pyvisa_sim_are_simulated() -> None:
    program = (
        "from meter.line.simulated import is_simulated_port as s; print(s('visa://USB0::1::2::3::INSTR'))"
    )
    for library, answer in (("@py", "False"), ("devices.yaml@sim", "True")):
        shown = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYVISA_LIBRARY": library},
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stdout.strip() == answer


@pytest.mark.parametrize("port", ["visa://ASRL/dev/ttyUSB0::INSTR", "visa://", "visa://wt310"])
def test_what_is_no_resource_of_messages_is_refused(port: str) -> None:
    with pytest.raises(ConfigurationError, match="expected visa://"):
        create("yokogawa_wt310").open(port, 1.0)


def test_a_meter_that_sends_bytes_is_not_opened_through_messages() -> None:
    with pytest.raises(ConfigurationError, match="Name its serial port"):
        create("wattsup_pro").open("visa://USB0::1::2::3::INSTR", 1.0)


def test_an_instrument_that_is_not_there_is_an_error_of_the_device() -> None:
    with pytest.raises(DeviceError, match="VISA"):
        create("yokogawa_wt310").open("visa://GPIB0::1::INSTR", 1.0)


def test_without_pyvisa_the_error_says_how_to_install_it() -> None:
    program = """
import sys, json
sys.modules["pyvisa"] = None
from meter.registry import create
from meter.virtual.instrument import VirtualInstrument
from records.errors import ConfigurationError
try:
    create("yokogawa_wt310").open("visa://TCPIP::127.0.0.1::INSTR", 1.0)
except ConfigurationError as error:
    print(json.dumps(str(error)))
"""
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "wattlab[visa]" in json.loads(shown.stdout)
