"""What virtual Modbus meters have in common: RTU requests in, registers out.

The register maps of the twins are written apart from those of the drivers, so that one can be wrong
alone; check sums are pymodbus'.
"""

import struct
from abc import abstractmethod
from typing import ClassVar, Literal

from pymodbus.framer import FramerRTU

from meter.virtual.instrument import InstrumentErrors, OwnFault, VirtualInstrument

READ_HOLDING, READ_INPUT, WRITE_ONE, WRITE_MANY = 3, 4, 6, 16
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
_BROADCAST = 0
_SHORTEST, _LONGEST = 4, 256
_FORMATS = {"uint16": ">H", "int16": ">h", "uint32": ">I", "int32": ">i", "float32": ">f"}


def words_of(
    kind: Literal["uint16", "int16", "uint32", "int32", "float32"],
    value: float,
    low_word_first: bool = False,
) -> list[int]:
    """Return the registers that hold a number; integers are rounded."""
    number = value if kind == "float32" else round(value)
    data = struct.pack(_FORMATS[kind], number)
    words = list(struct.unpack(f">{len(data) // 2}H", data))
    return words[::-1] if low_word_first else words


class VirtualModbusMeter(VirtualInstrument):
    """A meter on a bus of its own.

    Args:
        errors: of its power indication.
        seed: of everything random.

    Attributes:
        address: of the meter.
        functions: reading and writing functions that it knows.
        most_registers: that one request may read.
        spans: of addresses; a request must lie within one. What is not mapped there reads as 0.
        power_address: first register of the power.
        holding: settings by address.
    """

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "checksum"})
    address: int = 1
    functions: ClassVar[tuple[int, ...]] = (READ_HOLDING, READ_INPUT)
    most_registers: ClassVar[int] = 125
    spans: ClassVar[tuple[range, ...]]
    power_address: ClassVar[int]

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self.holding: dict[int, int] = {}
        self._heard = b""

    @abstractmethod
    def measured(self) -> dict[int, int]:
        """Return the registers with measured values, by address."""

    def receive(self, data: bytes) -> bytes:
        """What has no good check sum is skipped, byte by byte.

        Before its first interval is over it starts up, and does not answer.
        """
        if not self.now.number:
            return b""
        self._heard = (self._heard + data)[-_LONGEST:]
        answers = b""
        while len(self._heard) >= _SHORTEST:
            size = self._size(self._heard)
            if size > len(self._heard):
                break
            if size and _is_sound(self._heard[:size]):
                answers += self._answer(self._heard[: size - 2])
                self._heard = self._heard[size:]
            else:
                self._heard = self._heard[1:]
        return answers

    def _size(self, heard: bytes) -> int:
        """Return the length of the request that begins here; 0 when it is none."""
        if heard[1] in (READ_HOLDING, READ_INPUT, WRITE_ONE):
            return 8
        if heard[1] == WRITE_MANY:
            return 9 + heard[6] if len(heard) > 6 else 9
        sizes = range(_SHORTEST, len(heard) + 1)
        return next((size for size in sizes if _is_sound(heard[:size])), 0)

    def _answer(self, frame: bytes) -> bytes:
        """Answer a request whose check sum was right; only the meter's own address is served."""
        address, function = frame[0], frame[1]
        if not self.is_me(address):
            return b""
        answer = self.answer_other(frame)
        if answer is None:
            answer = self._answer_standard(function, frame[2:])
        return b"" if address == _BROADCAST else _closed(bytes([address]) + answer)

    def is_me(self, address: int) -> bool:
        """Tell whether a request is for this meter."""
        return address in (self.address, _BROADCAST)

    def answer_other(self, frame: bytes) -> bytes | None:
        """Return the answer to a function of the maker's own, from its function code on."""
        return None

    def _answer_standard(self, function: int, data: bytes) -> bytes:
        if function not in self.functions:
            return _exception(function, _ILLEGAL_FUNCTION)
        first, number = struct.unpack(">HH", data[:4])
        if function == WRITE_ONE:
            return self._write(function, first, [number], data)
        if function == WRITE_MANY:
            if len(data) != 5 + 2 * number:
                return _exception(function, _ILLEGAL_VALUE)
            return self._write(function, first, list(struct.unpack(f">{number}H", data[5:])), data[:4])
        if not 1 <= number <= self.most_registers:
            return _exception(function, _ILLEGAL_VALUE)
        return self._read(function, first, number)

    def _read(self, function: int, first: int, count: int) -> bytes:
        if self.reads_settings(function):
            if not all(address in self.holding for address in range(first, first + count)):
                return _exception(function, _ILLEGAL_ADDRESS)
            words = self.holding
        else:
            if not any(first in span and first + count - 1 in span for span in self.spans):
                return _exception(function, _ILLEGAL_ADDRESS)
            words = self.measured()
            self.readings_sent += first <= self.power_address < first + count
        taken = [words.get(address, 0) for address in range(first, first + count)]
        return struct.pack(f">BB{count}H", function, 2 * count, *taken)

    def reads_settings(self, function: int) -> bool:
        """Tell whether a reading function is for settings; of some meters both are for values."""
        return function == READ_HOLDING

    def _write(self, function: int, first: int, words: list[int], echo: bytes) -> bytes:
        wanted = range(first, first + len(words))
        if not all(address in self.holding for address in wanted):
            return _exception(function, _ILLEGAL_ADDRESS)
        self.holding.update(zip(wanted, words, strict=True))
        return bytes([function]) + echo


def _is_sound(frame: bytes) -> bool:
    return FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big"))


def _closed(frame: bytes) -> bytes:
    return frame + FramerRTU.compute_CRC(frame).to_bytes(2, "big")


def _exception(function: int, code: int) -> bytes:
    return bytes([function | 0x80, code])
