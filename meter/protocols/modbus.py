"""Meters with Modbus registers, on RS-485, on a TTL line, or behind a Modbus/TCP gateway.

A driver declares its register map; asking, matching answers and flagging is done here. Frames, their
check sum and their contents are pymodbus' own; the port is ours, so that it is locked and recorded
as every other. Sources: "Modbus application protocol" 1.1b3 and "Modbus over serial line" 1.02.

RTU answers carry no number, so a late answer looks like the answer to the next question. A meter
answers in order, though: after any question without a proper answer the next one is the *probe*, of
a length that no other answer has. When its answer comes, nothing older is under way any more.
"""

import logging
import math
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from meter.kinds.polled import PolledMeter
from meter.kinds.serial import SerialMeter
from meter.options import Option
from records.errors import ConfigurationError, DeviceError
from records.meter import Identity, Reading
from records.times import now_mono_s

# A broken frame is a flagged row here; pymodbus' own words on it are not for the user's screen.
logging.getLogger("pymodbus.logging").addHandler(logging.NullHandler())

HOLDING, INPUT = 3, 4
"""Functions that read registers."""

FRAMING_OPTION = Option(
    "framing",
    str,
    "Modbus framing: rtu on a serial line or through a transparent adapter, tcp at a Modbus/TCP gateway.",
    "rtu",
    choices=("rtu", "tcp"),
)

Kind = Literal["uint16", "int16", "uint32", "int32", "float32"]
_FORMATS = {"uint16": ">H", "int16": ">h", "uint32": ">I", "int32": ">i", "float32": ">f"}
_REQUESTS = {HOLDING: ReadHoldingRegistersRequest, INPUT: ReadInputRegistersRequest}
_REQUEST_BYTES = 8
_FRAME_BYTES = 5  # of an answer besides its registers: address, function, count, check sum
_EXCEPTION_BYTES = 5
_SHORTEST_SILENCE_S = 0.00175  # Modbus over serial line 1.02, 2.5.1.1: fixed above 19200 bit/s
_TRIES = 3
_HERTZ = (40.0, 70.0)  # no mains is outside, no register of anything else is inside by chance


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring registers that one request reads."""

    function: int
    address: int
    count: int

    def pairs(self, words: Sequence[int]) -> dict[int, int]:
        """Return the words of an answer by their address."""
        return dict(enumerate(words, self.address))


@dataclass(frozen=True, slots=True)
class Register:
    """A number in one register or two.

    Attributes:
        address: as on the wire, from 0.
        kind: type of the number.
        divisor: what the number is divided by to get the quantity's unit.
        low_word_first: whether the first register of two holds the lower half.
        overrange: the raw number by which the meter says "beyond the range", or ``None``.
    """

    address: int
    kind: Kind
    divisor: float = 1.0
    low_word_first: bool = False
    overrange: int | None = None

    def read(self, words: Mapping[int, int]) -> float:
        """Return the value; not a number or infinite where the meter has none.

        Raises:
            KeyError: a register of it was not read.
        """
        size = struct.calcsize(_FORMATS[self.kind]) // 2
        taken = [words[self.address + place] for place in range(size)]
        if self.low_word_first:
            taken.reverse()
        (value,) = struct.unpack(_FORMATS[self.kind], struct.pack(f">{size}H", *taken))
        return math.inf if value == self.overrange else value / self.divisor


@dataclass(frozen=True)
class RegisterMap:
    """Where the quantities of a meter are, and in which requests they are read.

    Attributes:
        blocks: what is read for one reading, the block with the power first.
        probe: what is read to get in step; the only block with this function and count.
        quantities: registers of each quantity, which are added up (one, or one for each phase).
    """

    blocks: tuple[Block, ...]
    probe: Block
    quantities: Mapping[str, tuple[Register, ...]]

    def reading(self, words: Mapping[int, int], t_utc_s: float) -> Reading:
        """Return the reading in registers.

        Args:
            words: contents by address; all that the quantities need.
            t_utc_s: when the power arrived.

        Returns:
            A good reading; or one without watts, ``nodata`` when the power is not a number and
            ``overrange`` when it is infinite or the meter says so.
        """
        values = {
            name: sum((register.read(words) for register in parts), 0.0)
            for name, parts in self.quantities.items()
        }
        power_w = values["power_w"]
        if not math.isfinite(power_w):
            return Reading(t_utc_s, None, "nodata" if math.isnan(power_w) else "overrange")
        finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
        return Reading(t_utc_s, flag="", **finite)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came after a question.

    Attributes:
        words: the registers, none unless the proper answer came.
        exception: the Modbus exception code that came instead, else 0.
        heard: all bytes that came.
        t_utc_s: when the last of them came.
    """

    words: tuple[int, ...] = ()
    exception: int = 0
    heard: bytes = b""
    t_utc_s: float = 0.0

    def __str__(self) -> str:
        return f"Modbus exception {self.exception}" if self.exception else self.heard[:40].hex(" ")


