"""What an answer of a SCPI instrument is worth: numbers, words in their place, headers, garbage."""

import math
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meter.protocols.scpi_text import (
    parse_identity,
    parse_number,
    parse_numbers,
    parse_reading,
    without_header,
)
from records.meter import Identity, Reading

UIP = ("voltage_v", "current_a", "power_w")
# The form of a WT310's answer to :NUM:NORM:VAL?, as in the sessions of the public program yokotool.
WT310 = b"230.12E+00,0.5012E+00,115.20E+00"
# Captures of a GPM-8213 V1.05 that the public ThermoPower project keeps as test fixtures.
GPM = b"127.58E+00,240.02E-03,17.688E+00,30.622E+00,59.993E+00,0.5776E+00,24.997E+00,NAN"
GPM_ITEMS = (
    *("voltage_v", "current_a", "power_w", "apparent_va", "frequency_hz", "power_factor"),
    *("reactive_var", "current_hz"),
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("230", 230.0),
        ("-3", -3.0),
        ("+126.86", 126.86),
        (".5", 0.5),
        ("5.", 5.0),
        ("115.20E+00", 115.2),
        ("240.02E-03", 0.24002),
        ("1.5e2", 150.0),
        (" 97.2 ", 97.2),
    ],
)
def test_the_three_forms_of_a_number_are_read(text: str, number: float) -> None:
    assert parse_number(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["9.91E+37", "9.910E37", "+9.91E+37", "-9.91E+37", "NAN", "nan", "-NaN"])
def test_no_number_is_no_data(text: str) -> None:
    assert parse_number(text) == "nodata"


@pytest.mark.parametrize(
    "text", ["9.9E+37", "9.90000E+37", "-9.9E37", "1E38", "1e300", "9e999", "INF", "-inf", "Infinity"]
)
def test_infinity_and_all_beyond_it_is_beyond_the_range(text: str) -> None:
    assert parse_number(text) == "overrange"


@pytest.mark.parametrize(
    "text", ["", " ", "E5", "1e", "1,5", "0x10", "1_0", "٣", "1 2", "--1", "1.2.3", "OF", "None", "12W"]
)
def test_what_is_neither_is_not_understood(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("byte", [*range(0x00, 0x09), *range(0x0E, 0x20), 0x7F])
@pytest.mark.parametrize("word", ["97.2", "NAN", "INF", "9.91E+37"])
def test_a_control_character_beside_a_number_makes_it_none(byte: int, word: str) -> None:
    # Of these, str.strip() takes 0x1C to 0x1F for white space, and float() does not.
    assert parse_number(chr(byte) + word) is None
    assert parse_number(word + chr(byte)) is None


@given(st.binary(max_size=40))
def test_no_answer_ends_the_parser(line: bytes) -> None:
    assert parse_reading(line, UIP, 0.0).flag in ("", "malformed", "overrange", "nodata")


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (":NUM:NORM:NUMB 8", "8"),  # GPM-8213 capture: header on, and abbreviated
        (":NUMERIC:NORMAL:NUMBER 8", "8"),
        ("8", "8"),
        (":INTEGRATE:MODE NORMAL", "NORMAL"),
        ("SYST:HEAD 1", "1"),
        ('0,"NO ERROR"', '0,"NO ERROR"'),
        ("URMS,IRMS,P", "URMS,IRMS,P"),
        ("1,NAN 5", "1,NAN 5"),  # only what an answer begins with is a header
    ],
)
def test_a_header_is_taken_off(answer: str, value: str) -> None:
    assert without_header(answer) == value


def test_an_answer_of_a_wt310_is_a_reading() -> None:
    assert parse_reading(WT310, UIP, 7.0) == Reading(7.0, 115.2, voltage_v=230.12, current_a=0.5012)


def test_an_answer_with_a_header_is_the_same_reading() -> None:
    assert parse_reading(b":NUM:NORM:VAL " + WT310, UIP, 7.0) == parse_reading(WT310, UIP, 7.0)


def test_an_answer_of_a_gpm_is_a_reading_though_one_item_has_no_number() -> None:
    reading = parse_reading(GPM, GPM_ITEMS, 7.0)
    assert reading == Reading(
        7.0, 17.688, voltage_v=127.58, current_a=0.24002, frequency_hz=59.993, power_factor=0.5776
    )


