"""The sentence in large letters: the answer to what was asked."""

from dataclasses import dataclass

from reports.campaign.first_screen.energies import energy_words, mean_and_unit, place
from reports.campaign.first_screen.least import Least, rivals_of
from reports.campaign.view import EnergyKind, ScenarioView, View, energy_of
from reports.words.numbers import plain


@dataclass(frozen=True)
class Headline:
    """The answer, and the sentence below it.

    Attributes:
        words: the answer with its number and interval.
        detail: what a reader asks next.
        focus: the scenario of the answer, whose numbers the tiles show; ``None`` where no run is valid.
        kind: which energy the answer is about.
    """

    words: str
    detail: str
    focus: ScenarioView | None
    kind: EnergyKind


def headline_of(view: View, least: Least | None) -> Headline:
    """Return the answer: which scenario uses least, else how much energy a run takes."""
    if least is not None:
        kind: EnergyKind = "induced" if view.baseline else "energy"
        return Headline(least.words, least.against, least.item, kind)
    items = [item for item in _asked(view) if item.row.energy_wh is not None]
    if not items:
        return Headline(
            "No valid run: there is no energy to report.", "The findings say why.", None, "energy"
        )
    kind = "induced" if all(item.row.induced_wh is not None for item in items) else "energy"
    if len(items) > 1:
        return _range(view, items, kind)
    (item,) = items
    return Headline(_one(view, item, kind), _detail(view, item, kind), item, kind)


def _asked(view: View) -> list[ScenarioView]:
    """Return the scenarios that the campaign asks about: workloads, else whatever was run."""
    return rivals_of(view) or [item for item in view.scenarios if item.kind == "workload"] or view.scenarios


def _one(view: View, item: ScenarioView, kind: EnergyKind) -> str:
    bound_wh = item.row.induced_bound_wh
    if kind == "induced" and bound_wh is not None:
        most = view.unit.measured(bound_wh, item.row.induced_u_wh)
        return f"One run of {item.name} takes at most {most} {view.unit.name} because of the program."
    return f"One run of {item.name} takes {energy_words(view, item, kind)}."


def _detail(view: View, item: ScenarioView, kind: EnergyKind) -> str:
    if kind == "energy":
        return (
            "" if item.kind != "workload" else "No baseline was measured, so the program's share is unknown."
        )
    unresolved = "This cannot be told from zero. " if item.row.induced_bound_wh is not None else ""
    duration = f" in {plain(item.row.duration_s, 3)} s" if item.row.duration_s is not None else ""
    return f"{unresolved}In all: {mean_and_unit(view, item, 'energy')} {place(view, 'energy')}{duration}."


def _range(view: View, items: list[ScenarioView], kind: EnergyKind) -> Headline:
    def size(item: ScenarioView) -> float:
        return energy_of(item.row, kind).value or 0.0

    low, high = min(items, key=size), max(items, key=size)
    words = f"One run takes {mean_and_unit(view, low, kind)} ({low.name}) to "
    words += f"{mean_and_unit(view, high, kind)} ({high.name}) {place(view, kind)}."
    return Headline(words, "The scenarios are not compared with each other.", low, kind)
