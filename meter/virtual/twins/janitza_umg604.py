"""A virtual Janitza UMG 604: the block of floats from 19000, renewed every 0.2 s; load on phase 1."""

import math
from typing import ClassVar

from meter.virtual.instrument import OwnFault
from meter.virtual.modbus import READ_HOLDING, VirtualModbusMeter, words_of


class VirtualUMG604(VirtualModbusMeter):
    """The instrument; see the module's text."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "checksum", "sentinel", "overrange"})
    functions: ClassVar[tuple[int, ...]] = (READ_HOLDING,)
    spans: ClassVar[tuple[range, ...]] = (range(19_000, 19_122),)
    power_address: ClassVar[int] = 19_026
    interval_s: float = 0.2

    def reads_settings(self, function: int) -> bool:
        """No setting is documented in what was read."""
        return False

    def measured(self) -> dict[int, int]:
        now = self.now
        # What the meter would say of no power is not known, so it is what a float has.
        power_w = {"sentinel": math.nan, "overrange": math.inf}.get(self.fault, now.power_w)
        values = [
            *[now.voltage_v] * 3,
            *[math.sqrt(3) * now.voltage_v] * 3,
            *(now.current_a, 0.0, 0.0, now.current_a),
            *(power_w, 0.0, 0.0, power_w),
            *(now.apparent_va, 0.0, 0.0, now.apparent_va),
            *(now.reactive_var, 0.0, 0.0, now.reactive_var),
            *(now.power_factor, 1.0, 1.0),
            now.frequency_hz,
            1.0,  # phases in their right order
            *(now.energy_wh, 0.0, 0.0, now.energy_wh),
        ]
        words = [word for value in values for word in words_of("float32", value)]
        return dict(enumerate(words, 19_000))
