"""A virtual Carlo Gavazzi EM24: integers with the low word first; load on phase 1."""

from typing import ClassVar

from meter.virtual.instrument import OwnFault
from meter.virtual.modbus import VirtualModbusMeter, words_of

_MODEL_ID, _EM24 = 0x0B, 1650
_OVERRANGE = 0x7FFFFFFF


class VirtualEM24(VirtualModbusMeter):
    """The instrument; see the module's text. It refuses requests across a gap, or for many words."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "checksum", "overrange"})
    most_registers: ClassVar[int] = 11
    spans: ClassVar[tuple[range, ...]] = (
        range(0x00, 0x06),
        range(_MODEL_ID, _MODEL_ID + 1),
        range(0x0C, 0x18),
        range(0x28, 0x2A),
        range(0x32, 0x36),
        range(0x37, 0x38),
        range(0x42, 0x44),
        range(0x5C, 0x5E),
    )
    power_address: ClassVar[int] = 0x28

    def reads_settings(self, function: int) -> bool:
        """Both functions read the values."""
        return False

    def measured(self) -> dict[int, int]:
        now = self.now
        power = _OVERRANGE if self.fault == "overrange" else now.power_w * 10
        longs = {
            **dict.fromkeys((0x00, 0x02, 0x04), now.voltage_v * 10),
            0x0C: now.current_a * 1000,
            0x12: power,
            0x28: power,
            0x42: now.energy_wh / 100,
        }
        shorts = {
            _MODEL_ID: _EM24,
            0x32: now.power_factor * 1000,
            0x35: now.power_factor * 1000,
            0x37: now.frequency_hz * 10,
        }
        registers = {address: words_of("int16", value)[0] for address, value in shorts.items()}
        for address, value in longs.items():
            registers.update(enumerate(words_of("int32", value, low_word_first=True), address))
        return registers
