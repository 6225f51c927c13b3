"""Software trackers against the meter: their rows, and what a tracker costs itself."""

from markupsafe import Markup

from analysis.agreement.trackers import ALL
from analysis.statistics.samples import QUANTITIES
from records.rows.agreement import AgreementRow, TrackerRow
from records.rows.statistics import ComparisonRow
from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Table
from reports.campaign.view import View
from reports.words.numbers import finite, given
from reports.words.verdict import unit_in

COSTS = {"induced_wh": "Energy that the tracker adds", "duration_s": "Time that it adds"}
"""Quantities of the comparisons that tell a tracker's own cost: title of the panel."""


def where(row: AgreementRow) -> str:
    """Return the scenario of a row of agreement, in words."""
    return "all scenarios" if row.scenario == ALL else row.scenario


def runs_of(view: View, row: AgreementRow) -> list[TrackerRow]:
    """Return the run rows behind a row of agreement against the wall, scenario by scenario."""
    runs = [run for run in view.results.trackers if run.tracker == row.tracker]
    if row.scenario != ALL:
        return [run for run in runs if run.scenario == row.scenario]
    order = list(dict.fromkeys(run.scenario for run in runs))
    return sorted(runs, key=lambda run: order.index(run.scenario))


def cost_sheet(view: View, how: str, data: Table) -> Sheet:
    """Draw what the tracker itself adds in energy and time: the scenario with it minus without it."""
    panels = [panel for quantity in COSTS if (panel := _cost(view, quantity)) is not None]
    confidence = given(100 * (finite(view.results.settings.get("confidence")) or 0.95))
    return Sheet(
        key="trackers-cost",
        title="What the tracker itself costs",
        size="half",
        panels=panels,
        caption="Mean of the runs with the tracker minus mean of the runs without it. Lines: "
        f"{confidence} % intervals of the difference; an interval that includes zero: no cost detected.",
        how=how,
        data=data,
        absent="" if panels else "no scenario was run both with and without a tracker.",
    )


def own_cost_rows(view: View) -> list[ComparisonRow]:
    """Return the comparisons of a scenario with a tracker and the same without it."""
    return [row for row in view.results.comparisons if row.b.startswith(f"{row.a}+")]


def _cost(view: View, quantity: str) -> Markup | None:
    title, unit = COSTS[quantity], unit_in(quantity, view.unit)
    bars = [
        Bar(
            name=view.name_of(row.b),
            colour=view.colour_of(row.a),
            value=row.difference,
            text=f"{unit.in_interval(row.difference, row.difference_low, row.difference_high)} {unit.name}",
            hatched=True,
            low=row.difference_low,
            high=row.difference_high,
        ).scaled(unit.per_wh)
        for row in own_cost_rows(view)
        if row.quantity == quantity
    ]
    if not bars:
        return None
    key = f"trackers-cost-{QUANTITIES[quantity].unit.lower()}"
    return bars_panel("half", key, title, f"difference / {unit.name}", bars, simulated=view.simulated)