class RTUFraming:
    """Modbus RTU: address, function, data, check sum; answers are told by address and shape."""

    def __init__(self) -> None:
        self._framer = FramerRTU(DecodePDU(False))

    def question(self, unit: int, block: Block) -> bytes:
        """Return the request that reads a block."""
        return self._framer.buildFrame(_request(unit, block, 0))

    def answer(self, heard: bytes, unit: int, block: Block) -> Answer | None:
        """Find the answer to the question in what came after it, or ``None`` when it is not there.

        The request itself, sent back by a half-duplex adapter, answers of other meters and answers
        to other questions are passed over, as is noise.
        """
        heads = (
            (bytes((unit, block.function, 2 * block.count)), _FRAME_BYTES + 2 * block.count),
            (bytes((unit, block.function | 0x80)), _EXCEPTION_BYTES),
        )
        for start in range(len(heard) - _EXCEPTION_BYTES + 1):
            for head, size in heads:
                frame = heard[start : start + size]
                if frame.startswith(head) and len(frame) == size:
                    _, pdu = self._framer.handleFrame(frame, 0, 0)
                    if pdu is not None:
                        return _answer(pdu)
        return None


class TCPFraming:
    """Modbus/TCP: a header with a transaction number in place of the check sum."""

    def __init__(self) -> None:
        self._framer = FramerSocket(DecodePDU(False))
        self._transaction = 0

    def question(self, unit: int, block: Block) -> bytes:
        """Return the request that reads a block, with a new transaction number."""
        self._transaction = self._transaction % 0xFFFF + 1
        return self._framer.buildFrame(_request(unit, block, self._transaction))

    def answer(self, heard: bytes, unit: int, block: Block) -> Answer | None:
        """Find the answer to the latest question; answers with another number are passed over."""
        while heard:
            try:
                used, pdu = self._framer.handleFrame(heard, 0, 0)
            except ModbusException:
                return None
            if pdu is None:
                return None
            expected = pdu.transaction_id == self._transaction and pdu.dev_id == unit
            if expected and pdu.function_code & 0x7F == block.function:
                answer = _answer(pdu)
                if answer.exception or len(answer.words) == block.count:
                    return answer
            heard = heard[used:]
        return None


def _request(unit: int, block: Block, transaction: int) -> ModbusPDU:
    return _REQUESTS[block.function](
        address=block.address, count=block.count, dev_id=unit, transaction_id=transaction
    )


def _answer(pdu: ModbusPDU) -> Answer:
    return Answer(exception=pdu.exception_code) if pdu.isError() else Answer(words=tuple(pdu.registers))


def address_option(default: int = 1, highest: int = 247) -> Option:
    """Return the option ``address`` of a meter on a bus."""
    return Option("address", int, "Modbus address of the meter.", default, limits=(1, highest))


