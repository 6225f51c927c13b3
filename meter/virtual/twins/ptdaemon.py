"""A virtual SPEC PTDaemon with a single-channel analyzer, as published logs and power-dev have it.

It knows Hello, Identify, RR, SR, Go, Stop and RL. ``Timed``, ``Watts`` and ``Uncertainty``, whose
answers no source gives, are unknown commands here.
"""

import re
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from meter.virtual.instrument import InstrumentErrors, OwnFault, VirtualInstrument

IDENTITY = (
    "YokogawaWT310,1000,1,1,1,1,0,0,1,version=1.9.2-00000000-20201208,OS=Virtual,mode=power,"
    "1,1,1,0,0,no_cal_date,YOKOGAWA;WT310;SIMULATED;F1.03"
)
CURRENT_RANGES_A = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
VOLTAGE_RANGES_V = (15.0, 30.0, 60.0, 150.0, 300.0, 600.0)

_GO = re.compile(r"Go,(\d+),(\d+),([^,]*)")
_SET_RANGE = re.compile(r"SR,([AV]),(Auto|\d+(?:\.\d+)?)")
_MAXIMUM = 500_000
_SWITCHED_ON = datetime(2026, 1, 1)


class VirtualPTDaemon(VirtualInstrument):
    """The instrument; see the module's text."""

    link: ClassVar[Literal["pty", "tcp"]] = "tcp"
    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "sentinel", "streaming", "clock"})

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._held = b""
        self._mark: str | None = None
        self._unread: list[str] = []
        self._seconds = 0
        self._fixed: dict[str, float | None] = {"A": None, "V": None}

    def connected(self) -> None:
        self._held = b""

    def receive(self, data: bytes) -> bytes:
        *lines, self._held = (self._held + data).split(b"\n")
        answers = [self._answer(line.decode("ascii", "replace").rstrip("\r")) for line in lines]
        return "".join(f"{answer}\r\n" for answer in answers).encode("ascii")

    def left_streaming(self) -> None:
        """A measurement is under way."""
        self._mark = "crashed_testing"

    def stream(self) -> bytes:
        """It keeps its samples until they are asked for."""
        self._seconds += 1
        if self._mark is not None and len(self._unread) < _MAXIMUM:
            self._unread.append(self._sample(self._mark))
        return b""

    def _answer(self, command: str) -> str:
        if command == "Hello":
            return "Hello, PTDaemon here!"
        if command == "Identify":
            return IDENTITY
        if command == "RR":
            amps, volts = (f"{int(self._fixed[unit] is None)},{self._range(unit):.6f}" for unit in "AV")
            return f"Ranges,{amps},{volts}"
        if (match := _SET_RANGE.fullmatch(command)) is not None:
            return self._set_range(match[1], match[2])
        if (match := _GO.fullmatch(command)) is not None:
            return self._go(int(match[1]), int(match[2]), match[3])
        if command == "Stop":
            running, self._mark = self._mark is not None, None
            return "Stopping untimed measurement" if running else "Error: no measurement to stop"
        if command == "RL":
            lines, self._unread = self._unread, []
            if not str(self._mark).endswith("_ranging"):  # no readings of a measurement, by their name
                self.readings_sent += len(lines)
            return "\r\n".join([f"Last {len(lines)} samples", *lines])
        return "Invalid number of parameters" if command.startswith("RL,") else "Unknown command"

    def _go(self, interval_ms: int, rampup: int, mark: str) -> str:
        self._mark, self._unread = mark, []
        return (
            f"Starting untimed measurement, maximum {_MAXIMUM} samples at {interval_ms}ms "
            f"with {rampup} rampup samples"
        )

    def _set_range(self, unit: str, wanted: str) -> str:
        if wanted == "Auto":
            self._fixed[unit] = None
            return f"Range {unit} changed"
        carries = [found for found in _ranges(unit) if found >= float(wanted)]
        if not carries:
            return f"Error: no range {unit} for {wanted}"
        self._fixed[unit] = carries[0]
        return f"Range {unit} changed"

    def _range(self, unit: str) -> float:
        """Return the range of now: the fixed one, or the lowest that carries the load."""
        fixed = self._fixed[unit]
        if fixed is not None:
            return fixed
        present = self.now.current_a if unit == "A" else self.now.voltage_v
        return next((found for found in _ranges(unit) if found >= present), _ranges(unit)[-1])

    def _sample(self, mark: str) -> str:
        found = self.now
        values = [found.power_w, found.voltage_v, found.current_a, found.power_factor]
        if self.fault == "sentinel":
            values = [-1.0] * 4
        # Digits as in a published log of a WT333E.
        rounded = [round(value, digits) for value, digits in zip(values, (3, 2, 5, 4), strict=True)]
        numbers = zip(("Watts", "Volts", "Amps", "PF"), rounded, strict=True)
        time = _SWITCHED_ON + timedelta(seconds=self._seconds + self.clock_s)
        stamp = f"{time:%m-%d-%Y %H:%M:%S}.{time.microsecond // 1000:03d}"
        return ",".join(["Time", stamp, *(f"{name},{value:.6f}" for name, value in numbers), "Mark", mark])


def _ranges(unit: str) -> tuple[float, ...]:
    return CURRENT_RANGES_A if unit == "A" else VOLTAGE_RANGES_V
