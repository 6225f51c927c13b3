"""Which scenario needs least, and whether that is certain: the sentence of the first screen."""

from dataclasses import dataclass

from analysis.comparing.verdict import decisive_p, is_significant
from records.rows.statistics import ComparisonRow
from reports.campaign.pairs import main_quantities, pairs_of, turned
from reports.campaign.view import EnergyKind, ScenarioView, View, energy_of, mean_words
from reports.words.numbers import interval
from reports.words.verdict import certainty, p_words, percent, ratio_intervals, relative_words

_MOST_OTHERS = 3
_KINDS: dict[str, EnergyKind] = {"induced_wh": "induced", "energy_wh": "energy"}


@dataclass(frozen=True)
class Least:
    """The scenario with the least energy per run.

    Attributes:
        words: which one, and how the others compare with it.
        certain: whether every difference from it is significant.
    """

    words: str
    certain: bool


def least_of(view: View) -> Least | None:
    """Return the workload without a tracker that needs least; ``None`` unless there are two to compare."""
    quantity = next(iter(main_quantities(view)), None)
    workloads = [item for item in view.scenarios if item.kind == "workload" and item.tracker is None]
    rivals = [item for item in workloads if item.base != view.control]
    if quantity is None or quantity.name not in _KINDS:
        return None
    kind = _KINDS[quantity.name]
    means_wh = {
        item.key: mean_wh for item in rivals if (mean_wh := energy_of(item.row, kind).value) is not None
    }
    if len(means_wh) < 2:
        return None
    with_mean = [item for item in rivals if item.key in means_wh]
    first, *others = sorted(with_mean, key=lambda item: means_wh[item.key])
    compared = [(item, row) for item in others if (row := _against(view, first, item, quantity.name))]
    if not compared:
        return None
    certain = all(is_significant(row) for _, row in compared)
    words = _lowest(quantity.words, with_mean, first, kind, certain)
    against = [
        f"{item.name} {relative_words(row)} ({_how_sure(row)})" for item, row in compared[:_MOST_OTHERS]
    ]
    if len(compared) > _MOST_OTHERS:
        against.append(_further(compared[_MOST_OTHERS:]))
    return Least("; ".join([words, *against]) + ".", certain)


def _lowest(
    quantity: str, items: list[ScenarioView], first: ScenarioView, kind: EnergyKind, certain: bool
) -> str:
    """Name the lowest mean, or say that there is none as the energies are bounds, which have no order."""
    if certain or kind != "induced" or first.row.induced_bound_wh is None:
        where = "" if certain else " in these runs"
        return f"Lowest {quantity} per run{where}: {first.name}, {mean_words(first.row, kind)} Wh"
    bounds = [
        f"{item.name} {mean_words(item.row, kind)} Wh"
        for item in items
        if item.row.induced_bound_wh is not None
    ]
    return f"No lowest {quantity} per run, as not all are resolved: {', '.join(bounds)}"


def _further(compared: list[tuple[ScenarioView, ComparisonRow]]) -> str:
    """Say of how many further scenarios the difference is significant."""
    significant = sum(is_significant(row) for _, row in compared)
    return f"{len(compared)} further scenarios used more, {significant} of them significantly"


def _how_sure(row: ComparisonRow) -> str:
    """Return the wider interval of the relative difference, and whether the difference is significant."""
    widest, _ = ratio_intervals(row)
    ends = ""
    if widest is not None:
        ends = f"95 % interval {interval(percent(widest.low), percent(widest.high))} %; "
    p = decisive_p(row)
    return f"{ends}{certainty(row)}{'' if p is None else f', {p_words(p)}'}"


def _against(view: View, first: ScenarioView, other: ScenarioView, quantity: str) -> ComparisonRow | None:
    """Return the comparison of another scenario with the first, which is the reference."""
    for row in pairs_of(view, quantity):
        if (row.a, row.b) == (first.key, other.key):
            return row
        if (row.a, row.b) == (other.key, first.key):
            return turned(row)
    return None
