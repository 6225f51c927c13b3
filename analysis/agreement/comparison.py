"""Everything that is said about one estimator and one meter, as one row.

See docs/explanation/method.md#a-tracker-against-the-meter.
"""

from dataclasses import dataclass
from typing import NamedTuple

from analysis.agreement.bland_altman import (
    Limits,
    growth_p,
    limits_of_agreement,
    limits_without_meter,
    mean_difference,
    meter_share,
    scale_of,
)
from analysis.agreement.concordance import concordance, mean_absolute_percentage_error
from analysis.agreement.equivalence import Equivalence, calibration_factor, equivalence, total_ratio
from analysis.agreement.pairs import LEAST, Pairs, Scale
from analysis.agreement.regression import MOST_ROWS, Line, deming, passing_bablok
from analysis.maths.arrays import finite
from analysis.maths.describe import WithInterval
from records.rows.agreement import ComparedColumns

MARGIN_PCT = 5.0
"""Margin of equivalence unless another is set."""


@dataclass(frozen=True)
class Comparison:
    """An estimator against a meter.

    Attributes:
        n: rows; ``units`` independent ones among them (groups, where rows belong to groups).
        grouped: whether rows belong to groups.
        ratio: sum of the estimated over sum of the measured values; ``None`` where that is not positive.
        factor: what to multiply the estimated values with.
        bias: mean of estimated minus measured in the values' unit, with what all rows share.
        growth_p: of differences that grow with the level by chance; ``scale`` what followed from it.
        limits: bias and limits on that scale, as observed; ``true_limits`` without the meter's scatter.
        meter_share: share of the variance of the differences that is the meter's own scatter.
        mape_pct: mean absolute percentage error.
        concordance: Lin's coefficient.
        deming, passing_bablok: lines; ``None`` where none can be fitted.
        equivalence: two one-sided tests at the stated margin.
    """

    n: int
    units: int
    grouped: bool
    ratio: WithInterval | None
    factor: WithInterval | None
    bias: WithInterval
    growth_p: float | None
    scale: Scale
    limits: Limits
    true_limits: Limits
    meter_share: float | None
    mape_pct: float | None
    concordance: WithInterval | None
    deming: Line | None
    passing_bablok: Line | None
    equivalence: Equivalence

    @property
    def notes(self) -> list[str]:
        """What is missing in this comparison, and why."""
        notes = []
        if self.units < LEAST:
            noun = "group" if self.grouped else "row"
            notes.append(
                f"{self.units} {noun}{'' if self.units == 1 else 's'}: too few for any interval or limit"
            )
        elif self.grouped:
            notes.append(
                f"rows belong to {self.units} groups: intervals by groups, none of Passing-Bablok and Lin"
            )
        if self.growth_p is not None and self.growth_p < 0.05 and not self.scale.logarithmic:
            notes.append("the differences grow with the level, but not all values are positive: no logarithm")
        if self.meter_share is not None and self.meter_share >= 1:
            notes.append("the differences scatter no more than the meter itself does")
        if self.n > MOST_ROWS:
            notes.append(f"more than {MOST_ROWS} rows: no line of Passing and Bablok")
        return notes

    def columns(self) -> ComparedColumns:
        """Return what is found as columns of a row; what is not finite is empty."""
        observed, true, unit = self.limits, self.true_limits, 100.0 if self.scale.logarithmic else 1.0
        equivalence, lines = self.equivalence, (self.deming, self.passing_bablok)
        total, factor, concordance = map(_ends, (self.ratio, self.factor, self.concordance))
        bias, lower, upper = map(self._scaled, (observed.bias, observed.lower, observed.upper))
        true_lower, true_upper = map(self._scaled, (true.lower, true.upper))
        deming, passing_bablok = (_ends(line.slope if line else None) for line in lines)
        deming_at, passing_bablok_at = (_ends(line.intercept if line else None) for line in lines)
        margin = _ends(equivalence.interval_pct)
        return ComparedColumns(
            groups=self.units if self.grouped else None,
            total_ratio=total.value,
            total_ratio_low=total.low,
            total_ratio_high=total.high,
            factor=factor.value,
            factor_low=factor.low,
            factor_high=factor.high,
            growth_p=finite(self.growth_p),
            scale="logarithmic" if self.scale.logarithmic else "linear",
            mean_difference=bias.value,
            mean_difference_low=bias.low,
            mean_difference_high=bias.high,
            sd=None if observed.sd is None else finite(observed.sd * unit),
            lower=lower.value,
            lower_low=lower.low,
            lower_high=lower.high,
            upper=upper.value,
            upper_low=upper.low,
            upper_high=upper.high,
            meter_share=finite(self.meter_share),
            true_sd=None if true.sd is None else finite(true.sd * unit),
            true_lower=true_lower.value,
            true_lower_low=true_lower.low,
            true_lower_high=true_lower.high,
            true_upper=true_upper.value,
            true_upper_low=true_upper.low,
            true_upper_high=true_upper.high,
            mape_pct=finite(self.mape_pct),
            concordance=concordance.value,
            concordance_low=concordance.low,
            concordance_high=concordance.high,
            error_ratio=finite(self.deming.error_ratio) if self.deming else None,
            deming_slope=deming.value,
            deming_slope_low=deming.low,
            deming_slope_high=deming.high,
            deming_intercept=deming_at.value,
            deming_intercept_low=deming_at.low,
            deming_intercept_high=deming_at.high,
            passing_bablok_slope=passing_bablok.value,
            passing_bablok_slope_low=passing_bablok.low,
            passing_bablok_slope_high=passing_bablok.high,
            passing_bablok_intercept=passing_bablok_at.value,
            passing_bablok_intercept_low=passing_bablok_at.low,
            passing_bablok_intercept_high=passing_bablok_at.high,
            linearity_p=finite(self.passing_bablok.linearity_p) if self.passing_bablok else None,
            margin_pct=equivalence.margin_pct,
            equivalence_pct=margin.value,
            equivalence_pct_low=margin.low,
            equivalence_pct_high=margin.high,
            equivalence_p=finite(equivalence.p),
            equivalent=equivalence.verdict,
            notes="; ".join(self.notes),
        )

    def _scaled(self, estimate: WithInterval | None) -> "_Ends":
        """Return an estimate on the scale, in percent where that is logarithmic."""
        return _ends(self.scale.mapped(estimate) if estimate and self.scale.logarithmic else estimate)


