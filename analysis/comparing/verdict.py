"""The verdict of a comparison: which of the two is lower, as far as the whole uncertainty bears it."""

from math import comb
from typing import Literal

from analysis.maths.describe import LEAST_FOR_INTERVAL
from records.rows.statistics import ComparisonRow
from records.settings.analysis import CONFIDENCE

Verdict = Literal["lower", "higher", "not shown", "untested"]
"""What b is to a: ``not shown`` where the difference is not significant, ``untested`` without a verdict."""


def verdict_of(row: ComparisonRow) -> Verdict:
    """Return the verdict of a comparison.

    A difference is significant when the p value of the t test (after Holm where the pair is one of a
    family) is small, and the interval that also holds meter and baseline does not include zero. Without
    that interval, because the baseline has too few runs, there is no verdict.
    """
    p = decisive_p(row)
    if p is None or repeats_of(row) < LEAST_FOR_INTERVAL or total_unknown(row):
        return "untested"
    if p >= 1 - CONFIDENCE or includes_zero(row.total_low, row.total_high):
        return "not shown"
    return "lower" if row.difference < 0 else "higher"


def is_significant(row: ComparisonRow) -> bool:
    """Say whether the verdict is that one of the two is lower."""
    return verdict_of(row) in ("lower", "higher")


def decisive_p(row: ComparisonRow) -> float | None:
    """Return the p value of the t test, after Holm where the pair is one of a family."""
    return row.p if row.p_holm is None else row.p_holm


def repeats_of(row: ComparisonRow) -> int:
    """Return the number of pairs, or of runs of the scenario that has fewer."""
    return row.pairs if row.pairs is not None else min(row.n_a, row.n_b)


def significant_by_test(row: ComparisonRow) -> dict[str, bool | None]:
    """Return whether each test by itself finds the difference significant.

    Returns:
        By ``t``, ``rank``, ``bootstrap`` and ``total`` (the interval with meter and baseline); ``None``
        where a test was not made, or where so few runs cannot be significant in it. No p value is
        adjusted: that several pairs are compared is no disagreement.
    """
    n_a, n_b = row.n_a, row.n_b
    smallest = 2 / (2**row.pairs if row.pairs is not None else comb(n_a + n_b, n_a))
    able = smallest < 1 - CONFIDENCE
    return {
        "t": None if row.p is None else row.p < 1 - CONFIDENCE,
        "rank": row.rank_p < 1 - CONFIDENCE if able and row.rank_p is not None else None,
        "bootstrap": _excludes_zero(row.bca_low, row.bca_high),
        "total": _excludes_zero(row.total_low, row.total_high),
    }


def disagree(row: ComparisonRow) -> bool:
    """Say whether the tests that were made do not come to one result."""
    return len(set(significant_by_test(row).values()) - {None}) > 1


def total_unknown(row: ComparisonRow) -> bool:
    """Say whether meter and baseline are in the uncertainty, but known from too few runs for an interval."""
    return row.total_u is not None and row.total_low is None


def includes_zero(low: float | None, high: float | None) -> bool:
    """Say whether there is an interval and zero is in it."""
    return low is not None and high is not None and low <= 0 <= high


def _excludes_zero(low: float | None, high: float | None) -> bool | None:
    return None if low is None or high is None else not includes_zero(low, high)
