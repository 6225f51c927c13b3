"""The virtual PowerSensor3 against its protocol, and the driver on it over a pseudo-terminal.

Commands and answers are those of the firmware (nlesc-recruit/PowerSensor3, ``PowerSensor.ino``).
"""

import itertools
import json
import os
import signal
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from meter_processes import Child, rows_of, wait_for

from meter.drivers.powersensor3 import PowerSensor3
from meter.drivers.powersensor3_stream import SET_BYTES
from meter.line.format import Line
from meter.line.transport import Transport
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.port import VirtualPort
from meter.virtual.twins.powersensor3 import SETS_IN_BATCH, VirtualPowerSensor3
from records.errors import DeviceError
from records.times import now_utc_s

VERSION = b"F411-1.6.1\r\n"
SETS_IN_TURN = 512  # of 50 us: after so many the stamps, microseconds modulo 1024, come again


@pytest.fixture
def meter() -> VirtualPowerSensor3:
    return VirtualPowerSensor3(InstrumentErrors(), seed=1)


@pytest.fixture
def port(start: Callable[..., Child]) -> Callable[..., str]:
    """Start a virtual PowerSensor3; return its port."""

    def begin(*arguments: object) -> str:
        child = start("meter.virtual", "powersensor3", *arguments)
        wait_for(lambda: "\n" in child.stdout.read_text(), "a port")
        return child.stdout.read_text().strip()

    return begin


def test_version_configuration_and_stop_signal(meter: VirtualPowerSensor3) -> None:
    assert meter.receive(b"V") == VERSION
    sensors = [meter.receive(b"R"), *(meter.receive(b"s") for _ in range(7))]
    assert [len(sensor) for sensor in sensors] == [41] * 8
    assert meter.receive(b"s") == b"D"
    kind, _, vref_v, sensitivity, in_use = struct.unpack("<16s16sff?", sensors[0])
    assert (kind.rstrip(b"\0"), in_use) == (b"MLX10", True)
    assert (vref_v, sensitivity) == pytest.approx((1.65, 0.12))
    assert meter.receive(b"X") == b"\xff\x3f\xff\x3f"


def test_a_written_configuration_is_read_again(meter: VirtualPowerSensor3) -> None:
    first = struct.pack("<16s16sff?", b"other", b"12V", 1.6, 0.06, True)
    answers = meter.receive(b"W") + b"".join(meter.receive(first) for _ in range(8))
    assert answers == b"S" * 8 + b"D"
    assert meter.receive(b"R") == first


def test_it_streams_sets_50_us_apart_only_when_told_and_until_told(meter: VirtualPowerSensor3) -> None:
    assert meter.advance(97.2) == b""
    meter.receive(b"S")
    data = meter.advance(97.2) + meter.advance(97.2)
    assert len(data) == 2 * SETS_IN_BATCH * SET_BYTES
    stamps = [(data[n] & 15) << 6 | data[n + 1] & 63 for n in range(0, len(data), SET_BYTES)]
    assert {(b - a) % 1024 for a, b in itertools.pairwise(stamps)} == {50}
    assert meter.receive(b"Q") == struct.pack("<I", 2 * SETS_IN_BATCH * 8)
    meter.receive(b"T")
    assert meter.advance(97.2) == b""


def test_one_set_on_demand_and_a_marker_in_it(meter: VirtualPowerSensor3) -> None:
    meter.receive(b"MI")
    data = meter.advance(97.2)
    assert len(data) == SET_BYTES
    assert [data[n] & 0x40 for n in range(1, SET_BYTES, 2)] == [0x40, 0x40, *[0] * 7]
    assert meter.advance(97.2) == b""


def test_it_gives_up_a_host_that_stalls_for_two_seconds_in_the_configuration(
    meter: VirtualPowerSensor3,
) -> None:
    meter.receive(b"R")
    for _ in range(401):
        meter.advance(97.2)
    assert meter.receive(b"V") == VERSION


def test_driver_identifies_reads_means_and_leaves_the_meter_quiet(port: Callable[..., str]) -> None:
    path = port("--watts", 97.2)
    with PowerSensor3() as driver:
        driver.open(path, 0.01)
        assert driver.identify().firmware == "F411-1.6.1"
        driver.start()
        assert driver.chosen_options() == {"pairs": "0,1,2,3"}
        before_s = now_utc_s()
        readings = [driver.read(5.0) for _ in range(50)]
        assert driver.extra_counts() == {"lost_sets": 0}
    powers_w = [reading.power_w for reading in readings if reading is not None and reading.power_w]
    assert len(powers_w) == 50
    assert powers_w == pytest.approx([97.2] * 50, abs=1.0)
    assert sum(powers_w) / 50 == pytest.approx(97.2, abs=0.1)
    stamps = [reading.t_utc_s for reading in readings if reading is not None]
    assert before_s < stamps[0] < now_utc_s()
    assert all(later > earlier for earlier, later in itertools.pairwise(stamps))
    transport = Transport(path, Line(115200))
    assert transport.read(0.5)[1] == b""
    transport.close()


def test_a_client_that_died_while_reading_the_configuration_is_cleared_up(port: Callable[..., str]) -> None:
    path = port("--watts", 97.2)
    dead = Transport(path, Line(115200))
    dead.write(b"R")
    assert len(dead.read(5.0)[1]) == 41
    dead.close()
    with PowerSensor3() as driver:
        driver.open(path, 0.01)
        assert driver.identify().firmware == "F411-1.6.1"


