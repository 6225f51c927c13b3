"""The LMG95 and the LMG600: lines of values, the twins, and the driver on a pseudo-terminal and a socket.

Values are rows that the public lmgtools publish as measured (example/lmg95.log and example/lmg670.log),
in the form in which the meter sends them; commands are those that lmgtools send. Both rows were taken
without load; the loaded one has current and power of the example in the LMG450 manual, page 241.
"""

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_scpi_bench import WATTS, next_reading, running, started

from meter.drivers.zes_lmg95 import RowDecoder, ZesLMG95, parse_load, parse_row
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.power_model import ConstantPower
from meter.virtual.twins.zes_lmg95 import VirtualLMG95, VirtualLMG600
from records.errors import ConfigurationError, DeviceError
from records.meter import Reading

LOADED = b"10267;0.500197;54.6;234.835;0.95;0.244;49.9803\r\n"
NO_LOAD = b"10268;0.500197;0.0;234.835;0.0;9.91e+37;49.9803\r\n"
LMG670 = (
    b"2015:01:21D17:20:55.437817000+0000;0.500101824;0.000000E+00;2.316219E+02;0.000000E+00;9.910000E+37;"
    b"4.998982E+01\n"
)


def readings(*reads: bytes) -> list[Reading]:
    decoder = RowDecoder()
    return [reading for data in reads for reading in decoder.feed(data, 7.0)]


def test_a_row_is_read_in_the_order_of_the_list_of_actions() -> None:
    assert parse_row(LOADED.strip(), 7.0) == (
        "10267",
        Reading(7.0, 54.6, voltage_v=234.835, current_a=0.95, power_factor=0.244, frequency_hz=49.9803),
    )


def test_without_current_there_is_power_but_no_power_factor() -> None:
    assert readings(NO_LOAD) == [Reading(7.0, 0.0, voltage_v=234.835, current_a=0.0, frequency_hz=49.9803)]


def test_a_row_of_the_lmg670_has_a_time_in_place_of_a_number() -> None:
    (reading,) = readings(LMG670)
    assert (reading.power_w, reading.voltage_v, reading.frequency_hz) == (0.0, 231.6219, 49.98982)


@pytest.mark.parametrize(
    ("field", "value", "flag"),
    [
        (2, b"9.91E+37", "nodata"),
        (2, b"9.91e37", "nodata"),
        (2, b"9.9E+37", "overrange"),
        (2, b"-9.9E+37", "overrange"),
        (3, b"9.9E37", "overrange"),
        (4, b"9.900000E+37", "overrange"),
        (0, b"x", "malformed"),
        (1, b"0.0", "malformed"),
        (1, b"9.91E+37", "malformed"),
        (2, b"", "malformed"),
        (2, b"54.6 W", "malformed"),
        (6, b"", "malformed"),
    ],
)
def test_a_sentinel_is_never_watts(field: int, value: bytes, flag: str) -> None:
    fields = LOADED.strip().split(b";")
    fields[field] = value
    assert readings(b";".join(fields) + b"\r\n") == [Reading(7.0, None, flag)]


@pytest.mark.parametrize(
    "line", [b"1\r\n", b"54.6\n", LOADED[6:], LOADED.strip() + b";1\r\n", b'0,"No error"\n']
)
def test_what_is_no_such_row_is_malformed(line: bytes) -> None:
    assert readings(line) == [Reading(7.0, None, "malformed")]


def test_a_cycle_that_comes_twice_is_a_duplicate_even_over_the_wrap_of_its_number() -> None:
    last = LOADED.replace(b"10267", b"65535")
    first = LOADED.replace(b"10267", b"0")
    assert [r.flag for r in readings(LOADED, LOADED, last, first, first)] == [
        "",
        "duplicate",
        "",
        "",
        "duplicate",
    ]


@given(st.binary(max_size=300))
def test_garbage_never_becomes_watts(noise: bytes) -> None:
    assert {r.flag for r in readings(noise + b"\n", LOADED)} <= {"", "malformed"}
    assert [r.power_w for r in readings(noise + b"\n", LOADED) if not r.flag] == [54.6]


@given(st.integers(1, len(LOADED) - 3))
def test_a_row_torn_anywhere_never_gives_watts_with_the_next_one_behind_it(cut: int) -> None:
    found = readings(LOADED[:cut], NO_LOAD, LOADED)
    assert [r.flag for r in found] == ["malformed", ""]


