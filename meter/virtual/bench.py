"""The running virtual instrument: power source, averaging, protocol, faults, port and clock.

Time goes in steps of 0.1 s of the monotonic clock, on deadlines that do not drift. In each step
the power is constant; where the process was held up, one longer step covers the delay. So the
true energy, the integral of that power, is exact, and it is written beside.
"""

import random
import select
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from meter.registry import unknown_name
from meter.virtual.faults import Fault, Faults
from meter.virtual.instrument import InstrumentErrors, IntervalMeans, VirtualInstrument
from meter.virtual.port import VirtualPort
from meter.virtual.power_model import PowerSource
from meter.virtual.wattsup_pro import VirtualWattsUpPro
from records.errors import ConfigurationError, DeviceError
from records.files import LineAppender
from records.times import format_utc_s, now_mono_s, now_utc_s

STEPS_PER_S = 10
TRUTH_COLUMNS = "t_utc_s,power_w,energy_j"
"""Of the truth file: end of step, power held since the row before, energy since the first row."""

# From the end of an interval to the record's first byte: our assumption of a small, uneven delay.
_DELAY_S = 0.02
_JITTER_S = 0.02

_INSTRUMENTS: dict[str, Callable[[InstrumentErrors, int], VirtualInstrument]] = {
    "wattsup_pro": VirtualWattsUpPro,
}


def virtual_drivers() -> tuple[str, ...]:
    """Return the names of the drivers that have a virtual twin, sorted."""
    return tuple(sorted(_INSTRUMENTS))


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What to simulate.

    Attributes:
        name: of the driver whose instrument is simulated.
        source: where its watts come from.
        errors: of its indication.
        link: path of a symbolic link to the port, or ``None``.
        truth: file that gets the true energy, or ``None``.
        faults: what shall go wrong.
        seed: of everything random in the instrument.
    """

    name: str
    source: PowerSource
    errors: InstrumentErrors = field(default_factory=InstrumentErrors)
    link: Path | None = None
    truth: Path | None = None
    faults: tuple[Fault, ...] = ()
    seed: int = 0


def simulate(
    simulation: Simulation, *, stop: Callable[[], bool], announce: Callable[[str], None] = print
) -> None:
    """Run a virtual instrument until ``stop()`` is true; it is asked ten times a second.

    Args:
        simulation: what to simulate.
        stop: when to end.
        announce: called once, with the path of the port, when clients can open it.

    Raises:
        ConfigurationError: no virtual instrument has this name, or the link cannot be made.
        DeviceError: the truth file cannot be written.
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
        if simulation.name not in _INSTRUMENTS:
            raise ConfigurationError(unknown_name("virtual instrument", simulation.name, virtual_drivers()))
        if simulation.link is None and any(fault.kind == "unplug" for fault in simulation.faults):
            raise ConfigurationError("--fault unplug: needs --link, under which the port comes back")
        self._source = simulation.source
        self._instrument = _INSTRUMENTS[simulation.name](simulation.errors, simulation.seed)
        self._faults = Faults(simulation.faults, simulation.seed)
        self._random = random.Random(simulation.seed)
        self._t0_s = self._t_s = now_mono_s()
        self._steps = 0
        self._means = IntervalMeans(self._t0_s, self._instrument.interval_s)
        self._due: list[tuple[float, float, bytes]] = []
        self._truth = None if simulation.truth is None else _Truth(simulation.truth, self._utc_s(self._t0_s))
        self.port = VirtualPort(simulation.link)

    def step(self) -> None:
        """Serve the client until the next step is over, then take it."""
        step_end_s = self._t0_s + (self._steps + 1) / STEPS_PER_S
        while (now_s := now_mono_s()) < step_end_s:
            self._send_due(now_s)
            wake_s = min([step_end_s, *(due_s for due_s, _, _ in self._due)])
            self._serve(max(0.0, wake_s - now_s))
        self._advance(now_s)
        self._switch_port(now_s)

    def close(self) -> None:
        """Take port and link away."""
        self.port.unplug()
        if self._truth is not None:
            self._truth.close()

    def _advance(self, now_s: float) -> None:
        """Take one step that ends at the last step border before now."""
        self._steps = max(self._steps + 1, int((now_s - self._t0_s) * STEPS_PER_S))
        t_s = self._t0_s + self._steps / STEPS_PER_S
        step_s = t_s - self._t_s
        power_w = self._source.power_w(t_s - self._t0_s, step_s)
        self._t_s = t_s
        if self._truth is not None:
            self._truth.add(self._utc_s(t_s), step_s, power_w)
        for end_s, mean_w in self._means.add(t_s, power_w):
            delay_s = _DELAY_S + _JITTER_S * self._random.random()
            self._due.append((end_s + delay_s, end_s, self._instrument.measure(mean_w)))

    @staticmethod
    def _utc_s(t_mono_s: float) -> float:
        return now_utc_s() - (now_mono_s() - t_mono_s)

    def _send_due(self, now_s: float) -> None:
        while self._due and self._due[0][0] <= now_s:
            _, end_s, record = self._due.pop(0)
            data = self._faults.on_wire(record, end_s, self._instrument)
            if data and self.port.plugged_in:
                self.port.write(data)

    def _serve(self, timeout_s: float) -> None:
        """Answer the client, for as long as there is nothing else to do."""
        waiting = [self.port] if self.port.plugged_in else []
        readable, _, _ = select.select(waiting, [], [], timeout_s)
        if readable:
            data = self.port.read()
            if self._faults.kind_at(now_mono_s()) == "silence":
                return
            answer = self._instrument.receive(data)
            if answer:
                self.port.write(answer)

    def _switch_port(self, now_s: float) -> None:
        unplugged = self._faults.kind_at(now_s) == "unplug"
        if unplugged and self.port.plugged_in:
            self.port.unplug()
        elif not unplugged and not self.port.plugged_in:
            self.port.plug_in()


class _Truth:
    def __init__(self, path: Path, t_start_utc_s: float) -> None:
        self._path = path
        self._energy_j = 0.0
        try:
            self._file = LineAppender(path, TRUTH_COLUMNS)
        except OSError as error:
            raise self._error(error) from error
        self.add(t_start_utc_s, 0.0, 0.0)

    def add(self, t_utc_s: float, step_s: float, power_w: float) -> None:
        self._energy_j += power_w * step_s
        try:
            self._file.append(f"{format_utc_s(t_utc_s)},{power_w:.6f},{self._energy_j:.9f}")
        except OSError as error:
            raise self._error(error) from error

    def close(self) -> None:
        self._file.close()

    def _error(self, error: OSError) -> DeviceError:
        return DeviceError(
            f"{self._path}: cannot write the true energy ({error.strerror or error}). Free space on this "
            f"disk, or name another file"
        )