def test_chosen_pairs_have_their_share_of_the_power(port: Callable[..., str]) -> None:
    path = port("--watts", 200)
    with PowerSensor3({"pairs": "0,2"}) as driver:
        driver.open(path, 0.1)
        driver.identify()
        driver.start()
        assert driver.chosen_options() == {"pairs": "0,2"}
        reading = driver.read(5.0)
    assert reading is not None
    assert reading.power_w == pytest.approx(100.0, abs=1.0)


def test_a_pair_that_is_not_in_use_is_refused(port: Callable[..., str]) -> None:
    path = port("--watts", 200)
    client = Transport(path, Line(115200))
    client.write(b"W")
    for sensor in range(8):
        in_use = sensor in (2, 3)
        client.write(struct.pack("<16s16sff?", b"x", b"y", 1.65, 0.12, in_use))
    heard = b""
    while not heard.endswith(b"D"):
        heard += client.read(5.0)[1]
    client.close()
    with PowerSensor3({"pairs": "0"}) as driver:
        driver.open(path, 0.1)
        driver.identify()
        with pytest.raises(DeviceError, match=r"the instrument has \(1,\) in use"):
            driver.start()


def test_something_else_on_the_port_is_told_with_what_it_said(answering_port: Callable[[bytes], str]) -> None:
    with PowerSensor3() as driver:
        driver.open(answering_port(b"HELLO\r\n"), 0.1)
        with pytest.raises(DeviceError, match=r"F411-1\.6\.1 or the like.*HELLO"):
            driver.identify()


def test_nothing_is_lost_while_the_logger_takes_20_000_sets_a_second(
    port: Callable[..., str], logger: Callable[..., tuple[Child, Path]], tmp_path: Path
) -> None:
    emissions = tmp_path / "emissions.csv"
    path = port("--watts", 97.2, "--emissions", emissions)
    child, _ = logger(path, "powersensor3", interval_s=0.001, limit=3000)
    assert child.wait() == 0
    record = json.loads((tmp_path / "run/meter.json").read_text())
    assert record["counts"]["good"] == 3000
    assert record["gaps"] == []
    assert len(rows_of(tmp_path / "run")) == 3000
    assert emissions.read_text().splitlines()[-1].endswith(",0")  # no bytes were lost on the line


def test_what_is_lost_while_the_logger_is_held_up_is_counted_and_no_watts_are_made_of_it(
    port: Callable[..., str], logger: Callable[..., tuple[Child, Path]], tmp_path: Path
) -> None:
    emissions, folder = tmp_path / "emissions.csv", tmp_path / "run"
    path = port("--watts", 97.2, "--emissions", emissions)
    child, _ = logger(path, "powersensor3", interval_s=0.01)
    wait_for(lambda: len(rows_of(folder)) > 20, "rows")
    child.process.send_signal(signal.SIGSTOP)
    stopped_s = time.monotonic()
    wait_for(lambda: not emissions.read_text().endswith(",0\n"), "lost bytes")
    wait_for(lambda: time.monotonic() > stopped_s + 1.5, "more of them")
    child.process.send_signal(signal.SIGCONT)
    before = len(rows_of(folder))
    wait_for(lambda: len(rows_of(folder)) > before + 100, "rows afterwards")
    assert child.end() == 0
    record = json.loads((folder / "meter.json").read_text())
    lost_sets = int(emissions.read_text().splitlines()[-1].split(",")[2]) / SET_BYTES
    # Where a busy machine kept both ends waiting, the host's clock cannot tell turns of the stamps apart.
    turns = round((record["own_counts"]["lost_sets"] - lost_sets) / SETS_IN_TURN)
    assert abs(turns) <= 10, "0.26 s of delay"
    seen_lost = lost_sets + turns * SETS_IN_TURN
    # Two sets more at each place: the torn one and the one before it.
    assert record["own_counts"]["lost_sets"] == pytest.approx(seen_lost, abs=50)
    assert record["counts"]["malformed"] >= 1
    # Not the time from the last reading to the end, which is long on a busy machine.
    missing = sum(gap["missing"] for gap in record["gaps"] if "malformed" in gap["reason"])
    assert missing == pytest.approx(seen_lost / 200, abs=5)
    powers_w = [float(row["power_w"]) for row in rows_of(folder) if not row["flag"]]
    assert powers_w == pytest.approx([97.2] * len(powers_w), abs=1.0)
    stamps = [float(row["t_utc_s"]) for row in rows_of(folder) if not row["flag"]]
    assert all(later > earlier for earlier, later in itertools.pairwise(stamps))


def test_what_a_client_does_not_take_at_once_is_held_back_in_order_and_the_rest_is_counted() -> None:
    port = VirtualPort(None, fifo_bytes=1000)
    client = os.open(port.device, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    sent = b""
    number = 0
    while not port.lost_bytes:
        block = b"%09d\n" % number * 20
        port.write(block)
        sent += block
        number += 1
    heard = b""
    while port.holds():
        heard += os.read(client, 4096)
        port.write()
    while len(heard) < len(sent) - port.lost_bytes:
        heard += os.read(client, 4096)
    os.close(client)
    port.unplug()
    assert heard == sent[: len(heard)]
    assert len(heard) + port.lost_bytes == len(sent)
