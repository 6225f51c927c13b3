"""A virtual HM8115-2: the commands of its manual, the line form and handshake bytes of the ISW8001."""

from typing import ClassVar

from meter.virtual.instrument import InstrumentErrors, OwnFault, VirtualInstrument

VOLTAGE_RANGES_V = (50.0, 150.0, 500.0)  # U1 to U3
CURRENT_RANGES_A = (0.16, 1.6, 16.0)  # I1 to I3
_CYCLE_S = 0.47

_BUSY = b"\x13\x11"  # XOFF, XON: it holds the host off while it sends
_FUNCTIONS = {"WATT": "W", "VAR": "VAR", "VA": "VA", "PF": "PF"}  # and their names in a reply
_FUNCTION_COMMANDS = {"WATT": "WATT", "VAR": "VAR", "VAMP": "VA", "PFAC": "PF"}


class VirtualHM8115(VirtualInstrument):
    """The instrument. Values asked for within a measuring cycle are sent at its end."""

    own_faults: ClassVar[frozenset[OwnFault]] = frozenset({"stuck", "overrange", "streaming"})
    interval_s = _CYCLE_S

    def __init__(self, errors: InstrumentErrors, seed: int) -> None:
        super().__init__(errors, seed)
        self._held = b""
        self._waiting: list[str] = []
        self._function = "WATT"
        self._voltage, self._current = 3, 3
        self._auto_u = self._auto_i = True
        self.continuous = False
        self.locked = False

    def receive(self, data: bytes) -> bytes:
        """An unknown command gets no answer; the meter beeps."""
        *commands, self._held = (self._held + data.translate(None, _BUSY)).split(b"\r")
        sent = b""
        for command in commands:
            text = command.decode("ascii", "replace").strip().upper().replace(" ", "")
            if text in ("VAL?", "VAS?") or (self._waiting and text.endswith("?")):
                self._waiting.append(text)
            else:
                sent += self._answer(text)
        return sent

    def stream(self) -> bytes:
        """What was asked for in the cycle, and the continuous output."""
        self._follow_load()
        asked, self._waiting = self._waiting, []
        sent = b"".join(self._answer(text) for text in asked)
        return sent + (self._answer("VAL?") if self.continuous else b"")

    def left_streaming(self) -> None:
        self.continuous = True

    def _answer(self, text: str) -> bytes:
        match text:
            case "*IDN?":
                return _line("HAMEG HM8115-2")
            case "VERSION?":
                return _line("version 1.01")
            case "STATUS?":
                return _line(f"{self._function} U{self._voltage} I{self._current}")
            case "VAL?":
                self.readings_sent += 1
                return self._values()
            case "VAS?":
                function = f"{_FUNCTIONS[self._function]}= {self._function_value()}"
                return _line(f"U{self._voltage}, I{self._current}, {function}")
        self._set(text)
        return b""

    def _set(self, text: str) -> None:
        if text in _FUNCTION_COMMANDS:
            self._function = _FUNCTION_COMMANDS[text]
        elif text in ("MA0", "MA1"):
            self.continuous = text == "MA1"
        elif text in ("FAV0", "FAV1"):
            self.locked = text == "FAV0"
        elif text in ("SET:U1", "SET:U2", "SET:U3"):
            self._voltage, self._auto_u = int(text[-1]), False
        elif text in ("SET:I1", "SET:I2", "SET:I3"):
            self._current, self._auto_i = int(text[-1]), False
        elif text == "AUTO:U":
            self._auto_u = True
        elif text == "AUTO:I":
            self._auto_i = True

    def _follow_load(self) -> None:
        if self._auto_u:
            self._voltage = _carrying(self.now.voltage_v, VOLTAGE_RANGES_V)
        if self._auto_i:
            self._current = _carrying(self.now.current_a, CURRENT_RANGES_A)

    @property
    def _limit_v(self) -> float:
        return VOLTAGE_RANGES_V[self._voltage - 1]

    @property
    def _limit_a(self) -> float:
        return CURRENT_RANGES_A[self._current - 1]

    def _values(self) -> bytes:
        voltage = f"U{self._voltage}={_number(self.now.voltage_v, _step(self._limit_v, 1))}"
        over = self.fault == "overrange" or self.now.current_a > self._limit_a
        current = "OF" if over else _number(self.now.current_a, _step(1, self._limit_a))
        function = "OF" if over else self._function_value()
        fields = f" I{self._current}={current} {_FUNCTIONS[self._function]}={function}"
        return voltage.encode("ascii") + _BUSY + _line(fields)

    def _function_value(self) -> str:
        step_w = _step(self._limit_v, self._limit_a)
        now = self.now
        if self._function == "PF":
            return _number(now.power_factor, 0.01)
        power = {"WATT": now.power_w, "VAR": now.reactive_var, "VA": now.apparent_va}[self._function]
        return _number(power, step_w)


def _step(limit_v: float, limit_a: float) -> float:
    """Return the last of the four digits that the product of two ranges is shown with."""
    largest = limit_v * limit_a
    step = 1e-4
    while step * 9999.5 < largest:
        step *= 10
    return step


def _carrying(value: float, limits: tuple[float, ...]) -> int:
    """Return which range carries a value, from 1; the largest where none does."""
    return next((at for at, limit in enumerate(limits, 1) if value <= limit), len(limits))


def _number(value: float, step: float) -> str:
    """Write a number as the meter does: small ones in thousandths, so that 0.0003 is 0.3E-3."""
    places = next(places for places in range(7) if 10.0**-places <= step * 1.001)
    if 0 < value < 0.01 and places >= 3:
        return f"{value * 1000:.{places - 3}f}E-3"
    return f"{value:.{places}f}E+0"


def _line(text: str) -> bytes:
    return text.encode("ascii") + b"\r"
