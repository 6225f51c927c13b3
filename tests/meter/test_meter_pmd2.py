"""The ElmorLabs PMD2: layout of its answer, twin, and driver.

The layout is that of the maker's program (ElmorLabs/PMD2-Python, ``pmd2-msm.py``), which reads it with
ctypes; so does this test, apart from the driver.
"""

import ctypes
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_processes import Child, wait_for

from meter.drivers.elmorlabs_pmd2 import CONNECTORS, ElmorLabsPMD2, parse_reading, parse_sensors
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins.elmorlabs_pmd2 import VirtualPMD2
from records.errors import DeviceError
from records.meter import Reading


class Rail(ctypes.LittleEndianStructure):
    _pack_ = 1
    _fields_ = (("mv", ctypes.c_int16), ("ma", ctypes.c_int32), ("mw", ctypes.c_int32))


class Answer(ctypes.LittleEndianStructure):
    _pack_ = 1
    _fields_ = (
        ("vdd", ctypes.c_uint16),
        ("tchip", ctypes.c_int16),
        ("rails", Rail * 10),
        ("eps_w", ctypes.c_uint16),
        ("pcie_w", ctypes.c_uint16),
        ("board_w", ctypes.c_uint16),
        ("total_w", ctypes.c_uint16),
        ("ocp", ctypes.c_uint8 * 10),
    )


def answer(total_w: int = 60, **rails: tuple[int, int, int]) -> bytes:
    """Return an answer with so many mV, mA and mW at some connectors; r1 is the second one."""
    found = Answer(vdd=3300, tchip=40, total_w=total_w)
    for name, values in rails.items():
        found.rails[int(name[1:])] = Rail(*values)
    return bytes(found)


GOOD = answer(60, r0=(12_050, 2_000, 24_100), r5=(12_000, 3_000, 36_000))


@pytest.fixture
def meter() -> VirtualPMD2:
    return VirtualPMD2(InstrumentErrors(), seed=1)


@pytest.fixture
def port(start: Callable[..., Child]) -> str:
    child = start("meter.virtual", "elmorlabs_pmd2", "--watts", 97.2)
    wait_for(lambda: "\n" in child.stdout.read_text(), "a port")
    return child.stdout.read_text().strip()


def test_the_reading_is_the_sum_of_the_connectors_in_milliwatts() -> None:
    assert len(GOOD) == 122
    assert parse_reading(GOOD, 7.0) == Reading(7.0, 60.1)


def test_each_connector_is_at_its_place() -> None:
    found = parse_sensors(GOOD)
    assert found is not None
    carrying = {name: rail for name, rail in zip(CONNECTORS, found[0], strict=True) if rail.power_w}
    assert carrying == {"ATX 12V": (12.05, 2.0, 24.1), "EPS1": (12.0, 3.0, 36.0)}


def test_a_little_current_backwards_is_a_little_negative_power() -> None:
    assert parse_reading(answer(0, r4=(12_000, -20, -240)), 7.0) == Reading(7.0, -0.24)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[:-1],
        GOOD + b"\0",
        b"\xee\x15\x00" + GOOD[:-3],
        answer(90, r0=(12_050, 2_000, 24_100), r5=(12_000, 3_000, 36_000)),  # the total says otherwise
        answer(60, r0=(12_050, 2_000, 60_000)),  # volts times amperes say otherwise
        b"\xff" * 122,
    ],
)
def test_an_answer_that_contradicts_itself_has_no_watts(data: bytes) -> None:
    assert parse_reading(data, 7.0) == Reading(7.0, None, "malformed")


@given(st.binary(min_size=110, max_size=122))
def test_garbage_never_becomes_watts(garbage: bytes) -> None:
    assert parse_reading(garbage, 7.0).power_w is None


@given(st.integers(1, 121))
def test_an_answer_that_begins_with_the_end_of_another_never_becomes_watts(shift: int) -> None:
    shifted = (GOOD + GOOD)[shift : shift + 122]
    assert parse_reading(shifted, 7.0).power_w in (None, 60.1)


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        (b"\x00", b"ElmorLabs PMD2\0"),
        (b"\x01", b"\xee\x15\x00"),
        (b"\xff", b""),
        (b"\x01\x01", b"\xee\x15\x00" * 2),
    ],
)
def test_command_and_answer(meter: VirtualPMD2, command: bytes, reply: bytes) -> None:
    assert meter.receive(command) == reply


def test_the_twin_answers_as_the_makers_program_reads(meter: VirtualPMD2) -> None:
    meter.advance(400.0)
    found = Answer.from_buffer_copy(meter.receive(b"\x04"))
    assert ctypes.sizeof(Answer) == 122
    assert sum(rail.mw for rail in found.rails) == pytest.approx(400_000, abs=10)
    assert found.total_w == 400
    assert found.rails[3].mv == pytest.approx(3300, rel=0.01)
    assert found.eps_w + found.pcie_w + found.board_w == pytest.approx(400, abs=2)


def test_driver_identifies_and_reads(port: str) -> None:
    with ElmorLabsPMD2() as driver:
        driver.open(port, 0.1)
        assert driver.identify().firmware == "00"
        driver.start()
        readings = [driver.read(5.0) for _ in range(5)]
    assert [reading.power_w for reading in readings if reading] == pytest.approx([97.2] * 5, abs=0.02)


def test_something_else_on_the_port_is_told_with_what_it_said(answering_port: Callable[[bytes], str]) -> None:
    with ElmorLabsPMD2() as driver:
        driver.open(answering_port(b"ElmorLabs PMD-USB"), 0.1)
        with pytest.raises(DeviceError, match=r"ee 15 and a version.*PMD-USB"):
            driver.identify()


def test_nobody_on_the_port_is_said(answering_port: Callable[[bytes], str]) -> None:
    with ElmorLabsPMD2() as driver:
        driver.open(answering_port(b""), 0.1)
        with pytest.raises(DeviceError, match="nothing answered within"):
            driver.identify()
