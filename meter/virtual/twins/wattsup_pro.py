"""A virtual Watts up? PRO: the protocol of the vendor's specification 4.41, byte for byte.

Replies end in CR LF, as on the wire.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import ClassVar

from meter.virtual.instrument import Electrical, InstrumentErrors, OwnFault, VirtualInstrument

VERSION = ["1", "65206", "5", "2", "3", "14", "200612211910", "0"]  # the specification's example
HEADER = [
    *("W", "V", "A", "WH", "Cost", "WH/Mo", "Cost/Mo"),
    *("Wmax", "Vmax", "Amax", "Wmin", "Vmin", "Amin", "PF", "DC", "PC", "Hz", "VA"),
]
BANNER = b"EED05F01 $Revision: 4.41 $ 200612212301 50Hz 230V\r\n"
_ABORT = 0x18
_LONGEST_COMMAND = 512
_COMMAND = re.compile(r"([A-Z]),([A-Z-]),(\d+)((?:,[^,#;]*)*)")
_HOURS_PER_MONTH = 730
_STOP_WHEN_FULL, _WRAP_WHEN_FULL = 0, 1  # the third policy, 2, condenses

INTERNAL, EXTERNAL, SUSPENDED = 1, 2, 0
"""Where the meter logs to, as ``#s`` says it."""


@dataclass
class _Settings:
    interval: int = 1
    resolution: str = "0"
    chosen: list[bool] = field(default_factory=lambda: [True] * len(HEADER))
    when_full: int = _WRAP_WHEN_FULL
    user: list[str] = field(default_factory=lambda: ["80", "100", "0"])


@dataclass
class _Since:
    """Statistics since the memory was cleared."""

    seconds: int = 0
    seconds_on: int = 0
    energy_wh: float = 0.0
    highest: list[int] = field(default_factory=lambda: [0, 0, 0])
    lowest: list[int] | None = None


