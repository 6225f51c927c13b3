"""Whether what a tracker costs is shown to be next to nothing (docs/explanation/method.md#statistics)."""

from dataclasses import replace

import numpy as np

from records.rows.statistics import ComparisonRow

MARGIN_PCT = 1.0
"""A cost within this, in percent of the mean without the tracker, is as good as none."""

LEAST_RUNS = 3


def with_equivalence(row: ComparisonRow, confidence: float) -> ComparisonRow:
    """Test whether the difference lies within the margin: two one-sided t tests (Schuirmann 1987).

    Meter and baseline are in the uncertainty where it is known; each test is made at ``1 - confidence``.

    Args:
        row: a scenario with a tracker against the same without it.
        confidence: of the campaign's intervals.

    Returns:
        The row with the columns of the test; as it was where too few runs, no scatter, or a mean that cannot
        be told from zero leave nothing to test.
    """
    from scipy import stats

    runs = min(row.n_a, row.n_b) if row.pairs is None else row.pairs
    if runs < LEAST_RUNS or row.df is None or row.ratio is None or not row.se or row.mean_a <= 0:
        return row
    margin, u = MARGIN_PCT / 100 * row.mean_a, max(row.se, row.total_u or 0.0)
    t = np.array([row.difference + margin, margin - row.difference]) / u
    p = float(np.max(stats.t.sf(t, row.df)))
    reach = u * float(stats.t.ppf(confidence, row.df))
    low, high = row.difference - reach, row.difference + reach
    outside = low > margin or high < -margin
    return replace(
        row,
        equivalence_pct=MARGIN_PCT,
        equivalence_low_pct=100 * low / row.mean_a,
        equivalence_high_pct=100 * high / row.mean_a,
        equivalence_p=p,
        equivalent="yes" if p < 1 - confidence else "no" if outside else "not shown",
    )
