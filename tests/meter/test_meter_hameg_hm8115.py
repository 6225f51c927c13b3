"""The HM8115-2: replies, handshake bytes, the twin, and the driver on a pseudo-terminal.

Commands and answers are those of the manual of the HM8115-2, page 18; the reply with watts and the
handshake bytes within replies were recorded by an owner of the ISW8001, its twin.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_scpi_bench import WATTS, next_reading, running, started

from meter.drivers.hameg_hm8115 import (
    HamegHM8115,
    Status,
    parse_status,
    parse_values,
    power_step_w,
)
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins.hameg_hm8115 import VirtualHM8115
from records.errors import ConfigurationError, DeviceError
from records.meter import Reading

REAL = b"U3=238.5E+0 I1=0.3E-3 W=0.02E+0\r"
GOOD = b"U3=229.8E+0 I2=0.443E+0 W=97.2E+0\r"


def reading(reply: bytes) -> Reading:
    return parse_values(reply, 7.0)[0]


def test_a_recorded_line_is_read_with_its_ranges() -> None:
    assert parse_values(REAL, 7.0) == (Reading(7.0, 0.02, voltage_v=238.5, current_a=0.0003), (3, 1))


@pytest.mark.parametrize(
    "reply",
    [
        b"U3=238.5\x13\x11E+0 I1=0.3E-3 W=0.\x130\x112E+0\r",
        b"U3=238,5E+0 I1=0,3E-3 W=0,02E+0\r",  # as one manual prints decimals
        b"U3= 238.5E+0, I1= 0.3E-3, W= 0.02E+0\r",
        b"u3=238.5e+0 i1=0.3e-3 watt=0.02e+0\r",
        b"U3=238.5E+0\rI1=0.3E-3\rW=0.02E+0\r",
        b"\n" + REAL,
        REAL + REAL,
    ],
)
def test_other_forms_of_the_line_say_the_same(reply: bytes) -> None:
    assert reading(reply) == reading(REAL)


def test_another_function_than_watts_is_no_data() -> None:
    assert reading(b"U3=225.6E+0 I2=0.243E+0 VAR=23.3E+0\r") == Reading(7.0, None, "nodata")
    assert reading(b"U3=225.6E+0 I2=0.243E+0 VAR=23,3E+0\r") == Reading(7.0, None, "nodata")


@pytest.mark.parametrize(
    "reply",
    [
        b"U3=225.6E+0 I2=OF W=OF\r",
        b"U3=225.6E+0 I2=0.243E+0 W=overflow\r",
        b"U3=OF I2=0.243E+0 W=23.3E+0\r",
        b"U3=225.6E+0 I2=180.0E+0 W=23.3E+0\r",  # a range relay switches
        b"U2=225.6E+0 I2=0.243E+0 W=23.3E+0\r",
    ],
)
def test_what_is_beyond_its_range_is_overrange(reply: bytes) -> None:
    assert reading(reply) == Reading(7.0, None, "overrange")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\r",
        REAL[:-1],  # not ended
        REAL[10:],
        b"U3=238.5E+0 W=0.02E+0\r",
        b"U4=238.5E+0 I1=0.3E-3 W=0.02E+0\r",
        b"U3=238.5E+0 I1=0.3E-3 W=\r",
        b"U3=238.5E+0 I1=0.3E-3 W=0.02E\r",
        b"U3=238.5E+0 I1=0.3E-3 W=nan\r",
        b"U3=238.5E+0 I1=0.3E-3 W=0.0.2\r",
        b"U3=238.5E+0 I1=0.3E-3 W=\xd9\xa7\r",
        b"#d,-,18,972;\r",
    ],
)
def test_what_is_no_such_line_is_malformed(reply: bytes) -> None:
    assert reading(reply) == Reading(7.0, None, "malformed")


@given(st.binary(max_size=80))
def test_garbage_never_becomes_watts(noise: bytes) -> None:
    assert reading(noise).flag == "malformed"


@given(st.integers(1, len(GOOD) - 1), st.binary(max_size=20))
def test_a_line_torn_anywhere_is_malformed_even_with_the_next_one_behind_it(cut: int, noise: bytes) -> None:
    assert reading(GOOD[:cut]).flag == "malformed"
    assert reading(GOOD[:cut] + GOOD).flag == "malformed"
    assert reading(GOOD[cut:]).flag == "malformed"
    assert reading(GOOD + noise) == reading(GOOD)


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (b"WATT U1 I2\r", Status("WATT", 1, 2)),
        (b"VAR U3\x13\x11 I3\r", Status("VAR", 3, 3)),
        (b"WATT U1 I2", None),
        (b"WATT U4 I2\r", None),
        (REAL, None),
    ],
)
def test_status(reply: bytes, status: Status | None) -> None:
    assert parse_status(reply) == status


def test_the_last_digit_follows_the_power_range() -> None:
    # 1 mW is the smallest step of the data sheet; 0.01 W and 0.1 var are in published lines.
    ranges = [(50.0, 0.16), (500.0, 0.16), (500.0, 1.6), (500.0, 16.0)]
    assert [power_step_w(*pair) for pair in ranges] == pytest.approx([0.001, 0.01, 0.1, 1.0])


@pytest.fixture
def meter() -> VirtualHM8115:
    twin = VirtualHM8115(InstrumentErrors(), seed=1)
    twin.advance(WATTS)
    return twin


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"*IDN?\r", b"HAMEG HM8115-2\r"),
        (b"version?\r", b"version 1.01\r"),
        (b"STATUS?\r", b"WATT U3 I2\r"),
        (b"VAR\rSTATUS?\r", b"VAR U3 I2\r"),
        (b"PFAC\rSET:U2\rSET:I3\rSTATUS?\r", b"PF U2 I3\r"),
        (b"BEEP\r", b""),
        (b"FAV0\r", b""),
        (b"ID?\r", b""),  # unknown: it beeps
        (b"*IDN?\n", b""),  # a line feed ends nothing
    ],
)
def test_command_and_answer(meter: VirtualHM8115, command: bytes, answer: bytes) -> None:
    assert meter.receive(command) == answer


def test_values_come_at_the_end_of_the_measuring_cycle_with_handshake_bytes_inside(
    meter: VirtualHM8115,
) -> None:
    assert meter.receive(b"VAL?\r") == b""
    sent = meter.advance(WATTS)
    assert b"\x13\x11" in sent
    assert reading(sent).power_w == WATTS
    assert meter.advance(WATTS) == b""


def test_continuous_output_is_a_line_a_cycle_until_it_is_ended(meter: VirtualHM8115) -> None:
    meter.receive(b"MA1\r")
    assert reading(meter.advance(WATTS)).power_w == WATTS
    meter.receive(b"MA0\r")
    assert meter.advance(WATTS) == b""


def test_a_load_beyond_a_fixed_range_is_said_as_overflow(meter: VirtualHM8115) -> None:
    meter.receive(b"SET:I1\rVAL?\r")
    sent = meter.advance(WATTS)
    assert b"I1=OF W=OF\r" in sent
    assert reading(sent).flag == "overrange"


def test_driver_ranges_fixes_and_reads_at_the_pace_of_the_meter() -> None:
    with running("hameg_hm8115") as port, started("hameg_hm8115", port, 0.47) as (driver, sent):
        found = [next_reading(driver) for _ in range(4)]
        assert driver.chosen_options() == {"voltage_range_v": 500.0, "current_range_a": 1.6}
        accuracy = driver.accuracy_in_force()
    assert [r.power_w for r in found] == [WATTS] * 4
    assert len({r.voltage_v for r in found} | {r.t_utc_s for r in found}) >= 5
    assert (accuracy.reading_pct, accuracy.counts * driver.spec.resolution_w) == (0.8, pytest.approx(1.0))
    assert sent.index("MA0") < sent.index("*IDN?") < sent.index("AUTO:I") < sent.index("SET:I2")
    assert sent[-3:] == ["VAL?", "FAV1", "MA0"]


def test_given_ranges_are_set_without_a_look_at_the_load() -> None:
    options = {"voltage_range_v": 500, "current_range_a": 16}
    with running("hameg_hm8115") as port, started("hameg_hm8115", port, 0.47, **options) as (driver, sent):
        assert next_reading(driver).power_w == 97.0  # at 8 kW the last digit is 1 W
        assert driver.accuracy_in_force().counts * driver.spec.resolution_w == pytest.approx(10.0)
    assert "AUTO:I" not in sent


def test_driver_asks_on_a_grid_where_readings_are_wanted_less_often() -> None:
    with running("hameg_hm8115") as port, started("hameg_hm8115", port, 1.0, range="auto") as (driver, sent):
        found = [next_reading(driver) for _ in range(3)]
        assert driver.chosen_options() == {}
    assert [r.power_w for r in found] == [WATTS] * 3
    assert sent.count("VAL?") == 1 + 3  # one look at the load, and one question for each reading
    assert "SET:I2" not in sent


def test_an_xoff_without_xon_does_not_stop_the_driver(answering_port) -> None:  # type: ignore[no-untyped-def]
    with HamegHM8115() as driver:
        driver.open(answering_port(b"HAMEG HM8115-2\x13\r"), 0.47)
        assert driver.identify().model == "HM8115-2"


def test_the_twin_of_another_maker_is_taken(answering_port) -> None:  # type: ignore[no-untyped-def]
    with HamegHM8115() as driver:
        driver.open(answering_port(b"IeS type ISW8001A\r"), 0.47)
        identity = driver.identify()
    assert (identity.maker, identity.model) == ("IeS", "ISW8001A")


def test_something_else_on_the_port_is_named(answering_port) -> None:  # type: ignore[no-untyped-def]
    with HamegHM8115() as driver:
        driver.open(answering_port(b"HAMEG HM8118\r"), 0.47)
        with pytest.raises(DeviceError, match=r"HAMEG HM8118"):
            driver.identify()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"current_range_a": 5}, "expected one of 0.16, 1.6, 16, found 5"),
        ({"voltage_range_v": 230}, "expected one of 50, 150, 500, found 230"),
        ({"range": "auto", "current_range_a": 16}, "found both"),
    ],
)
def test_ranges_that_the_meter_has_not_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        HamegHM8115(options)
