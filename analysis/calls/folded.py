"""The power within one execution of a repeated call or epoch, from a meter that is slower than it.

Executions begin at different phases of the meter's readings, so that many readings say what was drawn in each
part of one (Lang and Ruenger 2013, "High-resolution power profiling of GPU functions using low-resolution
measurement", Euro-Par). Here the parts are mean powers in a regression like those of the sites, which tells
apart readings that cover several parts or time outside, and the band comes from its covariance.
"""

from dataclasses import dataclass

import numpy as np

from analysis.calls.covers import LEAST_S, Covers, Sparse
from analysis.calls.executions import LEAST
from analysis.calls.reader import GATE
from analysis.calls.readings import Readings
from analysis.calls.regression import Fit, fit
from analysis.calls.scenario_calls import ScenarioCalls
from analysis.maths.arrays import Floats
from analysis.maths.describe import LEAST_FOR_INTERVAL, student_t
from records.rows.calls import CallProfileRow

_PHASES = (20, 12, 8, 5)
"""Numbers of phases that are tried; the first whose powers are known well enough is shown."""

_WELL = 0.2
"""A power is known well enough with a standard uncertainty of this share of the mean power."""

_ROUNDING = 1e-6

_ALIKE = 1.5
"""Executions that are longer or shorter than the median by this factor are no part of the profile."""


@dataclass(frozen=True, eq=False)
class Folded:
    """Executions of one kind in all runs.

    Attributes:
        kind: call or epoch; ``site`` the column of a call.
        times_s: starts and ends in each run, ``(k, 2)`` each.
        outside: 1 for the columns that only run outside of them, else 0.
    """

    kind: str
    site: int | None
    times_s: list[Floats]
    outside: Floats


def profile_rows(calls: ScenarioCalls, confidence: float) -> list[CallProfileRow]:
    """Return the profiles of a scenario, phase by phase."""
    rows = []
    for folded in _candidates(calls):
        lengths_s = np.concatenate([times_s[:, 1] - times_s[:, 0] for times_s in folded.times_s])
        usual_s = float(np.median(lengths_s)) if len(lengths_s) else 0.0
        alike = (lengths_s > usual_s / _ALIKE) & (lengths_s < usual_s * _ALIKE)
        if np.count_nonzero(alike) < LEAST:
            continue
        limits_s = usual_s / _ALIKE, usual_s * _ALIKE
        rows += _profile(calls, folded, limits_s, lengths_s[alike], confidence)
    return rows


def _candidates(calls: ScenarioCalls) -> list[Folded]:
    epochs = [run.epochs_s for run in calls.runs]
    nothing = np.zeros(calls.rest + 1)
    found = [Folded("epoch", None, epochs, nothing)] if any(len(times_s) for times_s in epochs) else []
    for site in calls.with_executions:
        times_s = calls.executions_of(site)
        if calls.sites[site].kind == GATE.kind or any(map(_overlap, times_s)):
            continue
        outside = np.append(calls.within_s[site] <= 0, True).astype(np.float64)
        found.append(Folded("call", site, times_s, outside))
    return found


def _overlap(times_s: Floats) -> bool:
    """Say whether executions ``(k, 2)`` ran at once, in threads or within each other: phases would mix."""
    start_s, stop_s = times_s[np.argsort(times_s[:, 0], kind="stable")].T
    return bool((start_s[1:] < np.maximum.accumulate(stop_s)[:-1] - LEAST_S).any())


def _profile(
    calls: ScenarioCalls,
    folded: Folded,
    limits_s: tuple[float, float],
    lengths_s: Floats,
    confidence: float,
) -> list[CallProfileRow]:
    late_s = calls.alignment.late_s
    for phases in _PHASES:
        fitted = _fit(calls, folded, limits_s, phases, late_s)
        power_w = fitted.power_w[:phases]
        u_w = np.sqrt(fitted.covariance_w2.diagonal()[:phases])
        if np.all(u_w <= _WELL * abs(power_w.mean())) and np.all(fitted.tolerance[:phases] > 0):
            break
    else:
        return []
    moved = _fit(calls, folded, limits_s, phases, late_s + calls.alignment.u_s).power_w[:phases]
    gain_u = max(errors.gain_u for run in calls.runs for errors in run.whole.budget.exposures)
    u_w = np.sqrt(np.square(u_w) + np.square(moved - power_w) + np.square(gain_u * power_w))
    reach_w = student_t(confidence, fitted.df) * u_w
    has_interval = len(calls.runs) >= LEAST_FOR_INTERVAL
    return [
        CallProfileRow(
            scenario=calls.label,
            kind=folded.kind,
            site=None if folded.site is None else folded.site + 1,
            executions=len(lengths_s),
            duration_s=float(lengths_s.mean()),
            phase_low=i / phases,
            phase_high=(i + 1) / phases,
            power_w=float(power_w[i]),
            power_u_w=float(u_w[i]),
            power_low_w=float(power_w[i] - reach_w[i]) if has_interval else None,
            power_high_w=float(power_w[i] + reach_w[i]) if has_interval else None,
        )
        for i in range(phases)
    ]


def _fit(
    calls: ScenarioCalls, folded: Folded, limits_s: tuple[float, float], phases: int, late_s: float
) -> Fit:
    from scipy import sparse

    stacked = calls.stacked(late_s)
    times_s = [
        _phases_s(run.grid.readings, of_run, limits_s, phases, late_s)
        for run, of_run in zip(calls.runs, folded.times_s, strict=True)
    ]
    inside = sparse.csr_matrix(sparse.diags(1 / stacked.length_s) @ sparse.vstack(times_s))
    outside = sparse.csr_matrix(stacked.share @ sparse.diags(folded.outside))
    within = np.asarray(inside.sum(axis=1)).ravel()
    left = np.clip(1 - within - np.asarray(outside.sum(axis=1)).ravel(), 0.0, 1.0)
    left[left < _ROUNDING] = 0.0
    return fit(
        sparse.csr_matrix(sparse.hstack([inside, outside, left[:, np.newaxis]])),
        stacked.power_w,
        stacked.known,
        stacked.follows,
        (within > 0.5).astype(np.int64),
        calls.resolution_w / np.sqrt(12),
    )


def _phases_s(
    readings: Readings, times_s: Floats, limits_s: tuple[float, float], phases: int, late_s: float
) -> Sparse:
    """Return the time of each phase in each reading of a run, ``(n, phases)``."""
    covers = Covers(readings.start_s + late_s, readings.stop_s + late_s)
    lengths_s = times_s[:, 1] - times_s[:, 0]
    kept = times_s[(lengths_s > limits_s[0]) & (lengths_s < limits_s[1])]
    edges_s = kept[:, :1] + (kept[:, 1:] - kept[:, :1]) * np.linspace(0.0, 1.0, phases + 1)
    number = np.tile(np.arange(phases), len(kept))
    covers.add(number, edges_s[:, :-1].ravel(), edges_s[:, 1:].ravel())
    return covers.matrix(phases)