class ModbusMeter(PolledMeter, SerialMeter):
    """A meter that is asked for its registers.

    Class attributes:
        registers: its register map.
        identity_block: what says who it is, or ``None`` where no such register is known.
        answer_s: how long it may take to begin its answer.
    """

    registers: ClassVar[RegisterMap]
    identity_block: ClassVar[Block | None] = None
    answer_s: ClassVar[float] = 1.0

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._unit = int(self.settings["address"] or 0)
        self._framing = TCPFraming() if self.settings["framing"] == "tcp" else RTUFraming()
        self._in_step = False
        self._free_mono_s = 0.0  # when the silence between frames is over

    def register_map(self) -> RegisterMap:
        """Return the register map; for meters whose options choose it."""
        return self.registers

    def who(self, words: Mapping[int, int]) -> Identity:
        """Return the identity; ``words`` are those of `identity_block`, none where it refused.

        Raises:
            DeviceError: it is another kind of meter.
        """
        return Identity(maker=self.spec.maker, model=self.spec.model)

    def interpret(self, words: Mapping[int, int], t_utc_s: float) -> Reading:
        """Return the reading in the registers of all blocks; for what a map cannot say."""
        return self.register_map().reading(words, t_utc_s)

    def open(self, port: str, interval_s: float) -> None:
        """An interval in which the questions do not fit is refused."""
        super().open(port, interval_s)
        self._in_step = False
        line_s, baud = self.line_s(), self.port.line.baud
        if self.settings["framing"] == "rtu" and line_s > interval_s:
            self.release()
            raise ConfigurationError(
                f"interval: at {baud} bit/s the questions to the {self.spec.model} and its answers take "
                f"{line_s:.2f} s, but a reading every {interval_s:g} s was asked for. Set a higher line "
                f"speed at the meter and as option baud, or a longer interval"
            )

    def line_s(self) -> float:
        """Return how long the frames of one reading occupy the line, in seconds; when it is open."""
        blocks = self.register_map().blocks
        frames = sum(_REQUEST_BYTES + _FRAME_BYTES + 2 * block.count for block in blocks)
        return frames * self._byte_s + 2 * len(blocks) * self._silence_s

    def identify(self) -> Identity:
        """Get in step, check that it has mains, ask for its identity."""
        self.port.drain(self._quiet_s, 1.0)
        self._in_step = False
        words: dict[int, int] = {}
        for block in self.register_map().blocks:
            answer = self._ask_surely(block)
            if answer.exception:
                raise self.something_else(f"registers from {block.address:#06x}", str(answer))
            words |= block.pairs(answer.words)
        self._check_mains(words)
        if self.identity_block is None:
            return self.who({})
        return self.who(self.identity_block.pairs(self._ask_surely(self.identity_block).words))

    def start(self) -> None:
        """There is nothing to set."""
        self.port.drain(self._quiet_s, 1.0)
        self.begin_polling(answer_s=self.line_s())

    def ask(self) -> Reading | None:
        """All blocks, after the probe where the last question went wrong."""
        words: dict[int, int] = {}
        t_power_utc_s = 0.0
        for block in self.register_map().blocks:
            answer = self._ask(block)
            if not answer.words:
                break
            words |= block.pairs(answer.words)
            t_power_utc_s = t_power_utc_s or answer.t_utc_s
        if answer.words:
            return self.interpret(words, t_power_utc_s)
        if answer.exception:
            return Reading(answer.t_utc_s, None, "nodata")
        return Reading(answer.t_utc_s, None, "malformed") if answer.heard else None

    def stop(self) -> None:
        """The meter says nothing unasked, so only late answers are taken away."""
        if self.is_open:
            self.port.drain(self._quiet_s, 1.0)

    def _check_mains(self, words: Mapping[int, int]) -> None:
        """Refuse a meter whose mains frequency is none: other registers than ours, most likely."""
        (register,) = self.register_map().quantities["frequency_hz"]
        frequency_hz = register.read(words)
        if math.isfinite(frequency_hz) and frequency_hz and not _HERTZ[0] <= frequency_hz <= _HERTZ[1]:
            raise self.something_else(
                f"a mains frequency of {_HERTZ[0]:g} to {_HERTZ[1]:g} Hz", f"{frequency_hz:g} Hz"
            )

    def _ask_surely(self, block: Block) -> Answer:
        """Return the answer to a question that may be repeated: registers, or an exception.

        Raises:
            DeviceError: it does not come.
        """
        heard = b""
        for _ in range(_TRIES):
            answer = self._ask(block)
            if answer.words or answer.exception:
                return answer
            heard += answer.heard
        raise self._no_answer(heard)

    def _no_answer(self, heard: bytes) -> DeviceError:
        if not heard:
            return self.nothing_answered(_TRIES * self.answer_s)
        expected = f"a Modbus {str(self.settings['framing']).upper()} answer of address {self._unit}"
        return self.something_else(expected, str(Answer(heard=heard)))

    def _ask(self, block: Block) -> Answer:
        """Return what comes after a question, or after the probe where that got no proper answer."""
        if not self._in_step:
            answer = self._exchange(self.register_map().probe)
            if not answer.words:
                return answer
        return self._exchange(block)

    def _exchange(self, block: Block) -> Answer:
        """Ask for a block and wait for its answer. Whatever else happens, the step is lost."""
        question = self._framing.question(self._unit, block)
        self._in_step = False
        self._await_silence()
        self.port.write(question)
        expected = len(question) + _FRAME_BYTES + 2 * block.count
        deadline_s = now_mono_s() + self.answer_s + expected * self._byte_s
        heard, t_utc_s, found = b"", 0.0, None
        while found is None and (left_s := deadline_s - now_mono_s()) > 0:
            t_read_utc_s, data = self.port.read(left_s)
            if data:
                heard, t_utc_s = heard + data, t_read_utc_s
                found = self._framing.answer(heard, self._unit, block)
        self._free_mono_s = now_mono_s() + self._silence_s
        if found is None:
            if heard:
                heard += self.port.drain(self._quiet_s, 1.0)
            return Answer(heard=heard, t_utc_s=t_utc_s)
        self._in_step = bool(found.words)
        return Answer(found.words, found.exception, heard, t_utc_s)

    def _await_silence(self) -> None:
        """Wait until the line was silent for as long as frames have to be apart."""
        time.sleep(max(0.0, self._free_mono_s - now_mono_s()))
        if self.port.flush():
            self.port.drain(self._quiet_s, 1.0)

    @property
    def _quiet_s(self) -> float:
        return max(0.05, 2 * self._silence_s)

    @property
    def _byte_s(self) -> float:
        """Duration of a byte: start, 8 data, perhaps parity, stop."""
        line = self.port.line
        return (10 if line.parity == "N" else 11) / line.baud

    @property
    def _silence_s(self) -> float:
        """Silence between frames: 3.5 bytes, and not less than 1.75 ms."""
        return max(3.5 * self._byte_s, _SHORTEST_SILENCE_S)
