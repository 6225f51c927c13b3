"""The virtual Modbus meters byte by byte: frames of the sheets, refusals, and what they ignore."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meter.drivers.eastron_sdm import EastronSDM120
from meter.protocols.modbus import INPUT, Block, RTUFraming
from meter.virtual.instrument import Electrical, InstrumentErrors
from meter.virtual.modbus import VirtualModbusMeter
from meter.virtual.twins.carlogavazzi_em24 import VirtualEM24
from meter.virtual.twins.eastron_sdm import VirtualSDM120
from meter.virtual.twins.janitza_umg604 import VirtualUMG604
from meter.virtual.twins.orno_we514 import VirtualWE514
from meter.virtual.twins.peacefair_pzem004t import VirtualPZEM004T


def showing(twin: type[VirtualModbusMeter], **values: float) -> VirtualModbusMeter:
    """Return a meter that indicates exactly these values."""
    meter = twin(InstrumentErrors(), 0)
    meter.now = Electrical(**values, number=1)  # type: ignore[arg-type]
    return meter


def ask(meter: VirtualModbusMeter, question: str) -> str:
    return meter.receive(bytes.fromhex(question)).hex(" ").upper()


def test_the_power_of_an_sdm120_as_exchanged_between_public_programs() -> None:
    meter = showing(VirtualSDM120, power_w=300.25)
    assert ask(meter, "01 04 00 0C 00 02 B1 C8") == "01 04 04 43 96 20 00 17 EC"


def test_the_record_of_a_pzem_as_its_public_library_reads_it() -> None:
    meter = showing(
        VirtualPZEM004T,
        **{"voltage_v": 230.1, "current_a": 0.5, "power_w": 85.3, "energy_wh": 1234},
        **{"frequency_hz": 50.0, "power_factor": 0.74},
    )
    record = "F8 04 14 08 FD 01 F4 00 00 03 55 00 00 04 D2 00 00 01 F4 00 4A 00 00 44 F0"
    assert ask(meter, "F8 04 00 00 00 0A 64 64") == record


def test_a_pzems_counter_is_reset_by_the_manuals_four_bytes() -> None:
    meter = showing(VirtualPZEM004T, energy_wh=1234)
    assert ask(meter, "F8 42 C2 41") == "F8 42 C2 41"
    assert meter.measured()[5] == 0


def test_a_pzem_does_not_see_less_than_its_starting_power() -> None:
    assert showing(VirtualPZEM004T, power_w=0.3).measured()[3] == 0
    assert showing(VirtualPZEM004T, power_w=0.4).measured()[3] == 4


def test_the_power_of_an_em24_has_its_low_word_first() -> None:
    meter = showing(VirtualEM24, power_w=1234.5)
    assert ask(meter, "01 04 00 28 00 02 F1 C3") == "01 04 04 30 39 00 00 24 89"
    meter.fault = "overrange"
    assert ask(meter, "01 04 00 28 00 02 F1 C3").startswith("01 04 04 FF FF 7F FF")


def test_questions_of_the_sheets_to_the_others() -> None:
    assert ask(showing(VirtualUMG604, power_w=300.25), "01 03 4A 52 00 02 73 C2").startswith(
        "01 03 04 43 96 20 00"
    )
    assert ask(showing(VirtualWE514, power_w=97.4), "01 03 01 40 00 02 C4 23").startswith(
        "01 03 04 00 00 00 61"
    )


def test_a_register_that_is_not_there_is_refused_with_exception_2() -> None:
    question = RTUFraming().question(1, Block(INPUT, 0x7000, 2))
    assert showing(VirtualSDM120).receive(question).hex(" ").upper() == "01 84 02 C2 C1"


@pytest.mark.parametrize("fault", ["sentinel", "overrange"])
def test_a_power_that_a_float_meter_does_not_have_is_no_number(fault: str) -> None:
    meter = showing(VirtualSDM120, power_w=97.2)
    meter.fault = fault
    assert not math.isfinite(meter.indicated_w())  # type: ignore[attr-defined]


def test_nothing_is_said_to_other_addresses_or_without_a_good_check_sum() -> None:
    meter = showing(VirtualSDM120, power_w=300.25)
    assert ask(meter, "02 04 00 0C 00 02 B1 FB") == ""
    assert ask(meter, "01 04 00 0C 00 02 B1 C9") == ""
    assert meter.readings_sent == 0
    assert ask(meter, "01 04 00 0C 00 02 B1 C8") != ""
    assert meter.readings_sent == 1


def test_a_meter_that_starts_up_does_not_answer() -> None:
    meter = VirtualSDM120(InstrumentErrors(), 0)
    assert ask(meter, "01 04 00 0C 00 02 B1 C8") == ""
    meter.advance(300.25)
    assert ask(meter, "01 04 00 0C 00 02 B1 C8") == "01 04 04 43 96 20 00 17 EC"


@given(st.integers(0, 8))
def test_a_question_may_come_in_two_pieces(cut: int) -> None:
    meter = showing(VirtualSDM120, power_w=300.25)
    question = bytes.fromhex("01 04 00 0C 00 02 B1 C8")
    answer = meter.receive(question[:cut]) + meter.receive(question[cut:])
    assert answer == bytes.fromhex("01 04 04 43 96 20 00 17 EC")


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_after_any_noise_a_repeated_question_is_answered(noise: list[bytes]) -> None:
    meter = showing(VirtualSDM120, power_w=300.25)
    for piece in noise:
        meter.receive(piece)
    probe = EastronSDM120.registers.probe
    question = RTUFraming().question(1, probe)
    heard = b"".join(meter.receive(question) for _ in range(40))
    answer = RTUFraming().answer(heard, 1, probe)
    assert answer is not None
    assert answer.words == (0x4396, 0x2000)
