"""The running virtual instrument: power source, averaging, protocol, faults, port and clock.

Time goes in steps of the monotonic clock, on deadlines that do not drift: 0.1 s at most, so that
whole steps make up the instrument's interval. In each step the power is constant; where the process
was held up, one longer step covers the delay. So the true energy, the integral of that power, is
exact, and it is recorded. A host's load is looked at every 0.1 s at most.
"""

import math
import random
import select
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from meter.virtual.faults import ON_THE_LINE, Fault, Faults
from meter.virtual.instrument import InstrumentErrors, IntervalMeans, VirtualInstrument
from meter.virtual.port import VirtualPort
from meter.virtual.power_model import PowerSource
from meter.virtual.socket_port import VirtualSocket
from meter.virtual.twins import twin_class
from records.errors import ConfigurationError, DeviceError
from records.files import LineAppender
from records.times import format_utc_s, now_mono_s, now_utc_s

STEP_S = 0.1
TRUTH_COLUMNS = "t_utc_s,power_w,energy_j"
"""Of the truth file: end of step, power held since the row before, energy since the first row."""

EMISSION_COLUMNS = "t_utc_s,readings,lost_bytes"
"""Of the emission file: end of an interval of the instrument, readings it sent by then, bytes that
were not read by then."""

# From the end of an interval to the record's first byte: our assumption of a small, uneven delay,
# as a share of the interval where that is short.
_DELAY_S = 0.02
_JITTER_S = 0.02


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What to simulate.

    Attributes:
        name: of the driver whose instrument is simulated.
        source: where its watts come from.
        errors: of its indication.
        link: path of a symbolic link to the port, or ``None``.
        truth: file that gets the true energy, or ``None``.
        emissions: file that gets the ends of the instrument's intervals, or ``None``.
        faults: what shall go wrong.
        seed: of everything random in the instrument.
    """

    name: str
    source: PowerSource
    errors: InstrumentErrors = field(default_factory=InstrumentErrors)
    link: Path | None = None
    truth: Path | None = None
    emissions: Path | None = None
    faults: tuple[Fault, ...] = ()
    seed: int = 0


def simulate(
    simulation: Simulation, *, stop: Callable[[], bool], announce: Callable[[str], None] = print
) -> None:
    """Run a virtual instrument until ``stop()`` is true; it is asked ten times a second or more often.

    Args:
        simulation: what to simulate.
        stop: when to end.
        announce: called once, with the port, when clients can open it.

    Raises:
        ConfigurationError: no virtual instrument has this name, it cannot have one of the faults, or
            the link cannot be made.
        DeviceError: the truth file or the emission file cannot be written.
    """
    bench = _Bench(simulation)
    try:
        announce(bench.port.path)
        while not stop():
            bench.step()
    finally:
        bench.close()


class _Bench:
    def __init__(self, simulation: Simulation) -> None:
        self._source = simulation.source
        self._instrument = twin_class(simulation.name)(simulation.errors, simulation.seed)
        _check_faults(simulation, self._instrument)
        if any(fault.kind == "streaming" for fault in simulation.faults):
            self._instrument.left_streaming()
        self._faults = Faults(simulation.faults, simulation.seed)
        self._random = random.Random(simulation.seed)
        self._t0_s = self._t_s = now_mono_s()
        self._means = IntervalMeans(self._t0_s, self._instrument.interval_s)
        self._due: list[tuple[float, bytes]] = []
        self._power_w, self._looked_s = 0.0, -1.0
        self._truth = None if simulation.truth is None else _Truth(simulation.truth, self._utc_s(self._t0_s))
        self._emissions = None if simulation.emissions is None else _Emissions(simulation.emissions)
        self.port: VirtualPort | VirtualSocket = (
            VirtualPort(simulation.link, self._instrument.fifo_bytes)
            if self._instrument.link == "pty"
            else VirtualSocket(self._instrument.url)
        )

    def step(self) -> None:
        """Serve the client until the next step is over, then take it."""
        interval_s = self._instrument.interval_s
        step_end_s = self._t_s + interval_s / math.ceil(interval_s / STEP_S - 1e-9)
        while (now_s := now_mono_s()) < step_end_s:
            self._send_due(now_s)
            wake_s = min([step_end_s, *(due_s for due_s, _ in self._due)])
            self._serve(max(0.0, wake_s - now_s))
        self._advance(step_end_s, now_s)
        self._switch(now_s)

    def close(self) -> None:
        """Take port and link away."""
        self.port.close()
        for file in (self._truth, self._emissions):
            if file is not None:
                file.close()

    def _advance(self, step_end_s: float, now_s: float) -> None:
        """Take one step that ends at the last step border before now."""
        length_s = step_end_s - self._t_s
        t_s = step_end_s + int((now_s - step_end_s) / length_s) * length_s
        step_s = t_s - self._t_s
        if t_s - self._t0_s - self._looked_s >= STEP_S - 1e-6 or self._looked_s < 0:
            look_s = step_s if self._looked_s < 0 else t_s - self._t0_s - self._looked_s
            self._looked_s = t_s - self._t0_s
            self._power_w = self._source.power_w(self._looked_s, look_s)
        power_w = self._power_w
        self._t_s = t_s
        if self._truth is not None:
            self._truth.add(self._utc_s(t_s), step_s, power_w)
        if self._means.interval_s != self._instrument.interval_s:
            self._means.restart(t_s, self._instrument.interval_s)
        for end_s, mean_w in self._means.add(t_s, power_w):
            streamed = self._instrument.advance(mean_w)
            delay_s = min(1.0, self._instrument.interval_s) * (_DELAY_S + _JITTER_S * self._random.random())
            self._post(streamed, end_s, end_s + delay_s)
            if self._emissions is not None:
                sent = self._instrument.readings_sent
                self._emissions.add(self._utc_s(end_s), sent, self.port.lost_bytes)

    def _post(self, message: bytes, t_s: float, send_s: float) -> None:
        """Put a message on the line, with the faults of the moment."""
        late_s, data = self._faults.on_wire(message, t_s, self._instrument)
        if data:
            self._due.append((send_s + late_s, data))

    @staticmethod
    def _utc_s(t_mono_s: float) -> float:
        return now_utc_s() - (now_mono_s() - t_mono_s)

    def _send_due(self, now_s: float) -> None:
        waiting: list[tuple[float, bytes]] = []
        for due_s, data in self._due:  # in order: a line cannot overtake itself
            if waiting or due_s > now_s:
                waiting.append((due_s, data))
            elif self.port.plugged_in:
                self.port.write(data)
        self._due = waiting

    def _serve(self, timeout_s: float) -> None:
        """Answer the client, for as long as there is nothing else to do."""
        if not self.port.plugged_in:
            select.select([], [], [], timeout_s)
            return
        readable, writable, _ = select.select(self.port.descriptors(), self.port.holds(), [], timeout_s)
        if writable:
            self.port.write()
        if not readable:
            return
        if self.port.accept_client():
            self._due.clear()
            self._faults.forget()
            self._instrument.connected()
        data = self.port.read()
        now_s = now_mono_s()
        if data and self._faults.kind_at(now_s) != "silence":
            answer = self._instrument.receive(data)
            self._post(answer, now_s, now_s + self._instrument.answer_delay_s)
            self._send_due(now_s)

    def _switch(self, now_s: float) -> None:
        """Let the faults of the instrument and of its port begin and end."""
        kind = self._faults.kind_at(now_s)
        if kind == "clock" and self._instrument.fault != "clock":
            self._instrument.clock_s += 3600.0
            self._means.restart(self._t_s, self._instrument.interval_s)
        self._instrument.fault = kind
        if kind == "unplug" and self.port.plugged_in:
            self.port.unplug()
            self._due.clear()
        elif kind != "unplug" and not self.port.plugged_in:
            self.port.plug_in()


def _check_faults(simulation: Simulation, instrument: VirtualInstrument) -> None:
    possible = ON_THE_LINE | instrument.own_faults
    for fault in simulation.faults:
        if fault.kind not in possible:
            raise ConfigurationError(
                f"--fault {fault.kind}: the protocol of {simulation.name} has no such thing; it can have "
                f"{', '.join(sorted(possible))}"
            )
    if simulation.link is not None and instrument.link == "tcp":
        raise ConfigurationError(
            f"--link: {simulation.name} is reached through a socket, which no link can point to; its URL is "
            f"the first line that is printed"
        )
    unplugged = any(fault.kind == "unplug" for fault in simulation.faults)
    if simulation.link is None and unplugged and instrument.link == "pty":
        raise ConfigurationError("--fault unplug: needs --link, under which the port comes back")


class _File:
    """A file for whoever checks a measurement."""

    def __init__(self, path: Path, what: str, columns: str) -> None:
        self._path, self._what = path, what
        try:
            self._file = LineAppender(path, columns)
        except OSError as error:
            raise self._error(error) from error

    def append(self, line: str) -> None:
        try:
            self._file.append(line)
        except OSError as error:
            raise self._error(error) from error

    def close(self) -> None:
        self._file.close()

    def _error(self, error: OSError) -> DeviceError:
        return DeviceError(
            f"{self._path}: cannot write {self._what} ({error.strerror or error}). Free space on this "
            f"disk, or name another file"
        )


class _Truth(_File):
    """The true power: a row for each step, or for each 0.1 s where the steps are shorter."""

    def __init__(self, path: Path, t_start_utc_s: float) -> None:
        super().__init__(path, "the true energy", TRUTH_COLUMNS)
        self._energy_j = 0.0
        self._row_s, self._row_j = 0.0, 0.0
        self.append(f"{format_utc_s(t_start_utc_s)},{0:.6f},{0:.9f}")

    def add(self, t_utc_s: float, step_s: float, power_w: float) -> None:
        self._row_s += step_s
        self._row_j += power_w * step_s
        if self._row_s < STEP_S - 1e-6:
            return
        self._energy_j += self._row_j
        mean_w = self._row_j / self._row_s
        self._row_s, self._row_j = 0.0, 0.0
        self.append(f"{format_utc_s(t_utc_s)},{mean_w:.6f},{self._energy_j:.9f}")


class _Emissions(_File):
    """When the instrument's intervals ended, a row for each."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "the ends of intervals", EMISSION_COLUMNS)

    def add(self, t_utc_s: float, readings: int, lost_bytes: int) -> None:
        self.append(f"{format_utc_s(t_utc_s)},{readings},{lost_bytes}")
