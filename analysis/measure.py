"""One run folder becomes energies: the step that can be done for every run by itself."""

from dataclasses import dataclass, field, replace
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Floats, column, finite
from analysis.baseline import BaselineRun
from analysis.clock import ClockFit, campaign_clock
from analysis.energy import WindowEnergy, window_energy
from analysis.hardware import Hardware, read_hardware
from analysis.rules.contract import Rule, RuleCase
from analysis.spans import (
    Window,
    duration_s,
    provenance,
    rating_interval,
    read_events_if_any,
    run_span,
    useful_work,
    windows,
)
from analysis.trace import CadenceFigures, PowerTrace, read_meter, read_trace
from analysis.uncertainty import Budget, gross_budget
from records.meter import MeterRecord, read_readings
from records.run import Run, RunFolder
from records.trackers import TRACKER_COLUMNS, read_trackers
from records.units import wh_from_j

_TRACKER_TEXT = ("tracker", "version", "scope", "settings")


@dataclass(frozen=True)
class Measured:
    """A window of a run with what was measured in it.

    Attributes:
        window: where it lies.
        energy: its energy; ``budget`` the uncertainty of it.
        hardware: time means by `records.results.HARDWARE_COLUMNS`.
    """

    window: Window
    energy: WindowEnergy
    budget: Budget
    hardware: dict[str, float | None] = field(default_factory=dict)

    @property
    def energy_wh(self) -> float | None:
        """Gross energy; ``None`` when nothing of the window was measured."""
        return None if self.energy.energy_j is None else wh_from_j(self.energy.energy_j)


@dataclass(frozen=True)
class TrackerClaim:
    """What one tracker says, by `TRACKER_COLUMNS`, and the meter over the tracker's own window."""

    claim: dict[str, Any]
    meter: Measured | None


@dataclass(frozen=True, eq=False)
class RunMeasure:
    """Everything of a run that needs no other run.

    Attributes:
        run_dir: name of the folder; ``run`` its record; ``meter`` the record of its meter.
        start_utc_s: start of the rating interval on the controller's clock.
        whole: the rating interval.
        actions, epochs, calls: its spans in the order of their starts.
        cumulative_wh: energy from the start to the end of each epoch.
        trackers: one per row of ``trackers.csv``.
        work: useful work by kind; ``provenance`` what the workload said of data and weights.
        cadence: what the stamps say about the meter.
        readings_sd_w: spread of the readings within the rating interval.
        trace_t_s, trace_power_w: end of each reading from the start of the run, and its power.
        by_rule: what the published rule that was asked for needs of this run.
    """

    run_dir: str
    run: Run
    meter: MeterRecord
    start_utc_s: float
    whole: Measured
    actions: list[Measured]
    epochs: list[Measured]
    calls: list[Measured]
    cumulative_wh: list[float | None]
    trackers: list[TrackerClaim]
    work: dict[str, float]
    provenance: dict[str, Any]
    cadence: CadenceFigures
    readings_sd_w: float
    trace_t_s: Floats
    trace_power_w: Floats
    by_rule: Any = None

    @property
    def middle_utc_s(self) -> float:
        """Middle of the rating interval."""
        return self.start_utc_s + self.whole.window.to_s / 2

    def as_baseline(self) -> BaselineRun:
        """Return the run as a baseline run."""
        return BaselineRun(
            middle_utc_s=self.middle_utc_s,
            duration_s=self.whole.window.duration_s,
            power_w=(self.whole.energy.energy_j or 0.0) / self.whole.energy.window_s,
            readings_sd_w=self.readings_sd_w,
            block=self.run.block,
        )


@dataclass(frozen=True, eq=False)
class _Bench:
    """What measuring a window needs: the trace, the meter, the collectors, the border's uncertainty."""

    trace: PowerTrace
    meter: MeterRecord
    hardware: Hardware
    t_u_s: float

    def measure(self, windows: list[Window]) -> list[Measured]:
        """Measure windows, and what the collectors saw in them."""
        from_s, to_s = np.array([w.from_s for w in windows]), np.array([w.to_s for w in windows])
        means = self.hardware.means(from_s, to_s)
        return [replace(self.energy(w), hardware=m) for w, m in zip(windows, means, strict=True)]

    def energy(self, window: Window) -> Measured:
        """Measure one window with the meter alone."""
        energy = window_energy(self.trace, window.from_s, window.to_s)
        reactive_var = self.trace.mean_reactive_var(window.from_s, window.to_s)
        return Measured(window, energy, gross_budget(energy, self.meter, self.t_u_s, reactive_var))


