"""A virtual ElmorLabs PMD2: what the maker's program ``pmd2-msm.py`` reads, byte for byte.

The load is spread over the connectors as in a PC with one graphics card. A pseudo-terminal cannot tell
when DTR rises, so the welcome comes when it is asked for with ``00``.
"""

import struct
from typing import ClassVar

from meter.virtual.instrument import OwnFault, VirtualInstrument

WELCOME = b"ElmorLabs PMD2\0"
_MAKER, _PRODUCT, _FIRMWARE = 0xEE, 0x15, 0x00
_UID = bytes(12)
# Nominal volts and share of the power of each connector; the last of the PCIe connectors is free.
_RAILS = (
    (12.0, 0.10),
    (5.0, 0.03),
    (5.0, 0.01),
    (3.3, 0.02),
    (12.0, 0.40),
    (12.0, 0.24),
    (12.0, 0.06),
    (12.0, 0.09),
    (12.0, 0.05),
    (12.0, 0.0),
)
_EPS, _PCIE, _BOARD = (5, 6), (4, 7, 8, 9), (0, 1, 2, 3)
_NOMINAL_V = 230.0  # of the mains whose noise the rails share


class VirtualPMD2(VirtualInstrument):
    """The instrument; see the module's text. Its measurement is renewed every 10 ms."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck"})
    interval_s = 0.01

    def receive(self, data: bytes) -> bytes:
        """Each byte is a command; unknown ones are passed over."""
        return b"".join(self._answer(command) for command in data)

    def _answer(self, command: int) -> bytes:
        match command:
            case 0x00:
                return WELCOME
            case 0x01:
                return bytes([_MAKER, _PRODUCT, _FIRMWARE])
            case 0x02:
                return _UID
            case 0x04:
                self.readings_sent += 1
                return self._sensors()
        return b""

    def _sensors(self) -> bytes:
        noise = self.now.voltage_v / _NOMINAL_V
        rails = [(nominal_v * noise, self.now.power_w * share) for nominal_v, share in _RAILS]
        values = [
            (round(1000 * volts), round(1000 * power_w / volts), round(1000 * power_w))
            for volts, power_w in rails
        ]
        sums = [sum(values[n][2] for n in group) / 1000 for group in (_EPS, _PCIE, _BOARD)]
        chip = struct.pack("<Hh", 3300, 41)  # supply in mV, temperature in degrees
        connectors = b"".join(struct.pack("<hii", *value) for value in values)
        totals_w = struct.pack("<4H", *map(round, sums), round(sum(sums)))
        return chip + connectors + totals_w + bytes(len(_RAILS))  # over-current flags
