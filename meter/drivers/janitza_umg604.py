"""Janitza UMG 604 (also 508, 509, 511, 512), a power analyser for the rail, on RS-485 or Ethernet.

Source: the block of registers from 19000, which is the same on all these models, as public
projects use it. Never run against the real instrument; see docs/meters/janitza_umg604.md.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from meter.kinds.serial import baud_option, parity_option
from meter.line.format import Line
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
from records.meter import Accuracy, Reading

_APPARENT_POWER = Register(19034, "float32")


def _float(address: int) -> tuple[Register]:
    return (Register(address, "float32"),)


SPEC = MeterSpec(
    driver="janitza_umg604",
    maker="Janitza",
    model="UMG 604",
    quantities=(
        "power_w",
        "voltage_v",
        "current_a",
        "power_factor",
        "frequency_hz",
        "energy_wh",
    ),
    sampling="interval_mean",
    fastest_interval_s=0.2,
    averaging_s=0.2,
    update_s=0.2,
    # No source states the delay: anywhere within half an interval.
    latency_s=0.0,
    latency_u_s=0.5 * 0.2 / math.sqrt(3),
    resolution_w=0.1,
    accuracy=Accuracy(reading_pct=0.4),
    phases=3,
    power_limits_w=(-10e6, 10e6),
    unchanged_limit=30,  # seven digits of volts and hertz never stand still
    line=Line(38_400),
    options=(
        address_option(),
        baud_option(38_400),
        parity_option("N"),
        FRAMING_OPTION,
    ),
    unverified=(
        "A value is treated as the mean of the 0.2 s before it, because the meter renews it at this "
        "interval; no source says so.",
        "Resolution and accuracy are not from a document that was read; current transformers come on top.",
        "The highest power depends on the current transformers; 10 MW only keeps nonsense out.",
    ),
)


class JanitzaUMG604(ModbusMeter):
    """The driver: power of all phases, current their sum, voltage that of phase 1.

    The meter renews its values every 0.2 s. Read as often, the questions are locked to that; read
    less often, a reading is the mean of 0.2 s only.
    """

    spec = SPEC
    registers = RegisterMap(
        blocks=(Block(HOLDING, 19000, 62),),
        probe=Block(HOLDING, 19026, 2),
        quantities={
            "power_w": _float(19026),
            "voltage_v": _float(19000),
            "current_a": _float(19018),
            "frequency_hz": _float(19050),
            "energy_wh": _float(19060),
        },
    )

    def interpret(self, words: Mapping[int, int], t_utc_s: float) -> Reading:
        """Of all phases there is no power factor, but P and S."""
        reading = super().interpret(words, t_utc_s)
        apparent_va = _APPARENT_POWER.read(words)
        if reading.power_w is None or not math.isfinite(apparent_va) or apparent_va <= 0:
            return reading
        return replace(reading, power_factor=reading.power_w / apparent_va)
