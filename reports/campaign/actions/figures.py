"""What the parts of a run take of its energy: one panel per scenario, a bar per action."""

from analysis.maths.describe import mean_interval
from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Table
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import finite
from reports.words.texts import slug

_MOST_PANELS = 8
_MOST_BARS = 14

_HOW = (
    "An action's energy in a run is the sum over all its occurrences in that run, each the energy of its own "
    "window; then the mean over the runs that had it. Lines: intervals of Student's t by the scatter of the "
    "runs alone. Actions within actions are left out here; the table has them."
)


def actions_sheet(view: View, data: Table) -> Sheet:
    """Draw the energy of every outermost action, induced where there is a baseline, else gross."""
    shown = [item for item in view.scenarios if _totals(view, item)[0]]
    drawn = [(item, *_totals(view, item)) for item in shown[:_MOST_PANELS]]
    bars = [_bars(view, item, totals) for item, totals, _ in drawn]
    panels = [
        bars_panel(
            "half",
            f"actions-{index}-{slug(item.key)}",
            item.name,
            f"{'induced ' if induced else ''}energy per run / {view.unit.name}",
            own,
            simulated=view.simulated,
            beside=[
                bar for other, (*_, kind) in zip(bars, drawn, strict=True) if kind == induced for bar in other
            ],
        )
        for index, ((item, _, induced), own) in enumerate(zip(drawn, bars, strict=True))
    ]
    more = len(shown) - _MOST_PANELS
    return Sheet(
        key="actions",
        title="Energy of the actions of a run",
        size="half",
        panels=panels,
        caption="Bars: mean over the runs, in the order in which the actions began; circles: single runs; "
        "lines: 95 % intervals. Panels of the same energy share their axis."
        + (f" {more} further scenarios are in the table only." if more > 0 else ""),
        how=_HOW,
        data=data,
        absent="" if panels else "no action has an energy.",
    )


def share_of_largest(view: View, item: ScenarioView) -> tuple[str, float, str] | None:
    """Return the action that takes most, its share of the mean energy of the runs, and of which energy.

    Of an induced energy that cannot be told from zero there is no share.
    """
    totals, induced = _totals(view, item)
    whole = item.row.induced_wh if induced else item.row.energy_wh
    if not totals or whole is None or whole <= 0 or (induced and item.row.induced_bound_wh is not None):
        return None
    means = {name: sum(values) / len(values) for name, values in totals.items()}
    name = max(means, key=lambda key: means[key])
    return name, means[name] / whole, "induced energy" if induced else "energy"


def _totals(view: View, item: ScenarioView) -> tuple[dict[str, list[float]], bool]:
    """Return the energies by action, one per run, and whether they are induced energies."""
    runs = {row.run_dir for row in item.runs}
    rows = [row for row in view.results.actions if row.run_dir in runs]
    outermost = min((row.depth for row in rows), default=None)
    rows = [row for row in rows if row.depth == outermost]
    induced = any(row.induced_wh is not None for row in rows)
    per_run: dict[tuple[str, str], float] = {}
    for row in rows:
        energy_wh = row.induced_wh if induced else row.energy_wh
        if energy_wh is not None:
            key = row.name, row.run_dir
            per_run[key] = per_run.get(key, 0.0) + energy_wh
    totals: dict[str, list[float]] = {}
    for (name, _), energy_wh in per_run.items():
        totals.setdefault(name, []).append(energy_wh)
    return totals, induced


def _bars(view: View, item: ScenarioView, totals: dict[str, list[float]]) -> list[Bar]:
    confidence = finite(view.results.settings.get("confidence")) or 0.95
    bars = []
    for name, values in list(totals.items())[:_MOST_BARS]:
        mean = mean_interval(values, confidence)
        bars.append(
            Bar(
                name=name,
                colour=item.colour,
                value=mean.mean,
                text=f"{view.unit.in_interval(mean.mean, mean.low, mean.high)} {view.unit.name}",
                hatched=item.tracker is not None,
                low=mean.low,
                high=mean.high,
                dots=values if len(values) > 1 else [],
            ).scaled(view.unit.per_wh)
        )
    return bars
