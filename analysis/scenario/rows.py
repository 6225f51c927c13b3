"""Rows of the results tables that belong to one run: the run, its spans, its trackers, its trace."""

from math import hypot
from typing import Any

import numpy as np

from analysis.maths.arrays import finite, ratio
from analysis.run.measure import Measured, RunMeasure, TrackerClaim
from analysis.scenario.baseline import BaselinePower
from analysis.scenario.efficiency import wh_to_target
from analysis.uncertainty.contributions import Budget, induced_budget
from analysis.uncertainty.meter_errors import combined
from records.result_columns import USEFUL_WORK
from records.results import Row
from records.trackers import TRACKER_COLUMNS
from records.units import wh_from_j

_DRAWN = ("t_s", "power_w", "low_w", "high_w")
_EPOCH_QUALITY = ("accuracy", "val_accuracy", "loss", "val_loss")


def energies(measured: Measured, baseline: BaselinePower | None) -> Row:
    """Return duration, coverage, gross and induced energy of a window, with their uncertainties.

    Args:
        measured: the window.
        baseline: reference for this run, or ``None`` where nothing is to be subtracted.
    """
    energy_wh = measured.energy_wh
    row: Row = {
        "duration_s": measured.window.duration_s,
        "coverage_pct": measured.energy.coverage_pct,
        "energy_wh": energy_wh,
        "energy_u_wh": None if energy_wh is None else measured.budget.total_wh,
        "induced_wh": None,
        "induced_u_wh": None,
    }
    above = induced(measured, baseline)
    if above is not None:
        row |= {"induced_wh": above[0], "induced_u_wh": above[1].total_wh}
    return row


def induced(measured: Measured, baseline: BaselinePower | None) -> tuple[float, Budget] | None:
    """Return the energy of a window above the baseline, and its budget.

    ``E_induced = E - P_base * T`` with the window's own T (METHOD section 3). What the background drew
    within this window differs from P_base as the baseline runs differ among each other, so that their
    scatter counts for the prediction, too.

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


def run_row(run: RunMeasure, baseline: BaselinePower | None, target: float | None) -> Row:
    """Return the row of a run.

    Args:
        run: the run.
        baseline: reference for it, or ``None`` where nothing is to be subtracted.
        target: validation accuracy whose energy is asked for.
    """
    energy = energies(run.whole, baseline)
    duration_s, energy_wh = run.whole.window.duration_s, energy["energy_wh"]
    accuracy = [finite(epoch.window.data.get("val_accuracy")) for epoch in run.epochs]
    epochs = list(zip(accuracy, run.cumulative_wh, strict=True))
    return {
        **_identity(run),
        "kind": run.run.kind,
        "block": run.run.block,
        "tracker": run.run.tracker,
        "t_start_utc_s": run.start_utc_s,
        **energy,
        "mean_power_w": energy_wh * 3600 / duration_s if energy_wh is not None and duration_s > 0 else None,
        "baseline_power_w": baseline.power_w if baseline else None,
        "baseline_wh": wh_from_j(baseline.power_w * duration_s) if baseline else None,
        "run_dir": run.run_dir,
        **run.whole.hardware,
        **{kind: run.work.get(kind) for kind in USEFUL_WORK},
        "wh_to_target": wh_to_target(epochs, target),
        **_cadence(run),
    }


def _cadence(run: RunMeasure) -> Row:
    return {
        "readings": run.cadence.readings,
        "readings_missing": run.cadence.missing,
        "readings_late": run.cadence.late,
        "readings_duplicate": run.cadence.duplicates,
        "interval_found_s": run.cadence.interval_s,
        "jitter_s": run.cadence.jitter_s,
    }


def _identity(run: RunMeasure) -> Row:
    return {"slot": run.run.slot, "scenario": run.run.scenario, "repeat": run.run.repeat}


def span_rows(run: RunMeasure, spans: list[Measured], baseline: BaselinePower | None) -> list[Row]:
    """Return a row for each action or call of a run."""
    return [
        {
            **_identity(run),
            "name": span.window.name,
            "depth": span.window.depth,
            **energies(span, baseline),
            "tracker": run.run.tracker,
            "run_dir": run.run_dir,
            "start_s": span.window.from_s,
            **span.hardware,
        }
        for span in spans
    ]


def epoch_rows(run: RunMeasure, baseline: BaselinePower | None) -> list[Row]:
    """Return a row for each epoch of a run; epochs without a number of their own are counted from 1."""
    rows = []
    pairs = zip(run.epochs, run.cumulative_wh, strict=True)
    for position, (epoch, cumulative_wh) in enumerate(pairs, start=1):
        number = finite(epoch.window.data.get("epoch"))
        rows.append(
            {
                **_identity(run),
                "epoch": position if number is None else int(number),
                **energies(epoch, baseline),
                **{name: finite(epoch.window.data.get(name)) for name in _EPOCH_QUALITY},
                **epoch.hardware,
                "samples": finite(epoch.window.data.get("samples")),
                "tracker": run.run.tracker,
                "run_dir": run.run_dir,
                "epoch_start_s": epoch.window.from_s,
                "cumulative_wh": cumulative_wh,
            }
        )
    return rows


def tracker_rows(run: RunMeasure, baseline: BaselinePower | None, coverage_min_pct: float) -> list[Row]:
    """Return a row for each tracker of a run, beside the meter over the tracker's own window.

    The meter's columns are empty where it did not cover that window.
    """
    rows = []
    for claim in run.trackers:
        row: Row = {**_identity(run), **{name: claim.claim[name] for name in TRACKER_COLUMNS}}
        meter: dict[str, Any] = dict.fromkeys(("energy_wh", "energy_u_wh", "induced_wh", "induced_u_wh"))
        if claim.meter is not None and claim.meter.energy.coverage_pct >= coverage_min_pct:
            meter = energies(claim.meter, baseline)
        gross, net, claimed = meter["energy_wh"], meter["induced_wh"], row["energy_wh"]
        rows.append(
            row
            | {
                "meter_wh": gross,
                "meter_u_wh": meter["energy_u_wh"],
                "meter_net_wh": net,
                "error_wh": None if None in (claimed, gross) else claimed - gross,
                "ratio": ratio(claimed, gross),
                "ratio_net": ratio(claimed, net),
                "meter_random_u_wh": claim.meter.budget.random_wh
                if claim.meter and gross is not None
                else None,
                "meter_net_u_wh": meter["induced_u_wh"],
                "collector_gpu_wh": _gpu_wh(claim),
                "run_tracker": run.run.tracker,
                "run_dir": run.run_dir,
            }
        )
    return rows


def _gpu_wh(claim: TrackerClaim) -> float | None:
    """Return the sampled GPU power over the tracker's own window, all cards together."""
    if claim.meter is None or (power_w := claim.meter.hardware.get("gpu_power_w")) is None:
        return None
    return wh_from_j(power_w * claim.meter.window.duration_s)


def trace_row(run: RunMeasure) -> Row:
    """Return power and hardware of a run to draw (`analysis.power.thinning`); gaps are jumps in ``t_s``."""
    return {
        "run_dir": run.run_dir,
        "slot": run.run.slot,
        "scenario": run.run.scenario,
        "tracker": run.run.tracker,
        "interval_s": run.cadence.interval_s,
        "duration_s": run.whole.window.duration_s,
        "readings": run.drawn.readings,
        "mean_w": run.drawn.mean_w,
        "bin_s": run.drawn.bin_s,
        **{name: np.round(getattr(run.drawn, name), 3).tolist() for name in _DRAWN},
        "hardware": {name: trace.to_json() for name, trace in run.sampled.items()},
    }
