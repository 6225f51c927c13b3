"""The driver for SPEC PTDaemon over TCP: with its virtual twin, and with daemons of other kinds."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from meter_processes import Child, wait_for

from meter.drivers.ptdaemon import GREETING, PTDaemon
from records.errors import DeviceError
from records.meter import Reading

IDENTITY = "{},1000,1,1,1,1,0,0,1,version=1.9.2-3976349f-20201208,OS=x,mode=power,1,1,1,0,0,no_cal_date,na"
STAMP = "Time,01-22-2021 15:05:{:02d}.313,"
CHANNELS = (
    ",Ch1,Watts,596.600000,Volts,234.250000,Amps,2.876000,PF,0.885400"
    ",Ch2,Watts,546.900000,Volts,231.210000,Amps,2.531000,PF,0.934600"
)


@pytest.fixture
def twin_port(start: Callable[..., Child]) -> str:
    child = start("meter.virtual", "ptdaemon", "--watts", 97.2)
    wait_for(lambda: "\n" in child.stdout.read_text() or child.process.poll() is not None, "a port")
    return child.stdout.read_text().strip()


class Daemon:
    """Answers commands from a table, and the n-th question for samples with the n-th list of lines."""

    def __init__(self, name: str, form: str, samples: list[list[str]], ranges: str = "-1,-1.000000") -> None:
        self.heard: list[str] = []
        self._ranges = f"Ranges,{ranges},-1,-1.000000"
        self._name, self._form, self._samples = name, form, list(samples)

    def answer(self, command: str) -> str:
        self.heard.append(command)
        if command == self._form:
            lines = self._samples.pop(0) if self._samples else []
            return "\r\n".join([f"Last {len(lines)} samples", *lines])
        if command.startswith("SR,A,") and command != "SR,A,Auto" and float(command[5:]) > HIGHEST_A:
            return "Error: range A cannot be set"
        known = {
            "Hello": GREETING,
            "Identify": IDENTITY.format(self._name),
            "Stop": "Error: no measurement to stop",
            "RR": self._ranges,
            "RL": "Unknown command",
            "RL,*,*": "Invalid number of parameters",
        }
        if command.startswith("Go,"):
            return "Starting untimed measurement, maximum 500000 samples at 1000ms with 0 rampup samples"
        return (
            f"Range {command[3]} changed"
            if command.startswith("SR,")
            else known.get(command, "Unknown command")
        )


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str], str]], str]]:
    """Listen on a TCP port and answer each line; return the URL."""
    sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def begin(answer: Callable[[str], str]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        sockets.append(server)

        def run() -> None:
            with suppress(OSError):
                while True:
                    peer, _ = server.accept()
                    with peer, peer.makefile("rb") as lines:
                        for line in lines:
                            peer.sendall(f"{answer(line.decode('ascii').strip())}\r\n".encode("ascii"))

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return f"socket://127.0.0.1:{server.getsockname()[1]}"

    yield begin
    for server in sockets:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
    for thread in threads:
        thread.join()


def single(second: int, watts: str, mark: str = "wattlab") -> str:
    values = f"Watts,{watts},Volts,230.000000,Amps,0.500000,PF,0.950000"
    return f"{STAMP.format(second)}{values},Mark,{mark}"


def summed(second: int, watts: str, mark: str = "wattlab") -> str:
    values = f"Watts,{watts},Volts,-1.000000,Amps,-1.000000,PF,-1.000000"
    return f"{STAMP.format(second)}{values},Mark,{mark}{CHANNELS}"


def readings_of(url: str, count: int, **options: object) -> tuple[PTDaemon, list[Reading]]:
    with PTDaemon(options) as meter:
        meter.open(url, 1.0)
        meter.identify()
        meter.start()
        found = [meter.read(5.0) for _ in range(count)]
    return meter, [reading for reading in found if reading is not None]


HIGHEST_A = 20.0
FIXED = {"voltage_range_v": 300, "current_range_a": 5}


def test_the_twin_is_ranged_and_read(twin_port: str) -> None:
    meter, readings = readings_of(twin_port, 2, headroom=10)
    assert [(reading.power_w, reading.flag) for reading in readings] == [(97.2, "")] * 2
    assert readings[0].voltage_v == pytest.approx(230.0, abs=2.0)
    assert meter.chosen_options() == {"voltage_range_v": 300.0, "current_range_a": 5.0}  # ten times 0.44 A


def test_automatic_ranges_are_none_to_repeat(twin_port: str) -> None:
    meter, readings = readings_of(twin_port, 1, range="auto")
    assert [reading.power_w for reading in readings] == [97.2]
    assert meter.chosen_options() == {}


def test_ranges_that_are_given_are_set_without_a_ranging_pass(serve: Callable[..., str]) -> None:
    daemon = Daemon("YokogawaWT310", "RL", [[single(1, "22.970000")]])
    meter, readings = readings_of(serve(daemon.answer), 1, **FIXED)
    assert readings == [Reading(readings[0].t_utc_s, 22.97, "", 230.0, 0.5, 0.95)]
    sent = [command for command in daemon.heard if command.startswith(("SR", "Go"))]
    assert sent == ["SR,V,300.000000", "SR,A,5.000000", "Go,1000,0,wattlab"]
    assert meter.chosen_options() == {"voltage_range_v": 300.0, "current_range_a": 5.0}
    assert daemon.heard[-1] == "Stop"


def test_several_channels_are_ranged_by_the_highest_and_read_as_their_sum(serve: Callable[..., str]) -> None:
    ranging = [[summed(second, "1143.500000", "wattlab_ranging")] for second in (1, 2, 3)]
    own = [[summed(4, "1143.500000"), summed(5, "-1.000000"), summed(6, "1144.000000")]]
    daemon = Daemon("YokogawaWT330_multichannel", "RL,*,*", ranging + own)
    _, readings = readings_of(serve(daemon.answer), 3)
    assert [(reading.power_w, reading.flag) for reading in readings] == [
        (1143.5, ""),
        (None, "nodata"),
        (1144.0, ""),
    ]
    assert readings[0].voltage_v is None
    assert "SR,A,14.380000" in daemon.heard  # five times 2.876 A
    assert "SR,V,234.250000" in daemon.heard


def test_where_no_range_carries_the_headroom_the_automatic_one_is_fixed(serve: Callable[..., str]) -> None:
    ranging = [[single(second, "100.000000", "wattlab_ranging")] for second in (1, 2, 3)]
    daemon = Daemon("YokogawaWT310", "RL", [*ranging, [single(4, "22.970000")]], ranges="1,0.500000")
    meter, readings = readings_of(serve(daemon.answer), 1, headroom=100)
    assert [reading.power_w for reading in readings] == [22.97]
    assert [command for command in daemon.heard if command.startswith("SR,A")][1:] == [
        "SR,A,50.000000",
        "SR,A,0.500000",
    ]
    assert meter.chosen_options()["current_range_a"] == 0.5


def test_a_range_that_was_asked_for_and_refused_is_an_error(serve: Callable[..., str]) -> None:
    with PTDaemon(FIXED | {"current_range_a": 25}) as meter:
        meter.open(serve(Daemon("YokogawaWT310", "RL", []).answer), 1.0)
        with pytest.raises(DeviceError, match=r"expected `Range A changed` after `SR,A,25\.000000`"):
            meter.start()


def test_a_line_is_one_reading_however_often_it_comes(serve: Callable[..., str]) -> None:
    first, second = single(1, "22.970000"), single(2, "22.970000")
    daemon = Daemon(
        "YokogawaWT310", "RL", [[first], [first, second], [first, second, single(3, "23.000000")]]
    )
    _, readings = readings_of(serve(daemon.answer), 3, **FIXED)
    assert [reading.power_w for reading in readings] == [22.97, 22.97, 23.0]


def test_samples_of_an_earlier_client_are_skipped_and_torn_marks_later_flagged(
    serve: Callable[..., str],
) -> None:
    lines = [[single(1, "50.000000", "x_testing"), single(2, "22.970000"), single(3, "22.970000", "watt")]]
    _, readings = readings_of(serve(Daemon("YokogawaWT310", "RL", lines).answer), 2, **FIXED)
    assert [(reading.power_w, reading.flag) for reading in readings] == [(22.97, ""), (None, "malformed")]


def test_direct_current_has_a_question_of_its_own(serve: Callable[..., str]) -> None:
    daemon = Daemon("YokogawaWT310", "DC-RL", [[single(1, "22.970000")]])
    _, readings = readings_of(serve(daemon.answer), 1, **FIXED)
    assert readings[0].power_w == 22.97


def test_a_dummy_analyzer_is_simulated(serve: Callable[..., str]) -> None:
    for name, dummy in (("Dummy", True), ("YokogawaWT310", False)):
        with PTDaemon() as meter:
            meter.open(serve(Daemon(name, "RL", []).answer), 1.0)
            meter.identify()
            assert meter.says_simulated() is dummy


def test_something_else_on_the_port_is_named(serve: Callable[..., str]) -> None:
    with PTDaemon() as meter:
        meter.open(serve(lambda command: "220 ready"), 1.0)
        with pytest.raises(DeviceError, match=r"expected a PTDaemon.*'220 ready'"):
            meter.identify()


def test_a_port_where_nobody_listens_is_said_at_once_and_the_default_is_8888() -> None:
    with pytest.raises(DeviceError, match=r"socket://127\.0\.0\.9:8888.*listens only when"):
        PTDaemon().open("socket://127.0.0.9", 1.0)
