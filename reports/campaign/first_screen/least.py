"""Which scenario uses the least energy, and whether that is certain."""

from dataclasses import dataclass

from analysis.comparing.verdict import decisive_p, is_significant, verdict_of
from records.rows.statistics import ComparisonRow
from reports.campaign.first_screen.energies import energy_words, mean_and_unit
from reports.campaign.pairs import main_quantities, pairs_of, turned
from reports.campaign.view import EnergyKind, ScenarioView, View, energy_of
from reports.words.numbers import between, interval
from reports.words.texts import counted
from reports.words.verdict import certainty, p_words, percent, ratio_intervals, relative_words

_MOST_OTHERS = 3
_KINDS: dict[str, EnergyKind] = {"induced_wh": "induced", "energy_wh": "energy"}


@dataclass(frozen=True)
class Least:
    """The scenario with the least energy per run.

    Attributes:
        item: the scenario.
        words: which one it is, with its energy.
        against: how the others compare with it.
        certain: whether every difference from it is significant.
    """

    item: ScenarioView
    words: str
    against: str
    certain: bool


def rivals_of(view: View) -> list[ScenarioView]:
    """Return the workloads without a tracker, the control workload left out."""
    workloads = [item for item in view.scenarios if item.kind == "workload" and item.tracker is None]
    return [item for item in workloads if item.base != view.control]


def least_of(view: View) -> Least | None:
    """Return the workload without a tracker that uses least; ``None`` unless there are two to compare."""
    quantity = next(iter(main_quantities(view)), None)
    if quantity is None or quantity.name not in _KINDS:
        return None
    kind = _KINDS[quantity.name]
    means_wh = {
        item.key: mean_wh
        for item in rivals_of(view)
        if (mean_wh := energy_of(item.row, kind).value) is not None
    }
    if len(means_wh) < 2:
        return None
    with_mean = [item for item in rivals_of(view) if item.key in means_wh]
    first, *others = sorted(with_mean, key=lambda item: means_wh[item.key])
    compared = [(item, row) for item in others if (row := _against(view, first, item, quantity.name))]
    if not compared:
        return None
    certain = all(is_significant(row) for _, row in compared)
    unresolved = [item for item in with_mean if item.row.induced_bound_wh is not None]
    if not certain and kind == "induced" and unresolved:
        return Least(first, _without_order(view, unresolved), _from_lowest(first, compared), certain)
    words = energy_words(view, first, kind, " per run")
    if certain:
        words = f"{first.name} uses the least energy: {words}."
    else:
        words = f"No clear winner. Lowest in these runs: {first.name}, {words}."
    return Least(first, words, _others(compared), certain)


def _without_order(view: View, unresolved: list[ScenarioView]) -> str:
    """Say that no energy is the lowest: some are bounds, which have no order."""
    bounds = [f"{item.name} ({mean_and_unit(view, item, 'induced')})" for item in unresolved]
    which = counted(len(bounds), "scenario") if len(bounds) > _MOST_OTHERS else " and ".join(bounds)
    return f"No clear winner: {which} cannot be told from zero."


def _from_lowest(first: ScenarioView, compared: list[tuple[ScenarioView, ComparisonRow]]) -> str:
    """Say how many of the others differ from the lowest mean, where that is no answer."""
    significant = sum(is_significant(row) for _, row in compared)
    if not significant:
        return f"No significant difference from {first.name} (lowest mean)."
    verb = "are" if significant > 1 else "is"
    return (
        f"{significant} of {counted(len(compared), 'difference')} from {first.name} (lowest mean) "
        f"{verb} significant."
    )


def _others(compared: list[tuple[ScenarioView, ComparisonRow]]) -> str:
    """Say how the others differ; of many the next one, and in how many of the further ones significantly."""
    told = 1 if len(compared) > _MOST_OTHERS else len(compared)
    against = [f"{item.name} used {relative_words(row)} ({_how_sure(row)})" for item, row in compared[:told]]
    if further := compared[told:]:
        significant = sum(is_significant(row) for _, row in further)
        against.append(
            f"{counted(len(further), 'further scenario')} used more, {significant or 'none'} significantly"
        )
    return "; ".join(against) + "."


def _how_sure(row: ComparisonRow) -> str:
    """Return the wider interval of the relative difference, and whether the difference is significant."""
    widest, _ = ratio_intervals(row)
    ends = ""
    if widest is not None:
        ends = f"95 %: {between(interval(percent(widest.low), percent(widest.high)))} %; "
    if verdict_of(row) == "untested":  # a p value beside it would be read as one
        return f"{ends}{certainty(row)}"
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