@given(st.lists(st.integers(0, 200), max_size=12))
def test_how_bytes_are_cut_into_reads_changes_nothing(cuts: list[int]) -> None:
    stream = LOADED + b"noise\r\n" + NO_LOAD + LMG670
    borders = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    assert readings(*(stream[a:b] for a, b in itertools.pairwise(borders))) == readings(stream)


def test_an_endless_line_is_given_up() -> None:
    assert readings(b"7" * 5000) == [Reading(7.0, None, "malformed")]


@pytest.mark.parametrize(
    ("line", "load"),
    [(b"234.835;0.95", (234.835, 0.95)), (b"234.8;9.9E+37", None), (b"1", None), (b"1;2;3", None)],
)
def test_a_look_at_the_load(line: bytes, load: tuple[float, float] | None) -> None:
    assert parse_load(line) == load


@pytest.fixture
def meter() -> VirtualLMG95:
    twin = VirtualLMG95(InstrumentErrors(), seed=1)
    twin.receive(b"syst:lang short\r\n")
    return twin


def test_each_language_is_left_by_its_own_command() -> None:
    twin = VirtualLMG95(InstrumentErrors(), seed=1)
    assert twin.receive(b"*idn?\r\n").split(b",")[1] == b"LMG95"
    twin.receive(b"cycl 0.1\r\n")  # not in SCPI
    assert twin.interval_s == 0.5
    assert b"cycl" in twin.receive(b"syst:err:all?\r\n")
    twin.receive(b"syst:lang short\r\n")
    assert twin.receive(b"cycl 0.1;*opc?\r\n") == b"1\r\n"
    assert twin.interval_s == 0.1
    assert twin.receive(b"lang scpi\r\nsyst:err:all?\r\n") == b'0,"No error"\r\n'


@pytest.mark.parametrize(
    "command", ["*cls", "*rst", "cycl 0.5", "iam manual", "irng 10", "uam manual", "urng 250", "iam auto"]
)
def test_a_setting_is_confirmed_when_the_confirmation_is_asked_for(meter: VirtualLMG95, command: str) -> None:
    assert meter.receive(f"{command}\r\n".encode()) == b""
    assert meter.receive(f"{command};*OPC?\r\n".encode()) == b"1\r\n"


def test_each_cycle_gives_a_row_of_the_list_of_actions_while_the_output_is_on(meter: VirtualLMG95) -> None:
    assert meter.receive(b"actn;count?;utrms?;itrms?;p?;pf?;freq?\r\n") == b""
    assert meter.advance(0.0) == b""
    meter.receive(b"cont on\r\n")
    first, second = meter.advance(0.0), meter.advance(0.0)
    assert first.endswith(b"\r\n")
    assert int(second.split(b";")[0]) == int(first.split(b";")[0]) + 1
    assert first.split(b";")[2:5] == [b"0.0", b"0.0", b"9.91E37"]  # as in the published session
    meter.receive(b"cont off\r\n")
    assert meter.advance(0.0) == b""


def test_a_load_beyond_a_fixed_range_is_infinite(meter: VirtualLMG95) -> None:
    meter.receive(b"iam manual\r\nirng 0.15\r\nactn;count?;cycr?;p?;utrms?;itrms?;pf?;freq?\r\ncont on\r\n")
    assert [r.flag for r in readings(meter.advance(WATTS))] == ["overrange"]


def test_driver_ranges_on_the_load_fixes_and_streams() -> None:
    with running("zes_lmg95") as port, started("zes_lmg95", port, 0.1) as (driver, sent):
        found = [next_reading(driver) for _ in range(4)]
        # 0.44 A at 230 V: 250 V carries it, and five times the current is within 2.5 A.
        assert driver.chosen_options() == {"voltage_range_v": 250.0, "current_range_a": 2.5}
        range_w = driver.accuracy_in_force().range_w
    assert [r.power_w for r in found] == [WATTS] * 4
    assert range_w == pytest.approx(400 * 2.5 * 3.75 / 1.2)  # of the peak ranges, LMG450 manual page 241
    assert (
        sent.index("cont off") < sent.index("*idn?") < sent.index("*rst;*opc?") < sent.index("iam auto;*opc?")
    )
    assert sent.index("irng 2.5;*opc?") < sent.index("cycl 0.1;*opc?")
    assert sent[-2:] == ["cont off", "gtl"]


