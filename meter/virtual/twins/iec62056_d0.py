"""A virtual IEC 62056-21 meter, mode C: identification on request, a data block after the acknowledgement.

It says nothing before its first interval is over, ignores what it does not know, and takes bytes with
and without a parity bit. As a real one it answers within the reaction time of 0.2 s to 1.5 s; after the
acknowledgement it takes 0.9 s, because the public client iec62056-21 opens the port anew at that moment.
"""

import re
from typing import ClassVar

from meter.virtual.instrument import InstrumentErrors, OwnFault, VirtualInstrument

IDENTIFICATION = b"/LAB5\\2WATTLAB-D0\r\n"  # of no maker
ADDRESS = b"00000001"

_REQUEST = re.compile(rb"/\?([0-9A-Za-z ]{0,32})!\r\n")
_ACKNOWLEDGEMENT = re.compile(rb"\x060[0-6]0\r\n")
_IDENTIFICATION_DELAY_S, _DATA_DELAY_S = 0.2, 0.9
_LONGEST_COMMAND = 40


class VirtualD0(VirtualInstrument):
    """The instrument; see the module's text."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "checksum"})

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._held = b""
        self._signed_on = False

    def receive(self, data: bytes) -> bytes:
        """Answer the last command that is complete."""
        self._held = (self._held + bytes(byte % 128 for byte in data))[-_LONGEST_COMMAND:]
        answer = b""
        while b"\n" in self._held:
            line, _, self._held = self._held.partition(b"\n")
            answer = self._answer(line + b"\n") or answer
        return answer

    def _answer(self, line: bytes) -> bytes:
        request = _REQUEST.search(line)
        if request is not None and self.now.number:
            self._signed_on = request[1].lstrip(b"0") in (b"", ADDRESS.lstrip(b"0"))
            self.answer_delay_s = _IDENTIFICATION_DELAY_S
            return IDENTIFICATION if self._signed_on else b""
        if self._signed_on and _ACKNOWLEDGEMENT.search(line):
            self._signed_on = False
            self.readings_sent += 1
            self.answer_delay_s = _DATA_DELAY_S
            return self._block()
        return b""

    def _block(self) -> bytes:
        found = self.now
        power = f"16.7({found.power_w / 1000:010.4f}*kW)"
        lines = [
            f"0.0.0({ADDRESS.decode()})",
            f"1.8.0({found.energy_wh / 1000:010.4f}*kWh)",
            *([] if self.fault == "sentinel" else [power]),  # as a meter whose PIN was not entered
            f"32.7({found.voltage_v:05.1f}*V)",
            f"14.7({found.frequency_hz:04.1f}*Hz)",
            "!",
        ]
        body = "".join(f"{line}\r\n" for line in lines).encode("ascii") + b"\x03"
        check = 0
        for byte in body:
            check ^= byte
        return b"\x02" + body + bytes([check])
