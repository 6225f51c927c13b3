"""The runs of a scenario one by one in the order they were made: scatter, drift and outliers at a glance."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from analysis.statistics.samples import QUANTITIES, Sample
from records.results import Row
from records.settings.analysis import CONFIDENCE
from reports.blocks import palette
from reports.blocks.kit import finish, new_panel
from reports.blocks.tables import Column, Table, table, text_column
from reports.words.numbers import count, finite, in_interval, measured, plain
from reports.words.verdict import p_words, quantity_words

HOW = (
    "Outliers lie beyond 1.5 interquartile ranges from the quartiles (Tukey 1977); they are named and stay "
    "in every mean. Drift: a straight line by least squares, drawn where Kendall's tau against the order of "
    "the runs has p < 0.05 (Mann 1945)."
)
CAPTION = (
    "Dots: runs from the first to the last; line: their mean; band: mean ± one standard deviation; squares: "
    "outliers, kept; dashed: drift, where there is one. Axes do not begin at zero."
)


@dataclass(frozen=True, eq=False)
class Series:
    """The runs of one scenario.

    Attributes:
        name: of the scenario.
        colour: ``#rrggbb``.
        sample: a quantity over its runs.
        statistics: its row; empty where there is none.
    """

    name: str
    colour: str
    sample: Sample
    statistics: Row


def run_order_panel(series: Series, key: str, *, simulated: bool) -> Markup:
    """Draw the runs of one scenario over their order."""
    figure, axes = new_panel("third", 1.9)
    values, order = series.sample.values, np.arange(1, series.sample.n + 1)
    quantity, row = QUANTITIES[series.sample.quantity], series.statistics
    mean, sd = float(values.mean()), finite(row.get("sd"))
    if sd is not None:
        axes.axhspan(mean - sd, mean + sd, color=palette.GRID, linewidth=0)
    axes.axhline(mean, color=series.colour, linewidth=1.1)
    slope, tau_p = finite(row.get("drift_per_run")), finite(row.get("drift_tau_p"))
    drifts = slope is not None and tau_p is not None and tau_p < 1 - CONFIDENCE
    if drifts and slope is not None:
        line = mean + slope * (order - order.mean())
        axes.plot(order, line, color=palette.WARNING, linewidth=1.2, linestyle=(0, (4, 2)))
    out = [run_dir in str(row.get("outliers") or "").split() for run_dir in series.sample.run_dirs]
    for far, marker, face in ((False, "o", palette.PAPER), (True, "s", series.colour)):
        chosen = np.array(out) == far
        axes.plot(
            order[chosen],
            values[chosen],
            linestyle="none",
            marker=marker,
            markersize=4.5 if far else 3.4,
            markerfacecolor=face,
            markeredgecolor=series.colour,
            markeredgewidth=0.9,
        )
    axes.set_xlim(0.5, series.sample.n + 0.5)
    axes.margins(y=0.18)
    axes.locator_params(axis="y", nbins=4)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.set_xlabel("run, in order")
    axes.set_ylabel(f"{quantity.words} / {quantity.unit}")
    said = _said(series, sum(out), drifts)
    axes.set_title(said, fontsize=6.8, color=palette.MUTED)
    description = f"{quantity.words} of the runs of {series.name}, in order: {said}."
    return finish(figure, key, series.name, description, simulated=simulated)


def _said(series: Series, outliers: int, drifts: bool) -> str:
    row = series.statistics
    if series.sample.n == 1:
        return "n = 1: no scatter is known"
    parts = [f"n = {series.sample.n}"]
    if (sd_pct := finite(row.get("sd_pct"))) is not None:
        parts.append(f"sd {plain(sd_pct, 2)} %")
    if outliers:
        parts.append(f"{outliers} outlier{'' if outliers == 1 else 's'}")
    said = ", ".join(parts)
    return f"{said}\ndrift {drift_words(row)} a run, {p_words(row.get('drift_tau_p'))}" if drifts else said


def drift_words(row: Row) -> str:
    """Return the change per run to the place that its interval allows."""
    return in_interval(row.get("drift_per_run"), row.get("drift_low"), row.get("drift_high"))


def run_order_data(series: list[Series]) -> Table:
    """Tabulate the values of the runs in the order they were made."""
    rows = [
        {"of": one, "run": run_dir, "n": place, "value": value}
        for one in series
        for place, (run_dir, value) in enumerate(
            zip(one.sample.run_dirs, one.sample.values.tolist(), strict=True), start=1
        )
    ]
    columns = (
        Column("Scenario", lambda row: row["of"].name, numeric=False),
        Column("Run, in order", lambda row: count(row["n"])),
        text_column("Run", "run", whole=True),
        Column("Quantity", lambda row: quantity_words(row["of"].sample.quantity), numeric=False),
        Column("Value", lambda row: measured(row["value"], row["of"].statistics.get("sd"))),
    )
    return table("run-order-data", "Runs in the order they were made", columns, rows, folded=False)
