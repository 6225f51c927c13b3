"""Software trackers against the meter: their rows, and what a tracker costs itself."""

from markupsafe import Markup

from analysis.agreement.trackers import ALL
from records.results import Row
from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Table
from reports.campaign.view import View
from reports.words.numbers import finite, given, in_interval

COSTS = {"induced_wh": ("Energy that the tracker adds", "Wh"), "duration_s": ("Time that it adds", "s")}
"""Quantities of the comparisons that tell a tracker's own cost: title of the panel, unit."""


def where(row: Row) -> str:
    """Return the scenario of a row of agreement, in words."""
    return "all scenarios" if row.get("scenario") == ALL else str(row.get("scenario"))


def runs_of(view: View, row: Row) -> list[Row]:
    """Return the run rows behind a row of agreement against the wall, scenario by scenario."""
    runs = [run for run in view.results.trackers if run.get("tracker") == row.get("tracker")]
    if row.get("scenario") != ALL:
        return [run for run in runs if run.get("scenario") == row.get("scenario")]
    order = list(dict.fromkeys(run.get("scenario") for run in runs))
    return sorted(runs, key=lambda run: order.index(run.get("scenario")))


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
        f"{confidence} % intervals of the difference; one that holds zero shows no cost.",
        how=how,
        data=data,
        absent="" if panels else "no scenario was run both with and without a tracker.",
    )


def own_cost_rows(view: View) -> list[Row]:
    """Return the comparisons of a scenario with a tracker and the same without it."""
    return [row for row in view.results.comparisons if str(row.get("b")).startswith(f"{row.get('a')}+")]


def _cost(view: View, quantity: str) -> Markup | None:
    title, unit = COSTS[quantity]
    bars = [
        Bar(
            name=view.name_of(str(row.get("b"))),
            colour=view.colour_of(str(row.get("a"))),
            value=difference,
            text=f"{in_interval(difference, row.get('difference_low'), row.get('difference_high'))} {unit}",
            hatched=True,
            low=finite(row.get("difference_low")),
            high=finite(row.get("difference_high")),
        )
        for row in own_cost_rows(view)
        if row.get("quantity") == quantity and (difference := finite(row.get("difference"))) is not None
    ]
    if not bars:
        return None
    key = f"trackers-cost-{unit.lower()}"
    return bars_panel("half", key, title, f"difference / {unit}", bars, simulated=view.simulated)
