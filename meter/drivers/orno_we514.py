"""ORNO WE-514 and WE-515, and the older WE-504: single-phase energy meters for the rail, on RS-485.

Source: register lists in the public project mbmd (volkszaehler). Never run against the real
instrument; see docs/meters/orno_we514.md.
"""

from collections.abc import Mapping

from meter.kinds.serial import baud_option
from meter.line.format import Line
from meter.options import Option
from meter.protocols.modbus import (
    FRAMING_OPTION,
    HOLDING,
    Block,
    ModbusMeter,
    Register,
    RegisterMap,
    address_option,
)
from meter.spec import MeterSpec
from records.meter import Accuracy, Identity

_WE514 = RegisterMap(
    blocks=(
        Block(HOLDING, 0x140, 2),
        Block(HOLDING, 0x130, 2),
        Block(HOLDING, 0x139, 2),
        Block(HOLDING, 0x158, 1),
    ),
    probe=Block(HOLDING, 0xA000, 4),  # counters of all tariffs and of the first
    quantities={
        "power_w": (Register(0x140, "int32"),),
        "voltage_v": (Register(0x131, "uint16", 100),),
        "current_a": (Register(0x139, "uint32", 1000),),
        "power_factor": (Register(0x158, "uint16", 1000),),
        "frequency_hz": (Register(0x130, "uint16", 100),),
    },
)
_WE504 = RegisterMap(
    blocks=(Block(HOLDING, 0, 7),),
    probe=Block(HOLDING, 3, 1),
    quantities={
        "power_w": (Register(3, "uint16"),),
        "voltage_v": (Register(0, "uint16", 10),),
        "current_a": (Register(1, "uint16", 10),),
        "power_factor": (Register(6, "uint16", 1000),),
        "frequency_hz": (Register(2, "uint16", 10),),
    },
)
_MAPS = {"WE-514": _WE514, "WE-515": _WE514, "WE-504": _WE504}


SPEC = MeterSpec(
    driver="orno_we514",
    maker="ORNO",
    model="WE-514",
    quantities=(
        "power_w",
        "voltage_v",
        "current_a",
        "power_factor",
        "frequency_hz",
    ),
    sampling="instantaneous",
    fastest_interval_s=1.0,
    resolution_w=1.0,
    accuracy=Accuracy(reading_pct=1.0),
    power_limits_w=(-28_000.0, 28_000.0),
    unchanged_limit=120,
    line=Line(9600, parity="E"),
    options=(
        Option("variant", str, "The model, which has its own registers.", "WE-514", choices=tuple(_MAPS)),
        address_option(),
        baud_option(9600),
        Option(
            "parity",
            str,
            "Parity of the line: N, E or O; at delivery N of the WE-504, E of the others.",
            choices=("N", "E", "O"),
        ),
        FRAMING_OPTION,
    ),
    unverified=(
        "The parity at delivery (even, none on the WE-504) is not from a document that was read.",
        "The WE-514 is taken to let one request read two neighbouring energy counters.",
        "How often the meter renews its registers is not documented in what was read; nor is its accuracy, "
        "for which class 1 is taken, nor the highest power, for which 100 A are taken.",
    ),
)


class OrnoWE514(ModbusMeter):
    """The driver. Power comes in whole watts; the energy counter of 10 Wh is not read."""

    spec = SPEC
    registers = _WE514

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        if self.settings["variant"] == "WE-504" and self.settings["parity"] is None:
            self.settings["parity"] = "N"

    def register_map(self) -> RegisterMap:
        return _MAPS[str(self.settings["variant"])]

    def who(self, words: Mapping[int, int]) -> Identity:
        """No register that names the meter is documented in what was read."""
        return Identity(maker=SPEC.maker, model=str(self.settings["variant"]))
