"""The MCP39F511N board: frames, scale and signs, the twin, and the driver on a pseudo-terminal.

The host's frames are those that the C program of the Green Metrics Tool sent when it was run against a
pseudo-terminal; the answers beside them are those it accepted.
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meter_scpi_bench import WATTS, next_reading, running

from meter.drivers.microchip_mcp39f511n import (
    OUTPUTS,
    OUTPUTS_LENGTH,
    MicrochipMCP39F511N,
    accumulation_exponent,
    parse_outputs,
    read_frame,
    reply_data,
    write_frame,
)
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins.microchip_mcp39f511n import VirtualMCP39F511N
from records.errors import ConfigurationError, DeviceError
from records.meter import Reading

FACTORY = (0.01, 0.01)
POSITIVE = 0b1111 << 4 | 1 << 12


def outputs(
    *, status: int = POSITIVE, volts: int = 2300, amps: tuple[int, int] = (5010, 0), watts: tuple[int, int]
) -> bytes:
    """Return the 32 bytes from 0x02, with raw register values: 0.1 V, 0.1 mA, 10 mW."""
    fields = [(status, 2), (0x1511, 2), (volts, 2), (50_003, 2), (0x7A00, 2), (0x7FFF, 2)]
    fields += [(amps[0], 4), (amps[1], 4), (watts[0], 4), (watts[1], 4), (0, 4)]
    return b"".join(value.to_bytes(length, "little") for value, length in fields)


def reading(data: bytes, outlet: str = "1", lsb_w: tuple[float, float] = FACTORY) -> Reading:
    return parse_outputs(data, 7.0, outlet, lsb_w)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (write_frame(0xA8, b"\x01\x00"), "A5 0A 41 00 A8 4D 02 01 00 E8"),
        (read_frame(0xAE, 4), "A5 08 41 00 AE 4E 04 EE"),
        (read_frame(0xBE, 4), "A5 08 41 00 BE 4E 04 FE"),
        (read_frame(0xA0, 4), "A5 08 41 00 A0 4E 04 E0"),
        (write_frame(0xA0, b"\x00\x03\x00\x00"), "A5 0C 41 00 A0 4D 04 00 03 00 00 E6"),
        (read_frame(0x16, 8), "A5 08 41 00 16 4E 08 5A"),
        (read_frame(0x2E, 16), "A5 08 41 00 2E 4E 10 7A"),
        (read_frame(OUTPUTS, OUTPUTS_LENGTH), "A5 08 41 00 02 4E 20 5E"),
    ],
)
def test_frames_are_those_of_the_public_program(frame: bytes, expected: str) -> None:
    assert frame == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("reply", "data"),
    [
        ("06 07 12 0C 06 00 31", "12 0C 06 00"),
        ("06 07 00 0C 06 00 1F", "00 0C 06 00"),
        ("06 0B 05 2D 00 00 00 00 00 00 43", "05 2D 00 00 00 00 00 00"),
    ],
)
def test_replies_of_the_public_exchange_are_taken(reply: str, data: str) -> None:
    assert reply_data(bytes.fromhex(reply), len(bytes.fromhex(data))) == bytes.fromhex(data)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "15",  # bad command
        "51",  # bad check sum
        "06",
        "06 07 12 0C 06 00 32",
        "06 08 12 0C 06 00 32",  # another length than was asked for, with a right check sum
        "07 07 12 0C 06 00 32",
        "06 07 12 0C 06 00 31 00",
        "12 0C 06 00 31",
    ],
)
def test_what_is_no_reply_to_the_question_is_not_taken(reply: str) -> None:
    assert reply_data(bytes.fromhex(reply), 4) is None


def test_powers_are_in_ten_milliwatts_and_everything_in_its_unit() -> None:
    assert reading(outputs(watts=(11525, 0))) == Reading(
        7.0, 115.25, voltage_v=230.0, current_a=0.501, power_factor=0x7A00 / 32768, frequency_hz=50.003
    )


def test_signs_come_from_bits_four_and_six_of_the_status() -> None:
    backwards = outputs(status=POSITIVE & ~(1 << 4), amps=(5010, 4000), watts=(11525, 9000))
    assert reading(backwards, "1").power_w == -115.25
    assert reading(backwards, "2").power_w == 90.0
    assert reading(backwards, "both").power_w == pytest.approx(90.0 - 115.25)
    assert (
        reading(outputs(status=POSITIVE & ~(1 << 6), amps=(0, 4000), watts=(0, 9000)), "2").power_w == -90.0
    )


def test_the_sum_of_both_outlets_has_no_current_of_its_own() -> None:
    both = reading(outputs(amps=(5010, 4000), watts=(11525, 9000)), "both")
    assert (both.power_w, both.voltage_v, both.current_a) == (205.25, 230.0, None)


def test_a_scale_that_makes_more_watts_than_volts_times_amperes_is_refused() -> None:
    shifted = outputs(watts=(11525 * 2**13, 0))
    assert reading(shifted) == Reading(7.0, None, "malformed")
    assert reading(shifted, lsb_w=(0.01 / 2**13, 0.01)).power_w == pytest.approx(115.25)
    assert reading(shifted, "2").power_w == 0.0  # the other outlet is not concerned


@given(st.binary(max_size=60))
def test_garbage_never_becomes_data(noise: bytes) -> None:
    reply = bytes([0x06, 0x23]) + bytes(32)
    proper = reply + bytes([sum(reply) & 0xFF])
    assert reply_data(noise, OUTPUTS_LENGTH) is None or noise[:2] == proper[:2]
    assert reply_data(noise + proper, OUTPUTS_LENGTH) is None or not noise


@given(st.integers(0, 34), st.integers(0, 7))
def test_a_flipped_bit_is_always_seen(place: int, bit: int) -> None:
    reply = bytes([0x06, 0x23]) + outputs(watts=(11525, 0))
    damaged = bytearray(reply + bytes([sum(reply) & 0xFF]))
    damaged[place] ^= 1 << bit
    assert reply_data(bytes(damaged), OUTPUTS_LENGTH) is None


@pytest.mark.parametrize(
    ("interval_s", "frequency_hz", "exponent"),
    [(0.04, 50.0, 1), (0.04, 50.1, 1), (0.32, 50.0, 4), (1.0, 50.0, 5), (1.0667, 60.0, 6), (60.0, 50.0, 8)],
)
def test_the_accumulation_is_the_longest_that_fits(
    interval_s: float, frequency_hz: float, exponent: int
) -> None:
    assert accumulation_exponent(interval_s, frequency_hz) == exponent


def test_only_intervals_of_whole_accumulations_are_means() -> None:
    means = [s for s in (0.04, 0.0667, 0.08, 0.5, 0.64, 1.0, 1.28) if sampling(s) == "interval_mean"]
    assert means == [0.04, 0.0667, 0.08, 0.64, 1.28]


def sampling(interval_s: float) -> str:
    return MicrochipMCP39F511N().sampling_at(interval_s)


@pytest.fixture
def board() -> VirtualMCP39F511N:
    return VirtualMCP39F511N(InstrumentErrors(), seed=1)


def test_twin_takes_the_accumulation_and_measures_by_it(board: VirtualMCP39F511N) -> None:
    assert board.interval_s == pytest.approx(0.32)  # factory, 2^4 periods
    assert board.receive(bytes.fromhex("A50A4100A84D020100E8")) == b"\x06"
    assert board.interval_s == pytest.approx(0.04)


def test_twin_keeps_what_is_written_and_gives_it_back(board: VirtualMCP39F511N) -> None:
    board.receive(write_frame(0xAE, bytes.fromhex("120C0600")))
    assert board.receive(bytes.fromhex("A5084100AE4E04EE")) == bytes.fromhex("0607120C060031")


def test_twin_refuses_a_wrong_check_sum_and_an_unknown_command(board: VirtualMCP39F511N) -> None:
    assert board.receive(bytes.fromhex("A5084100AE4E04EF")) == b"\x51"
    assert board.receive(bytes.fromhex("A5045A03")) == b"\x15"


def test_twin_answers_however_the_frame_is_cut_and_skips_what_is_before_it(board: VirtualMCP39F511N) -> None:
    frame = read_frame(0x16, 8)
    board.advance(115.25)
    answers = [board.receive(bytes([byte])) for byte in b"\x00\x13" + frame]
    assert answers[:-1] == [b""] * (len(answers) - 1)
    assert answers[-1] == bytes.fromhex("060B052D00000000000043")  # raw 11525 and 0, as in the exchange


def test_twin_shows_more_digits_on_a_smaller_power_range(board: VirtualMCP39F511N) -> None:
    board.receive(write_frame(0xAE, bytes([18, 12, 6, 0])))
    board.advance(115.25)
    data = reply_data(board.receive(read_frame(0x16, 4)), 4)
    assert data is not None
    assert int.from_bytes(data, "little") == 11525 * 2**13


def test_driver_reads_twenty_five_times_a_second_each_update_once() -> None:
    with running("microchip_mcp39f511n") as port, MicrochipMCP39F511N() as meter:
        meter.open(port, 0.04)
        assert meter.identify().model == "MCP39F511N"
        meter.start()
        assert meter.lock is not None
        found = [next_reading(meter) for _ in range(100)]
    good = [r for r in found if not r.flag]
    assert {r.power_w for r in good} == {WATTS}
    assert len(good) == len(found)
    updates = [(r.voltage_v, r.frequency_hz) for r in found]  # noise of 0.2 V and 10 mHz tells them apart
    assert sum(a == b for a, b in itertools.pairwise(updates)) <= 5


def test_driver_sees_that_another_program_changed_the_scale() -> None:
    with running("microchip_mcp39f511n") as port:
        with MicrochipMCP39F511N() as meter:
            meter.open(port, 0.04)
            meter.port.write(write_frame(0xAE, bytes([18, 12, 6, 0])))
            meter.port.drain(0.2, 1.0)
            meter.identify()
            with pytest.raises(DeviceError, match=r"volts times amperes.*option scale to range"):
                meter.start()
        with MicrochipMCP39F511N({"scale": "range"}) as meter:
            meter.open(port, 0.04)
            meter.start()
            assert next_reading(meter).power_w == pytest.approx(WATTS, abs=0.001)


def test_the_empty_outlet_has_no_power_and_the_sum_is_that_of_the_other() -> None:
    with running("microchip_mcp39f511n") as port:
        for outlet, power_w in (("2", 0.0), ("both", WATTS)):
            with MicrochipMCP39F511N({"outlet": outlet}) as meter:
                meter.open(port, 0.04)
                meter.start()
                assert next_reading(meter).power_w == power_w


def test_an_interval_of_other_mains_is_refused_with_those_offered() -> None:
    with running("microchip_mcp39f511n") as port, MicrochipMCP39F511N() as meter:
        meter.open(port, 0.0667)  # 2^2 periods of 60 Hz; the twin has 50 Hz
        with pytest.raises(ConfigurationError, match=r"at 50\.\d\d Hz .* 0\.04, 0\.08"):
            meter.start()


def test_something_else_on_the_port_is_named(answering_port) -> None:  # type: ignore[no-untyped-def]
    with MicrochipMCP39F511N() as meter:
        meter.open(answering_port(b"#v,-,8;"), 0.04)
        with pytest.raises(DeviceError, match=r"check sum\).*#v,-,8;"):
            meter.identify()


def test_one_reading_a_second_is_of_the_grid_and_not_of_the_meter() -> None:
    with running("microchip_mcp39f511n") as port, MicrochipMCP39F511N() as meter:
        meter.open(port, 1.0)
        meter.start()
        found = [next_reading(meter) for _ in range(3)]
        assert meter.lock is None
    assert [r.power_w for r in found] == [WATTS] * 3
