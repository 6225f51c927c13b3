"""Modbus frames and registers: byte pairs of the sheets, and what must never be watts."""

import math
import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meter.drivers.carlogavazzi_em24 import CarloGavazziEM24
from meter.drivers.eastron_sdm import EastronSDM120, EastronSDM230, EastronSDM630
from meter.drivers.janitza_umg604 import JanitzaUMG604
from meter.drivers.orno_we514 import OrnoWE514
from meter.drivers.peacefair_pzem004t import PeacefairPZEM004T
from meter.protocols.modbus import (
    INPUT,
    Answer,
    Block,
    ModbusMeter,
    Register,
    RTUFraming,
    TCPFraming,
)

METERS: list[ModbusMeter] = [
    EastronSDM120(),
    EastronSDM230(),
    EastronSDM630(),
    PeacefairPZEM004T(),
    JanitzaUMG604(),
    CarloGavazziEM24(),
    OrnoWE514(),
    OrnoWE514({"variant": "WE-504"}),
]
POWER = Block(INPUT, 0x000C, 2)  # of the SDM120
# Exchanged between public Modbus programs on a line, as the fact sheet quotes them.
SDM_ANSWER = bytes.fromhex("01 04 04 43 96 20 00 17 EC")
SDM_REFUSAL = bytes.fromhex("01 84 02 C2 C1")
# Computed from the register lists of mandulaj/PZEM-004T-v30 and volkszaehler/mbmd.
PZEM_ANSWER = bytes.fromhex("F8 04 14 08 FD 01 F4 00 00 03 55 00 00 04 D2 00 00 01 F4 00 4A 00 00 44 F0")
EM24_ANSWER = bytes.fromhex("01 04 04 30 39 00 00 24 89")


def words_at(address: int, answer: Answer | None) -> dict[int, int]:
    assert answer is not None
    return dict(enumerate(answer.words, address))


def floats(values: dict[int, float]) -> dict[int, int]:
    """Registers of big-endian floats, written apart from the driver's reading of them."""
    words = {}
    for address, value in values.items():
        words[address], words[address + 1] = struct.unpack(">HH", struct.pack(">f", value))
    return words


