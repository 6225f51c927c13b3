"""Everything that is said about one estimator and one meter, as one row (METHOD section 7)."""

from dataclasses import dataclass

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
from analysis.maths.describe import WithInterval, interval_columns
from records.results import Row

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

    def row(self) -> Row:
        """Return `records.result_columns.COMPARED_COLUMNS` as plain numbers."""
        observed, true = self.limits, self.true_limits
        to_unit = 1.0 if not self.scale.logarithmic else 100.0
        row: Row = {
            "groups": self.units if self.grouped else None,
            **interval_columns("total_ratio", self.ratio),
            **interval_columns("factor", self.factor),
            "growth_p": self.growth_p,
            "scale": "logarithmic" if self.scale.logarithmic else "linear",
            **self._limits("mean_difference", observed.bias),
            "sd": None if observed.sd is None else observed.sd * to_unit,
            **self._limits("lower", observed.lower),
            **self._limits("upper", observed.upper),
            "meter_share": self.meter_share,
            "true_sd": None if true.sd is None else true.sd * to_unit,
            **self._limits("true_lower", true.lower),
            **self._limits("true_upper", true.upper),
            "mape_pct": self.mape_pct,
            **interval_columns("concordance", self.concordance),
            "error_ratio": self.deming.error_ratio if self.deming else None,
            **interval_columns("deming_slope", self.deming.slope if self.deming else None),
            **interval_columns("deming_intercept", self.deming.intercept if self.deming else None),
            **interval_columns(
                "passing_bablok_slope", self.passing_bablok.slope if self.passing_bablok else None
            ),
            **interval_columns(
                "passing_bablok_intercept", self.passing_bablok.intercept if self.passing_bablok else None
            ),
            "linearity_p": self.passing_bablok.linearity_p if self.passing_bablok else None,
            "margin_pct": self.equivalence.margin_pct,
            **interval_columns("equivalence_pct", self.equivalence.interval_pct),
            "equivalence_p": self.equivalence.p,
            "equivalent": self.equivalence.verdict,
            "notes": "; ".join(self.notes),
        }
        return {name: finite(value) if isinstance(value, float) else value for name, value in row.items()}

    def _limits(self, name: str, estimate: WithInterval | None) -> Row:
        if estimate is not None and self.scale.logarithmic:
            estimate = self.scale.mapped(estimate)
        return interval_columns(name, estimate)


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
