"""Virtual power analyzers of ZES ZIMMER: an LMG95 on a serial line, an LMG600 behind a socket.

What they answer follows the commands of the public lmgtools and the measurements published with them.
"""

import math
from typing import ClassVar

from meter.virtual.instrument import InstrumentErrors, OwnFault, VirtualInstrument

NO_NUMBER, INFINITE = 9.91e37, 9.9e37
_PEAK_OF_CURRENT_RANGE = 3.75 / 1.2  # manual of the LMG450, page 241
_LARGEST_CURRENT_RANGE_A = 20.0
_FASTEST_S, _SLOWEST_S = 0.05, 60.0
_SCPI, _SHORT = "scpi", "short"


class VirtualLMG95(VirtualInstrument):
    """The LMG95. Each measuring cycle gives a line of what the list of actions names."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "overrange", "streaming"})
    model: ClassVar[str] = "LMG95"
    channel: ClassVar[str] = ""
    end: ClassVar[str] = "\r\n"
    languages: ClassVar[dict[tuple[str, str], str]] = {
        (_SCPI, "syst:lang short"): _SHORT,
        (_SHORT, "lang scpi"): _SCPI,
    }
    interval_s = 0.5

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._held = b""
        self._errors_seen: list[str] = []
        self._cycles = 0
        self.language = _SCPI
        self.remote = False
        self._reset()

    def _reset(self) -> None:
        self._action: list[str] = []
        self.continuous = False
        self.auto_current = self.auto_voltage = True
        self.current_range_a = _LARGEST_CURRENT_RANGE_A
        self.voltage_range_v = 600.0

    def receive(self, data: bytes) -> bytes:
        """A line holds commands separated by semicolons."""
        *lines, self._held = (self._held + data).split(b"\n")
        return b"".join(self._line(line.decode("ascii", "replace").strip().lower()) for line in lines)

    def stream(self) -> bytes:
        """A line of values for each cycle, while output is continuous."""
        if not self.continuous or not self._action:
            return b""
        self._cycles += 1
        self.readings_sent += "p" + self.channel in self._action
        return self._values(self._action)

    def left_streaming(self) -> None:
        self.language, self.continuous = _SHORT, True
        self._action = [name + self.channel for name in ("utrms", "itrms", "p")]

    def _line(self, line: str) -> bytes:
        if line:
            self.remote = True
        commands = [command.strip() for command in line.split(";")]
        if self.language == _SHORT and commands[0] == "actn":
            self._action = [command.removesuffix("?") for command in commands[1:]]
            return b""
        answers = [answer for command in commands if command for answer in self._answers(command)]
        return (";".join(answers) + self.end).encode("ascii") if answers else b""

    def _answers(self, command: str) -> list[str]:
        if (self.language, command) in self.languages:
            self.language = self.languages[self.language, command]
            return []
        match command:
            case "*idn?":
                return [f"ZES ZIMMER Electronic Systems GmbH,{self.model},01234567,3.0"]
            case "*opc?":
                return ["1"]
            case "*cls":
                self._errors_seen.clear()
                return []
            case "*rst":
                self._reset()
                return []
            case "syst:err:all?" if self.language == _SCPI:
                seen, self._errors_seen = self._errors_seen, []
                return [",".join(seen) or '0,"No error"']
            case "gtl":
                self.remote = False
                return []
        told = self._told(command) if self.language == _SHORT else None
        if told is not None:
            return [told]
        if self.language == _SCPI or not self._set(*command.partition(" ")[::2]):
            self._errors_seen.append(f'-113,"Undefined header; {command}"')
        return []

    def _told(self, command: str) -> str | None:
        """Return the answer to a question for a setting; ``None`` for anything else."""
        settings = {
            "cycl": f"{self.interval_s:g}",
            f"urng{self.channel}": f"{self.voltage_range_v:g}",
            f"irng{self.channel}": f"{self.current_range_a:g}",
            **({} if self.channel else {"filt": "0", "faaf": "0"}),
        }
        return settings.get(command.removesuffix("?")) if command.endswith("?") else None

    def _set(self, name: str, value: str) -> bool:
        """Take a setting of the language SHORT; tell whether there is such a one."""
        if name == "cont" and value in ("on", "off"):
            self.continuous = value == "on"
        elif name == "cycl" and _FASTEST_S <= _number(value) <= _SLOWEST_S:
            self.interval_s = _number(value)
        else:
            return self._set_range(name, value)
        return True

    def _set_range(self, name: str, value: str) -> bool:
        match name:
            case "iam" if value in ("auto", "manual"):
                self.auto_current = value == "auto"
            case "uam" if value in ("auto", "manual"):
                self.auto_voltage = value == "auto"
            case "irng" if _number(value) > 0:
                self.current_range_a = _number(value)
            case "urng" if _number(value) > 0:
                self.voltage_range_v = _number(value)
            case _:
                return False
        return True

    def _values(self, names: list[str]) -> bytes:
        fields = [self._value(name.removesuffix(self.channel)) for name in names]
        return (";".join(fields) + self.end).encode("ascii")

    def _value(self, name: str) -> str:
        now = self.now
        peak_a = now.current_a * math.sqrt(2)
        over = not self.auto_current and peak_a > self.current_range_a * _PEAK_OF_CURRENT_RANGE
        if name in ("p", "itrms") and (over or self.fault == "overrange"):
            return self._number(INFINITE)
        if name == "p" and self.fault == "sentinel":
            return self._number(NO_NUMBER)
        match name:
            case "count":
                return str(self._cycles % 65536)
            case "cycr" | "durnorm":
                return f"{round(self.interval_s * now.frequency_hz) / now.frequency_hz:.6f}"
            case "tsnorm":
                minutes, seconds = divmod(self._cycles * self.interval_s, 60)
                return f"2015:01:21D17:{int(minutes) % 60:02d}:{seconds:012.9f}+0000"
            case "pf" if now.current_a == 0:
                return self._number(NO_NUMBER)
        known = {
            "p": now.power_w,
            "utrms": now.voltage_v,
            "itrms": now.current_a,
            "q": now.reactive_var,
            "s": now.apparent_va,
            "pf": now.power_factor,
            "freq": now.frequency_hz,
            "fcyc": now.frequency_hz,
        }
        return self._number(known.get(name, NO_NUMBER))

    def _number(self, value: float) -> str:
        """Write a number with six digits, as the published rows of the LMG95 have them."""
        if value in (NO_NUMBER, INFINITE):
            return f"{value:.2E}".replace("+", "").replace("9.90", "9.9")
        return f"{value:.6g}" if value else "0.0"


class VirtualLMG600(VirtualLMG95):
    """An LMG670 with channel 1, as the LMG600 series speaks; lines end with LF alone."""

    link = "tcp"
    model: ClassVar[str] = "LMG670"
    channel: ClassVar[str] = "1"
    end: ClassVar[str] = "\n"
    languages: ClassVar[dict[tuple[str, str], str]] = {
        (_SCPI, "*zlang short"): _SHORT,
        (_SHORT, "*zlang scpi"): _SCPI,
    }

    def _set_range(self, name: str, value: str) -> bool:
        """Take a range of channel 1; its automatic is switched with 0 and 1."""
        if name in ("iauto1", "uauto1") and value in ("0", "1"):
            return super()._set_range(f"{name[0]}am", "auto" if value == "1" else "manual")
        return name.endswith("1") and super()._set_range(name.removesuffix("1"), value)

    def _number(self, value: float) -> str:
        return f"{value:.6E}"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
