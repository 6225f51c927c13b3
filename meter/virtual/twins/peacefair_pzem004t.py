"""A virtual PZEM-004T version 3: ten input registers, two settings, and the counter's reset."""

from typing import ClassVar

from meter.virtual.instrument import InstrumentErrors
from meter.virtual.modbus import READ_HOLDING, READ_INPUT, WRITE_ONE, VirtualModbusMeter, words_of

_GENERAL_ADDRESS = 0xF8
_RESET_ENERGY = 0x42
_THRESHOLD, _OWN_ADDRESS = 1, 2
_STARTING_W = 0.4
_TEN_AMPERE_LIMIT_W = 2300


class VirtualPZEM004T(VirtualModbusMeter):
    """The instrument; see the module's text. It answers its own address and the general one."""

    functions: ClassVar[tuple[int, ...]] = (READ_HOLDING, READ_INPUT, WRITE_ONE)
    spans: ClassVar[tuple[range, ...]] = (range(10),)
    power_address: ClassVar[int] = 3

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.holding = {_THRESHOLD: _TEN_AMPERE_LIMIT_W, _OWN_ADDRESS: self.address}
        self._energy_at_reset_wh = 0.0

    def is_me(self, address: int) -> bool:
        self.address = self.holding[_OWN_ADDRESS]
        return address == _GENERAL_ADDRESS or super().is_me(address)

    def answer_other(self, frame: bytes) -> bytes | None:
        """The reset of the energy counter."""
        if frame[1:] != bytes([_RESET_ENERGY]):
            return None
        self._energy_at_reset_wh = self.now.energy_wh
        return bytes([_RESET_ENERGY])

    def measured(self) -> dict[int, int]:
        """32-bit values have the low word first."""
        now = self.now
        power_w = now.power_w if now.power_w >= _STARTING_W else 0.0
        alarm = 0xFFFF if power_w > self.holding[_THRESHOLD] else 0
        registers = [
            *words_of("uint16", now.voltage_v * 10),
            *words_of("uint32", now.current_a * 1000, low_word_first=True),
            *words_of("uint32", power_w * 10, low_word_first=True),
            *words_of("uint32", int(now.energy_wh - self._energy_at_reset_wh), low_word_first=True),
            *words_of("uint16", now.frequency_hz * 10),
            *words_of("uint16", now.power_factor * 100),
            alarm,
        ]
        return dict(enumerate(registers))
