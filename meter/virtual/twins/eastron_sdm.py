"""Virtual Eastron SDM120, SDM230 and SDM630: input registers as floats, settings in holding registers.

The load of the three-phase meter hangs on phase 1.
"""

import math
from typing import ClassVar

from meter.virtual.instrument import InstrumentErrors, OwnFault
from meter.virtual.modbus import READ_HOLDING, READ_INPUT, WRITE_MANY, VirtualModbusMeter, words_of

_SERIAL = 21_120_042
_PARITY_AND_STOP, _ADDRESS, _BAUD, _SERIAL_NUMBER = 0x12, 0x14, 0x1C, 0xFC00


class VirtualSDM120(VirtualModbusMeter):
    """The instrument; see the module's text."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "checksum", "sentinel", "overrange"})
    functions: ClassVar[tuple[int, ...]] = (READ_HOLDING, READ_INPUT, WRITE_MANY)
    most_registers: ClassVar[int] = 80
    spans: ClassVar[tuple[range, ...]] = (range(0x0000, 0x0200),)
    power_address: ClassVar[int] = 0x000C
    baud_code: ClassVar[float] = 0.0  # 2400 bit/s

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        settings = {_PARITY_AND_STOP: 0.0, _ADDRESS: float(self.address), _BAUD: self.baud_code}
        for address, value in settings.items():
            self.holding.update(enumerate(words_of("float32", value), address))
        self.holding.update(enumerate(words_of("uint32", _SERIAL), _SERIAL_NUMBER))

    def indicated_w(self) -> float:
        """Return the power; what the meter would say of none is not known, so it is what a float has."""
        return {"sentinel": math.nan, "overrange": math.inf}.get(self.fault, self.now.power_w)

    def values(self) -> dict[int, float]:
        """Return the values by their first register."""
        now = self.now
        return {
            0x0000: now.voltage_v,
            0x0006: now.current_a,
            0x000C: self.indicated_w(),
            0x0012: now.apparent_va,
            0x0018: now.reactive_var,
            0x001E: now.power_factor,
            0x0024: math.degrees(math.acos(min(1.0, now.power_factor))),
            0x0046: now.frequency_hz,
            0x0048: now.energy_wh / 1000,
            0x0156: now.energy_wh / 1000,
        }

    def measured(self) -> dict[int, int]:
        registers: dict[int, int] = {}
        for address, value in self.values().items():
            registers.update(enumerate(words_of("float32", value), address))
        return registers


class VirtualSDM230(VirtualSDM120):
    """As the SDM120."""


class VirtualSDM630(VirtualSDM120):
    """Three phases, of which one is used."""

    power_address: ClassVar[int] = 0x0034
    baud_code: ClassVar[float] = 2.0  # 9600 bit/s

    def values(self) -> dict[int, float]:
        """The totals."""
        now = self.now
        totals = {
            0x0002: now.voltage_v,
            0x0004: now.voltage_v,
            0x0034: self.indicated_w(),
            0x0038: now.apparent_va,
            0x003C: now.reactive_var,
            0x003E: now.power_factor,
        }
        return super().values() | totals
