"""The runs of a scenario one by one in the order they were made: scatter, drift and outliers at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.statistics.samples import QUANTITIES, Sample
from records.rows.statistics import StatisticsRow
from records.settings.analysis import CONFIDENCE
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, new_panel, share
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.words.energy import WH, EnergyUnit, in_unit
from reports.words.numbers import count, in_interval, plain
from reports.words.texts import counted
from reports.words.verdict import p_words, quantity_words, unit_in

_HOW = (
    "Outliers lie beyond 1.5 interquartile ranges from the quartiles (Tukey 1977); they are named and stay "
    "in every mean. Drift: a straight line by least squares, drawn where Kendall's tau against the order of "
    "the runs has p < 0.05 (Mann 1945)."
)
_LEAST_RUNS = 3
"""Fewer show neither scatter nor drift: they are in the table only."""

_MOST_PANELS = 12

_MOST_PCT = 50.0  # standard deviation, of the mean; beyond it a mean is too near to zero to count in it

_CAPTION = (
    "Dots: how far each run lies from the mean of its scenario, from the first run to the last; band: ± one "
    "standard deviation; squares: outliers, kept; dashed: drift, where there is one. Panels of one quantity "
    "share their axis."
)


@dataclass(frozen=True, eq=False)
class Series:
    """The runs of one scenario.

    Attributes:
        name: of the scenario.
        colour: ``#rrggbb``.
        sample: a quantity over its runs.
        statistics: its row; empty where there is none.
        energy: unit of energies in the texts.
    """

    name: str
    colour: str
    sample: Sample
    statistics: StatisticsRow | None
    energy: EnergyUnit = WH

    @property
    def unit(self) -> EnergyUnit:
        """Unit of the quantity in the texts."""
        return unit_in(self.sample.quantity, self.energy)

    @property
    def sd(self) -> float | None:
        """Standard deviation of the runs."""
        return None if self.statistics is None else self.statistics.sd

    @property
    def mean(self) -> float:
        """Mean of the runs."""
        return float(self.sample.values.mean())

    @property
    def outliers(self) -> list[str]:
        """Folders of the runs that are outliers."""
        return [] if self.statistics is None else self.statistics.outliers.split()

    @property
    def drift(self) -> StatisticsRow | None:
        """The statistics, where they show a drift."""
        row = self.statistics
        if row is None or row.drift_per_run is None or row.drift_tau_p is None:
            return None
        return row if row.drift_tau_p < 1 - CONFIDENCE else None


def _drawn(series: Series, percent: bool) -> tuple[Figure, Axes]:
    """Draw the runs of one scenario over their order: from their mean, in percent of it or in their unit."""
    figure, axes = new_panel("third", 2.1)
    order, mean = np.arange(1, series.sample.n + 1), series.mean
    scale = 100 / abs(mean) if percent else series.unit.per_wh
    values = scale * (series.sample.values - mean)
    if series.sd is not None:
        axes.axhspan(-scale * series.sd, scale * series.sd, color=palette.GRID, linewidth=0)
    axes.axhline(0, color=series.colour, linewidth=1.1)
    if series.drift is not None:
        line = scale * (series.drift.drift_per_run or 0.0) * (order - order.mean())
        axes.plot(order, line, color=palette.WARNING, linewidth=1.2, linestyle=(0, (4, 2)))
    out = [run_dir in series.outliers for run_dir in series.sample.run_dirs]
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
    axes.set_ylabel(f"from the mean / {'%' if percent else series.unit.name}")
    axes.set_title(_words(series), fontsize=7, color=palette.MUTED)
    return figure, axes


def _words(series: Series) -> str:
    row, outliers, quantity = series.statistics, len(series.outliers), QUANTITIES[series.sample.quantity]
    mean = f"{series.unit.measured(series.mean, series.sd)} {series.unit.name}"
    parts = [f"n = {series.sample.n}"]
    if row is not None and row.sd_pct is not None:
        parts.append(f"sd {plain(row.sd_pct, 2)} %")
    if outliers:
        parts.append(counted(outliers, "outlier"))
    words = f"mean {quantity.words} {mean}\n{', '.join(parts)}"
    if (drift := series.drift) is None:
        return words
    return f"{words}\ndrift {drift_words(in_unit(drift, series.energy))} a run, {p_words(drift.drift_tau_p)}"


def drift_words(row: StatisticsRow) -> str:
    """Return the change per run to the place that its interval allows."""
    return in_interval(row.drift_per_run, row.drift_low, row.drift_high)


class _Run(NamedTuple):
    """One run of a series, by its place in the order."""

    series: Series
    run_dir: str
    place: int
    value: float


def run_order_sheet(series: Sequence[Series], title: str, data: Table | None, *, simulated: bool) -> Sheet:
    """Draw the scenarios that have so many runs that their order shows something.

    Args:
        series: of all scenarios.
        title: of the figure.
        data: the numbers behind it, of all scenarios.
        simulated: whether the panels say SIMULATED.
    """
    panels = _panels(series, simulated)
    more = len(series) - len(panels)
    left_out = f" In the table only: {counted(more, 'further scenario')}." if more else ""
    return Sheet(
        key="run-order",
        title=title,
        size="third",
        panels=panels,
        caption=_CAPTION + left_out,
        how=_HOW,
        data=data,
        absent="" if panels else f"no scenario has {_LEAST_RUNS} valid runs.",
    )


def _panels(series: Sequence[Series], simulated: bool) -> list[Markup]:
    several = [one for one in series if one.sample.n >= _LEAST_RUNS][:_MOST_PANELS]
    figures: dict[Series, Figure] = {}
    for quantity in dict.fromkeys(one.sample.quantity for one in several):
        alike = [one for one in several if one.sample.quantity == quantity]
        percent = all(map(_resolved, alike))
        drawn = [_drawn(one, percent) for one in alike]
        share([axes for _, axes in drawn], "y")
        figures |= {one: figure for one, (figure, _) in zip(alike, drawn, strict=True)}
    return [
        finish(figures[one], f"run-order-{number}", one.name, _description(one), simulated=simulated)
        for number, one in enumerate(several)
    ]


def _resolved(series: Series) -> bool:
    return series.sd is not None and 100 * series.sd <= _MOST_PCT * series.mean and series.mean > 0


def _description(series: Series) -> str:
    words = QUANTITIES[series.sample.quantity].words
    return f"{words} of the runs of {series.name}, in order: {_words(series)}."


def run_order_data(series: list[Series]) -> Table:
    """Tabulate the values of the runs in the order they were made."""
    rows = [
        _Run(one, run_dir, place, value)
        for one in series
        for place, (run_dir, value) in enumerate(
            zip(one.sample.run_dirs, one.sample.values.tolist(), strict=True), start=1
        )
    ]
    columns: Columns[_Run] = (
        Column("Scenario", lambda row: row.series.name, numeric=False),
        Column("Run, in order", lambda row: count(row.place)),
        text_column("Run", lambda row: row.run_dir, whole=True),
        Column(
            "Quantity",
            lambda row: quantity_words(row.series.sample.quantity, row.series.energy),
            numeric=False,
        ),
        Column("Value", lambda row: row.series.unit.measured(row.value, row.series.sd)),
    )
    return table("run-order-data", "Runs in the order they were made", columns, rows, folded=False)
