"""The parser of the Watts up? PRO: golden records of the fact sheet, and what must never be watts."""

import itertools
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meter.drivers.wattsup_pro import Decoder, WattsUpPro, parse_piece, parse_reply, parse_version
from records.errors import ConfigurationError, DeviceError
from records.meter import Reading

# Real captures that owners of the meter published, as the fact sheet quotes them.
LOADED = b"#d,-,18,972,2277,433,5,0,70035,5602,973,2280,435,972,2274,432,95,0,0,500,1020;"
DEFAULT_FIELDS = b"#d,-,18,124,1191,97,0,_,_,_,124,_,_,_,_,_,100,_,_,_,_;"
NO_LOAD = b"#d,-,18,0,1201,0,0,0,2,0,0,1202,0,0,1201,0,100,0,0,600,0;"
VERSION = b"#v,-,8,1,65206,5,2,3,14,200612211910,0;"  # the example of the vendor's specification


def readings(*reads: bytes) -> list[Reading]:
    decoder = Decoder()
    pieces = [piece for data in reads for piece in decoder.feed(data)]
    return [reading for piece in pieces if (reading := parse_piece(piece, 7.0)) is not None]


def test_a_record_of_a_loaded_meter_is_read_in_the_units_of_the_specification() -> None:
    assert readings(LOADED + b"\r\n") == [
        Reading(
            7.0,
            97.2,
            voltage_v=227.7,
            current_a=0.433,  # 227.7 V x 0.433 A = 98.6 VA, beside 102.0 VA in the record
            power_factor=0.95,
            frequency_hz=50.0,
            energy_wh=0.5,
        )
    ]


def test_a_field_that_the_meter_does_not_log_is_missing_and_not_zero() -> None:
    (reading,) = readings(DEFAULT_FIELDS)
    assert (reading.power_w, reading.voltage_v, reading.current_a) == (12.4, 119.1, 0.097)
    assert reading.frequency_hz is None
    assert reading.flag == ""


def test_no_load_is_zero_watts_and_a_good_reading() -> None:
    (reading,) = readings(NO_LOAD)
    assert (reading.power_w, reading.power_factor, reading.flag) == (0.0, 1.0, "")


def test_a_record_without_power_is_no_data() -> None:
    assert readings(LOADED.replace(b",972,2277", b",_,2277")) == [Reading(7.0, None, "nodata")]


@pytest.mark.parametrize(
    "record",
    [
        b"#d,-,18,972,2277;",
        LOADED.replace(b"#d,-,18", b"#d,-,17"),
        LOADED.replace(b",1020;", b",1020,7;"),
        LOADED.replace(b",972,2277", b",-972,2277"),
        LOADED.replace(b",972,2277", b",97.2,2277"),
        LOADED.replace(b",972,2277", b",9.9E+37,2277"),
        LOADED.replace(b",972,2277", b",50001,2277"),
        LOADED.replace(b",972,2277", b",,2277"),
        LOADED.replace(b",972,2277", ",9٧2,2277".encode()),
        LOADED.replace(b"#d", b"#D"),
        b"#;",
        b"97.2 W\n",
    ],
)
def test_what_is_no_proper_record_is_malformed_and_has_no_watts(record: bytes) -> None:
    assert readings(record) == [Reading(7.0, None, "malformed")]


def test_the_highest_power_of_the_specification_is_still_a_reading() -> None:
    (reading,) = readings(LOADED.replace(b",972,2277", b",50000,2277"))
    assert reading.power_w == 5000.0


def test_line_ends_and_tabs_inside_a_record_do_not_count() -> None:
    assert readings(LOADED.replace(b",2277", b",\r\n\t2277")) == readings(LOADED)


def test_a_reply_that_is_no_reading_is_no_row() -> None:
    assert readings(VERSION + b"#l,-,2,0,1;\r\n") == []


def test_a_torn_record_is_malformed_and_the_next_one_is_read() -> None:
    assert [r.flag for r in readings(LOADED[:30], LOADED)] == ["malformed", ""]


def test_version_record_of_the_specification() -> None:
    reply = parse_reply(VERSION)
    assert reply is not None
    identity = parse_version(reply[1])
    assert identity.model == "Watts up? PRO"
    assert identity.firmware == "3.14 (200612211910), hardware 5.2"
    assert identity.serial == ""


def test_a_version_record_of_another_length_is_refused() -> None:
    with pytest.raises(DeviceError, match="expected 8 fields, found 2"):
        parse_version(["1", "2"])


@pytest.mark.parametrize("interval_s", [0.5, 2.0, float("nan")])
def test_only_one_second_is_offered(interval_s: float) -> None:
    with pytest.raises(ConfigurationError, match="1 s"):
        WattsUpPro.check_interval(interval_s)


# Written apart from the parser, so that one of the two can be wrong alone.
PROPER = re.compile(rb"#d,-,18,(\d{1,5})(,(_|\d{1,9})){17};")


@given(st.binary(max_size=400))
def test_garbage_never_becomes_watts(garbage: bytes) -> None:
    assume(not PROPER.search(re.sub(rb"[\r\n\t]", b"", garbage)))
    assert all(reading.power_w is None for reading in readings(garbage))


PROTOCOL_LIKE = st.lists(st.sampled_from([b"#", b"d", b",", b"-", b"18", b"_", b"972", b";", b"\n", b"E"]))


@given(PROTOCOL_LIKE.map(b"".join))
def test_garbage_made_of_the_protocols_own_bytes_never_becomes_watts(garbage: bytes) -> None:
    test_garbage_never_becomes_watts.hypothesis.inner_test(garbage)  # type: ignore[attr-defined]


@given(st.integers(0, len(LOADED) - 1), st.integers(0, 255).filter(lambda b: not chr(b).isdigit()))
def test_a_byte_that_turned_into_no_digit_never_changes_the_watts(place: int, byte: int) -> None:
    damaged = LOADED[:place] + bytes([byte]) + LOADED[place + 1 :]
    watts = {reading.power_w for reading in readings(damaged)}
    # By specification CR, LF and TAB do not count: one in a digit's place loses the digit unseen.
    assert watts <= {None, 97.2} or byte in b"\r\n\t"


@given(st.binary(max_size=600), st.binary(max_size=300))
def test_a_valid_record_survives_any_noise_around_it(before: bytes, after: bytes) -> None:
    assume(not PROPER.search(before + after))
    good = [r for r in readings(before + LOADED + after) if not r.flag and r.power_w == 97.2]
    assert len(good) == 1


@given(st.binary(max_size=200), st.lists(st.integers(0, 400), max_size=12))
def test_how_bytes_are_cut_into_reads_changes_nothing(noise: bytes, cuts: list[int]) -> None:
    stream = LOADED + b"\r\n" + noise + NO_LOAD + b"\r\n"
    borders = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    reads = [stream[a:b] for a, b in itertools.pairwise(borders)]
    assert readings(*reads) == readings(stream)
