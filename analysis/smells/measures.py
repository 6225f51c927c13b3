"""What can be compared of a scenario: each quantity over its runs, by the instrument that gave it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from analysis.scenario.groups import Group
from analysis.statistics.samples import Sample, sample_by_run
from analysis.uncertainty.estimate import Estimate
from records.rows.agreement import TrackerRow
from records.rows.runs import EpochRow, RunRow

METER, CLOCK, PROCESS, GPU = "meter", "clock", "process", "gpu"

LEAST_EPOCHS = 3
"""Through fewer points any line fits."""


@dataclass(frozen=True, eq=False)
class Measure:
    """One quantity of the runs of a scenario by one instrument.

    Attributes:
        instrument: `METER`, `CLOCK`, `PROCESS`, `GPU` or a tracker.
        sample: the values.
        estimate: their mean with what meter and baseline do to it, where that is known.
        bound: see `Group.bound`.
        durations: of an energy by the meter, the lengths of the same runs in s.
        beside: of an energy by a tracker, that by the meter in the same windows, where both are known.
        beside_estimate: the mean energy of these runs by the meter with its whole uncertainty.
        own: of an energy by a tracker, the values of the runs that are in ``beside``.
        note: on what the values rest.
    """

    instrument: str
    sample: Sample
    estimate: Estimate | None = None
    bound: float | None = None
    durations: Sample | None = None
    beside: Sample | None = None
    beside_estimate: Estimate | None = None
    own: Sample | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Quantity and instrument: what has the same is compared."""
        return self.sample.quantity, self.instrument


@dataclass(frozen=True)
class GridFactor:
    """Emissions of the electricity in g/kWh, and who states them."""

    g_per_kwh: float
    source: str


def measures_of(
    group: Group, trackers: Sequence[TrackerRow], confidence: float, grid: GridFactor | None
) -> list[Measure]:
    """Return what the runs of a group were measured by; what no run has is left out.

    Args:
        group: runs of one scenario, with one tracker or none.
        trackers: rows of the campaign.
        confidence: of the intervals.
        grid: by which CO2 is computed, or ``None``.
    """
    found = [
        *_by_meter(group, confidence, grid),
        *_of_memory(group),
        *_by_trackers(group, trackers),
    ]
    return [measure for measure in found if measure.sample.n]


def _by_meter(group: Group, confidence: float, grid: GridFactor | None) -> Iterator[Measure]:
    columns: tuple[tuple[str, str, Callable[[RunRow], float | None]], ...] = (
        ("energy_wh", METER, lambda run: run.energy_wh),
        ("induced_wh", METER, lambda run: run.induced_wh),
        ("duration_s", CLOCK, lambda run: run.duration_s),
        ("induced_power_w", METER, _induced_power_w),
    )
    for quantity, instrument, of_run in columns:
        estimate, bound = group.estimate(quantity), group.bound(quantity, confidence)
        durations = _lengths(group, of_run) if quantity.endswith("_wh") else None
        yield Measure(instrument, _sample(group, quantity, of_run), estimate, bound, durations)
    if grid is not None:
        factor, energy = grid.g_per_kwh / 1000, group.estimate("energy_wh")
        yield Measure(
            METER,
            _sample(group, "co2_g", lambda run: None if run.energy_wh is None else run.energy_wh * factor),
            energy.times(factor) if energy else None,
            note=f"{grid.g_per_kwh:g} g of CO2 equivalents per kWh ({grid.source})",
        )


def _induced_power_w(run: RunRow) -> float | None:
    return None if run.induced_wh is None or run.duration_s <= 0 else run.induced_wh * 3600 / run.duration_s


def _lengths(group: Group, of_run: Callable[[RunRow], float | None]) -> Sample:
    """Return the lengths of the runs that have an energy."""
    return _sample(group, "duration_s", lambda run: None if of_run(run) is None else run.duration_s)


def _sample(group: Group, quantity: str, of_run: Callable[[RunRow], float | None]) -> Sample:
    return sample_by_run(group.label, group.rows, {row.run_dir: of_run(row) for row in group.rows}, quantity)


def _of_memory(group: Group) -> Iterator[Measure]:
    columns: tuple[tuple[str, str, Callable[[EpochRow], float | None]], ...] = (
        ("rss", PROCESS, lambda epoch: epoch.rss_mib),
        ("gpu_memory", GPU, lambda epoch: epoch.hardware.get("gpu_memory_used_mib")),
    )
    for name, instrument, of_epoch in columns:
        by_run = {row.run_dir: memory_by_epoch(group.epoch_rows, row.run_dir, of_epoch) for row in group.rows}
        growth = {run_dir: growth_per_epoch(values) for run_dir, values in by_run.items()}
        peak = {run_dir: float(np.nanmax(values)) if values else None for run_dir, values in by_run.items()}
        for quantity, values in ((f"{name}_growth_mib_per_epoch", growth), (f"{name}_peak_mib", peak)):
            yield Measure(instrument, sample_by_run(group.label, group.rows, values, quantity))


def memory_by_epoch(
    epochs: Sequence[EpochRow], run_dir: str, of_epoch: Callable[[EpochRow], float | None]
) -> list[float]:
    """Return the memory of one run in MiB, epoch by epoch: nan where unknown, empty if it is in all."""
    own = sorted(
        (epoch for epoch in epochs if epoch.run_dir == run_dir), key=lambda epoch: epoch.epoch_start_s
    )
    values = [of_epoch(epoch) for epoch in own]
    return [nan if value is None else value for value in values] if any(v is not None for v in values) else []


def growth_per_epoch(memory_mib: Sequence[float]) -> float | None:
    """Return the slope of memory over the epochs of a run, by least squares.

    Args:
        memory_mib: of each epoch ``(n,)``, nan where unknown.

    Returns:
        MiB per epoch, or ``None`` where it is known of fewer than `LEAST_EPOCHS`.
    """
    memory = np.asarray(memory_mib, dtype=float)
    known = np.flatnonzero(~np.isnan(memory))
    if len(known) < LEAST_EPOCHS:
        return None
    return float(np.polyfit(known, memory[known], 1)[0])


def _by_trackers(group: Group, trackers: Sequence[TrackerRow]) -> Iterator[Measure]:
    """Yield what the tracker of the group says; estimators, which ran in no run, are of the runs without."""
    run_dirs = {row.run_dir for row in group.rows}
    planned = {row.run_tracker for row in trackers}
    own = [row for row in trackers if row.run_dir in run_dirs and row.outcome != "window"]
    for name in dict.fromkeys(row.tracker for row in own):
        if name != group.tracker and (group.tracker is not None or name in planned):
            continue
        of_tracker = [row for row in own if row.tracker == name]
        energy = {row.run_dir: row.energy_wh for row in of_tracker}
        both = {row.run_dir: row.meter_wh for row in of_tracker if row.energy_wh is not None}
        known = {run_dir: energy[run_dir] for run_dir, wh in both.items() if wh is not None}
        emissions = {
            row.run_dir: None if row.emissions_kg is None else 1000 * row.emissions_kg for row in of_tracker
        }
        yield Measure(
            name,
            sample_by_run(group.label, group.rows, energy, "energy_wh"),
            beside=sample_by_run(group.label, group.rows, both, "energy_wh"),
            beside_estimate=group.estimate("energy_wh"),
            own=sample_by_run(group.label, group.rows, known, "energy_wh"),
        )
        yield Measure(
            name,
            sample_by_run(group.label, group.rows, emissions, "co2_g"),
            note="by the tracker's own emission factor",
        )
