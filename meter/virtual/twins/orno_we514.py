"""Virtual ORNO WE-514 and WE-504; power in whole watts. The driver's twin is the WE-514."""

from typing import ClassVar

from meter.virtual.modbus import READ_HOLDING, VirtualModbusMeter, words_of


class VirtualWE514(VirtualModbusMeter):
    """The WE-514, of which the WE-515 differs by its tariffs only."""

    functions: ClassVar[tuple[int, ...]] = (READ_HOLDING,)
    spans: ClassVar[tuple[range, ...]] = (
        range(0x130, 0x132),
        range(0x139, 0x13B),
        range(0x140, 0x142),
        range(0x148, 0x14A),
        range(0x150, 0x152),
        range(0x158, 0x159),
        range(0xA000, 0xA006),
    )
    power_address: ClassVar[int] = 0x140

    def reads_settings(self, function: int) -> bool:
        """Values are in holding registers."""
        return False

    def measured(self) -> dict[int, int]:
        now = self.now
        groups = {
            0x130: words_of("uint16", now.frequency_hz * 100),
            0x131: words_of("uint16", now.voltage_v * 100),
            0x139: words_of("uint32", now.current_a * 1000),
            0x140: words_of("int32", now.power_w),
            0x148: words_of("int32", now.reactive_var),
            0x150: words_of("int32", now.apparent_va),
            0x158: words_of("uint16", now.power_factor * 1000),
            0xA000: words_of("uint32", now.energy_wh / 10),
            0xA002: words_of("uint32", now.energy_wh / 10),
        }
        return {a: word for first, words in groups.items() for a, word in enumerate(words, first)}


class VirtualWE504(VirtualWE514):
    """The older one, with nine registers and the reactive counter after them."""

    spans: ClassVar[tuple[range, ...]] = (range(11),)
    power_address: ClassVar[int] = 3

    def measured(self) -> dict[int, int]:
        now = self.now
        values = (
            now.voltage_v * 10,
            now.current_a * 10,
            now.frequency_hz * 10,
            now.power_w,
            now.reactive_var,
            now.apparent_va,
            now.power_factor * 1000,
        )
        registers = [word for value in values for word in words_of("uint16", value)]
        return dict(enumerate([*registers, *words_of("uint32", now.energy_wh)]))
