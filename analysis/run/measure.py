"""One run folder becomes energies: the step that can be done for every run by itself."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.maths.arrays import Floats, column, finite
from analysis.power.energy import WindowEnergy, energies_j, window_energies
from analysis.power.thinning import MOST_POINTS, ThinTrace, thin
from analysis.power.trace import CadenceFigures, PowerTrace
from analysis.run.gpu_figures import GpuFigures, gpu_figures
from analysis.run.hardware import Hardware, make_hardware
from analysis.run.hardware_trace import SampledTrace, points_per_column, sampled_traces
from analysis.run.recorded import RecordedRun
from analysis.run.series import TrackerSeries
from analysis.run.spans import (
    Window,
    duration_s,
    provenance,
    run_span,
    useful_work,
    windows,
)
from analysis.uncertainty.contributions import Budget, gross_budget
from records.errors import RecordError
from records.meter import MeterRecord
from records.rows.families import HardwareColumn, HardwareMeans, UsefulWork
from records.run import Run
from records.settings.estimators import EstimatorSettings
from records.tables import Table
from records.tracker_columns import CONDUCT_COLUMNS, CONDUCT_TEXTS, TRACKER_COLUMNS
from records.trackers import read_series, series_name
from records.units import wh_from_j

_TRACKER_TEXT = ("tracker", "version", "scope", "settings")
_CONDUCT = [name for name in CONDUCT_COLUMNS if name != "warnings"]  # which the file has for whoever asks why


@dataclass(frozen=True)
class Measured:
    """A window of a run with what was measured in it.

    Attributes:
        window: where it lies.
        energy: its energy; ``budget`` the uncertainty of it.
        hardware: time means by `records.rows.families.HARDWARE_COLUMNS`.
    """

    window: Window
    energy: WindowEnergy
    budget: Budget
    hardware: HardwareMeans = field(default_factory=dict)

    @property
    def energy_wh(self) -> float | None:
        """Gross energy; ``None`` when nothing of the window was measured."""
        return None if self.energy.energy_j is None else wh_from_j(self.energy.energy_j)


@dataclass(frozen=True)
class TrackerClaim:
    """What one tracker says, by `TRACKER_COLUMNS`, and what others measured over the tracker's own window.

    Attributes:
        claim: what it says.
        meter: the meter.
        counters_wh: the CPU's own counters by `analysis.run.counters.PARTS`.
        epochs_wh: of each epoch by its series; empty without one.
    """

    claim: dict[str, Any]
    meter: Measured | None
    counters_wh: dict[str, float] = field(default_factory=dict)
    epochs_wh: list[float | None] = field(default_factory=list)


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
        drawn: the readings within the rating interval, thinned for drawing.
        sampled: what the collectors saw meanwhile, likewise, by column.
        gpu_figures: what the built-in estimators need of its GPU log.
        counters_wh: of the rating interval, by the CPU's own counters.
        by_rule: what the published rule that was asked for needs of this run (`analysis.rules.measure_by`).
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
    work: dict[UsefulWork, float]
    provenance: dict[str, Any]
    cadence: CadenceFigures
    readings_sd_w: float
    drawn: ThinTrace
    sampled: dict[HardwareColumn, SampledTrace]
    by_rule: Any = None
    gpu_figures: GpuFigures | None = None
    counters_wh: dict[str, float] = field(default_factory=dict)

    @property
    def middle_utc_s(self) -> float:
        """Middle of the rating interval."""
        return self.start_utc_s + self.whole.window.to_s / 2


@dataclass(frozen=True, eq=False)
class _Bench:
    """What measuring a window needs: the trace, the meter, the collectors, the clock's uncertainty."""

    trace: PowerTrace
    meter: MeterRecord
    hardware: Hardware
    clock_u_s: float

    def measure(self, windows: list[Window], borders_s: Floats) -> list[Measured]:
        """Measure windows of one kind with the meter, and say what the collectors saw in them.

        Args:
            windows: of one kind.
            borders_s: where else the power may step, ``(m,)``.
        """
        if not windows:
            return []
        from_s, to_s = np.array([w.from_s for w in windows]), np.array([w.to_s for w in windows])
        parts = (
            windows,
            window_energies(self.trace, from_s, to_s, borders_s),
            self.trace.mean_reactive_var(from_s, to_s),
            self.hardware.means(from_s, to_s),
        )
        return [
            Measured(window, energy, self._budget(energy, reactive_var), means)
            for window, energy, reactive_var, means in zip(*parts, strict=True)
        ]

    def _budget(self, energy: WindowEnergy, reactive_var: float | None) -> Budget:
        return gross_budget(energy, self.meter, self.clock_u_s, self.trace.cadence.fit_u_s, reactive_var)


