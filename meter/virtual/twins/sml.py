"""A virtual SML meter: a file of three messages each second, laid out as the captures of ISKRA meters.

Open response, list response, close response, each with its own check sum, in one frame of the
transport protocol. Nothing is listened to: such a meter only talks.
"""

from typing import ClassVar

from smllib.crc import x25

from meter.virtual.instrument import InstrumentErrors, OwnFault, VirtualInstrument

MAKER = b"LAB"  # of no meter; three letters as the makers have them
SERVER_ID = bytes.fromhex("0a01") + MAKER + bytes.fromhex("0000000001")
ESCAPE = b"\x1b\x1b\x1b\x1b"

_ABSENT, _END_OF_MESSAGE = b"\x01", b"\x00"
_OPEN, _LIST, _CLOSE = 0x0101, 0x0701, 0x0201
_WATT_HOUR, _WATT, _VOLT, _HERTZ = 30, 27, 35, 44
_STATUS = 0x0001_0104


class VirtualSML(VirtualInstrument):
    """The instrument; see the module's text."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "checksum"})

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._transaction = 0x0F1A_2060
        self._seconds = 0

    def receive(self, data: bytes) -> bytes:
        """The optical port has a receiver for the PIN only."""
        return b""

    def stream(self) -> bytes:
        """A file each second."""
        self._seconds += 1
        self.readings_sent += 1
        opened = self._message(
            _OPEN, [_ABSENT, _ABSENT, octets(b"\x0f\x1a"), octets(SERVER_ID), _ABSENT, _ABSENT]
        )
        clock = listed([unsigned(1, 1), unsigned(self._seconds, 4)])
        name = octets(bytes.fromhex("0100620affff"))
        values = listed(self._entries())
        head = [_ABSENT, octets(SERVER_ID), name, clock]
        content = self._message(_LIST, [*head, values, _ABSENT, _ABSENT])
        closed = self._message(_CLOSE, [_ABSENT])
        return framed(opened + content + closed)

    def _entries(self) -> list[bytes]:
        found = self.now
        power = [entry("0100100700ff", _WATT, -1, signed(round(found.power_w * 10), 4))]
        return [
            entry("010060320101", None, None, octets(MAKER)),
            entry("0100600100ff", None, None, octets(SERVER_ID)),
            entry("0100010800ff", _WATT_HOUR, -1, signed(round(found.energy_wh * 10), 8), status=_STATUS),
            *([] if self.fault == "sentinel" else power),  # as a meter whose PIN was not entered
            entry("0100200700ff", _VOLT, -1, unsigned(round(found.voltage_v * 10), 2)),
            entry("01000e0700ff", _HERTZ, -1, unsigned(round(found.frequency_hz * 10), 2)),
        ]

    def _message(self, kind: int, body: list[bytes]) -> bytes:
        self._transaction += 1
        choice = listed([unsigned(kind, 2), listed(body)])
        transaction = octets(self._transaction.to_bytes(4, "big"))
        fields = b"\x76" + transaction + unsigned(0, 1) + unsigned(0, 1) + choice
        return fields + unsigned(x25.get_crc(fields), 2) + _END_OF_MESSAGE


def framed(content: bytes) -> bytes:
    """Return messages as a frame of the transport protocol, version 1."""
    padding = -len(content) % 4
    escaped = (content + bytes(padding)).replace(ESCAPE, ESCAPE * 2)
    frame = ESCAPE + b"\x01" * 4 + escaped + ESCAPE + bytes([0x1A, padding])
    return frame + x25.get_crc(frame).to_bytes(2, "big")


def entry(obis: str, unit: int | None, scaler: int | None, value: bytes, status: int | None = None) -> bytes:
    """Return a list entry: name, status, time, unit, scaler, value, signature."""
    return listed(
        [
            octets(bytes.fromhex(obis)),
            _ABSENT if status is None else unsigned(status, 4),
            _ABSENT,
            _ABSENT if unit is None else unsigned(unit, 1),
            _ABSENT if scaler is None else signed(scaler, 1),
            value,
            _ABSENT,
        ]
    )


def listed(items: list[bytes]) -> bytes:
    """Return a list; fewer than 16 items."""
    return bytes([0x70 | len(items)]) + b"".join(items)


def octets(data: bytes) -> bytes:
    """Return an octet string; fewer than 15 bytes."""
    return bytes([len(data) + 1]) + data


def signed(value: int, length: int) -> bytes:
    """Return a signed number of so many bytes."""
    return bytes([0x50 | length + 1]) + value.to_bytes(length, "big", signed=True)


def unsigned(value: int, length: int) -> bytes:
    """Return an unsigned number of so many bytes."""
    return bytes([0x60 | length + 1]) + value.to_bytes(length, "big")
