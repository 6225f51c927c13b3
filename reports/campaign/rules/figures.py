"""A published rule against the default one, as bars."""

from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Table
from reports.campaign.rules.differences import Beside
from reports.campaign.view import View
from reports.words.numbers import plain

MOST_PAIRS = 10
"""Further scenarios or runs are in the table only."""

_TITLES = {"induced_wh": "Induced energy", "energy_wh": "Energy, gross", "mean_power_w": "Mean power"}


def rules_sheet(view: View, found: list[Beside], how: str, data: Table) -> Sheet:
    """Draw what both rules give, quantity by quantity."""
    panels = []
    for column, title in _TITLES.items():
        chosen = [item for item in found if item.column == column][:MOST_PAIRS]
        bars = [bar for item in chosen for bar in _bars(view, item)]
        if bars:
            axis = f"{title.lower()} / {chosen[0].unit}"
            key = f"rules-{column.replace('_', '-')}"
            panels.append(bars_panel("half", key, title, axis, bars, simulated=view.simulated))
    return Sheet(
        key="rules",
        title="The rule in force against the default one",
        size="half",
        panels=panels,
        caption="Full colour: the default rule with its 95 % interval; pale: the published rule, which "
        "states no uncertainty.",
        how=how,
        data=data,
        absent="" if panels else "it has no quantity in common with the default rule.",
    )


def _bars(view: View, item: Beside) -> list[Bar]:
    colour, unit = view.colour_of(item.scenario), item.unit
    where = item.run_dir or item.scenario
    return [
        Bar(
            name=f"{where}: default",
            colour=colour,
            value=item.default,
            text=f"{plain(item.default)} {unit}",
            low=item.low,
            high=item.high,
        ),
        Bar(
            name=f"{where}: rule",
            colour=colour,
            value=item.rule,
            text=f"{plain(item.rule)} {unit}",
            light=True,
        ),
    ]
