"""The Modbus drivers on a line: echoes, foreign and late answers, refusals, other instruments.

Behind the pseudo-terminal is a virtual meter, and between the two a line that misbehaves as told.
"""

from collections.abc import Callable

import pytest

from meter.drivers.carlogavazzi_em24 import CarloGavazziEM24
from meter.drivers.eastron_sdm import EastronSDM120
from meter.drivers.janitza_umg604 import JanitzaUMG604
from meter.drivers.orno_we514 import OrnoWE514
from meter.drivers.peacefair_pzem004t import PeacefairPZEM004T
from meter.protocols.modbus import ModbusMeter
from meter.registry import create, driver_class
from meter.virtual.instrument import InstrumentErrors
from meter.virtual.modbus import VirtualModbusMeter
from meter.virtual.twins import twin_class
from meter.virtual.twins.eastron_sdm import VirtualSDM120
from meter.virtual.twins.orno_we514 import VirtualWE504
from records.errors import ConfigurationError, DeviceError
from records.meter import Reading

Behaviour = Callable[[bytes, bytes], bytes]
"""Of a line: from a question and its answer to the bytes that the host gets."""
Bus = Callable[..., str]
DRIVERS = (
    "carlogavazzi_em24",
    "eastron_sdm120",
    "eastron_sdm230",
    "eastron_sdm630",
    "janitza_umg604",
    "orno_we514",
    "peacefair_pzem004t",
)


def powered(twin: type[VirtualModbusMeter], power_w: float = 97.2) -> VirtualModbusMeter:
    instrument = twin(InstrumentErrors(), 7)
    instrument.advance(power_w)
    return instrument


def faithful(question: bytes, answer: bytes) -> bytes:
    return answer


@pytest.fixture
def bus(answering_port: Callable[..., str]) -> Bus:
    """Put a virtual meter behind a pseudo-terminal and a line; return the port."""

    def begin(instrument: VirtualModbusMeter, line: Behaviour = faithful) -> str:
        return answering_port(lambda question: line(question, instrument.receive(question)))

    return begin


def begun(meter: ModbusMeter, port: str) -> ModbusMeter:
    meter.open(port, 1.0)
    meter.identify()
    meter.start()
    return meter


def next_reading(meter: ModbusMeter) -> Reading:
    reading = meter.read(5.0)
    assert reading is not None
    return reading


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_reads_all_its_quantities_from_its_twin(bus: Bus, name: str) -> None:
    instrument = powered(twin_class(name))  # type: ignore[arg-type]
    meter = create(name)
    assert isinstance(meter, ModbusMeter)
    with begun(meter, bus(instrument)):
        reading = next_reading(meter)
    assert reading.flag == ""
    assert reading.power_w == pytest.approx(97.2, abs=meter.spec.resolution_w / 2)
    assert reading.voltage_v == pytest.approx(instrument.now.voltage_v, abs=0.051)
    assert reading.current_a == pytest.approx(instrument.now.current_a, abs=0.00051)
    assert reading.power_factor == pytest.approx(instrument.now.power_factor, abs=0.0051)
    assert reading.frequency_hz == pytest.approx(instrument.now.frequency_hz, abs=0.051)
    assert {name for name in meter.spec.quantities if getattr(reading, name) is not None} == set(
        meter.spec.quantities
    )


def test_the_older_orno_has_registers_of_its_own(bus: Bus) -> None:
    meter = OrnoWE514({"variant": "WE-504"})
    with begun(meter, bus(powered(VirtualWE504))):
        assert next_reading(meter).power_w == 97.0


@pytest.mark.parametrize("name", DRIVERS)
def test_the_echo_of_a_half_duplex_adapter_is_passed_over(bus: Bus, name: str) -> None:
    meter = create(name)
    assert isinstance(meter, ModbusMeter)
    port = bus(powered(twin_class(name)), lambda question, answer: question + answer)  # type: ignore[arg-type]
    with begun(meter, port):
        assert next_reading(meter).power_w == pytest.approx(97.2, abs=meter.spec.resolution_w / 2)


def test_the_answer_of_another_meter_is_passed_over(bus: Bus) -> None:
    foreign = bytes.fromhex("02 04 04 43 96 20 00 17 DF")
    meter = EastronSDM120()
    with begun(meter, bus(powered(VirtualSDM120), lambda question, answer: foreign + answer)):
        assert next_reading(meter).power_w == pytest.approx(97.2)


class LateLine:
    """Holds answers back while told to; lets them go in order, before the answer of then."""

    def __init__(self) -> None:
        self.hold = 0
        self._held = b""

    def __call__(self, question: bytes, answer: bytes) -> bytes:
        self._held += answer
        if self.hold:
            self.hold -= 1
            return b""
        released, self._held = self._held, b""
        return released


@pytest.mark.parametrize("held", [1, 2])
def test_an_answer_that_comes_late_is_never_taken_for_that_of_a_later_question(bus: Bus, held: int) -> None:
    instrument, line = powered(VirtualSDM120), LateLine()
    meter = EastronSDM120()
    with begun(meter, bus(instrument, line)):
        assert next_reading(meter).power_w == pytest.approx(97.2)
        line.hold = held
        assert [meter.ask() for _ in range(held)] == [None] * held
        instrument.advance(250.0)
        reading = meter.ask()
        assert reading is not None
        assert reading.power_w == pytest.approx(250.0)


