"""Pairs of scenarios as the report shows them: which rows, in which quantities, in which order."""

from dataclasses import replace

from analysis.statistics.samples import QUANTITIES, Quantity
from records.rows.statistics import ComparisonRow
from reports.campaign.view import ScenarioView, View

_MAIN = (("induced_wh", "energy_wh"), ("induced_wh_per_epoch", "wh_per_epoch"), ("duration_s",))
"""What the figures show: of each the first that the results have."""


def pairs_of(view: View, quantity: str | None = None) -> list[ComparisonRow]:
    """Return the comparisons of scenarios without a tracker, those of two workloads first.

    What a tracker costs (the same scenario with and without it) belongs to the trackers.

    Args:
        view: the results.
        quantity: a name of `QUANTITIES`; of all of them unless given.
    """
    tracked = {item.key for item in view.scenarios if item.tracker is not None}
    kinds = {item.key: item.kind for item in view.scenarios}
    rows = [
        row
        for row in view.results.comparisons
        if row.quantity in QUANTITIES and quantity in (None, row.quantity) and not tracked & {row.a, row.b}
    ]
    return sorted(rows, key=lambda row: sum(kinds.get(end) != "workload" for end in (row.a, row.b)))


def main_quantities(view: View) -> list[Quantity]:
    """Return the quantities of the figures: induced energy, energy per epoch, duration."""
    present = {row.quantity for row in pairs_of(view)}
    chosen = (next((name for name in names if name in present), None) for names in _MAIN)
    return [QUANTITIES[name] for name in chosen if name is not None]


def by_quantity(view: View) -> list[ComparisonRow]:
    """Return all comparisons of scenarios without a tracker, those in the main quantities first."""
    names = [quantity.name for quantity in main_quantities(view)]
    order = dict.fromkeys([*names, *QUANTITIES])
    return [row for name in order for row in pairs_of(view, name)]


def one_after_the_other(view: View, row: ComparisonRow) -> bool:
    """Say whether all runs of one scenario of a pair were over before those of the other began."""
    starts = [
        [run.t_start_utc_s for run in item.runs] for item in view.scenarios if item.key in (row.a, row.b)
    ]
    if len(starts) < 2 or min(map(len, starts)) < 2:
        return False
    one, other = starts
    return max(one) < min(other) or max(other) < min(one)


def described_quantity(item: ScenarioView) -> Quantity | None:
    """Return the quantity by which the runs of a scenario are shown one by one."""
    for name in ("induced_wh", "energy_wh", "duration_s"):
        quantity = QUANTITIES[name]
        if quantity.of_run is not None and item.of_runs(quantity.of_run):
            return quantity
    return None


def turned(row: ComparisonRow) -> ComparisonRow:
    """Return a comparison the other way round, as far as difference, ratio and verdict go."""
    ratio_low, ratio_high = _inverse(row.ratio_low, row.ratio_high)
    ratio_total_low, ratio_total_high = _inverse(row.ratio_total_low, row.ratio_total_high)
    return replace(
        row,
        a=row.b,
        b=row.a,
        n_a=row.n_b,
        n_b=row.n_a,
        mean_a=row.mean_b,
        mean_b=row.mean_a,
        difference=-row.difference,
        difference_low=_negative(row.difference_high),
        difference_high=_negative(row.difference_low),
        bca_low=_negative(row.bca_high),
        bca_high=_negative(row.bca_low),
        total_low=_negative(row.total_high),
        total_high=_negative(row.total_low),
        ratio=1 / row.ratio if row.ratio is not None and row.ratio > 0 else None,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        ratio_total_low=ratio_total_low,
        ratio_total_high=ratio_total_high,
    )


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _inverse(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """Return the ends of the interval of the inverse ratio; none where a ratio of zero is in it."""
    return (1 / high, 1 / low) if low is not None and high is not None and low > 0 else (None, None)
