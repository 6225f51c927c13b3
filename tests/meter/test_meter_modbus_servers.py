"""The Modbus drivers against servers of others: pymodbus and modbus_tk, on a serial line and on TCP.

The servers hold registers as the sheets lay them out; what the drivers make of them is compared.
"""

import contextlib
import importlib.util
import json
import os
import pty
import select
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meter.registry import create
from records.meter import Reading

SERVER = Path(__file__).with_name("modbus_server.py")
Serve = Callable[..., str]
Registers = dict[str, dict[int, list[int]]]

# float32, by hand: 230.1, 0.5, 300.25, 115.0 ... as IEEE 754 words.
V_230_1, A_0_5, W_300_25, HZ_50 = [0x4366, 0x199A], [0x3F00, 0x0000], [0x4396, 0x2000], [0x4248, 0x0000]
A_1_75 = [0x3FE0, 0x0000]
PF_0_75, KWH_1_5, SERIAL = [0x3F40, 0x0000], [0x3FC0, 0x0000], [0x0142, 0x444A]


def spread(places: dict[int, list[int]], count: int) -> list[int]:
    """Return registers from 0 with words at their places and 0 elsewhere."""
    words = [0] * count
    for place, values in places.items():
        words[place : place + len(values)] = values
    return words


SDM120 = {0: V_230_1, 6: A_1_75, 0x0C: W_300_25, 0x1E: PF_0_75, 0x46: HZ_50, 0x48: KWH_1_5}
SDM630 = SDM120 | {6: A_0_5, 0x0C: [0, 0], 0x34: W_300_25, 0x1E: [0, 0], 0x3E: PF_0_75, 0x08: A_0_5}
UMG604 = {0: V_230_1, 18: A_0_5, 26: W_300_25, 34: W_300_25, 50: HZ_50, 60: KWH_1_5}
PZEM = [0x08FD, 0x01F4, 0x0000, 0x0355, 0x0000, 0x04D2, 0x0000, 0x01F4, 0x004A, 0x0000]
EM24 = {0x00: [2301, 0], 0x0C: [500, 0, 250, 0], 0x28: [12345, 0], 0x35: [740], 0x37: [500]}
WE514: dict[int, list[int]] = {
    0x130: [5000, 23010],
    0x139: [0, 1500],
    0x140: [0, 300],
    0x158: [740],
    0xA000: [0, 1, 0, 1],
}

CASES: dict[str, tuple[int, Registers, Reading]] = {
    "eastron_sdm120": (
        1,
        {"4": {0: spread(SDM120, 80)}, "3": {0xFC00: SERIAL}},
        Reading(0.0, 300.25, "", 230.1, 1.75, 0.75, 50.0, 1500.0),
    ),
    "eastron_sdm630": (
        1,
        {"4": {0: spread(SDM630, 80)}, "3": {0xFC00: SERIAL}},
        Reading(0.0, 300.25, "", 230.1, 1.0, 0.75, 50.0, 1500.0),
    ),
    "janitza_umg604": (
        1,
        {"3": {19000: spread(UMG604, 62)}},
        Reading(0.0, 300.25, "", 230.1, 0.5, 1.0, 50.0, 1.5),
    ),
    "peacefair_pzem004t": (
        0xF8,
        {"4": {0: PZEM}, "3": {1: [2300, 1]}},
        Reading(0.0, 85.3, "", 230.1, 0.5, 0.74, 50.0, 1234.0),
    ),
    "carlogavazzi_em24": (
        1,
        {"4": {0: spread({0x0B: [1650]} | EM24, 0x38)}},
        Reading(0.0, 1234.5, "", 230.1, 0.75, 0.74, 50.0),
    ),
    "orno_we514": (1, {"3": WE514}, Reading(0.0, 300.0, "", 230.1, 1.5, 0.74, 50.0)),
}


@contextlib.contextmanager
def null_modem() -> Iterator[tuple[str, str]]:
    """Two pseudo-terminals of which each gets what is written to the other."""
    ends = [pty.openpty(), pty.openpty()]
    for _, slave in ends:
        tty.setraw(slave)
    over = threading.Event()
    masters = [master for master, _ in ends]

    def pump() -> None:
        while not over.is_set():
            for master in select.select(masters, [], [], 0.05)[0]:
                os.write(masters[1 - masters.index(master)], os.read(master, 4096))

    thread = threading.Thread(target=pump)
    thread.start()
    try:
        yield os.ttyname(ends[0][1]), os.ttyname(ends[1][1])
    finally:
        over.set()
        thread.join()
        for end in ends:
            for descriptor in end:
                os.close(descriptor)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server of a library with a driver's registers; return what the driver opens."""
    with contextlib.ExitStack() as stack:

        def begin(library: str, driver: str, tcp: bool = False) -> str:
            unit, registers, _ = CASES[driver]
            ours, theirs = ("", "tcp") if tcp else stack.enter_context(null_modem())
            process = subprocess.Popen(
                [sys.executable, str(SERVER), library, theirs, str(unit), json.dumps(registers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            assert process.stdin is not None
            assert process.stdout is not None
            stack.callback(process.wait, 10)
            stack.callback(process.stdout.close)
            stack.callback(process.stdin.close)
            word, where = process.stdout.readline().split()
            assert word == b"ready"
            return f"socket://127.0.0.1:{int(where)}" if tcp else ours

        yield begin


def read_once(driver: str, port: str, options: dict[str, object] | None = None) -> Reading:
    with create(driver, options) as meter:
        meter.open(port, 1.0)
        meter.identify()
        meter.start()
        reading = meter.read(5.0)
    assert reading is not None
    return reading


def assert_same(found: Reading, expected: Reading) -> None:
    names = ("power_w", "voltage_v", "current_a", "power_factor", "frequency_hz", "energy_wh")
    assert found.flag == expected.flag
    assert [getattr(found, name) for name in names] == [
        None if (value := getattr(expected, name)) is None else pytest.approx(value, rel=1e-6)
        for name in names
    ]


@pytest.mark.parametrize("driver", sorted(CASES))
def test_a_driver_reads_a_pymodbus_server_on_a_serial_line(serve: Serve, driver: str) -> None:
    assert_same(read_once(driver, serve("pymodbus", driver)), CASES[driver][2])


@pytest.mark.parametrize("driver", sorted(CASES))
def test_a_driver_reads_a_modbus_tk_server_on_a_serial_line(serve: Serve, driver: str) -> None:
    if importlib.util.find_spec("modbus_tk") is None:
        pytest.skip("modbus_tk is not installed (python -m pip install modbus_tk)")
    assert_same(read_once(driver, serve("modbus_tk", driver)), CASES[driver][2])


@pytest.mark.parametrize("driver", ["janitza_umg604", "eastron_sdm630"])
def test_a_driver_reads_a_pymodbus_server_over_tcp(serve: Serve, driver: str) -> None:
    port = serve("pymodbus", driver, tcp=True)
    assert_same(read_once(driver, port, {"framing": "tcp"}), CASES[driver][2])


def test_the_command_reads_an_sdm120_of_others(serve: Serve) -> None:
    port = serve("pymodbus", "eastron_sdm120")
    command = [sys.executable, "-m", "lab", "meter", "read", "--driver", "eastron_sdm120", "--port", port]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["power_w"] == 300.25
    assert shown["voltage_v"] == pytest.approx(230.1)
