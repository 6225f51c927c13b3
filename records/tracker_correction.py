"""The correction of a tracker or another estimator, as `lab trackers calibrate` writes it."""

from dataclasses import dataclass
from typing import ClassVar

from records.documents import Document


@dataclass(kw_only=True)
class TrackerCorrection(Document):
    """``measured = intercept + slope * estimated``, with what a single corrected value is off by.

    Attributes:
        estimated: tracker, or column of the table; ``measured`` the meter or its column.
        per: column that divided both; ``duration_s`` of a campaign, whose energies are compared as powers.
            Empty: nothing did.
        unit: of the values that were compared.
        kind: ``factor`` or ``line``.
        intercept, slope: with the ends of their intervals.
        u: standard uncertainty of a single corrected value: of a factor a share of it, of a line in ``unit``.
        shared_u: standard uncertainty of the meter that all rows share, as a share of the value.
        df: degrees of freedom of ``u``.
        low, high: range of the estimated values that it was made from, in ``unit``.
        confidence: of the intervals.
        n, units: rows, and independent ones among them; ``unit_kind`` what these are.
        raw_pct, corrected_pct: mean absolute error against the meter on held-out rows, before and after;
            ``raw_bias_pct`` and ``corrected_bias_pct`` the mean errors.
        linearity: verdict on the rows; ``influential`` the units on which the result depends.
        source: campaign or table; ``tracker_version`` where it is known.
        simulated: whether a simulated meter measured a row.
    """

    SCHEMA: ClassVar[str] = "wattlab.tracker-correction/1"
    estimated: str
    measured: str
    per: str
    unit: str
    kind: str
    intercept: float
    intercept_low: float | None
    intercept_high: float | None
    slope: float
    slope_low: float | None
    slope_high: float | None
    u: float
    shared_u: float
    df: float
    low: float
    high: float
    confidence: float
    n: int
    units: int
    unit_kind: str
    raw_pct: float
    corrected_pct: float
    raw_bias_pct: float
    corrected_bias_pct: float
    linearity: str
    influential: str
    source: str
    tracker_version: str
    simulated: bool