class VirtualWattsUpPro(VirtualInstrument):
    """The instrument; see the module's text."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "streaming"})

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._command = bytearray()
        self._power_on()

    def _power_on(self) -> None:
        self.mode = INTERNAL
        self._settings = _Settings()
        self._clear()

    def _clear(self) -> None:
        self._since = _Since()
        self._memory: deque[list[str]] = deque()

    def receive(self, data: bytes) -> bytes:
        """Ctrl-X drops a command that is not complete."""
        answers = b""
        *aborted, rest = data.split(bytes([_ABORT]))
        for part in aborted:
            answers += self._answers(part)
            self._command.clear()
        return answers + self._answers(rest)

    def _answers(self, data: bytes) -> bytes:
        answers = b""
        for byte in data:
            if byte == ord("#") or len(self._command) > _LONGEST_COMMAND:
                self._command.clear()
            if byte not in b"\r\n\t":
                self._command.append(byte)
            if byte == ord(";"):
                answers += self._answer(bytes(self._command))
                self._command.clear()
        return answers

    def _answer(self, piece: bytes) -> bytes:
        """Answer one command. Noise is ignored; what is a command but unknown gets the version."""
        if not (piece.startswith(b"#") and piece.endswith(b";") and piece.isascii()):
            return b""
        match = _COMMAND.fullmatch(piece[1:-1].decode("ascii"))
        if match is None:
            return b""
        arguments = match[4].split(",")[1:]
        handler = _HANDLERS.get((match[1], match[2]))
        answer = handler(self, arguments) if handler else None
        return _reply("v", VERSION) if answer is None else answer

    def left_streaming(self) -> None:
        self.mode = EXTERNAL

    def stream(self) -> bytes:
        """A ``#d`` record while it logs externally."""
        values = self._measured(self.now)
        since = self._since
        if self.mode == SUSPENDED or since.seconds % self._settings.interval:
            return b""
        record = self._chosen(values)
        if self.mode == EXTERNAL:
            self.readings_sent += 1
            return _reply("d", ["_", *record[1:]] if self.fault == "sentinel" else record)
        self._remember(record)
        return b""

    def _measured(self, found: Electrical) -> list[int]:
        """Return the 18 integers of the record of this second, in the units of the protocol."""
        power_w, apparent_va = found.power_w, found.apparent_va
        now = [round(power_w * 10), round(found.voltage_v * 10), round(found.current_a * 1000)]
        since, (mils_per_kwh, threshold_w, _) = self._since, map(_number, self._settings.user)
        since.seconds += 1
        since.seconds_on += power_w >= threshold_w
        since.energy_wh += now[0] / 10 / 3600
        since.highest = [max(pair) for pair in zip(since.highest, now, strict=True)]
        since.lowest = [min(pair) for pair in zip(since.lowest or now, now, strict=True)]
        month_wh = round(power_w * _HOURS_PER_MONTH)
        return [
            *now,
            int(since.energy_wh * 10),
            round(since.energy_wh / 1000 * mils_per_kwh),
            month_wh,
            round(month_wh / 1000 * mils_per_kwh),
            *since.highest,
            *since.lowest,
            round(100 * power_w / apparent_va) if apparent_va else 100,  # 100 without load: a real capture
            round(100 * since.seconds_on / since.seconds),
            1,
            round(found.frequency_hz * 10),
            round(apparent_va * 10),
        ]

    def _chosen(self, values: list[int]) -> list[str]:
        chosen = self._settings.chosen
        return [str(value) if wanted else "_" for value, wanted in zip(values, chosen, strict=True)]

    @property
    def _limit(self) -> int:
        """How many records fit: fewer fields, more records."""
        return int(VERSION[1]) // (2 * max(1, sum(self._settings.chosen)))

    def _remember(self, record: list[str]) -> None:
        if len(self._memory) >= self._limit:
            if self._settings.when_full == _STOP_WHEN_FULL:
                self.mode = SUSPENDED
                return
            if self._settings.when_full == _WRAP_WHEN_FULL:
                self._memory.popleft()
            else:
                self._memory = deque(list(self._memory)[::2])
                self._settings.interval *= 2
        self._memory.append(record)

    def _version(self, arguments: list[str]) -> bytes:
        return _reply("v", VERSION)

    def _restart(self, arguments: list[str]) -> bytes:
        self._power_on()
        return BANNER

    def _header(self, arguments: list[str]) -> bytes:
        return _reply("h", HEADER)

    def _log_to(self, arguments: list[str]) -> bytes | None:
        if len(arguments) != 3 or arguments[0] not in ("E", "I"):
            return None
        self._settings.resolution = arguments[1] or "0"
        self._settings.interval = max(1, _number(arguments[2]))
        if arguments[0] == "E":
            self.mode = EXTERNAL
            return b""
        self.mode = INTERNAL
        self._clear()
        return _reply("s", [self._settings.resolution, str(self._settings.interval), str(INTERNAL)])

    def _stop(self, arguments: list[str]) -> bytes:
        """End external logging. What the meter does then is not documented: here it logs inside."""
        if self.mode == EXTERNAL:
            self.mode = INTERNAL
        return _reply("l", [self._settings.resolution, str(self._settings.interval)])

    def _dump(self, arguments: list[str]) -> bytes:
        head = [self._settings.resolution, str(self._settings.interval), str(len(self._memory))]
        records = b"".join(_reply("d", record) for record in self._memory)
        return _reply("n", head) + records + self._stop([])

    def _chosen_fields(self, arguments: list[str]) -> bytes:
        return _reply("c", [str(int(wanted)) for wanted in self._settings.chosen])

    def _choose_fields(self, arguments: list[str]) -> bytes | None:
        if len(arguments) != len(HEADER):
            return None
        self._settings.chosen = [_number(argument) != 0 for argument in arguments]
        self._clear()
        return self._record_limit([])

    def _record_limit(self, arguments: list[str]) -> bytes:
        return _reply("n", [str(self._limit)])

    def _memory_policy(self, arguments: list[str]) -> bytes:
        return _reply("o", [str(self._settings.when_full)])

    def _set_memory_policy(self, arguments: list[str]) -> bytes | None:
        if len(arguments) != 1 or _number(arguments[0]) not in (0, 1, 2):
            return None
        self._settings.when_full = _number(arguments[0])
        self._clear()
        return self._memory_policy([])

    def _reset(self, arguments: list[str]) -> bytes:
        self._clear()
        return b""

    def _sampling(self, arguments: list[str]) -> bytes:
        return _reply("s", [self._settings.resolution, str(self._settings.interval), str(self.mode)])

    def _set_sampling(self, arguments: list[str]) -> bytes | None:
        if len(arguments) != 2:
            return None
        self._settings.resolution = str(_number(arguments[0]))
        self._settings.interval = max(1, _number(arguments[1]))
        return self._sampling([])

    def _user(self, arguments: list[str]) -> bytes:
        return _reply("u", self._settings.user)

    def _set_user(self, arguments: list[str]) -> bytes | None:
        if len(arguments) != 3:
            return None
        self._settings.user = [str(_number(argument)) for argument in arguments]
        return self._user([])


_HANDLERS = {
    ("V", "R"): VirtualWattsUpPro._version,
    ("V", "W"): VirtualWattsUpPro._restart,
    ("H", "R"): VirtualWattsUpPro._header,
    ("L", "W"): VirtualWattsUpPro._log_to,
    ("L", "R"): VirtualWattsUpPro._stop,
    ("D", "R"): VirtualWattsUpPro._dump,
    ("C", "R"): VirtualWattsUpPro._chosen_fields,
    ("C", "W"): VirtualWattsUpPro._choose_fields,
    ("N", "R"): VirtualWattsUpPro._record_limit,
    ("O", "R"): VirtualWattsUpPro._memory_policy,
    ("O", "W"): VirtualWattsUpPro._set_memory_policy,
    ("R", "W"): VirtualWattsUpPro._reset,
    ("S", "R"): VirtualWattsUpPro._sampling,
    ("S", "W"): VirtualWattsUpPro._set_sampling,
    ("U", "R"): VirtualWattsUpPro._user,
    ("U", "W"): VirtualWattsUpPro._set_user,
}


def _reply(letter: str, fields: list[str]) -> bytes:
    return f"#{letter},-,{len(fields)},{','.join(fields)};\r\n".encode("ascii")


def _number(text: str) -> int:
    """Read a number as the meter does: a known client sends letters after the digits."""
    match = re.match(r"\d{1,9}", text)
    return int(match[0]) if match else 0
