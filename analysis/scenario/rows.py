"""Rows of the results tables that belong to one run: the run, its spans, its trackers, its trace."""

from math import hypot
from typing import TypedDict

import numpy as np

from analysis.maths.arrays import finite, ratio
from analysis.maths.describe import upper_bound
from analysis.run.measure import Measured, RunMeasure, TrackerClaim
from analysis.scenario.baseline import BaselinePower
from analysis.scenario.efficiency import wh_to_target
from analysis.uncertainty.contributions import Budget, induced_budget
from analysis.uncertainty.meter_errors import combined
from records.rows.agreement import TrackerRow
from records.rows.families import USEFUL_WORK
from records.rows.runs import EpochRow, RunRow, SpanRow
from records.rows.traces import Trace
from records.units import wh_from_j


class Energies(TypedDict):
    """Columns that the rows of all windows have."""

    duration_s: float
    coverage_pct: float
    energy_wh: float | None
    energy_u_wh: float | None
    induced_wh: float | None
    induced_u_wh: float | None


def energies(measured: Measured, baseline: BaselinePower | None) -> Energies:
    """Return duration, coverage, gross and induced energy of a window, with their uncertainties.

    Args:
        measured: the window.
        baseline: reference for this run, or ``None`` where nothing is to be subtracted.
    """
    energy_wh, above = measured.energy_wh, induced(measured, baseline)
    return Energies(
        duration_s=measured.window.duration_s,
        coverage_pct=measured.energy.coverage_pct,
        energy_wh=energy_wh,
        energy_u_wh=None if energy_wh is None else measured.budget.total_wh,
        induced_wh=above[0] if above else None,
        induced_u_wh=above[1].total_wh if above else None,
    )


def induced(measured: Measured, baseline: BaselinePower | None) -> tuple[float, Budget] | None:
    """Return the energy of a window above the baseline, and its budget.

    ``E_induced = E - P_base * T`` with the window's own T
    (docs/explanation/method.md#baseline-and-what-the-software-induced). What the background drew
    within this window differs from P_base as the baseline runs differ among each other, so that their
    scatter also counts for the prediction.

    Args:
        measured: the window.
        baseline: reference for this run; without one, or without energy, there is nothing to return.
    """
    if measured.energy_wh is None or baseline is None:
        return None
    time_h = measured.window.duration_s / 3600
    exposures = combined([(time_h, baseline.exposures)])
    scatter_w = hypot(baseline.power_u_w, baseline.background_u_w)
    budget = induced_budget(measured.budget, exposures, scatter_w * time_h, baseline.resolution_u_w * time_h)
    return measured.energy_wh - baseline.power_w * time_h, budget


def run_row(run: RunMeasure, baseline: BaselinePower | None, target: float | None) -> RunRow:
    """Return the row of a run.

    Args:
        run: the run.
        baseline: reference for it, or ``None`` where nothing is to be subtracted.
        target: validation accuracy whose energy is asked for.
    """
    energy = energies(run.whole, baseline)
    duration_s, energy_wh = energy["duration_s"], energy["energy_wh"]
    accuracy = [finite(epoch.window.data.get("val_accuracy")) for epoch in run.epochs]
    epochs = list(zip(accuracy, run.cumulative_wh, strict=True))
    return RunRow(
        **_identity(run),
        kind=run.run.kind,
        block=run.run.block,
        tracker=run.run.tracker,
        t_start_utc_s=run.start_utc_s,
        **energy,
        mean_power_w=energy_wh * 3600 / duration_s if energy_wh is not None and duration_s > 0 else None,
        baseline_power_w=baseline.power_w if baseline else None,
        baseline_wh=wh_from_j(baseline.power_w * duration_s) if baseline else None,
        run_dir=run.run_dir,
        hardware=run.whole.hardware,
        work={kind: run.work.get(kind) for kind in USEFUL_WORK},
        wh_to_target=wh_to_target(epochs, target),
        readings=run.cadence.readings,
        readings_missing=run.cadence.missing,
        readings_late=run.cadence.late,
        readings_duplicate=run.cadence.duplicates,
        interval_found_s=run.cadence.interval_s,
        jitter_s=run.cadence.jitter_s,
        bench=run.run.bench,
    )


class _Identity(TypedDict):
    slot: int
    scenario: str
    repeat: int


def _identity(run: RunMeasure) -> _Identity:
    return _Identity(slot=run.run.slot, scenario=run.run.scenario, repeat=run.run.repeat)


def span_rows(run: RunMeasure, spans: list[Measured], baseline: BaselinePower | None) -> list[SpanRow]:
    """Return a row for each action or call of a run."""
    return [
        SpanRow(
            **_identity(run),
            name=span.window.name,
            depth=span.window.depth,
            **energies(span, baseline),
            tracker=run.run.tracker,
            run_dir=run.run_dir,
            start_s=span.window.from_s,
            hardware=span.hardware,
        )
        for span in spans
    ]


