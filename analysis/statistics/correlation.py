"""Correlation of the energy of epochs with what was seen in them."""

from collections.abc import Callable
from math import atanh, inf, sqrt, tanh
from typing import Any, NamedTuple

import numpy as np

from analysis.maths.arrays import Floats, finite
from analysis.maths.describe import student_t
from analysis.statistics.noted import noted
from analysis.statistics.samples import scattered
from records.rows.runs import EpochRow
from records.rows.statistics import CorrelationRow

EPOCH_COMPANIONS: dict[str, Callable[[EpochRow], float | None]] = {
    "gpu_temperature_c": lambda epoch: epoch.hardware.get("gpu_temperature_c"),
    "gpu_load_pct": lambda epoch: epoch.hardware.get("gpu_load_pct"),
    "cpu_temperature_c": lambda epoch: epoch.hardware.get("cpu_temperature_c"),
    "cpu_load_pct": lambda epoch: epoch.hardware.get("cpu_load_pct"),
    "loss": lambda epoch: epoch.loss,
    "accuracy": lambda epoch: epoch.accuracy,
    "val_loss": lambda epoch: epoch.val_loss,
    "val_accuracy": lambda epoch: epoch.val_accuracy,
}
"""Columns of ``epochs.csv`` that the energy of an epoch is correlated with."""

PUBLISHED_R = {"gpu_temperature_c": 0.98}
"""Quoted: Guldner, Kreten and Naumann (2021), figure 8, energy per epoch against GPU temperature."""

_NOT_INDEPENDENT = (
    "epochs of one run are not independent: r over all epochs has a narrower interval and a smaller p "
    "than it deserves; r_within is that within the runs"
)


def correlation_row(
    label: str, epoch_rows: list[EpochRow], companion: str, confidence: float
) -> CorrelationRow | None:
    """Correlate the gross energy of the epochs of a scenario with one other column.

    Args:
        label: of the scenario.
        epoch_rows: of all its runs.
        companion: a name of `EPOCH_COMPANIONS`.
        confidence: of the intervals.

    Returns:
        ``None`` where fewer than four epochs have both, or one of the two does not vary.
    """
    of = EPOCH_COMPANIONS[companion]
    found = [
        (row.run_dir, energy, other)
        for row in epoch_rows
        if (energy := finite(row.energy_wh)) is not None and (other := finite(of(row))) is not None
    ]
    if len(found) < 4:
        return None
    runs = [run for run, _, _ in found]
    x, y = (np.array(values, dtype=np.float64) for values in zip(*(v for _, *v in found), strict=True))
    if not (scattered(x) and scattered(y)):
        return None
    from scipy import stats

    r, remarks = noted(lambda: stats.pearsonr(x, y))
    rho, _ = noted(lambda: stats.spearmanr(x, y))
    low, high = fisher_interval(float(r.statistic), len(x), confidence)
    within = within_runs(x, y, runs, confidence)
    return CorrelationRow(
        scenario=label,
        x="energy_wh",
        y=companion,
        epochs=len(x),
        runs=len(set(runs)),
        r=finite(r.statistic),
        r_low=low,
        r_high=high,
        p=finite(r.pvalue),
        rho=finite(rho.statistic),
        rho_p=finite(rho.pvalue),
        r_within=within.r,
        r_within_low=within.low,
        r_within_high=within.high,
        r_within_df=within.df,
        r_within_p=within.p,
        published_r=PUBLISHED_R.get(companion),
        note="; ".join([_NOT_INDEPENDENT, *remarks]),
    )


def fisher_interval(r: float, n: int, confidence: float) -> tuple[float | None, float | None]:
    """Return the interval of a correlation by Fisher's z (1921): ``atanh r +- z / sqrt(n - 3)``."""
    if n <= 3 or abs(r) >= 1:
        return None, None
    reach = student_t(confidence, inf) / sqrt(n - 3)
    return tanh(atanh(r) - reach), tanh(atanh(r) + reach)


class Within(NamedTuple):
    """A correlation within runs, with its interval, degrees of freedom and p value."""

    r: float | None = None
    low: float | None = None
    high: float | None = None
    df: int | None = None
    p: float | None = None


def within_runs(x: Floats, y: Floats, runs: list[str], confidence: float) -> Within:
    """Return the repeated-measures correlation (Bland and Altman 1995; Bakdash and Marusich 2017).

    The correlation of the deviations from each run's own means, with N - runs - 1 degrees of freedom; its
    interval is Fisher's with two more than these as the number of observations. It takes differences
    between runs out, but neighbouring epochs may still depend on each other.

    Args:
        x: values; y the others ``(n,)``.
        y: see ``x``.
        runs: which run each is of.
        confidence: of the interval.

    Returns:
        ``None`` throughout where no run has two epochs that differ.
    """
    number, sizes = np.unique(np.array(runs), return_inverse=True, return_counts=True)[1:]
    kept = sizes[number] > 1
    x_in, y_in = (_inside_runs(values, number, sizes)[kept] for values in (x, y))
    df = len(x_in) - int((sizes > 1).sum()) - 1
    levels = float(np.abs(x).max()), float(np.abs(y).max())
    if df < 2 or not (scattered(x_in, levels[0]) and scattered(y_in, levels[1])):
        return Within()
    from scipy import stats

    r = float((x_in * y_in).sum() / sqrt((x_in**2).sum() * (y_in**2).sum()))
    low, high = fisher_interval(r, df + 2, confidence)
    p = 2 * stats.t.sf(abs(r) * sqrt(df / max(1 - r**2, 1e-300)), df)
    return Within(r, low, high, df, finite(p))


def _inside_runs(values: Floats, number: Any, sizes: Any) -> Floats:
    """Return the deviations from the means of the runs."""
    inside: Floats = values - (np.bincount(number, weights=values) / sizes)[number]
    return inside