def measure_run(run_dir: Path, points: int = MOST_POINTS) -> RunMeasure:
    """Measure one completed run; reads only its folder and the campaign's ``clock.csv``.

    Args:
        run_dir: the run folder.
        points: of the trace that are kept for drawing.

    Raises:
        RecordError: a file that is needed is missing or damaged.
    """
    return measure_recorded(RecordedRun(run_dir), points)


def measure_recorded(
    recorded: RecordedRun, points: int = MOST_POINTS, estimators: EstimatorSettings | None = None
) -> RunMeasure:
    """Measure one completed run, of which some files may have been read already; see `measure_run`."""
    run, clock, events, trace = recorded.run, recorded.clock, recorded.events, recorded.trace
    start_utc_s, stop_utc_s = recorded.rating_interval
    hardware = make_hardware(
        recorded.host, recorded.sensors, recorded.gpu, start_utc_s, clock, jetson=recorded.jetson
    )
    bench = _Bench(trace, recorded.meter, hardware, clock.offset_u_s)
    length_s = stop_utc_s - start_utc_s
    span = run_span(events)
    by_mono_s = duration_s(span) if span and span.t_stop_mono_s is not None else length_s
    kinds = ("action", "epoch", "call")
    actions, epochs, calls = (windows(events, kind, start_utc_s, clock) for kind in kinds)
    rating = Window("run", run.scenario, 0, 0.0, length_s, by_mono_s)
    borders_s = np.array([0.0, length_s])
    (whole,) = bench.measure([rating], borders_s)
    ends_s, readings_w = _readings_within(trace, length_s)
    return RunMeasure(
        run_dir=recorded.path.name,
        run=run,
        meter=recorded.meter,
        start_utc_s=start_utc_s,
        whole=whole,
        actions=_by_depth(bench, actions, borders_s),
        epochs=bench.measure(epochs, borders_s),
        calls=_by_depth(bench, calls, borders_s),
        cumulative_wh=_cumulative_wh(trace, epochs, borders_s),
        trackers=_tracker_claims(recorded, bench, epochs),
        work=useful_work(events, epochs),
        provenance=provenance(events),
        cadence=trace.cadence,
        readings_sd_w=float(np.std(readings_w, ddof=1)) if len(readings_w) > 1 else 0.0,
        drawn=thin(ends_s, readings_w, trace.cadence.interval_s, points),
        sampled=sampled_traces(hardware, length_s, points_per_column(points)),
        gpu_figures=_gpu_figures(recorded, estimators),
        counters_wh=recorded.counters.energies_wh(start_utc_s, stop_utc_s) if recorded.counters else {},
    )


def _gpu_figures(recorded: RecordedRun, estimators: EstimatorSettings | None) -> GpuFigures | None:
    if estimators is None or recorded.gpu is None:
        return None
    start_utc_s, stop_utc_s = recorded.rating_interval
    length_s = stop_utc_s - start_utc_s
    return gpu_figures(recorded.gpu, recorded.clock, start_utc_s, length_s, estimators.eit_interval_s)


