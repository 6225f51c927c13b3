"""Two scenarios compared in one quantity, as one row (docs/explanation/method.md#statistics)."""

from collections.abc import Sequence
from math import comb

from analysis.maths.arrays import ratio
from analysis.statistics.difference import (
    BOOTSTRAP_SEED,
    MeanTest,
    bootstrap,
    fieller,
    rank_test,
    t_test,
)
from analysis.statistics.effects import cliffs_delta, hedges_g
from analysis.statistics.repeats import repeats_for
from analysis.statistics.samples import Pair, Sample, pair_of
from analysis.statistics.totals import Totals, total_columns
from analysis.uncertainty.estimate import Estimate
from records.rows.statistics import ComparisonRow


def compare(
    a: Sample,
    b: Sample,
    confidence: float,
    estimates: tuple[Estimate, Estimate] | None = None,
    bounds: tuple[float | None, float | None] = (None, None),
) -> ComparisonRow:
    """Compare two scenarios: b minus a and b over a.

    Args:
        a: the reference; ``b`` what is compared with it, in the same quantity.
        b: see ``a``.
        confidence: of all intervals; tests are two-sided at one minus this.
        estimates: the means of both with their budgets, where both are of one analysis.
        bounds: upper ends of the intervals of the two means, where these cannot be told from zero.

    Returns:
        What a field cannot say is ``None``, and ``note`` says why.

    Raises:
        ValueError: a scenario has no run with the quantity.
    """
    if not a.n or not b.n:
        raise ValueError(f"{a.label} and {b.label}: a comparison in {a.quantity} needs runs of both")
    pair = pair_of(a, b)
    test = t_test(pair, confidence)
    rank_name, rank_p, rank_remarks = rank_test(pair)
    bca_low, bca_high, bca_remarks = bootstrap(pair, confidence)
    ratio_low, ratio_high = fieller(pair, confidence)
    g, delta = hedges_g(pair, confidence), cliffs_delta(pair.a, pair.b, confidence)
    mean_a, mean_b = float(pair.a.mean()), float(pair.b.mean())
    remarks = [*_remarks(pair, test, confidence), *rank_remarks, *bca_remarks]
    remarks += [
        f"{sample.label}: its mean cannot be told from zero, so no ratio is given"
        for sample, bound in zip((a, b), bounds, strict=True)
        if bound is not None
    ]
    totals = total_columns(pair, test, *estimates, confidence) if estimates else Totals()
    resolved = bounds == (None, None)
    if resolved and test.low is not None and mean_a > 0 and ratio_low is None:
        remarks.append(f"the mean of {a.label} is not clearly above zero, so no ratio is given")
        resolved = False
    if not resolved:
        ratio_low = ratio_high = None
        totals.pop("ratio_total_low", None)
        totals.pop("ratio_total_high", None)
    level = max(mean_a, 0.0) if resolved else 0.0
    return ComparisonRow(
        a=a.label,
        b=b.label,
        quantity=a.quantity,
        n_a=a.n,
        n_b=b.n,
        mean_a=mean_a,
        mean_b=mean_b,
        difference=test.difference,
        difference_low=test.low,
        difference_high=test.high,
        ratio=ratio(mean_b, mean_a) if resolved else None,
        design="paired" if pair.paired else "unpaired",
        pairs=len(pair.a) if pair.paired else None,
        se=test.se,
        df=test.df,
        t=test.t,
        p=test.p,
        rank_test=rank_name,
        rank_p=rank_p,
        bca_low=bca_low,
        bca_high=bca_high,
        bca_seed=None if bca_low is None else BOOTSTRAP_SEED,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        hedges_g=g.value if g else None,
        hedges_g_low=g.low if g else None,
        hedges_g_high=g.high if g else None,
        cliffs_delta=delta.value if delta else None,
        cliffs_delta_low=delta.low if delta else None,
        cliffs_delta_high=delta.high if delta else None,
        repeats_1_pct=repeats_for(pair, 0.01 * level, confidence),
        repeats_5_pct=repeats_for(pair, 0.05 * level, confidence),
        repeats_observed=repeats_for(pair, test.difference, confidence),
        **totals,
        bound_a=bounds[0],
        bound_b=bounds[1],
        note="; ".join(remarks),
    )


def _remarks(pair: Pair, test: MeanTest, confidence: float) -> Sequence[str]:
    """Say what limits the comparison."""
    remarks = []
    n_a, n_b = len(pair.a), len(pair.b)
    if pair.left_out:
        remarks.append(f"left out: {pair.left_out} of the blocks, with only one of the two scenarios")
    if min(n_a, n_b) < 2:
        return [*remarks, "a single run shows no scatter: nothing can be tested"]
    if test.p is None:
        return [*remarks, "the repeats do not scatter: nothing can be tested"]
    smallest = 2 / (2**n_a if pair.paired else comb(n_a + n_b, n_a))
    if smallest > 1 - confidence:
        remarks.append(f"with so few runs the rank test cannot fall below p = {smallest:.2g}")
    return remarks
