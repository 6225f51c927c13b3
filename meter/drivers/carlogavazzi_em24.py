"""Carlo Gavazzi EM24, a three-phase energy analyser for the rail, on RS-485.

Source: register list in the public project mbmd (volkszaehler). Never run against the real
instrument; see docs/meters/carlogavazzi_em24.md.
"""

from collections.abc import Mapping

from meter.kinds.serial import baud_option, parity_option
from meter.line.format import Line
from meter.protocols.modbus import (
    FRAMING_OPTION,
    INPUT,
    Block,
    ModbusMeter,
    Register,
    RegisterMap,
    address_option,
)
from meter.spec import MeterSpec
from records.meter import Accuracy, Identity

_OVERRANGE = 0x7FFFFFFF
_MODEL_ID = 0x0B


def _int32(address: int, divisor: float) -> Register:
    return Register(address, "int32", divisor, low_word_first=True, overrange=_OVERRANGE)


SPEC = MeterSpec(
    driver="carlogavazzi_em24",
    maker="Carlo Gavazzi",
    model="EM24",
    quantities=(
        "power_w",
        "voltage_v",
        "current_a",
        "power_factor",
        "frequency_hz",
    ),
    sampling="instantaneous",
    fastest_interval_s=1.0,
    resolution_w=0.1,
    accuracy=Accuracy(reading_pct=1.0),
    phases=3,
    power_limits_w=(-10e6, 10e6),
    unchanged_limit=120,
    line=Line(9600),
    options=(
        address_option(),
        baud_option(9600),
        parity_option("N"),
        FRAMING_OPTION,
    ),
    unverified=(
        "The meter is taken to say 7FFFFFFF (hexadecimal) when a value is beyond its range.",
        "How often the meter renews its registers is not documented in what was read; nor is its accuracy, "
        "for which class 1 is taken.",
        "The highest power depends on the current transformers; 10 MW only keeps nonsense out.",
    ),
)


class CarloGavazziEM24(ModbusMeter):
    """The driver: power of all phases, current their sum, voltage that of phase 1.

    The meter refuses requests that reach across a gap in its registers, so there are five of them.
    Its energy counters have steps of 100 Wh and are not read.
    """

    spec = SPEC
    registers = RegisterMap(
        blocks=(
            Block(INPUT, 0x28, 2),
            Block(INPUT, 0x00, 6),
            Block(INPUT, 0x0C, 6),
            Block(INPUT, 0x32, 4),
            Block(INPUT, 0x37, 1),
        ),
        probe=Block(INPUT, 0x32, 3),
        quantities={
            "power_w": (_int32(0x28, 10),),
            "voltage_v": (_int32(0x00, 10),),
            "current_a": (_int32(0x0C, 1000), _int32(0x0E, 1000), _int32(0x10, 1000)),
            "power_factor": (Register(0x35, "int16", 1000),),
            "frequency_hz": (Register(0x37, "int16", 10),),
        },
    )
    identity_block = Block(INPUT, _MODEL_ID, 1)

    def who(self, words: Mapping[int, int]) -> Identity:
        """The model's number; there is no serial number that was documented."""
        number = f", identification {words[_MODEL_ID]}" if words else ""
        return Identity(maker=SPEC.maker, model=f"{SPEC.model}{number}")
