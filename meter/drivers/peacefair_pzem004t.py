"""Peacefair PZEM-004T version 3 (10 A and 100 A), a bare module on a TTL line; also PZEM-014 and -016.

Sources: the maker's manual, and the public library PZEM-004T-v30 (mandulaj). Never run against the
real instrument; see docs/meters/peacefair_pzem004t.md. The calibration command is never sent.
"""

from collections.abc import Mapping

from meter.line.format import Line
from meter.options import Option
from meter.protocols.modbus import (
    FRAMING_OPTION,
    HOLDING,
    INPUT,
    Block,
    ModbusMeter,
    Register,
    RegisterMap,
)
from meter.spec import MeterSpec
from records.errors import DeviceError
from records.meter import Accuracy, Identity, Reading

_GENERAL_ADDRESS = 0xF8  # answered whatever the module's own address is
_ALARM = 9
_ALARMS = (0x0000, 0xFFFF)
_OWN_ADDRESS = 2


SPEC = MeterSpec(
    driver="peacefair_pzem004t",
    maker="Peacefair",
    model="PZEM-004T v3",
    quantities=(
        "power_w",
        "voltage_v",
        "current_a",
        "power_factor",
        "frequency_hz",
        "energy_wh",
    ),
    sampling="instantaneous",
    fastest_interval_s=1.0,
    resolution_w=0.1,
    accuracy=Accuracy(reading_pct=0.5),
    power_limits_w=(0.0, 26_000.0),
    unchanged_limit=120,
    line=Line(9600),
    options=(
        Option(
            "address",
            int,
            "Modbus address; 248 (F8 hexadecimal) reaches any module that is alone on the line.",
            _GENERAL_ADDRESS,
            limits=(1, _GENERAL_ADDRESS),
        ),
        FRAMING_OPTION,
    ),
    unverified=(
        "How often the module renews its registers is not documented; about 1 s is reported, so a "
        "reading may be as old as that.",
        "The highest power, 100 A at 260 V, is not from a document that was read.",
    ),
)


class PeacefairPZEM004T(ModbusMeter):
    """The driver. The module measures consumption only: power has no sign."""

    spec = SPEC
    registers = RegisterMap(
        blocks=(Block(INPUT, 0, 10),),
        probe=Block(INPUT, 3, 2),
        quantities={
            "power_w": (Register(3, "uint32", 10, low_word_first=True),),
            "voltage_v": (Register(0, "uint16", 10),),
            "current_a": (Register(1, "uint32", 1000, low_word_first=True),),
            "power_factor": (Register(8, "uint16", 100),),
            "frequency_hz": (Register(7, "uint16", 10),),
            "energy_wh": (Register(5, "uint32", low_word_first=True),),
        },
    )
    identity_block = Block(HOLDING, 1, 2)

    def who(self, words: Mapping[int, int]) -> Identity:
        """There is no serial number, but the module knows its own address."""
        address = words.get(_OWN_ADDRESS, 0)
        if not 1 <= address < _GENERAL_ADDRESS:
            raise DeviceError(
                f"{self.port.port}: expected a {SPEC.model} that says its address (1 to 247) in its second "
                f"setting, but received {address}. Wrong instrument on this port: check "
                f"driver and port"
            )
        return Identity(maker=SPEC.maker, model=SPEC.model)

    def interpret(self, words: Mapping[int, int], t_utc_s: float) -> Reading:
        """The alarm has two values, anything else is no such record."""
        if words[_ALARM] not in _ALARMS:
            return Reading(t_utc_s, None, "malformed")
        return super().interpret(words, t_utc_s)