def test_an_answer_left_over_by_a_dead_client_is_not_the_first_reading(bus: Bus) -> None:
    instrument, line = powered(VirtualSDM120, 999.0), LateLine()
    port = bus(instrument, line)
    line.hold = 2
    dead = EastronSDM120({"address": 1})
    dead.open(port, 1.0)
    assert dead.ask() is None
    dead.release()
    instrument.advance(97.2)
    meter = EastronSDM120()
    with begun(meter, port):
        assert next_reading(meter).power_w == pytest.approx(97.2)


def test_an_answer_sent_twice_is_one_reading(bus: Bus) -> None:
    meter = CarloGavazziEM24()
    with begun(meter, bus(powered(twin_class("carlogavazzi_em24")), lambda q, answer: 2 * answer)):  # type: ignore[arg-type]
        readings = [next_reading(meter), next_reading(meter)]
    assert [reading.power_w for reading in readings] == [97.2, 97.2]
    assert all(reading.voltage_v == pytest.approx(230, abs=2) for reading in readings)


def test_a_meter_that_refuses_for_a_while_has_no_data_then(bus: Bus) -> None:
    busy = [False]
    refusal = bytes.fromhex("01 84 06 C3 02")  # "slave device busy"
    meter = EastronSDM120()
    with begun(meter, bus(powered(VirtualSDM120), lambda q, answer: refusal if busy[0] else answer)):
        busy[0] = True
        refused = meter.ask()
        busy[0] = False
        assert refused is not None
        assert (refused.power_w, refused.flag) == (None, "nodata")
        assert next_reading(meter).power_w == pytest.approx(97.2)


def test_nobody_on_the_line_is_said_so(bus: Bus) -> None:
    with pytest.raises(DeviceError, match="nothing answered within 3 s"):
        begun(EastronSDM120({"address": 5}), bus(powered(VirtualSDM120)))


def test_noise_in_place_of_an_answer_is_shown(bus: Bus) -> None:
    port = bus(powered(VirtualSDM120), lambda question, answer: b"\xde\xad\xbe\xef")
    with pytest.raises(DeviceError, match=r"a Modbus RTU answer of address 1.*de ad be ef"):
        begun(EastronSDM120(), port)


def test_a_meter_without_these_registers_is_another_instrument(bus: Bus) -> None:
    with pytest.raises(DeviceError, match="Modbus exception 1"):
        begun(EastronSDM120(), bus(powered(twin_class("janitza_umg604"))))  # type: ignore[arg-type]


def test_a_meter_with_other_registers_has_no_mains_frequency(bus: Bus) -> None:
    instrument = powered(twin_class("eastron_sdm630"))  # type: ignore[arg-type]
    with pytest.raises(DeviceError, match="expected a UMG 604"):
        begun(JanitzaUMG604(), bus(instrument))

    class Shifted(VirtualSDM120):
        """Its frequency register holds volts."""

        def values(self) -> dict[int, float]:
            return super().values() | {0x0046: self.now.voltage_v}

    with pytest.raises(DeviceError, match=r"a mains frequency of 40 to 70 Hz.* 2\d\d\.\d* Hz\."):
        begun(EastronSDM120(), bus(powered(Shifted)))


def test_a_module_that_does_not_know_its_address_is_no_pzem(bus: Bus) -> None:
    instrument = powered(twin_class("peacefair_pzem004t"))  # type: ignore[arg-type]
    instrument.holding[2] = 0
    with pytest.raises(DeviceError, match="says its address"):
        begun(PeacefairPZEM004T(), bus(instrument))


def test_the_serial_number_of_an_sdm_is_its_identity(bus: Bus) -> None:
    meter = EastronSDM120()
    meter.open(bus(powered(VirtualSDM120)), 1.0)
    identity = meter.identify()
    meter.close()
    assert (identity.maker, identity.model, identity.serial) == ("Eastron", "SDM120", "21120042")


def test_the_em24_says_its_models_number(bus: Bus) -> None:
    meter = CarloGavazziEM24()
    meter.open(bus(powered(twin_class("carlogavazzi_em24"))), 1.0)  # type: ignore[arg-type]
    assert meter.identify().model == "EM24, identification 1650"
    meter.close()


@pytest.mark.parametrize("name", [name for name in DRIVERS if name != "peacefair_pzem004t"])
def test_a_line_too_slow_for_the_interval_is_refused(bus: Bus, name: str) -> None:
    meter = create(name, {"baud": 300})
    port = bus(powered(twin_class(name)))  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="at 300 bit/s the questions"):
        meter.open(port, driver_class(name).spec.fastest_interval_s)
    meter = create(name)
    meter.open(port, driver_class(name).spec.fastest_interval_s)
    meter.close()


def test_the_questions_to_the_umg604_are_locked_to_its_updates_when_all_are_wanted(bus: Bus) -> None:
    meter = JanitzaUMG604()
    meter.open(bus(powered(twin_class("janitza_umg604"))), 0.2)  # type: ignore[arg-type]
    meter.identify()
    meter.start()
    assert meter.lock is not None
    meter.stop()
    meter.interval_s = 1.0
    meter.start()
    assert meter.lock is None
    assert (meter.sampling_at(0.2), meter.sampling_at(1.0)) == (
        "interval_mean",
        "instantaneous",
    )
    meter.close()


def test_line_settings_at_delivery() -> None:
    """Of the SDM: register lists of reaper7 and mbmd; the others: mbmd and the PZEM's manual."""
    lines = {name: driver_class(name).spec.line for name in DRIVERS}
    assert [lines[name].baud for name in DRIVERS] == [9600, 2400, 2400, 9600, 38400, 9600, 9600]
