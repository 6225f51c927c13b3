"""The baseline: what the SUT draws with only its operating system (METHOD section 3)."""

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any, Literal

import numpy as np

from analysis.arrays import finite
from analysis.describe import satterthwaite, student_t

Reference = Literal["interpolated", "pooled"]
"""Neighbours in time, linearly interpolated; or the time-weighted mean of all baseline runs."""


@dataclass(frozen=True)
class BaselineRun:
    """One baseline run: middle of its rating interval, length, mean power, spread of its readings."""

    middle_utc_s: float
    duration_s: float
    power_w: float
    readings_sd_w: float
    block: int


@dataclass(frozen=True)
class BaselinePower:
    """Baseline power for one run, with the standard uncertainty that comes from its scatter."""

    power_w: float
    power_u_w: float


class Baseline:
    """All baseline runs of a campaign and the power they say for any moment.

    Args:
        runs: in any order; may be empty.
        reference: which rule gives the power.
    """

    def __init__(self, runs: list[BaselineRun], reference: Reference) -> None:
        self.runs = sorted(runs, key=lambda run: run.middle_utc_s)
        self.reference = reference

    @property
    def scatter_w(self) -> float:
        """Standard deviation between baseline runs.

        A single run cannot show how well it repeats; the spread of its readings stands in for it.
        """
        if len(self.runs) == 1:
            return self.runs[0].readings_sd_w
        return float(np.std([run.power_w for run in self.runs], ddof=1))

    @property
    def scatter_df(self) -> float:
        """Degrees of freedom of `scatter_w`."""
        return max(1.0, len(self.runs) - 1.0)

    @property
    def pooled(self) -> BaselinePower | None:
        """Time-weighted mean of all baseline runs."""
        if not self.runs:
            return None
        durations = np.array([run.duration_s for run in self.runs])
        weights = durations / durations.sum()
        powers = np.array([run.power_w for run in self.runs])
        return BaselinePower(
            float(weights @ powers), self.scatter_w * float(np.sqrt(np.square(weights).sum()))
        )

    def at(self, middle_utc_s: float) -> BaselinePower | None:
        """Return the baseline power for a run around this moment, or ``None`` without baseline runs."""
        if not self.runs or self.reference == "pooled":
            return self.pooled
        before = [run for run in self.runs if run.middle_utc_s <= middle_utc_s][-1:]
        after = [run for run in self.runs if run.middle_utc_s > middle_utc_s][:1]
        if not before or not after:
            (nearest,) = before or after
            return BaselinePower(nearest.power_w, self.scatter_w)
        share = (middle_utc_s - before[0].middle_utc_s) / (after[0].middle_utc_s - before[0].middle_utc_s)
        return BaselinePower(
            (1 - share) * before[0].power_w + share * after[0].power_w,
            self.scatter_w * hypot(1 - share, share),
        )

    def summary(self, confidence: float) -> dict[str, Any]:
        """Return what `records.results.Results.baseline` holds."""
        pooled = self.pooled
        return {
            "reference": self.reference,
            "n": len(self.runs),
            "mean_power_w": pooled.power_w if pooled else None,
            "mean_power_u_w": pooled.power_u_w if pooled else None,
            "sd_w": self.scatter_w if len(self.runs) > 1 else None,
            **self._drift(confidence),
            **self._block_change(),
        }

    def _drift(self, confidence: float) -> dict[str, float | None]:
        """Regress baseline power on time in hours; needs three runs at three times."""
        hours = np.array([run.middle_utc_s for run in self.runs]) / 3600
        names = ("drift_w_per_h", "drift_low_w_per_h", "drift_high_w_per_h", "drift_p")
        if len(self.runs) < 3 or hours.min() == hours.max():
            return dict.fromkeys(names)
        from scipy import stats

        fit = stats.linregress(hours - hours[0], [run.power_w for run in self.runs])
        reach = student_t(confidence, len(self.runs) - 2) * float(fit.stderr)
        slope = float(fit.slope)
        values = (slope, slope - reach, slope + reach, fit.pvalue)
        return dict(zip(names, map(finite, values), strict=True))

    def _block_change(self) -> dict[str, float | None]:
        """Compare the later half of the blocks with the earlier one (Welch's t test).

        The middle block of an odd number belongs to neither half.
        """
        blocks = sorted({run.block for run in self.runs})
        half = len(blocks) // 2
        early = [run.power_w for run in self.runs if run.block in blocks[:half]]
        late = [run.power_w for run in self.runs if run.block in blocks[len(blocks) - half :]]
        if not early or not late:
            return {"block_change_w": None, "block_change_p": None}
        change_w = float(np.mean(late) - np.mean(early))
        return {"block_change_w": change_w, "block_change_p": _welch_p(early, late)}


def _welch_p(a: list[float], b: list[float]) -> float | None:
    """Return the p value of Welch's t test (1947), or ``None`` where a sample has no spread to judge by."""
    if len(a) < 2 or len(b) < 2:
        return None
    from scipy import stats

    parts = [(float(np.std(x, ddof=1)) / sqrt(len(x)), len(x) - 1.0) for x in (a, b)]
    u = hypot(*(part for part, _ in parts))
    if u == 0:
        return None
    return finite(2 * stats.t.sf(abs(np.mean(b) - np.mean(a)) / u, satterthwaite(parts)))


def mean_u_w(baseline: Baseline) -> float:
    """Return the standard uncertainty of the mean baseline power, which repeats of a scenario share."""
    return baseline.scatter_w / sqrt(len(baseline.runs)) if baseline.runs else 0.0
