"""IEC 62056-21 data blocks: known bytes, another parser, and what must never be watts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iec62056_21.messages import AnswerDataMessage, IdentificationMessage

from meter.drivers.iec62056_d0 import (
    IEC62056D0,
    Decoder,
    check_character,
    find_power_w,
    parse_block,
    parse_identity,
    parse_telegram,
    reading_of,
    without_parity,
)
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins.iec62056_d0 import VirtualD0
from records.errors import ConfigurationError
from records.meter import Reading

BODY = b"1.8.0(001234.567*kWh)\r\n16.7(0.542*kW)\r\n!\r\n\x03"
BLOCK = b"\x02" + BODY + b"\x59"  # the check character of this body as another implementation has it
IDENTIFICATION = b"/LGZ5\\2ZMD3104100.B32\r\n"
TELEGRAM = (
    b"/EMH4\\@01LZQJL0013F\r\n\r\n1-0:0.0.0*255(20000000)\r\n1-0:1.8.0*255(001234.5670*kWh)\r\n"
    b"1-0:36.7.0*255(000117.00*W)\r\n1-0:56.7.0*255(000022.00*W)\r\n1-0:76.7.0*255(000029.00*W)\r\n!\r\n"
)
REQUEST = b"/?!\r\n"


def block(*lines: str) -> bytes:
    body = "".join(f"{line}\r\n" for line in (*lines, "!")).encode("ascii") + b"\x03"
    return b"\x02" + body + bytes([check_character(body)])


def read(data: bytes) -> Reading:
    return reading_of(parse_block(data), 7.0)


def pushed(*reads: bytes) -> list[Reading]:
    decoder = Decoder()
    pieces = [piece for data in reads for piece in decoder.feed(data)]
    return [reading_of(parse_telegram(piece), 7.0) for piece in pieces]


def test_a_block_and_its_check_character() -> None:
    assert check_character(BODY) == 0x59
    assert read(BLOCK) == Reading(7.0, 542.0, energy_wh=1234567.0)


def test_a_wrong_check_character_is_malformed() -> None:
    assert read(BLOCK[:-1] + b"\x58") == Reading(7.0, None, "malformed")


def test_bytes_read_without_the_parity_bit_taken_off_are_understood() -> None:
    even = bytes(byte | 0x80 * (byte.bit_count() % 2) for byte in REQUEST)
    assert even == bytes.fromhex("AF3F218D0A")  # as it is on an eight-bit line
    assert without_parity(even) == REQUEST
    with_parity = bytes(byte | 0x80 * (byte.bit_count() % 2) for byte in BLOCK)
    assert read(without_parity(with_parity)).power_w == 542.0


@pytest.mark.parametrize(
    ("line", "power_w"),
    [
        ("16.7(0.542*kW)", 542.0),
        ("16.7.0(542*W)", 542.0),
        ("1-0:16.7.0*255(-00.0972*kW)", -97.2),
        ("1-1:16.7.0(000097.2*W)", 97.2),
        ("1.7(1.234*kW)", 1234.0),
        ("15.7(0137.1*W)", 137.1),
    ],
)
def test_spellings_and_units_of_the_power(line: str, power_w: float) -> None:
    assert read(block(line)) == Reading(7.0, power_w)


def test_the_sum_goes_before_the_phases_and_these_before_the_import() -> None:
    phases = ("36.7(117*W)", "56.7(22*W)", "76.7(29*W)")
    assert read(block("1.7(5*W)", *phases, "16.7(170*W)")).power_w == 170.0
    assert read(block("1.7(5*W)", *phases)).power_w == 168.0


@pytest.mark.parametrize(
    "line",
    [
        "1.8.0(001234.567*kWh)",
        "16.7(0.542)",  # without a unit nobody knows whether it is watts
        "16.7(0.542*kWh)",
        "16.7(-----*kW)",
        "16.7(*kW)",
        "16.7(9.9E37*W)",
        "16.7(nan*W)",
        "16.7(1,5*kW)",
        "16.7.0*03(0.542*kW)",  # of an earlier month
        "2-0:16.7.0*255(0.542*kW)",  # not electricity
    ],
)
def test_what_is_no_power_is_no_data(line: str) -> None:
    assert read(block(line)) == Reading(7.0, None, "nodata")


@pytest.mark.parametrize("line", ["16.7(0.542*kW", "16.7 0.542 kW", "16.7(0.542*kW)x", "16.7(0.5(42)*kW)"])
def test_a_line_that_makes_no_sense_spoils_the_block(line: str) -> None:
    assert read(block("16.7(0.542*kW)", line)) == Reading(7.0, None, "malformed")


def test_a_line_may_have_several_sets() -> None:
    values = parse_block(block("1.6.1(00.500*kW)(1501011200)", "16.7(0.542*kW)32.7(230.1*V)"))
    assert reading_of(values, 7.0) == Reading(7.0, 542.0, voltage_v=230.1)


def test_identity() -> None:
    identity = parse_identity(IDENTIFICATION, {"0.0.0": ("12345678", "")})
    assert (identity.maker, identity.model, identity.serial) == ("LGZ", "ZMD3104100.B32", "12345678")
    theirs = IdentificationMessage.from_bytes(IDENTIFICATION)
    assert (theirs.manufacturer, theirs.switchover_baudrate_char) == ("LGZ", "5")


def test_an_address_is_letters_and_digits() -> None:
    assert IEC62056D0({"address": "12345678"}).settings["baud"] == 300
    assert IEC62056D0({"mode": "push"}).settings["baud"] == 9600
    with pytest.raises(ConfigurationError, match="up to 32 letters and digits"):
        IEC62056D0({"address": "1!"})


def test_another_parser_reads_the_block_as_we_do() -> None:
    theirs = AnswerDataMessage.from_bytes(BLOCK)
    values = parse_block(BLOCK)
    assert values is not None
    assert [(s.address, s.value, s.unit) for s in theirs.data] == [
        ("1.8.0", *values["1.8.0"]),
        ("16.7", *values["16.7.0"]),
    ]


def test_a_pushed_telegram() -> None:
    assert pushed(TELEGRAM) == [Reading(7.0, 168.0, energy_wh=1234567.0)]


def test_the_rest_of_a_telegram_at_the_beginning_is_dropped_and_later_it_is_seen() -> None:
    reads = (TELEGRAM[20:], TELEGRAM, TELEGRAM[:-40], TELEGRAM, b"noise", TELEGRAM)
    assert [r.flag for r in pushed(*reads)] == ["", "malformed", "", "malformed", ""]


@given(st.binary(max_size=200))
def test_garbage_never_becomes_watts(data: bytes) -> None:
    assert read(data).power_w is None
    assert read(b"\x02" + without_parity(data) + b"\x03\x00").power_w is None
    assert all(found.power_w is None for found in pushed(data, b"/", data, b"!\r\n"))


@given(st.integers(0, len(BLOCK) - 1), st.integers(0, 6))
def test_a_flipped_bit_never_becomes_watts(position: int, bit: int) -> None:
    damaged = bytearray(BLOCK)
    damaged[position] ^= 1 << bit
    assert read(bytes(damaged)) == Reading(7.0, None, "malformed")


@given(st.integers(0, len(TELEGRAM) - 1))
def test_a_telegram_cut_short_never_becomes_watts(length: int) -> None:
    found = pushed(TELEGRAM, TELEGRAM[:length], TELEGRAM)
    assert [r.power_w for r in found if not r.flag] == [168.0, 168.0]
    assert len(found) == 2 + (length > 0)


@given(st.lists(st.integers(0, 2 * len(TELEGRAM)), max_size=8))
def test_telegrams_survive_any_cutting(cuts: list[int]) -> None:
    stream = TELEGRAM * 2
    borders = [0, *sorted(cuts), len(stream)]
    assert [r.power_w for r in pushed(*(stream[a:b] for a, b in itertools.pairwise(borders)))] == [168.0] * 2


def test_the_twin_answers_as_the_standard_has_it() -> None:
    twin = VirtualD0(InstrumentErrors(), seed=1)
    twin.advance(97.2)
    assert twin.receive(b"\x06050\r\n") == b""  # nobody signed on
    assert twin.receive(b"/?!\r") + twin.receive(b"\n") == b"/LAB5\\2WATTLAB-D0\r\n"
    assert 0.2 <= twin.answer_delay_s <= 1.5
    sent = twin.receive(bytes.fromhex("063035300D0A"))
    assert 0.2 <= twin.answer_delay_s <= 1.5
    assert read(sent).power_w == 97.2
    assert twin.receive(bytes.fromhex("AF3F218D0A")).startswith(b"/LAB5")  # with parity bits
    assert twin.receive(b"/?00000001!\r\n").startswith(b"/LAB5")
    assert twin.receive(b"/?00000002!\r\n") == b""
    assert twin.receive(b"noise\r\n") == b""


def test_a_twin_without_its_pin_sends_everything_but_the_power() -> None:
    twin = VirtualD0(InstrumentErrors(), seed=1)
    twin.advance(97.2)
    twin.fault = "sentinel"
    twin.receive(REQUEST)
    values = parse_block(twin.receive(b"\x06050\r\n"))
    assert values is not None
    assert "1.8.0" in values
    assert find_power_w(values) is None