def crc(frame: bytes) -> bytes:
    """Check sum as the Modbus specification words it, bit by bit; apart from the library's table."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0xA001 * (register & 1)
    return register.to_bytes(2, "little")


@pytest.mark.parametrize(
    ("meter", "block", "question"),
    [
        (EastronSDM120(), EastronSDM120.registers.probe, "01 04 00 0C 00 02 B1 C8"),
        (PeacefairPZEM004T(), PeacefairPZEM004T.registers.blocks[0], "F8 04 00 00 00 0A 64 64"),
        (JanitzaUMG604(), JanitzaUMG604.registers.probe, "01 03 4A 52 00 02 73 C2"),
        (CarloGavazziEM24(), CarloGavazziEM24.registers.blocks[0], "01 04 00 28 00 02 F1 C3"),
        (OrnoWE514(), OrnoWE514.registers.blocks[0], "01 03 01 40 00 02 C4 23"),
    ],
)
def test_a_question_is_the_frame_of_the_sheet(meter: ModbusMeter, block: Block, question: str) -> None:
    unit = int(meter.settings["address"] or 0)
    assert RTUFraming().question(unit, block) == bytes.fromhex(question)


def test_a_float_answer_of_the_sheet_is_300_25_watts() -> None:
    words = words_at(0x000C, RTUFraming().answer(SDM_ANSWER, 1, POWER))
    assert Register(0x000C, "float32").read(words) == 300.25


def test_a_refusal_of_the_sheet_is_exception_2_and_no_registers() -> None:
    answer = RTUFraming().answer(SDM_REFUSAL, 1, POWER)
    assert answer is not None
    assert (answer.exception, answer.words, str(answer)) == (2, (), "Modbus exception 2")


def test_the_pzems_record_has_its_low_words_first() -> None:
    meter = PeacefairPZEM004T()
    words = words_at(0, RTUFraming().answer(PZEM_ANSWER, 0xF8, meter.registers.blocks[0]))
    reading = meter.interpret(words, 7.0)
    assert (reading.power_w, reading.flag) == (85.3, "")
    assert (reading.voltage_v, reading.current_a, reading.power_factor) == (230.1, 0.5, 0.74)
    assert (reading.frequency_hz, reading.energy_wh) == (50.0, 1234.0)


def test_the_pzems_high_words_count_65536_fold() -> None:
    words = dict(enumerate([2300, 0, 0, 1, 2, 0, 0, 500, 100, 0]))
    reading = PeacefairPZEM004T().interpret(words, 7.0)
    assert reading.power_w == (2 * 65536 + 1) / 10


def test_an_alarm_word_with_neither_of_its_values_makes_the_record_malformed() -> None:
    words = dict(enumerate([2301, 500, 0, 853, 0, 1234, 0, 500, 74, 0]))
    assert PeacefairPZEM004T().interpret(words | {9: 0xFFFF}, 7.0).power_w == 85.3
    broken = PeacefairPZEM004T().interpret(words | {9: 1}, 7.0)
    assert (broken.power_w, broken.flag) == (None, "malformed")


EM24_REST = {
    **{0x00: 2301, 0x01: 0, 0x0C: 500, 0x0D: 0, 0x0E: 250, 0x0F: 0, 0x10: 0, 0x11: 0},
    **{0x35: 0xFF06, 0x37: 500},
}


def test_the_em24s_integers_have_their_low_words_first_and_a_sign() -> None:
    words = words_at(0x28, RTUFraming().answer(EM24_ANSWER, 1, Block(INPUT, 0x28, 2)))
    reading = CarloGavazziEM24().interpret(EM24_REST | words, 7.0)
    assert (reading.power_w, reading.voltage_v, reading.current_a) == (1234.5, 230.1, 0.75)
    assert (reading.power_factor, reading.frequency_hz) == (-0.25, 50.0)
    exported = CarloGavazziEM24().interpret(EM24_REST | {0x28: 0xFFFF - 999, 0x29: 0xFFFF}, 7.0)
    assert exported.power_w == -100.0


def test_the_em24s_mark_of_overrange_is_no_number() -> None:
    over = CarloGavazziEM24().interpret(EM24_REST | {0x28: 0xFFFF, 0x29: 0x7FFF}, 7.0)
    assert (over.power_w, over.flag) == (None, "overrange")
    current = CarloGavazziEM24().interpret(EM24_REST | {0x28: 1, 0x29: 0, 0x0C: 0xFFFF, 0x0D: 0x7FFF}, 7.0)
    assert (current.power_w, current.current_a) == (0.1, None)


SDM120_VALUES = {0x00: 230.5, 0x06: 1.5, 0x0C: -300.25, 0x1E: -0.875, 0x46: 50.0, 0x48: 1.5}


def test_power_that_an_sdm_exports_is_negative_and_its_energy_is_in_watt_hours() -> None:
    reading = EastronSDM120().interpret(floats(SDM120_VALUES), 7.0)
    assert (reading.power_w, reading.power_factor, reading.energy_wh) == (-300.25, -0.875, 1500.0)
    assert (reading.voltage_v, reading.current_a, reading.frequency_hz) == (230.5, 1.5, 50.0)


@pytest.mark.parametrize(
    ("value", "flag"), [(math.nan, "nodata"), (math.inf, "overrange"), (-math.inf, "overrange")]
)
def test_a_float_that_is_no_number_is_never_watts(value: float, flag: str) -> None:
    for meter, address in ((EastronSDM120(), 0x0C), (EastronSDM630(), 0x34), (JanitzaUMG604(), 19026)):
        blank = floats(dict.fromkeys(range(0, 0x4A, 2), 1.0))
        blank |= floats(dict.fromkeys(range(19000, 19062, 2), 1.0))
        reading = meter.interpret(blank | floats({address: value}), 7.0)
        assert (reading.power_w, reading.flag) == (None, flag)


def test_another_quantity_that_is_no_number_is_missing_and_the_power_stays() -> None:
    reading = EastronSDM120().interpret(floats(SDM120_VALUES | {0x1E: math.nan, 0x06: math.inf}), 7.0)
    assert (reading.power_w, reading.power_factor, reading.current_a) == (-300.25, None, None)


def test_the_sdm630_adds_up_the_currents_of_its_phases() -> None:
    values = dict.fromkeys(range(0, 0x4A, 2), 0.0)
    values |= {0x00: 230.0, 0x06: 1.0, 0x08: 2.0, 0x0A: 0.5, 0x0C: 9.0, 0x34: 700.5, 0x3E: 0.5, 0x46: 50.0}
    reading = EastronSDM630().interpret(floats(values), 7.0)
    assert (reading.power_w, reading.current_a, reading.power_factor) == (700.5, 3.5, 0.5)


def test_the_umg604s_power_factor_is_that_of_all_phases() -> None:
    values = dict.fromkeys(range(19000, 19062, 2), 0.0)
    values |= {19000: 230.0, 19018: 3.0, 19020: 9.0, 19026: 500.0, 19034: 1000.0, 19050: 50.0, 19060: 12.0}
    reading = JanitzaUMG604().interpret(floats(values), 7.0)
    assert (reading.power_w, reading.power_factor, reading.energy_wh) == (500.0, 0.5, 12.0)
    idle = JanitzaUMG604().interpret(floats(values | {19026: 0.0, 19034: 0.0}), 7.0)
    assert (idle.power_w, idle.power_factor) == (0.0, None)


def test_ornos_watts_are_signed_on_the_514_and_in_one_register_on_the_504() -> None:
    words = {0x140: 0xFFFF, 0x141: 0xFF9C, 0x130: 5000, 0x131: 23010, 0x139: 0, 0x13A: 1500, 0x158: 740}
    reading = OrnoWE514().interpret(words, 7.0)
    assert (reading.power_w, reading.voltage_v, reading.current_a) == (-100.0, 230.1, 1.5)
    assert (reading.frequency_hz, reading.power_factor) == (50.0, 0.74)
    older = OrnoWE514({"variant": "WE-504"})
    reading = older.interpret(dict(enumerate([2301, 15, 500, 97, 30, 102, 955])), 7.0)
    assert (reading.power_w, reading.voltage_v, reading.current_a) == (97.0, 230.1, 1.5)
    assert reading.power_factor == 0.955


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: meter.spec.model)
def test_no_other_answer_has_the_shape_of_the_probes(meter: ModbusMeter) -> None:
    found = meter.register_map()
    others = [*found.blocks, *([meter.identity_block] if meter.identity_block else [])]
    shapes = {(block.function, block.count) for block in others}
    assert (found.probe.function, found.probe.count) not in shapes


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: meter.spec.model)
def test_the_blocks_hold_every_quantity_and_the_first_one_the_power(meter: ModbusMeter) -> None:
    found = meter.register_map()
    blocks = [range(block.address, block.address + block.count) for block in found.blocks]
    (power,) = found.quantities["power_w"]
    assert power.address in blocks[0]
    reading = meter.interpret({address: 0 for block in blocks for address in block}, 0.0)
    assert set(found.quantities) <= set(meter.spec.quantities)
    assert all(getattr(reading, name) == 0.0 for name in found.quantities)


# A proper answer in garbage, found by a rule that is written apart from the driver's.
def holds_answer(data: bytes) -> bool:
    heads = ((b"\x01\x04\x04", 9), (b"\x01\x84", 5))
    return any(
        data[at:].startswith(head)
        and len(frame := data[at : at + size]) == size
        and crc(frame[:-2]) == frame[-2:]
        for at in range(len(data))
        for head, size in heads
    )


@given(st.binary(max_size=300))
def test_garbage_is_never_an_answer(garbage: bytes) -> None:
    assume(not holds_answer(garbage))
    assert RTUFraming().answer(garbage, 1, POWER) is None


PROTOCOL_LIKE = st.lists(
    st.sampled_from([b"\x01", b"\x04", b"\x84", b"\x02", b"\x00", SDM_ANSWER[:5], b"\xec"])
)


@given(PROTOCOL_LIKE.map(b"".join))
def test_garbage_made_of_the_protocols_own_bytes_is_never_an_answer(garbage: bytes) -> None:
    assume(not holds_answer(garbage))
    assert RTUFraming().answer(garbage, 1, POWER) is None


@given(st.integers(0, len(SDM_ANSWER) * 8 - 1))
def test_a_flipped_bit_is_never_an_answer(bit: int) -> None:
    damaged = bytearray(SDM_ANSWER)
    damaged[bit // 8] ^= 1 << bit % 8
    assert RTUFraming().answer(bytes(damaged), 1, POWER) is None


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_a_good_answer_survives_any_noise_around_it(before: bytes, after: bytes) -> None:
    assume(not holds_answer(before + SDM_ANSWER[:-1]))
    answer = RTUFraming().answer(before + SDM_ANSWER + after, 1, POWER)
    assert answer is not None
    assert answer.words == (0x4396, 0x2000)


@given(st.binary(max_size=60), st.lists(st.integers(0, 80), max_size=8))
def test_an_answer_is_found_as_soon_as_it_is_whole_however_it_was_cut(noise: bytes, cuts: list[int]) -> None:
    assume(not holds_answer(noise + SDM_ANSWER[:-1]))
    stream = noise + SDM_ANSWER
    ends = sorted({min(cut, len(stream)) for cut in cuts} | {len(stream)})
    found = [RTUFraming().answer(stream[:end], 1, POWER) for end in ends]
    assert all(answer is None for answer in found[:-1])
    assert found[-1] is not None


@pytest.mark.parametrize(
    "frame",
    [
        bytes.fromhex("02 04 04 43 96 20 00"),  # another meter's
        bytes.fromhex("01 03 04 43 96 20 00"),  # to another function
        bytes.fromhex("01 04 02 43 96"),  # of another length
        bytes.fromhex("01 04 06 43 96 20 00 00 00"),
        bytes.fromhex("01 83 02"),  # a refusal of another function
        bytes.fromhex("01 04 00 0C 00 02"),  # the question, as a half-duplex adapter echoes it
    ],
)
def test_frames_that_answer_something_else_are_passed_over(frame: bytes) -> None:
    sound = frame + crc(frame)
    assert RTUFraming().answer(sound, 1, POWER) is None
    answer = RTUFraming().answer(sound + SDM_ANSWER, 1, POWER)
    assert answer is not None
    assert answer.words == (0x4396, 0x2000)


def tcp_frame(transaction: int, body: str, unit: int = 1) -> bytes:
    """A Modbus/TCP frame after the specification: number, protocol 0, length, unit, body."""
    data = bytes([unit]) + bytes.fromhex(body)
    return struct.pack(">HHH", transaction, 0, len(data)) + data


GOOD_BODY = "04 04 43 96 20 00"


def test_a_tcp_question_counts_its_transactions() -> None:
    framing = TCPFraming()
    assert framing.question(1, POWER) == tcp_frame(1, "04 00 0C 00 02")
    assert framing.question(1, POWER) == tcp_frame(2, "04 00 0C 00 02")


def test_an_answer_to_an_earlier_tcp_question_is_passed_over() -> None:
    framing = TCPFraming()
    framing.question(1, POWER)
    framing.question(1, POWER)
    late, good = tcp_frame(1, "04 04 00 00 00 00"), tcp_frame(2, GOOD_BODY)
    assert framing.answer(late, 1, POWER) is None
    for other in (
        late,
        tcp_frame(2, GOOD_BODY, unit=9),
        tcp_frame(2, "04 02 43 96"),
        tcp_frame(2, "03 04 00 00 00 00"),
    ):
        answer = framing.answer(other + good, 1, POWER)
        assert answer is not None
        assert answer.words == (0x4396, 0x2000)


def test_a_tcp_refusal_is_an_exception() -> None:
    framing = TCPFraming()
    framing.question(1, POWER)
    answer = framing.answer(tcp_frame(1, "84 0B"), 1, POWER)
    assert answer is not None
    assert answer.exception == 0x0B


@given(st.lists(st.integers(0, 40), max_size=5), st.booleans())
def test_a_tcp_answer_is_found_when_it_is_whole(cuts: list[int], late_first: bool) -> None:
    framing = TCPFraming()
    framing.question(1, POWER)
    framing.question(1, POWER)
    stream = late_first * tcp_frame(1, GOOD_BODY) + tcp_frame(2, GOOD_BODY)
    for end in cuts:
        assert framing.answer(stream[: min(end, len(stream) - 1)], 1, POWER) is None
    assert framing.answer(stream, 1, POWER) is not None


@given(st.binary(max_size=120))
def test_tcp_garbage_is_never_an_answer(garbage: bytes) -> None:
    framing = TCPFraming()
    framing.question(1, POWER)
    proper = any(garbage[at:].startswith(b"\x00\x01\x00\x00\x00") for at in range(len(garbage)))
    assume(not proper)
    assert framing.answer(garbage, 1, POWER) is None


def test_registers_of_every_kind() -> None:
    words = dict(enumerate([0xFFFF, 0xFFFE]))
    kinds = ("uint16", "int16", "uint32", "int32")
    assert [Register(0, kind).read(words) for kind in kinds] == [65535, -1, 0xFFFFFFFE, -2]
    assert Register(0, "uint32", low_word_first=True).read(words) == 0xFFFEFFFF
    with pytest.raises(KeyError):
        Register(1, "int32").read(words)
