"""SML frames: bytes of real meters, the DZG sign, and what must never be watts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sml import SmlBase
from smllib import SmlStreamReader
from smllib.crc import kermit

from meter.drivers.sml import (
    SML,
    START,
    Decoder,
    Entry,
    find_power_w,
    normal_obis,
    parse_frame,
    parse_identity,
    parse_reading,
)
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.twins.sml import ESCAPE, VirtualSML, entry, framed, listed, octets, signed, unsigned
from records.errors import ConfigurationError
from records.meter import Reading

# An entry of an ISKRA MT175, captured by its owner (libsml-testing): 168 W.
MT175_POWER = bytes.fromhex("77070100100700ff0101621b52005500000 0a801".replace(" ", ""))
MT175_SERVER = "090149534b000403df63"

# What a DZG DVS-7412.2 sends (libsml-testing): 1-0:16.7.0 as a signed number of two bytes, 8B28, with
# the scaler -2. Read as it says, that is -299.12 W; its owner says 356.24 W.
DZG_SERVER = bytes.fromhex("0a01445a47000282225e")
DZG_POWER = signed(-29912, 2)


def frame(*entries: bytes) -> bytes:
    """Put entries into a list response in a frame; no open and close, which nothing needs here."""
    server, absent = octets(bytes.fromhex(MT175_SERVER)), b"\x01"
    body = listed([absent, server, absent, absent, listed(list(entries)), absent, absent])
    message = [
        octets(b"\x0f\x1a\x20\x60"),
        unsigned(0, 1),
        unsigned(0, 1),
        listed([unsigned(0x0701, 2), body]),
    ]
    return framed(b"\x76" + b"".join(message) + unsigned(0, 2) + b"\x00")


def watts(code: str, value: bytes, scaler: int = 0) -> bytes:
    return entry(code, 27, scaler, value)


def dzg(server: bytes, power: bytes) -> float | None:
    values = parse_frame(
        frame(entry("0100600100ff", None, None, octets(server)), watts("0100100700ff", power, -2))
    )
    assert values is not None
    return find_power_w(values)


def readings(*reads: bytes) -> list[Reading]:
    decoder = Decoder()
    pieces = [piece for data in reads for piece in decoder.feed(data)]
    return [parse_reading(piece, 7.0) for piece in pieces]


GOOD = frame(MT175_POWER)


def test_the_power_of_a_real_meter() -> None:
    assert readings(GOOD) == [Reading(7.0, 168.0)]


def test_scalers_are_honoured_and_the_other_quantities_have_their_units() -> None:
    (reading,) = readings(
        frame(
            watts("0100100700ff", signed(81026, 4), -2),  # an EasyMeter Q3A, captured
            entry("0100010800ff", 30, -4, signed(29416461614, 8)),
            entry("0100200700ff", 35, -1, unsigned(2323, 2)),
            entry("01000e0700ff", 44, -1, unsigned(500, 2)),
        )
    )
    assert reading == Reading(7.0, 810.26, voltage_v=232.3, frequency_hz=50.0, energy_wh=2941646.1614)


def test_energy_in_kilowatt_hours_is_scaled_up() -> None:
    (reading,) = readings(frame(MT175_POWER, entry("0100010800ff", 30, 3, unsigned(2043, 4))))
    assert reading.energy_wh == 2043000.0


def test_a_value_of_another_unit_is_not_taken() -> None:
    assert readings(frame(entry("0100100700ff", 30, 0, signed(168, 4)))) == [Reading(7.0, None, "nodata")]


@pytest.mark.parametrize(
    ("entries", "power_w"),
    [
        ([watts("0100100700ff", signed(-4308, 4)), watts("0100010700ff", signed(5, 4))], -4308.0),
        ([watts(f"0100{c:02x}0700ff", signed(w, 4)) for c, w in ((36, 117), (56, 22), (76, 29))], 168.0),
        ([watts("0100010700ff", signed(138, 2), -1)], 13.8),  # an EMH eHZ-GW8E2A500AK2, captured
        ([watts("01000f0700ff", signed(1371, 2), -1)], 137.1),  # an EMH ED300L, captured
    ],
)
def test_where_the_power_is_taken_from(entries: list[bytes], power_w: float) -> None:
    assert readings(frame(*entries)) == [Reading(7.0, power_w)]


def test_the_option_takes_its_code_and_no_other() -> None:
    values = parse_frame(frame(MT175_POWER, watts("0100240700ff", signed(117, 4))))
    assert values is not None
    assert find_power_w(values, normal_obis("36.7.0")) == 117.0
    assert find_power_w(values, normal_obis("1-0:56.7.0*255")) is None
    with pytest.raises(ConfigurationError, match=r"expected a code such as 16\.7\.0"):
        SML({"obis": "watts"})


@pytest.mark.parametrize(
    ("server", "power", "power_w"),
    [
        (DZG_SERVER, DZG_POWER, 356.24),
        (DZG_SERVER, signed(-29912, 4), -299.12),  # in full length the sign is meant
        (DZG_SERVER, signed(21599, 2), 215.99),
        (DZG_SERVER, signed(-1, 1), 2.55),
        # Other DZG meters, captured, whose negative numbers are right: a DVS-7420.2V.G2 and a DWSB20.
        (bytes.fromhex("0a01445a4700039e2053"), signed(-10550, 2), -105.5),
        (bytes.fromhex("0a01445a470002632316"), signed(-78851, 3), -788.51),
        (bytes.fromhex("0a0149534b000282225e"), DZG_POWER, -299.12),  # no DZG
    ],
)
def test_the_lost_sign_of_a_dzg_dvs74_is_put_right_and_no_other(
    server: bytes, power: bytes, power_w: float
) -> None:
    assert dzg(server, power) == power_w


def test_a_frame_without_power_is_no_data() -> None:
    assert readings(frame(entry("0100010800ff", 30, 3, unsigned(2043, 4)))) == [Reading(7.0, None, "nodata")]
    assert readings(frame(entry("0100100700ff", 27, 0, b"\x01"))) == [Reading(7.0, None, "nodata")]
    assert readings(frame(entry("0100100700ff", 27, 0, octets(b"168")))) == [Reading(7.0, None, "nodata")]


def test_the_other_check_sum_is_accepted_and_a_wrong_one_is_not() -> None:
    other = GOOD[:-2] + kermit.get_crc(GOOD[:-2]).to_bytes(2, "big")
    wrong = GOOD[:-2] + b"\x00\x00"
    assert [r.flag for r in readings(other + wrong + GOOD)] == ["", "malformed", ""]


def test_escapes_in_the_data_are_undone() -> None:
    awkward = entry("0100600100ff", None, None, octets(ESCAPE * 2 + b"\x1a\x01\x01\x01\x01"))
    for data in (frame(awkward, MT175_POWER), frame(MT175_POWER, awkward)):
        assert readings(data) == [Reading(7.0, 168.0)]


def test_the_rest_of_a_frame_at_the_beginning_is_dropped_and_later_it_is_seen() -> None:
    assert [r.flag for r in readings(GOOD[37:] + GOOD + b"noise" + GOOD)] == ["", "malformed", ""]


def test_a_torn_frame_does_not_take_the_next_one_with_it() -> None:
    assert [r.flag for r in readings(GOOD, GOOD[:50], GOOD)] == ["", "malformed", ""]


@pytest.mark.parametrize(
    ("codes", "maker", "serial"),
    [
        ({"1-0:96.1.0*255": "0a0149534b00047a5544", "1-0:96.50.1*1": "49534b"}, "ISK", "1ISK0075126084"),
        ({"1-0:0.0.9*255": MT175_SERVER}, "ISK", "1ISK0067362659"),
        (
            {"1-0:0.0.9*255": "06454d4801027156cd45", "129-129:199.130.3*255": "454d48"},
            "EMH",
            "06454D4801027156CD45",
        ),
        ({}, "various makers", ""),
    ],
)
def test_identities_of_captured_meters(codes: dict[str, str], maker: str, serial: str) -> None:
    identity = parse_identity({code: Entry(text, 0, None, 10) for code, text in codes.items()})
    assert (identity.maker, identity.serial) == (maker, serial)


@given(st.binary(max_size=300))
def test_garbage_never_becomes_watts(data: bytes) -> None:
    for found in (*readings(data), *readings(START + data + START), parse_reading(data, 7.0)):
        assert found.power_w is None


@given(st.data())
def test_a_flipped_bit_never_becomes_watts(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(GOOD) - 1))
    bit = data.draw(st.integers(0, 7))
    damaged = bytearray(GOOD)
    damaged[position] ^= 1 << bit
    found = readings(GOOD, bytes(damaged), GOOD)
    assert [r.power_w for r in found if r.power_w is not None] in ([168.0, 168.0], [168.0])
    assert {r.flag for r in found} == {"", "malformed"}


@given(st.lists(st.integers(0, 3 * len(GOOD)), max_size=8))
def test_frames_survive_any_cutting(cuts: list[int]) -> None:
    stream = GOOD * 3
    borders = [0, *sorted(cuts), len(stream)]
    reads = [stream[a:b] for a, b in itertools.pairwise(borders)]
    assert readings(*reads) == [Reading(7.0, 168.0)] * 3


@given(st.lists(st.sampled_from([ESCAPE, START, b"\x1b", b"\x1a", b"\x01", b"x"]), max_size=10))
def test_a_good_frame_survives_noise_before_it(noise: list[bytes]) -> None:
    # Noise that ends in 0x1B runs into the mark of the start, and cannot be told from data.
    assert readings(b"".join(noise) + b"...." + GOOD)[-1].power_w == 168.0


@pytest.mark.parametrize("power_w", [0.0, 0.4, 97.2, 3600.0])
def test_two_other_decoders_read_the_twin_as_we_do(power_w: float) -> None:
    twin = VirtualSML(InstrumentErrors(), seed=1)
    twin.advance(power_w)
    sent = twin.advance(power_w)
    (ours,) = readings(sent)
    assert ours.power_w == power_w

    _, pysml_frame = SmlBase.find_frame(sent)
    assert pysml_frame is not None  # its check of all four check sums passed
    (body,) = [m["messageBody"] for m in pysml_frame if "valList" in m["messageBody"]]
    pysml = {value["objName"]: value["value"] for value in body["valList"]}

    reader = SmlStreamReader()
    reader.add(sent)
    smllib_frame = reader.get_frame()
    assert smllib_frame is not None
    smllib = {value.obis.obis_code: value.get_value() for value in smllib_frame.get_obis()}

    for theirs in (pysml, smllib):
        assert theirs["1-0:16.7.0*255"] == ours.power_w
        assert theirs["1-0:1.8.0*255"] == ours.energy_wh
        assert theirs["1-0:32.7.0*255"] == ours.voltage_v
        assert theirs["1-0:14.7.0*255"] == ours.frequency_hz
    assert body["serverId"].replace(" ", "") == "1LAB0000000001"


def test_a_twin_without_its_pin_sends_everything_but_the_power() -> None:
    twin = VirtualSML(InstrumentErrors(), seed=1)
    twin.fault = "sentinel"
    sent = twin.advance(97.2)
    assert readings(sent) == [Reading(7.0, None, "nodata")]
    assert "1-0:1.8.0*255" in (parse_frame(sent) or {})
    assert twin.receive(b"anything") == b""
