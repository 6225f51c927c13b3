"""Two scenarios side by side: all their runs, their means, and how far apart they are."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from analysis.comparing.scenarios import Compared
from analysis.comparing.sides import Side
from analysis.statistics.samples import pair_of
from records.rows.statistics import StatisticsRow
from reports.blocks import palette
from reports.blocks.columns import WithEnds, with_interval
from reports.blocks.kit import Sheet, energy_axis, finish, new_panel
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.comparisons.run_order import Series, run_order_data, run_order_sheet
from reports.words.energy import EnergyUnit
from reports.words.numbers import count
from reports.words.texts import label

_SPREAD = 0.16
"""How far the dots of a scenario lie apart sideways, so that equal values do not hide each other."""


@dataclass(frozen=True)
class Looks:
    """The colours of the two scenarios: their own where these differ."""

    a: str
    b: str


def runs_sheet(compared: Compared, looks: Looks, unit: EnergyUnit, simulated: bool) -> Sheet:
    """Draw all runs of both with mean and interval; runs of one block are joined where they are pairs."""
    paired = compared.row.design == "paired"
    joined = " Grey lines join the means of the blocks that hold runs of both." if paired else ""
    series = [_series(side, colour, unit) for side, colour in _both(compared, looks)]
    return Sheet(
        key="runs",
        title="All runs of both",
        size="half",
        panels=[_strips(compared, looks, unit, simulated)],
        caption="Dots: runs, from left to right in the order they were made; bars: mean with its 95 % "
        f"interval by the scatter of the runs.{joined} The axis need not begin at zero.",
        how="Mean over the runs and Student's t interval with n − 1 degrees of freedom; with one run there "
        "is none. One value per run; of the quantities per epoch the mean over the epochs of the run.",
        data=run_order_data(series),
    )


def order_sheet(compared: Compared, looks: Looks, unit: EnergyUnit, simulated: bool) -> Sheet:
    """Draw the runs of each over their order."""
    series = [_series(side, colour, unit) for side, colour in _both(compared, looks)]
    data = _description(compared, unit)
    return run_order_sheet(series, "Drift and outliers", data, simulated=simulated)


def _both(compared: Compared, looks: Looks) -> list[tuple[Side, str]]:
    return [(compared.a, looks.a), (compared.b, looks.b)]


def _series(side: Side, colour: str, unit: EnergyUnit) -> Series:
    return Series(side.label, colour, side.sample, side.statistics, unit)


def _strips(compared: Compared, looks: Looks, unit: EnergyUnit, simulated: bool) -> Markup:
    figure, axes = new_panel("half", 3.2)
    pair = pair_of(compared.a.sample, compared.b.sample)
    if pair.paired:
        for values in zip(pair.a, pair.b, strict=True):
            axes.plot([0.24, 0.76], values, color=palette.BASELINE_PART, linewidth=0.8)
    for place, (side, colour) in enumerate(_both(compared, looks)):
        _strip(axes, place, side, colour)
    axes.set_xlim(-0.5, 1.5)
    axes.set_xticks([0, 1], [label(side.label, width=24) for side, _ in _both(compared, looks)])
    axes.grid(visible=False, axis="x")
    axes.margins(y=0.1)
    words = compared.quantity.words
    energy_axis(axes.yaxis, words, unit)
    means = "; ".join(
        f"{side.label} {_mean(side, unit)} {unit.name}, n = {side.sample.n}"
        for side in (compared.a, compared.b)
    )
    axes.set_title(
        ", ".join(f"n = {side.sample.n}" for side in (compared.a, compared.b)),
        fontsize=6.8,
        color=palette.MUTED,
    )
    title = f"{words.capitalize()} per run"
    return finish(figure, "runs-both", title, f"{title}: {means}.", simulated=simulated)


def _strip(axes: Axes, place: int, side: Side, colour: str) -> None:
    n, row = side.sample.n, side.statistics
    aside = np.linspace(-_SPREAD, _SPREAD, n) if n > 1 else np.zeros(1)
    axes.plot(
        place + aside + (-0.06 if place == 0 else 0.06),
        side.sample.values,
        linestyle="none",
        marker="o",
        markersize=4,
        markerfacecolor=palette.PAPER,
        markeredgecolor=colour,
        markeredgewidth=0.9,
    )
    at = place + (-0.34 if place == 0 else 0.34)
    if row.mean_low is not None and row.mean_high is not None:
        axes.plot([at, at], [row.mean_low, row.mean_high], color=colour, linewidth=2.2)
    axes.plot([at - 0.07, at + 0.07], [row.mean, row.mean], color=colour, linewidth=2.2)


def _mean(side: Side, unit: EnergyUnit) -> str:
    row = side.statistics
    ends = f" {unit.interval(row.mean_low, row.mean_high)}" if row.mean_low is not None else ""
    u = side.mean_u if row.sd is None else row.sd
    return f"{unit.in_interval(row.mean, row.mean_low, row.mean_high, u)}{ends}"


def _description(compared: Compared, unit: EnergyUnit) -> Table:
    sides = (compared.a, compared.b)
    columns: Columns[Side] = (
        text_column("Scenario", lambda side: side.label),
        Column("n", lambda side: count(side.statistics.n)),
        with_interval("Drift per run", lambda side: _drift(side.statistics), unit),
        text_column("Outliers, kept", lambda side: side.statistics.outliers),
    )
    return table("run-order-drift", "Drift and outliers", columns, sides, folded=False, source="statistics")


def _drift(row: StatisticsRow) -> WithEnds:
    return row.drift_per_run, row.drift_low, row.drift_high
