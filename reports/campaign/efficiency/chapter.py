"""Energy efficiency: useful work per energy, and accuracy against the energy spent."""

from analysis.maths.describe import WithInterval
from records.rows.families import UsefulWork
from reports.blocks.contract import Block, Chapter, Choice, Text
from reports.campaign.efficiency.accuracy import accuracy_sheet
from reports.campaign.efficiency.figures import (
    WORK,
    Factor,
    efficiency_sheet,
    factors_of,
    kinds_of,
    value_words,
)
from reports.campaign.view import ScenarioView, View
from reports.words import notes
from reports.words.numbers import interval, plain

_HOW = (
    "Energy efficiency = useful work done / used energy: the sum of the work over the runs of a scenario "
    "over the sum of their energies, gross or induced. Its 95 % interval is that of a ratio of sums by the "
    "scatter of the runs (Cochran 1977, section 6.4), from three runs on; the meter's own error, which all "
    "scenarios share, is not in it."
)
_READ_WITH_CARE = (
    "What is useful is the reader's choice, and the order of the scenarios may change with it. Accuracy per "
    "Wh favours whoever stops early, because the last percent of accuracy cost the most energy: read it "
    "together with accuracy over energy below."
)


def chapter(view: View) -> Chapter:
    """Show the efficiency factors of every kind of useful work, and accuracy over energy."""
    kinds = kinds_of(view)
    accuracy = accuracy_sheet(view, notes.TARGET_NOTE)
    blocks: list[Block] = [*_answer(view, kinds), *_efficiencies(view, kinds), accuracy]
    absent = "" if kinds or accuracy.panels else "no scenario reported useful work."
    return Chapter("efficiency", "Efficiency", "Efficiency", blocks, absent)


def _efficiencies(view: View, kinds: list[UsefulWork]) -> list[Block]:
    sheets = [efficiency_sheet(view, kind, _HOW) for kind in kinds]
    if not sheets:
        return [Text("No scenario reported useful work.", "nothing")]
    if len(sheets) == 1:
        return [Text(_READ_WITH_CARE), *sheets]
    names = [WORK[kind][0] for kind in kinds]
    options = list(zip(names, sheets, strict=True))
    return [Text(_READ_WITH_CARE), Choice("useful-work", "Useful work", options)]


def _answer(view: View, kinds: list[UsefulWork]) -> list[Block]:
    """Say which scenario does most of the first kind of useful work with its energy."""
    if not kinds:
        return []
    factor = factors_of(view, kinds[0])[-1]
    values = [
        (value, item)
        for item in view.scenarios
        if item.tracker is None and (value := factor.value(item)) is not None
    ]
    values.sort(key=lambda one: one[0], reverse=True)
    each = "; ".join(f"{item.name} {_with_interval(factor, item, value)}" for value, item in values)
    words = f"{factor.title}: {each}."
    words += "".join(
        f" {item.name}: not resolved, at least {plain(bound, 2)}."
        for item in view.scenarios
        if item.tracker is None and (bound := factor.bound(item)) is not None
    )
    if len(values) > 1:
        words += f" {_certainty(values[0][1], values[1][1], factor)}"
    return [Text(words)]


def _with_interval(factor: Factor, item: ScenarioView, value: float) -> str:
    known = factor.interval_of(item)
    ends = f" {interval(known.low, known.high)}" if known and known.low is not None else ""
    return f"{value_words(value, known)}{ends}"


def _certainty(best: ScenarioView, second: ScenarioView, factor: Factor) -> str:
    one, other = factor.interval_of(best), factor.interval_of(second)
    if one is None or other is None or one.low is None or other.low is None:
        return "Without an interval of both it is open whether the order would hold in other runs."
    between = f"The intervals of {best.name} and {second.name}"
    if _apart(one, other):
        return f"{between} do not meet: {best.name} does more with its energy."
    return f"{between} meet: no clear winner."


def _apart(one: WithInterval, other: WithInterval) -> bool:
    ends = one.low, one.high, other.low, other.high
    low, high, other_low, other_high = (0.0 if end is None else end for end in ends)
    return low > other_high or other_low > high
