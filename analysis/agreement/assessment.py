"""What may be concluded from a comparison: scale by scale, without any one group, for single runs."""

from dataclasses import dataclass

from analysis.agreement.comparison import Comparison
from analysis.agreement.decision import Decision, decide_mean
from analysis.agreement.influence import Without, influence
from analysis.agreement.linearity import Linearity, linearity_of
from analysis.agreement.nesting import Nesting, nesting_of
from analysis.agreement.pairs import Pairs
from analysis.agreement.ratios import Ratios, ratios
from analysis.agreement.regression import Line
from analysis.agreement.tolerance import tolerance_interval
from analysis.agreement.weighted import weighted_deming
from analysis.maths.arrays import finite
from analysis.maths.describe import WithInterval
from records.rows.agreement import AssessmentColumns


@dataclass(frozen=True)
class Assessment:
    """What goes beyond the comparison of an estimator with a meter.

    Attributes:
        ratios: of single rows; ``None`` where a value is not above zero.
        tolerance: interval of 95 % of the differences at 95 % confidence, on the comparison's scale.
        nesting: what rows of one group take from the evidence; ``None`` without groups.
        linearity: whether the rows lie on a line.
        weighted: Deming's line for errors in proportion to the level.
        influence: the comparison without each unit, the one that moves it most first.
        decision: on the mean difference, at the comparison's margin.
    """

    ratios: Ratios | None
    tolerance: WithInterval | None
    nesting: Nesting | None
    linearity: Linearity
    weighted: Line | None
    influence: list[Without]
    decision: Decision

    @property
    def standing_out(self) -> list[Without]:
        """The units on which slope or ratio depend."""
        return [unit for unit in self.influence if unit.stands_out]

    def columns(self, compared: Comparison) -> AssessmentColumns:
        """Return what is found as columns of a row; what is not finite is empty."""
        geometric, lower, upper = _parts(self.ratios)
        tolerance = self.tolerance and compared.scale.mapped(self.tolerance)
        if not compared.scale.logarithmic:
            tolerance = self.tolerance
        slope, intercept = (self.weighted.slope, self.weighted.intercept) if self.weighted else (None, None)
        first = self.influence[0] if self.influence else None
        return AssessmentColumns(
            geometric_ratio=_value(geometric),
            geometric_ratio_low=_low(geometric),
            geometric_ratio_high=_high(geometric),
            ratio_lower=_value(lower),
            ratio_lower_low=_low(lower),
            ratio_lower_high=_high(lower),
            ratio_upper=_value(upper),
            ratio_upper_low=_low(upper),
            ratio_upper_high=_high(upper),
            tolerance_lower=_low(tolerance),
            tolerance_upper=_high(tolerance),
            intraclass_correlation=None if self.nesting is None else finite(self.nesting.correlation),
            design_effect=None if self.nesting is None else finite(self.nesting.design_effect),
            effective_n=None if self.nesting is None else finite(self.nesting.effective_n),
            linearity=self.linearity.verdict,
            weighted_slope=_value(slope),
            weighted_slope_low=_low(slope),
            weighted_slope_high=_high(slope),
            weighted_intercept=_value(intercept),
            weighted_intercept_low=_low(intercept),
            weighted_intercept_high=_high(intercept),
            influential="; ".join(unit.unit for unit in self.standing_out),
            most_influential=None if first is None else first.unit,
            slope_without=None if first is None else finite(first.slope),
            intercept_without=None if first is None else finite(first.intercept),
            ratio_without=None if first is None else finite(first.ratio),
            decision=self.decision.verdict,
            decision_reason=self.decision.reason,
            meter_u_pct=finite(self.decision.meter_u),
        )


def assess(pairs: Pairs, compared: Comparison, confidence: float) -> Assessment:
    """Say what may be concluded from a comparison.

    Args:
        pairs: the rows that were compared.
        compared: what came out.
        confidence: of all intervals.
    """
    margin_pct = compared.equivalence.margin_pct
    return Assessment(
        ratios=ratios(pairs, confidence),
        tolerance=tolerance_interval(pairs, compared.scale, confidence),
        nesting=nesting_of(pairs, compared.scale),
        linearity=linearity_of(compared.passing_bablok, len(pairs)),
        weighted=weighted_deming(pairs, confidence),
        influence=influence(pairs, margin_pct, confidence),
        decision=decide_mean(pairs, compared.scale, margin_pct, confidence),
    )


def _parts(found: Ratios | None) -> tuple[WithInterval | None, WithInterval | None, WithInterval | None]:
    return (None, None, None) if found is None else (found.geometric, found.lower, found.upper)


def _value(estimate: WithInterval | None) -> float | None:
    return None if estimate is None else finite(estimate.value)


def _low(estimate: WithInterval | None) -> float | None:
    return None if estimate is None else finite(estimate.low)


def _high(estimate: WithInterval | None) -> float | None:
    return None if estimate is None else finite(estimate.high)
