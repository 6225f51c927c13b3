"""Speed and format of a serial line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """Speed and format of a serial line.

    Attributes:
        baud: bits per second; 0 of an instrument on the network.
        bits: data bits, 7 or 8.
        parity: ``N``, ``E`` or ``O``.
        stop_bits: 1 or 2.
        rts_cts: hardware handshake.
        xon_xoff: software handshake; then the bytes 0x11 and 0x13 are taken off the line.
    """

    baud: int
    bits: int = 8
    parity: str = "N"
    stop_bits: int = 1
    rts_cts: bool = False
    xon_xoff: bool = False

    def __str__(self) -> str:
        handshake = ", RTS/CTS" * self.rts_cts + ", XON/XOFF" * self.xon_xoff
        return f"{self.baud} bit/s {self.bits}{self.parity}{self.stop_bits}{handshake}"


NETWORK = Line(0)
"""Of an instrument that has no serial line."""