def _by_depth(bench: _Bench, windows: list[Window], borders_s: Floats) -> list[Measured]:
    """Measure nested windows; the borders of those within a window are not borders of its kind."""
    measured: dict[int, Measured] = {}
    for depth in sorted({window.depth for window in windows}):
        places = [i for i, window in enumerate(windows) if window.depth == depth]
        measured |= zip(places, bench.measure([windows[i] for i in places], borders_s), strict=True)
    return [measured[i] for i in range(len(windows))]


def _cumulative_wh(trace: PowerTrace, epochs: list[Window], borders_s: Floats) -> list[float | None]:
    starts_s, ends_s = (np.array([getattr(window, at) for window in epochs]) for at in ("from_s", "to_s"))
    borders_s = np.concatenate((borders_s, starts_s, ends_s))
    known = map(finite, energies_j(trace, np.zeros_like(ends_s), ends_s, borders_s))
    return [None if energy_j is None else wh_from_j(energy_j) for energy_j in known]


def _readings_within(trace: PowerTrace, length_s: float) -> tuple[Floats, Floats]:
    first, last = trace.power_w.touched(0.0, length_s)
    return trace.power_w.stop_s[first:last], trace.power_w.mean[first:last]


def _tracker_claims(recorded: RecordedRun, bench: _Bench, epochs: list[Window]) -> list[TrackerClaim]:
    table = recorded.trackers
    if table is None:
        return []
    numbers = {name: column(table, name) for name in TRACKER_COLUMNS if name not in _TRACKER_TEXT}
    claims = []
    for i in range(len(table)):
        claim: dict[str, Any] = {name: str(table.frame[name].iloc[i]) for name in _TRACKER_TEXT}
        claim |= {name: finite(values[i]) for name, values in numbers.items()}
        claim |= {name: _conduct(table, name, i) for name in _CONDUCT if name in table.columns}
        made = _tracker_claim(claim, recorded, bench)
        claims.append(replace(made, epochs_wh=_epochs_wh(claim["tracker"], recorded, epochs)))
    return claims


def _tracker_claim(claim: dict[str, Any], recorded: RecordedRun, bench: _Bench) -> TrackerClaim:
    meter = _tracker_window(claim, recorded, bench)
    if meter is None or recorded.counters is None:
        return TrackerClaim(claim, meter)
    start_utc_s = recorded.rating_interval[0]
    ends_utc_s = start_utc_s + meter.window.from_s, start_utc_s + meter.window.to_s
    return TrackerClaim(claim, meter, recorded.counters.energies_wh(*ends_utc_s))


def _epochs_wh(tracker: str, recorded: RecordedRun, epochs: list[Window]) -> list[float | None]:
    name = series_name(tracker)
    if not epochs or name not in recorded.files:
        return []
    try:
        series = TrackerSeries(read_series(recorded.path / name), recorded.clock)
    except RecordError:  # what a tracker wrote badly does not cost the run; its total is compared
        return []
    start_utc_s = recorded.rating_interval[0]
    return [series.energy_wh(start_utc_s + epoch.from_s, start_utc_s + epoch.to_s) for epoch in epochs]


def _conduct(table: Table, name: str, i: int) -> str | float | None:
    if name in CONDUCT_TEXTS:
        return str(table.frame[name].iloc[i]) or None
    return finite(column(table, name)[i])


def _tracker_window(claim: dict[str, Any], recorded: RecordedRun, bench: _Bench) -> Measured | None:
    start, stop = claim["t_start_utc_s"], claim["t_stop_utc_s"]
    if start is None or stop is None or stop <= start:
        return None
    from_s, to_s = (recorded.clock.to_controller(t) - recorded.rating_interval[0] for t in (start, stop))
    window = Window("tracker", claim["tracker"], 0, from_s, to_s, to_s - from_s)
    return bench.measure(
        [window], np.array([0.0, recorded.rating_interval[1] - recorded.rating_interval[0]])
    )[0]
