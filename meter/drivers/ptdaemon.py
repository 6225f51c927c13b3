"""SPEC PTDaemon: a power analyzer of any make behind the TCP service that SPEC and MLPerf measure with.

Sources: the client in the public repository mlcommons/power-dev, and the logs of PTDaemon that MLPerf
submitters published. Never run against a real PTDaemon; see docs/meters/ptdaemon.md for what is
verified.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from meter.kinds.serial import SerialMeter
from meter.line.errors import shown
from meter.line.format import Line
from meter.options import Option, Value
from meter.spec import MeterSpec
from records.errors import DeviceError
from records.meter import Accuracy, Identity, Reading
from records.times import now_mono_s

DEFAULT_PORT = 8888
ANSWER_S = 5.0  # a change of range took up to 1.7 s in published logs
GREETING = "Hello, PTDaemon here!"
MARK = "wattlab"

_SAMPLES_S = 2.0  # without an answer to RL for so long, it is asked again
_RANGING_MARK = "wattlab_ranging"
_RANGING_SAMPLES, _RANGING_S = 3, 15.0
# Several channels; one; direct current. The first that is understood is kept, as power-dev does it.
_FORMS = ("RL,*,*", "RL", "DC-RL")
_NOT_UNDERSTOOD = ("Invalid number of parameters", "Unknown command")
_REMEMBERED = 100  # lines
_LONGEST = 65_536  # bytes without an end of line
_NUMBERS = r"Watts,([^,]*),Volts,([^,]*),Amps,([^,]*),PF,([^,]*)"
_SAMPLE = re.compile(
    rf"Time,\d\d-\d\d-\d{{4}} \d\d:\d\d:\d\d\.\d{{3}},{_NUMBERS},Mark,([^,]*)((?:,Ch\d+,{_NUMBERS})*)"
)
_AMPS_OF_CHANNEL = re.compile(rf",Ch\d+,{_NUMBERS}")
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_NO_NUMBER = re.compile(r"-?nan|-?inf|no data", re.IGNORECASE)
_NOT_AVAILABLE, _MISSED = -1.0, -2.0
_COUNT = re.compile(r"Last (\d{1,6}) samples")
_RANGES = re.compile(r"Ranges,(-?\d+),(-?\d+(?:\.\d+)?),(-?\d+),(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of samples.

    Attributes:
        mark: of the measurement it belongs to.
        power_w, voltage_v, current_a, power_factor: ``None`` where not available, as voltage, current
            and power factor of a sum.
        currents_a: of the channels, where there are several.
        voltages_v: of the channels.
    """

    mark: str
    power_w: float | None
    voltage_v: float | None
    current_a: float | None
    power_factor: float | None
    currents_a: tuple[float, ...] = ()
    voltages_v: tuple[float, ...] = ()


def parse_sample(line: str) -> Sample | None:
    """Return the sample in a line, ``Time,...,Watts,...,Mark,...``; ``None`` for what is none."""
    match = _SAMPLE.fullmatch(line)
    if match is None:
        return None
    try:
        watts, volts, amps, factor = map(_value, match.group(1, 2, 3, 4))
        channels = [tuple(map(_value, found)) for found in _AMPS_OF_CHANNEL.findall(match[6])]
    except ValueError:
        return None
    currents_a = tuple(found[2] for found in channels if found[2] is not None)
    voltages_v = tuple(found[1] for found in channels if found[1] is not None)
    return Sample(match[5], watts, volts, amps, factor, currents_a, voltages_v)


def _value(text: str) -> float | None:
    """Return a number; ``None`` for -1 (not available), -2 (missed) and what is not finite.

    Raises:
        ValueError: it is nothing of that.
    """
    if _NO_NUMBER.fullmatch(text):
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    value = float(text)
    return None if value in (_NOT_AVAILABLE, _MISSED) else value


