"""Eastron SDM120, SDM230 and SDM630, Modbus energy meters for the rail, on RS-485.

Sources: register lists in the public projects SDM_Energy_Meter (reaper7), mbmd (volkszaehler) and
sdm-modbus. Never run against the real instrument; see docs/meters/eastron_sdm.md.
"""

from collections.abc import Mapping
from dataclasses import replace

from meter.kinds.serial import baud_option, parity_option
from meter.line.format import Line
from meter.protocols.modbus import (
    FRAMING_OPTION,
    HOLDING,
    INPUT,
    Block,
    ModbusMeter,
    Register,
    RegisterMap,
    address_option,
)
from meter.spec import MeterSpec
from records.meter import Accuracy, Identity

_UNVERIFIED = (
    "How often the meter renews its registers is not documented; 0.6 s to 1.2 s is reported, so a "
    "reading may be as old as that.",
    "Resolution, accuracy class and the highest power are not from a document that was read.",
)


def _float(address: int, divisor: float = 1.0) -> tuple[Register]:
    return (Register(address, "float32", divisor),)


def _single_phase_map() -> RegisterMap:
    # At 2400 bit/s both blocks take 0.47 s of line time. Single questions for the six quantities and
    # the energy would take 0.7 s, without the meter's own delay before each of seven answers.
    return RegisterMap(
        blocks=(Block(INPUT, 0x0000, 0x20), Block(INPUT, 0x0046, 4)),
        probe=Block(INPUT, 0x000C, 2),
        quantities={
            "power_w": _float(0x000C),
            "voltage_v": _float(0x0000),
            "current_a": _float(0x0006),
            "power_factor": _float(0x001E),
            "frequency_hz": _float(0x0046),
            "energy_wh": _float(0x0048, 1e-3),
        },
    )


_SDM120 = MeterSpec(
    driver="eastron_sdm120",
    maker="Eastron",
    model="SDM120",
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
    unchanged_limit=30,  # seven digits of volts and hertz never stand still
    unverified=_UNVERIFIED,
    accuracy=Accuracy(reading_pct=1.0),
    power_limits_w=(-12_500.0, 12_500.0),
    line=Line(2400),
    options=(
        address_option(),
        baud_option(2400),
        parity_option("N"),
        FRAMING_OPTION,
    ),
)

_SDM230 = replace(
    _SDM120,
    driver="eastron_sdm230",
    model="SDM230",
    power_limits_w=(-28_000.0, 28_000.0),
)

_SDM630 = replace(
    _SDM120,
    driver="eastron_sdm630",
    model="SDM630",
    phases=3,
    accuracy=Accuracy(reading_pct=0.5),
    power_limits_w=(-84_000.0, 84_000.0),
    line=Line(9600),
    options=(
        address_option(),
        baud_option(9600),
        parity_option("N"),
        FRAMING_OPTION,
    ),
)


class _EastronSDM(ModbusMeter):
    """What the models have in common: float registers, the serial number, instantaneous values."""

    identity_block = Block(HOLDING, 0xFC00, 2)

    def who(self, words: Mapping[int, int]) -> Identity:
        """The serial number, where the meter gives it."""
        serial = str(int(Register(0xFC00, "uint32").read(words))) if words else ""
        return Identity(maker=self.spec.maker, model=self.spec.model, serial=serial)


class EastronSDM120(_EastronSDM):
    """Single phase, 45 A."""

    spec = _SDM120
    registers = _single_phase_map()


class EastronSDM230(EastronSDM120):
    """Single phase, 100 A; registers and line as of the SDM120."""

    spec = _SDM230


class EastronSDM630(_EastronSDM):
    """Three phases, 100 A each: power is that of all, current the sum, voltage that of phase 1."""

    spec = _SDM630
    registers = RegisterMap(
        blocks=(Block(INPUT, 0x0000, 0x4A),),
        probe=Block(INPUT, 0x0034, 2),
        quantities={
            "power_w": _float(0x0034),
            "voltage_v": _float(0x0000),
            "current_a": (*_float(0x0006), *_float(0x0008), *_float(0x000A)),
            "power_factor": _float(0x003E),
            "frequency_hz": _float(0x0046),
            "energy_wh": _float(0x0048, 1e-3),
        },
    )