def measure_run(run_dir: Path, rule: Rule | None = None) -> RunMeasure:
    """Measure one completed run; reads only its folder and the campaign's ``clock.csv``.

    Args:
        run_dir: the run folder.
        rule: a published rule whose numbers are wanted beside.

    Raises:
        RecordError: a file that is needed is missing or damaged.
    """
    run = RunFolder(run_dir).read()
    clock = campaign_clock(run_dir)
    events = read_events_if_any(run_dir)
    start_utc_s, stop_utc_s = rating_interval(run_dir, run, events, clock)
    meter = read_meter(run_dir)
    trace = read_trace(run_dir, meter, start_utc_s)
    t_u_s = hypot(meter.latency_u_s, clock.offset_u_s, trace.cadence.fit_u_s)
    bench = _Bench(trace, meter, read_hardware(run_dir, start_utc_s, clock), t_u_s)
    length_s = stop_utc_s - start_utc_s
    span = run_span(events)
    by_mono_s = duration_s(span) if span and span.t_stop_mono_s is not None else length_s
    (whole,) = bench.measure([Window("run", run.scenario, 0, 0.0, length_s, by_mono_s)])
    epochs = windows(events, "epoch", start_utc_s, clock)
    trace_t_s, trace_power_w = _readings_within(trace, length_s)
    return RunMeasure(
        run_dir=run_dir.name,
        run=run,
        meter=meter,
        start_utc_s=start_utc_s,
        whole=whole,
        actions=bench.measure(windows(events, "action", start_utc_s, clock)),
        epochs=bench.measure(epochs),
        calls=bench.measure(windows(events, "call", start_utc_s, clock)),
        cumulative_wh=[_energy_wh(trace, window.to_s) for window in epochs],
        trackers=_tracker_claims(run_dir, bench, start_utc_s, clock),
        work=useful_work(events, epochs),
        provenance=provenance(events),
        cadence=trace.cadence,
        readings_sd_w=float(np.std(trace_power_w, ddof=1)) if len(trace_power_w) > 1 else 0.0,
        trace_t_s=trace_t_s,
        trace_power_w=trace_power_w,
        by_rule=rule.of_run(_rule_case(run_dir, run, meter, start_utc_s, stop_utc_s)) if rule else None,
    )


def _rule_case(
    run_dir: Path, run: Run, meter: MeterRecord, start_utc_s: float, stop_utc_s: float
) -> RuleCase:
    readings = read_readings(RunFolder(run_dir).meter_csv)
    stamps, power = column(readings, "t_utc_s"), column(readings, "power_w")
    return RuleCase(run_dir, run, meter, start_utc_s, stop_utc_s, stamps, power)


def _energy_wh(trace: PowerTrace, to_s: float) -> float | None:
    energy_j = window_energy(trace, 0.0, to_s).energy_j
    return None if energy_j is None else wh_from_j(energy_j)


def _readings_within(trace: PowerTrace, length_s: float) -> tuple[Floats, Floats]:
    first, last = trace.power_w.touched(0.0, length_s)
    return trace.power_w.stop_s[first:last], trace.power_w.mean[first:last]


def _tracker_claims(run_dir: Path, bench: _Bench, origin_utc_s: float, clock: ClockFit) -> list[TrackerClaim]:
    table = read_trackers(run_dir)
    if table is None:
        return []
    numbers = {name: column(table, name) for name in TRACKER_COLUMNS if name not in _TRACKER_TEXT}
    claims = []
    for i in range(len(table.frame)):
        claim: dict[str, Any] = {name: str(table.frame[name].iloc[i]) for name in _TRACKER_TEXT}
        claim |= {name: finite(values[i]) for name, values in numbers.items()}
        claims.append(TrackerClaim(claim, _tracker_window(claim, bench, origin_utc_s, clock)))
    return claims


def _tracker_window(
    claim: dict[str, Any], bench: _Bench, origin_utc_s: float, clock: ClockFit
) -> Measured | None:
    start, stop = claim["t_start_utc_s"], claim["t_stop_utc_s"]
    if start is None or stop is None or stop <= start:
        return None
    from_s, to_s = (clock.to_controller(t) - origin_utc_s for t in (start, stop))
    window = Window("tracker", claim["tracker"], 0, from_s, to_s, to_s - from_s)
    return bench.energy(window)