def parse_identity(answer: str) -> Identity:
    """Return the identity in the answer to ``Identify``.

    Where its last field is the analyzer's own identity, ``YOKOGAWA;WT333E;<serial>;F1.04``, that
    counts, with the version of PTDaemon next to the firmware; else the first field is the model.

    Raises:
        DeviceError: it is not that of a power analyzer.
    """
    fields = answer.split(",")
    version = next((field.partition("=")[2] for field in fields if field.startswith("version=")), "")
    if not version or "mode=power" not in fields:
        raise DeviceError(
            f"PTDaemon: expected a power analyzer (version=... and mode=power), but its identity is "
            f"{shown(answer.encode(), 200)}. Port {DEFAULT_PORT} is usually the one of power"
        )
    daemon = f"PTDaemon {version}"
    own = fields[-1].split(";")
    if len(own) == 4:
        maker, model, serial, firmware = (part.strip() for part in own)
        return Identity(maker=maker, model=model, serial=serial, firmware=f"{firmware}, {daemon}")
    return Identity(maker=SPEC.maker, model=fields[0], firmware=daemon)


SPEC = MeterSpec(
    driver="ptdaemon",
    maker="SPEC",
    model="PTDaemon",
    quantities=("power_w", "voltage_v", "current_a", "power_factor"),
    sampling="instantaneous",
    fastest_interval_s=1.0,
    intervals_s=(1.0,),  # the only one that a source shows
    resolution_w=0.1,  # the coarsest in published logs
    accuracy=Accuracy(reading_pct=1.0),
    # A load draws power: a current input connected the wrong way round is not to pass.
    power_limits_w=(-1.0, 250_000.0),
    unchanged_limit=120,
    options=(
        Option("range", str, "Whether the ranges are fixed.", "fixed", choices=("fixed", "auto")),
        Option("voltage_range_v", float, "Voltage range in V; no ranging pass.", limits=(0.1, 10_000.0)),
        Option("current_range_a", float, "Current range in A; no ranging pass.", limits=(1e-4, 10_000.0)),
        Option(
            "headroom",
            float,
            "How many times the present current the fixed range carries.",
            5.0,
            limits=(1.0, 1000.0),
        ),
    ),
    unverified=(
        "What a sample is depends on the analyzer behind PTDaemon; it is taken as an instantaneous value.",
        "The limits of error are the 1 % that SPEC allows an accepted analyzer; the analyzer's own are "
        "better. The limits of power are ours.",
        "That the identity of the dummy analyzer (device type 0) has 'dummy' in it.",
        "That RL may be asked while PTDaemon samples, gives what was not read yet, and says "
        "`Last 0 samples` where there is nothing.",
        "That DC-RL, of direct-current analyzers, gives lines of the same form.",
        "That a range beyond the highest one is refused with a line that contains `Error`.",
    ),
    line=Line(0),
)


