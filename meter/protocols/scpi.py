"""SCPI instruments: lines of ASCII, questions that end in ``?``, numbers separated by commas.

How they write numbers is in `meter.protocols.scpi_text`, meters with ranges in
`meter.protocols.scpi_ranged`.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from meter.kinds.in_step import InStepMeter
from meter.line.errors import shown
from meter.protocols.scpi_text import (
    parse_identity,
    parse_number,
    parse_numbers,
    parse_reading,
    without_header,
)
from records.errors import DeviceError
from records.meter import Identity, Reading
from records.times import now_mono_s

ANSWER_S = 1.5  # at 1200 bit/s a line of six numbers takes 0.6 s
_QUIET_S = 0.2
_LONGEST = 4096  # bytes of a line
_BITS_PER_BYTE = 10
_NUMBER_BYTES = 11  # as in "230.12E+00,"


class ScpiMeter(InStepMeter):
    """A meter that is asked for a line of numbers.

    Class attributes:
        terminator: of commands. Of answers CR, LF and both are accepted.
        identity_pattern: of the whole answer to ``*IDN?``.
        items: quantities of the numbers that ``value_query`` gets, in order.
        value_query: the question.
        error_query: asks for code and text of the oldest error; ``None`` where no source tells how.
    """

    by_message: ClassVar[bool] = True
    terminator: ClassVar[bytes] = b"\n"
    identity_pattern: ClassVar[re.Pattern[str]]
    items: ClassVar[tuple[str, ...]]
    value_query: ClassVar[str]
    error_query: ClassVar[str | None] = ":STAT:ERR?"

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self.identity: Identity | None = None
        self._unread = b""
        self._heard_utc_s = 0.0
        self._last_answer = b""

    def identify(self) -> Identity:
        """Clear the line, then ``*IDN?`` twice at most."""
        self.clear_line()
        heard = b""
        for _ in range(2):
            self.send("*IDN?")
            deadline_s = now_mono_s() + ANSWER_S
            while (line := self._next_line(deadline_s)) is not None:
                self.identity = self._own_identity(line)
                if self.identity is not None:
                    return self.identity
                heard += line + b"\n"
            heard += self._unread
            self._forget()
        if heard:
            raise self.something_else("maker,model,serial,firmware of one", shown(heard))
        raise self.nothing_answered(2 * ANSWER_S)

    def ask_in_step(self) -> Reading | None:
        self.send(self.value_query)
        line = self._next_line(now_mono_s() + ANSWER_S)
        if line is None:
            torn = bool(self._unread)
            return Reading(self._heard_utc_s, None, "malformed") if torn else None
        self._last_answer = line
        return parse_reading(line, self.items, self._heard_utc_s)

    def send_marker(self) -> None:
        self.clear_line()
        self.send("*IDN?")

    def look_for_marker(self) -> bool | None:
        deadline_s = now_mono_s() + ANSWER_S
        while (line := self._next_line(deadline_s)) is not None:
            if parse_identity(line) is not None:
                return True
            if parse_numbers(line, len(self.items)) is None:
                return None
        return None if self._unread else False

    def clear_line(self) -> None:
        """End a command that a crashed client left half-typed, and wait until the line is quiet."""
        self.port.write(self.terminator + b"*CLS" + self.terminator)
        self.port.drain(quiet_s=_QUIET_S, limit_s=3.0)
        self._unread = b""
        self.be_in_step()

    def send(self, command: str) -> None:
        """Send a command; what came before and was not read is thrown away."""
        self._forget()
        self.port.write(command.encode("ascii") + self.terminator)

    def set(self, command: str) -> None:
        """Send a setting; ask whether the meter took it, where it can be asked.

        Raises:
            DeviceError: it did not.
        """
        error = self.try_to_set(command)
        if error:
            raise DeviceError(
                f"{self.port.port}: the {self.spec.model} refused {command!r} with {error}. Check the option "
                f"it comes from, and that the meter is the model that the driver is for"
            )

    def try_to_set(self, command: str) -> str:
        """Send a setting; return the meter's error, or an empty text."""
        self.send(command)
        if self.error_query is None:
            return ""
        answer = self.query(self.error_query)
        code = parse_number(answer.partition(",")[0])
        if not isinstance(code, float):
            raise self._unexpected(self.error_query, "a code and a text", answer)
        return "" if code == 0 else answer

    def query(self, command: str) -> str:
        """Ask for a setting; return the answer without header.

        Raises:
            DeviceError: there is none.
        """
        self.send(command)
        line = self._next_line(now_mono_s() + ANSWER_S)
        if line is None:
            raise DeviceError(
                f"{self.port.port}: the {self.spec.model} did not answer {command!r} within {ANSWER_S:g} s. "
                f"Check the cable and the line speed"
            )
        return without_header(line.decode("ascii", "replace"))

    def query_number(self, command: str) -> float:
        """Ask for a number.

        Raises:
            DeviceError: what comes is none.
        """
        answer = self.query(command)
        number = parse_number(answer)
        if not isinstance(number, float):
            raise self._unexpected(command, "a number", answer)
        return number

    @property
    def answer_s(self) -> float:
        """How long question and answer are on the line; 0 on a network."""
        if "://" in self.port.port:
            return 0.0
        length = len(self.value_query) + _NUMBER_BYTES * len(self.items) + 2 * len(self.terminator)
        return length * _BITS_PER_BYTE / self.port.line.baud

    def _own_identity(self, line: bytes) -> Identity | None:
        """Return the identity in a line if it is one of this kind of meter.

        Raises:
            DeviceError: it is one of another kind.
        """
        identity = parse_identity(line)
        if identity is not None and not self.identity_pattern.fullmatch(line.decode("ascii")):
            raise self.something_else(f"*IDN? like {self.identity_pattern.pattern}", shown(line))
        return identity

    def _forget(self) -> None:
        self.port.flush()
        self._unread = b""

    def _next_line(self, deadline_s: float) -> bytes | None:
        """Wait for a whole line that is not empty; ``None`` when none is there by then."""
        while True:
            line, end, rest = _split(self._unread)
            if end or len(self._unread) > _LONGEST:
                self._unread = rest
                return line
            left_s = deadline_s - now_mono_s()
            if left_s <= 0:
                return None
            self._heard_utc_s, data = self.port.read(left_s)
            self._unread += data

    def _unexpected(self, command: str, expected: str, came: str) -> DeviceError:
        return DeviceError(
            f"{self.port.port}: the {self.spec.model} answered {command!r} with {came[:60]!r}, expected "
            f"{expected}. Try again; if it stays so, check the driver and the line speed"
        )


def _split(held: bytes) -> tuple[bytes, bool, bytes]:
    """Return the first line that is not empty, whether it has ended, and what is behind it."""
    text = held.lstrip(b"\r\n")
    match = re.search(rb"[\r\n]", text)
    return (text, False, b"") if match is None else (text[: match.start()], True, text[match.end() :])
