"""A virtual MCP39F511N board: registers behind framed commands, with the load on outlet 1."""

from typing import ClassVar

from meter.virtual.instrument import InstrumentErrors, OwnFault, VirtualInstrument

HOST, ACK, NAK, CSFAIL = 0xA5, 0x06, 0x15, 0x51
SET_POINTER, READ, WRITE = 0x41, 0x4E, 0x4D

_SIZE = 0x100
_OUTPUTS = (0x02, 32)  # address and length of what a reading is made of
_ACCUMULATION = 0xA8
_RANGES = {1: 0xAE, 2: 0xBE}  # by outlet
_NEUTRAL_RANGE = 19  # with this power range one digit is 10 mW
_MAINS_HZ = 50.0
_FACTORY_EXPONENT = 4  # 320 ms at 50 Hz
_POSITIVE = 0b1111_0000  # both powers and reactive powers
_AC = 1 << 12
_VERSION = 0x1511
_RANGE = bytes([18, 12, _NEUTRAL_RANGE, 0])  # voltage, current, power
_LARGEST = 0xFFFF_FFFF


class VirtualMCP39F511N(VirtualInstrument):
    """The board; it answers what it is asked and says nothing by itself."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "checksum"})

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._held = b""
        self._memory = bytearray(_SIZE)
        self._put(_ACCUMULATION, _FACTORY_EXPONENT, 2)
        for address in _RANGES.values():
            self._memory[address : address + 4] = _RANGE
        self._follow_accumulation()
        self._fill_outputs()

    def receive(self, data: bytes) -> bytes:
        """Bytes before a header are skipped."""
        self._held += data
        answers = b""
        while True:
            start = self._held.find(bytes([HOST]))
            self._held = self._held[start:] if start >= 0 else b""
            length = self._held[1] if len(self._held) > 1 else _SIZE
            if len(self._held) < max(length, 4):
                return answers
            request, self._held = self._held[: max(length, 4)], self._held[max(length, 4) :]
            answers += self._answer(request)

    def advance(self, power_w: float) -> bytes:
        """The output registers change at the end of an accumulation."""
        sent = super().advance(power_w)
        self._fill_outputs()
        return sent

    def _answer(self, request: bytes) -> bytes:
        if sum(request[:-1]) & 0xFF != request[-1]:
            return bytes([CSFAIL])
        commands, pointer, data = request[2:-1], 0, b""
        while commands:
            code, operand = commands[0], commands[1] if len(commands) > 1 else 0
            if code == SET_POINTER and len(commands) >= 3:
                pointer, commands = int.from_bytes(commands[1:3], "big"), commands[3:]
            elif code == READ and len(commands) >= 2 and pointer + operand <= _SIZE:
                self.readings_sent += (pointer, operand) == _OUTPUTS
                data += bytes(self._memory[pointer : pointer + operand])
                pointer, commands = pointer + operand, commands[2:]
            elif code == WRITE and len(commands) >= 2 + operand and pointer + operand <= _SIZE:
                self._memory[pointer : pointer + operand] = commands[2 : 2 + operand]
                pointer, commands = pointer + operand, commands[2 + operand :]
            else:
                return bytes([NAK])
        self._follow_accumulation()
        if not data:
            return bytes([ACK])
        reply = bytes([ACK, len(data) + 3]) + data
        return reply + bytes([sum(reply) & 0xFF])

    def _follow_accumulation(self) -> None:
        exponent = int.from_bytes(self._memory[_ACCUMULATION : _ACCUMULATION + 2], "little")
        self.interval_s = 2 ** min(exponent, 8) / _MAINS_HZ

    def _fill_outputs(self) -> None:
        now = self.now
        self._put(0x02, _POSITIVE | _AC, 2)
        self._put(0x04, _VERSION, 2)
        self._put(0x06, now.voltage_v * 10, 2)
        self._put(0x08, now.frequency_hz * 1000, 2)
        self._put(0x0A, min(now.power_factor * 32768, 32767), 2)
        self._put(0x0E, now.current_a * 10_000, 4)
        scale = 100 * 2.0 ** (_NEUTRAL_RANGE - self._memory[_RANGES[1] + 2])
        self._put(0x16, now.power_w * scale, 4)
        self._put(0x1E, now.reactive_var * scale, 4)
        self._put(0x26, now.apparent_va * scale, 4)

    def _put(self, address: int, value: float, count: int) -> None:
        number = min(round(value), _LARGEST)
        self._memory[address : address + count] = number.to_bytes(count, "little")