class PTDaemon(SerialMeter):
    """The driver. PTDaemon samples once a second; what it sampled is fetched soon after."""

    spec = SPEC
    detects_duplicates = True

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        super().__init__(options)
        self._ranges: dict[str, Value] = {
            name: value
            for name in ("voltage_range_v", "current_range_a")
            if (value := self.settings[name]) is not None
        }
        self._held = b""
        self._form = 0
        self._asked_mono_s: float | None = None
        self._owed = 0
        self._next_mono_s = 0.0
        self._own_seen = False
        self._dummy = False
        self._known: deque[str] = deque(maxlen=_REMEMBERED)
        self._waiting: deque[Reading] = deque()

    def open(self, port: str, interval_s: float) -> None:
        """A URL without a TCP port means 8888.

        It is not tried again for long: PTDaemon is started by somebody else, and a refusal means that
        it does not listen.
        """
        try:
            super().open(_with_port(port), interval_s)
        except DeviceError as error:
            raise DeviceError(
                f"{error}. PTDaemon serves one client at a time, and listens only when it has reached its "
                f"analyzer, up to 20 s after it was started"
            ) from None

    def identify(self) -> Identity:
        """Greet, stop what an earlier client left running, ask."""
        self._forget()
        self.port.drain(quiet_s=0.2, limit_s=3.0)
        hello = self._command("Hello")
        if hello != GREETING:
            raise self.something_else(GREETING, shown(hello.encode()))
        self._command("Stop")
        answer = self._command("Identify")
        self._dummy = "dummy" in answer.partition(",")[0].lower()
        return parse_identity(answer)

    def start(self) -> None:
        """Set the ranges, then begin to sample without an end."""
        self._command("Stop")
        self._set_ranges()
        self._go(MARK)

    def read(self, timeout_s: float) -> Reading | None:
        """The stamp is the arrival of the sample's line, not PTDaemon's own time."""
        deadline_s = now_mono_s() + timeout_s
        while not self._waiting:
            now_s = now_mono_s()
            if now_s >= deadline_s:
                return None
            due_s = self._due_s()
            if now_s >= due_s:
                self._ask()
                due_s = self._due_s()
            for t_utc_s, line in self._lines(min(deadline_s, due_s) - now_s):
                reading = self._taken(line, t_utc_s)
                if reading is not None:
                    self._waiting.append(reading)
        return self._waiting.popleft()

    def stop(self) -> None:
        """End the measurement; what it answers, that there was none perhaps, is dropped."""
        if self.is_open:
            self.port.write(b"Stop\r\n")
            self.port.drain(quiet_s=0.5, limit_s=3.0)
            self._forget()

    def chosen_options(self) -> dict[str, Value]:
        return dict(self._ranges) if self.settings["range"] == "fixed" else {}

    def says_simulated(self) -> bool:
        """PTDaemon has a dummy analyzer for trials."""
        return self._dummy

    def _set_ranges(self) -> None:
        """Fix the ranges: those of the options or of an earlier start, else by a ranging pass.

        Raises:
            DeviceError: a range is refused.
        """
        if self.settings["range"] == "auto":
            self._demand("SR,V,Auto", "Range V changed")
            self._demand("SR,A,Auto", "Range A changed")
            return
        found = {} if len(self._ranges) == 2 else self._range_pass()
        found |= {name: float(value) for name, value in self._ranges.items()}
        self._demand(f"SR,V,{found['voltage_range_v']:.6f}", "Range V changed")
        current_a = found["current_range_a"]
        fallback_a = None if "current_range_a" in self._ranges else found.get("auto_range_a")
        try:
            self._demand(f"SR,A,{current_a:.6f}", "Range A changed")
        except DeviceError:
            if fallback_a is None:
                raise
            current_a = fallback_a  # no range carries that much: take the one that auto took
            self._demand(f"SR,A,{current_a:.6f}", "Range A changed")
        set_v, set_a = self._present_ranges()
        self._ranges = {
            "voltage_range_v": set_v or found["voltage_range_v"],
            "current_range_a": set_a or current_a,
        }

    def _range_pass(self) -> dict[str, float]:
        """Measure with automatic ranges; return the ranges that carry the load.

        Raises:
            DeviceError: no sample came.
        """
        self._demand("SR,V,Auto", "Range V changed")
        self._demand("SR,A,Auto", "Range A changed")
        self._go(_RANGING_MARK)
        samples: list[Sample] = []
        deadline_s = now_mono_s() + _RANGING_S
        while len(samples) < _RANGING_SAMPLES and now_mono_s() < deadline_s:
            if now_mono_s() >= self._due_s():
                self._ask()
            for _, line in self._lines(0.1):
                sample = parse_sample(line)
                self._note(line)
                if sample is not None and sample.mark == _RANGING_MARK and sample.power_w is not None:
                    samples.append(sample)
        self._command("Stop")
        currents_a = [a for s in samples for a in (s.current_a, *s.currents_a) if a is not None]
        voltages_v = [v for s in samples for v in (s.voltage_v, *s.voltages_v) if v is not None]
        if not currents_a or not voltages_v:
            raise DeviceError(
                f"{self.port.port}: expected samples with volts and amps within {_RANGING_S:g} s to choose "
                f"the ranges by, but there were none. Check the analyzer behind PTDaemon, or give the "
                f"ranges: --option voltage_range_v=300 --option current_range_a=5"
            )
        auto_v, auto_a = self._present_ranges()
        wanted_a = float(self.settings["headroom"] or 1.0) * max(currents_a)
        found = {"voltage_range_v": auto_v or max(voltages_v), "current_range_a": max(wanted_a, auto_a)}
        return found | ({"auto_range_a": auto_a} if auto_a else {})

    def _present_ranges(self) -> tuple[float, float]:
        """Return voltage and current range of now; 0 where PTDaemon does not know (it says -1)."""
        answer = self._command("RR")
        match = _RANGES.fullmatch(answer)
        if match is None:
            raise self.something_else("Ranges,<auto>,<A>,<auto>,<V>", shown(answer.encode()))
        return max(0.0, float(match[4])), max(0.0, float(match[2]))

    def _go(self, mark: str) -> None:
        self._demand(f"Go,1000,0,{mark}", "Starting untimed measurement")
        self._forget()

    def _demand(self, command: str, expected: str) -> None:
        """Send a command that has to be obeyed.

        Raises:
            DeviceError: the answer is another one.
        """
        answer = self._command(command)
        if not answer.startswith(expected):
            raise DeviceError(
                f"{self.port.port}: expected `{expected}` after `{command}`, but PTDaemon said "
                f"{shown(answer.encode())}. Check the options and the analyzer's display"
            )

    def _command(self, command: str) -> str:
        """Send a command and return the line it is answered with.

        Raises:
            DeviceError: there is no answer.
        """
        self.port.flush()
        self._held = b""
        self.port.write(command.encode("ascii") + b"\r\n")
        deadline_s = now_mono_s() + ANSWER_S
        while (left_s := deadline_s - now_mono_s()) > 0:
            lines = self._lines(left_s)
            if lines:
                return lines[0][1]
        raise self.nothing_answered(ANSWER_S)

    def _lines(self, timeout_s: float) -> list[tuple[float, str]]:
        """Wait for bytes; return the lines that are complete now, with the time of their end."""
        t_utc_s, data = self.port.read(max(0.0, timeout_s))
        *lines, self._held = (self._held + data).split(b"\n")
        if len(self._held) > _LONGEST:
            lines, self._held = [*lines, self._held], b""
        return [(t_utc_s, line.decode("ascii", "backslashreplace").rstrip("\r")) for line in lines]

    def _due_s(self) -> float:
        """Return when to ask for samples: not before the last question is answered."""
        return self._next_mono_s if self._asked_mono_s is None else self._asked_mono_s + _SAMPLES_S

    def _ask(self) -> None:
        self._asked_mono_s, self._owed = now_mono_s(), 0
        self.port.write(_FORMS[self._form].encode("ascii") + b"\r\n")

    def _taken(self, line: str, t_utc_s: float) -> Reading | None:
        """Return the reading in a line; ``None`` for one that is right and no new sample."""
        sample = parse_sample(line)
        if sample is None:
            return None if self._note(line) else Reading(t_utc_s, None, "malformed")
        repeated = line in self._known
        self._note(line)
        if sample.mark != MARK:
            # Of an earlier measurement, or, after our own ones, torn in its last field.
            return Reading(t_utc_s, None, "malformed") if self._own_seen else None
        self._own_seen = True
        if repeated:
            return None
        if sample.power_w is None:
            return Reading(t_utc_s, None, "nodata")
        return Reading(
            t_utc_s,
            sample.power_w,
            voltage_v=sample.voltage_v,
            current_a=sample.current_a,
            power_factor=sample.power_factor,
        )

    def _note(self, line: str) -> bool:
        """Follow the answer to a question for samples; tell whether the line is part of one."""
        count = _COUNT.fullmatch(line)
        if count is not None:
            self._owed = int(count[1])
            if self._owed == 0:
                self._answered(0.1 * self.interval_s)
            return True
        if line.startswith(_NOT_UNDERSTOOD) and not self._own_seen:
            self._form = (self._form + 1) % len(_FORMS)
            self._answered(0.0)
            return True
        if parse_sample(line) is None:
            return False
        self._known.append(line)
        self._owed -= 1
        if self._owed <= 0:  # PTDaemon samples once a second: the next one is not there before
            self._answered(0.8 * self.interval_s)
        return True

    def _answered(self, pause_s: float) -> None:
        self._asked_mono_s, self._next_mono_s = None, now_mono_s() + pause_s

    def _forget(self) -> None:
        self._held = b""
        self._asked_mono_s, self._owed, self._next_mono_s = None, 0, 0.0
        self._own_seen = False
        self._known.clear()
        self._waiting.clear()


def _with_port(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "socket" or not parts.hostname:
        return url
    try:
        return url if parts.port is not None else f"socket://{parts.netloc}:{DEFAULT_PORT}"
    except ValueError:
        return url  # the transport says what is wrong with it