def epoch_rows(run: RunMeasure, baseline: BaselinePower | None) -> list[EpochRow]:
    """Return a row for each epoch of a run; epochs without a number of their own are counted from 1."""
    rows = []
    own = next((claim.epochs_wh for claim in run.trackers if claim.claim["tracker"] == run.run.tracker), [])
    by_tracker = own or [None] * len(run.epochs)
    triples = zip(run.epochs, run.cumulative_wh, by_tracker, strict=True)
    for position, (epoch, cumulative_wh, tracker_wh) in enumerate(triples, start=1):
        data = {name: finite(value) for name, value in epoch.window.data.items()}
        number = data.get("epoch")
        rows.append(
            EpochRow(
                **_identity(run),
                epoch=position if number is None else int(number),
                **energies(epoch, baseline),
                accuracy=data.get("accuracy"),
                val_accuracy=data.get("val_accuracy"),
                loss=data.get("loss"),
                val_loss=data.get("val_loss"),
                hardware=epoch.hardware,
                samples=data.get("samples"),
                tracker=run.run.tracker,
                run_dir=run.run_dir,
                epoch_start_s=epoch.window.from_s,
                cumulative_wh=cumulative_wh,
                tracker_wh=tracker_wh,
                rss_mib=data.get("rss_mib"),
            )
        )
    return rows


def tracker_rows(
    run: RunMeasure, claims: list[TrackerClaim], baseline: BaselinePower | None, coverage_min_pct: float
) -> list[TrackerRow]:
    """Return a row for each of the claims on a run, compared with the meter over the tracker's own window.

    The meter's columns are empty where it did not cover that window, and where the tracker measured another.
    """
    return [_tracker_row(run, claim, baseline, coverage_min_pct) for claim in claims]


def _tracker_row(
    run: RunMeasure, claim: TrackerClaim, baseline: BaselinePower | None, coverage_min_pct: float
) -> TrackerRow:
    meter = claim.meter
    other_window = claim.claim.get("outcome") == "window"
    if meter is not None and (other_window or meter.energy.coverage_pct < coverage_min_pct):
        meter = None
    measured = energies(meter, baseline) if meter else None
    gross_wh = measured["energy_wh"] if measured else None
    net_wh = measured["induced_wh"] if measured else None
    claimed_wh: float | None = claim.claim["energy_wh"]
    net_bound_wh = upper_bound(net_wh, measured["induced_u_wh"]) if measured else None
    return TrackerRow(
        **_identity(run),
        **claim.claim,
        meter_wh=gross_wh,
        meter_u_wh=measured["energy_u_wh"] if measured else None,
        meter_net_wh=net_wh,
        error_wh=None if claimed_wh is None or gross_wh is None else claimed_wh - gross_wh,
        ratio=ratio(claimed_wh, gross_wh),
        ratio_net=ratio(claimed_wh, net_wh) if net_bound_wh is None else None,
        ratio_net_bound=ratio(claimed_wh, net_bound_wh),
        meter_random_u_wh=meter.budget.random_wh if meter and gross_wh is not None else None,
        meter_net_u_wh=measured["induced_u_wh"] if measured else None,
        collector_gpu_wh=_gpu_wh(claim),
        counter_cpu_wh=claim.counters_wh.get("cpu"),
        counter_ram_wh=claim.counters_wh.get("ram"),
        run_tracker=run.run.tracker,
        run_dir=run.run_dir,
    )


def _gpu_wh(claim: TrackerClaim) -> float | None:
    """Return the sampled GPU power over the tracker's own window, all cards together."""
    if claim.meter is None or (power_w := claim.meter.hardware.get("gpu_power_w")) is None:
        return None
    return wh_from_j(power_w * claim.meter.window.duration_s)


def trace_of(run: RunMeasure) -> Trace:
    """Return power and hardware of a run to draw (`analysis.power.thinning`); gaps are jumps in ``t_s``."""
    drawn = run.drawn
    t_s, power_w, low_w, high_w = (
        np.round(values, 3).tolist() for values in (drawn.t_s, drawn.power_w, drawn.low_w, drawn.high_w)
    )
    return Trace(
        run_dir=run.run_dir,
        slot=run.run.slot,
        scenario=run.run.scenario,
        tracker=run.run.tracker,
        interval_s=run.cadence.interval_s,
        duration_s=run.whole.window.duration_s,
        readings=drawn.readings,
        mean_w=drawn.mean_w,
        bin_s=drawn.bin_s,
        t_s=t_s,
        power_w=power_w,
        low_w=low_w,
        high_w=high_w,
        hardware={name: trace.to_json() for name, trace in run.sampled.items()},
    )