def test_plain_decimals_of_another_unit_are_read_too() -> None:
    assert parse_reading(b"126.86,2.0199,256.07", UIP, 7.0).power_w == 256.07


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        (b"230.12E+00,0.5012E+00,NAN", "nodata"),
        (b"230.12E+00,0.5012E+00,9.91E+37", "nodata"),
        (b"230.12E+00,0.5012E+00,INF", "overrange"),
        (b"230.12E+00,9.9E+37,115.20E+00", "overrange"),  # the current is cut off, so is the power
        (b"INF,0.5012E+00,115.20E+00", "overrange"),
        (b"230.12E+00,0.5012E+00", "malformed"),
        (b"230.12E+00,0.5012E+00,115.20E+00,1", "malformed"),
        (b"230.12E+00,0.5012E+00,115.2WE+00", "malformed"),
        (b"230.12E+00,,115.20E+00", "malformed"),
        (b"230.12E+00;0.5012E+00;115.20E+00", "malformed"),
        ("230.12E+00,0.5012E+00,11٥.20E+00".encode(), "malformed"),
        (b"YOKOGAWA,WT310,C2PH13047V,F1.03", "malformed"),
        (b"", "malformed"),
    ],
)
def test_what_is_no_number_of_watts_is_flagged_and_has_none(line: bytes, flag: str) -> None:
    assert parse_reading(line, UIP, 7.0) == Reading(7.0, None, flag)


def test_volts_that_are_missing_do_not_take_the_watts_away() -> None:
    # Logged by SPEC's PTDaemon of a WT310: "Bad volts reading nan".
    reading = parse_reading(b"NAN,0.5012E+00,115.20E+00", UIP, 7.0)
    assert (reading.power_w, reading.voltage_v, reading.flag) == (115.2, None, "")


def test_identity_of_a_real_wt310_and_of_a_real_gpm() -> None:
    # 32 bytes captured by the authors of yokotool; ThermoPower's fixture.
    assert parse_identity(b"YOKOGAWA,WT310,C2PH13047V,F1.03") == Identity(
        maker="YOKOGAWA", model="WT310", serial="C2PH13047V", firmware="F1.03"
    )
    gpm = parse_identity(b"GWInstek,GPM-8213,GES913349,V1.05")
    assert gpm is not None
    assert gpm.model == "GPM-8213"


def test_a_serial_number_of_zero_means_that_there_is_none() -> None:
    identity = parse_identity(b"MAKER,MODEL,0,1.0")
    assert identity is not None
    assert identity.serial == ""


@pytest.mark.parametrize("line", [b"", WT310, b"HAMEG HM8115-2", b"A,B,C", b"A,B,\xff,D", b",B,C,D"])
def test_what_is_no_identity_is_none(line: bytes) -> None:
    assert parse_identity(line) is None


# Written apart from the parser, so that one of the two can be wrong alone.
NUMBER = rb"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
WORD = rb"\s*[+-]?(?i:nan|inf|infinity)\s*"
PROPER = re.compile(rb"\s*(:?\w+(:\w+)* +)?(%b|%b),(%b|%b),%b" % (NUMBER, WORD, NUMBER, WORD, NUMBER))


@given(st.binary(max_size=200))
def test_garbage_never_becomes_watts(garbage: bytes) -> None:
    assume(not PROPER.fullmatch(garbage))
    assert parse_reading(garbage, UIP, 0.0).power_w is None


PIECES = [b"9", b"1", b".", b",", b"E", b"+", b"-", b"37", b"NAN", b"INF", b":VAL ", b" ", b";", b"9.91E+37"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_garbage_made_of_the_protocols_own_words_never_becomes_watts(garbage: bytes) -> None:
    watts = parse_reading(garbage, UIP, 0.0).power_w
    assert watts is None or (PROPER.fullmatch(garbage) and abs(watts) < 9.9e37)


@given(st.integers(0, len(WT310)))
def test_a_torn_answer_has_fewer_numbers_or_its_own_power_shortened(cut: int) -> None:
    # That its line end is missing, too, is seen by the driver: without one there is no answer.
    watts = parse_reading(WT310[:cut], UIP, 0.0).power_w
    assert watts is None or cut > WT310.rindex(b",")


@given(
    st.lists(st.floats(-1e9, 1e9, allow_nan=False) | st.sampled_from(["NAN", "INF", "9.9E+37"]), min_size=1)
)
def test_as_many_numbers_come_out_as_were_written(values: list[float | str]) -> None:
    texts = [f"{value:.6E}" if isinstance(value, float) else value for value in values]
    found = parse_numbers(",".join(texts).encode(), len(values))
    assert found is not None
    assert [isinstance(number, float) for number in found] == [isinstance(v, float) for v in values]
    assert parse_numbers(",".join(texts).encode(), len(values) + 1) is None
    for number, value in zip(found, values, strict=True):
        assert isinstance(number, str) or math.isclose(number, float(value), rel_tol=1e-5, abs_tol=1e-300)