def test_settled_ranges_given_back_are_set_without_a_look_at_the_load() -> None:
    ranges = {"voltage_range_v": 250.0, "current_range_a": 10.0}
    with running("zes_lmg95") as port, started("zes_lmg95", port, 0.1, **ranges) as (driver, sent):
        assert next_reading(driver).power_w == WATTS
        assert driver.chosen_options() == ranges
    assert "irng 10;*opc?" in sent
    assert "iam auto;*opc?" not in sent


def test_a_load_that_outgrows_its_range_is_flagged() -> None:
    ranges = {"voltage_range_v": 250.0, "current_range_a": 0.15}
    with running("zes_lmg95") as port, started("zes_lmg95", port, 0.1, **ranges) as (driver, _):
        assert next_reading(driver).flag == "overrange"


def test_automatic_ranging_is_left_to_the_meter_when_told_so() -> None:
    with (
        running("zes_lmg95", ConstantPower(20.0)) as port,
        started("zes_lmg95", port, 0.1, range="auto") as (driver, sent),
    ):
        assert next_reading(driver).power_w == 20.0
        assert driver.chosen_options() == {}
    assert "iam manual;*opc?" not in sent


@contextmanager
def lmg600() -> Iterator[tuple[str, int, list[bytes]]]:
    """Serve a virtual LMG600 on a TCP port, and its break channel on another; yield what it heard there."""
    over = threading.Event()
    breaks: list[bytes] = []

    def instrument(server: socket.socket) -> None:
        twin = VirtualLMG600(InstrumentErrors(), seed=1)
        client, _ = server.accept()
        with client:
            while not over.is_set():
                client.settimeout(twin.interval_s)
                try:
                    data = client.recv(4096)
                    if not data:
                        return
                    client.sendall(twin.receive(data))
                except TimeoutError:
                    client.sendall(twin.advance(WATTS))

    def break_channel(server: socket.socket) -> None:
        channel, _ = server.accept()
        with channel:
            breaks.append(channel.recv(64))
            channel.sendall(b"0 ok\n")
        server.close()

    with socket.create_server(("127.0.0.1", 0)) as data, socket.create_server(("127.0.0.1", 0)) as control:
        threads = [
            threading.Thread(target=instrument, args=(data,)),
            threading.Thread(target=break_channel, args=(control,)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield f"socket://127.0.0.1:{data.getsockname()[1]}", control.getsockname()[1], breaks
        finally:
            over.set()
            for thread in threads:
                thread.join()


def test_the_lmg600_is_read_over_the_network_after_a_break_on_its_own_channel() -> None:
    with lmg600() as (port, break_port, breaks):
        with started("zes_lmg95", port, 0.1, series="lmg600", break_port=break_port) as (driver, sent):
            found = [next_reading(driver) for _ in range(3)]
            assert driver.chosen_options() == {"voltage_range_v": 250.0, "current_range_a": 2.5}
        assert breaks == [b"break\n"]
    assert [r.power_w for r in found] == [WATTS] * 3
    assert all(r.frequency_hz is not None for r in found)
    assert {"*zlang short", "iauto1 0;*opc?", "irng1 2.5;*opc?"} <= set(sent)
    assert not {"syst:lang short", "iam manual;*opc?"} & set(sent)


def test_something_else_on_the_port_is_named(answering_port) -> None:  # type: ignore[no-untyped-def]
    with ZesLMG95() as driver:
        driver.open(answering_port(b"YOKOGAWA,WT310,1,F1\r\n"), 0.5)
        with pytest.raises(DeviceError, match=r"LMG in the second place.*YOKOGAWA"):
            driver.identify()


def test_a_setting_that_is_not_confirmed_is_told(answering_port) -> None:  # type: ignore[no-untyped-def]
    with ZesLMG95() as driver:
        driver.open(answering_port(b"0\r\n"), 0.5)
        with pytest.raises(DeviceError, match=r"confirm '\*rst' with 1, .*'0'.*option series"):
            driver.start()


@pytest.mark.parametrize("interval_s", [0.01, 61.0, float("nan")])
def test_cycles_that_the_meter_has_not_are_refused(interval_s: float) -> None:
    with pytest.raises(ConfigurationError, match="LMG95"):
        ZesLMG95.check_interval(interval_s)


def test_fixed_ranges_and_automatic_ones_exclude_each_other() -> None:
    with pytest.raises(ConfigurationError, match="found both"):
        ZesLMG95({"range": "auto", "voltage_range_v": 250})