class _Ends(NamedTuple):
    value: float | None
    low: float | None
    high: float | None


def _ends(estimate: WithInterval | None) -> _Ends:
    if estimate is None:
        return _Ends(None, None, None)
    return _Ends(finite(estimate.value), finite(estimate.low), finite(estimate.high))


def compare(pairs: Pairs, confidence: float, margin_pct: float = MARGIN_PCT) -> Comparison:
    """Compare an estimator with a meter by all methods.

    Args:
        pairs: at least one.
        confidence: of all intervals, e.g. 0.95; equivalence is tested at one minus it.
        margin_pct: of equivalence, in percent of the meter.
    """
    p = growth_p(pairs)
    scale = scale_of(pairs, p)
    ratio = total_ratio(pairs, confidence)
    return Comparison(
        n=len(pairs),
        units=pairs.units,
        grouped=pairs.groups is not None,
        ratio=ratio,
        factor=calibration_factor(ratio),
        bias=mean_difference(pairs, Scale(False, scale.level), confidence)[0],
        growth_p=p,
        scale=scale,
        limits=limits_of_agreement(pairs, scale, confidence),
        true_limits=limits_without_meter(pairs, scale, confidence),
        meter_share=meter_share(pairs, scale),
        mape_pct=mean_absolute_percentage_error(pairs),
        concordance=concordance(pairs, confidence),
        deming=deming(pairs, confidence),
        passing_bablok=passing_bablok(pairs, confidence),
        equivalence=equivalence(pairs, scale, margin_pct, confidence),
    )
