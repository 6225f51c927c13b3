"""Memory over the epochs of each run: at run time a leak is a slope."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from analysis.smells.measures import memory_by_epoch
from records.rows.runs import EpochRow
from records.rows.smells import SmellRow
from reports.blocks import palette
from reports.blocks.columns import with_interval
from reports.blocks.kit import Sheet, finish, legend_below, new_panel, share
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.view import View
from reports.words.numbers import interval
from reports.words.smells import GROWTHS, signed
from reports.words.texts import printable, shorten

_OF_EPOCH: dict[str, Callable[[EpochRow], float | None]] = {
    "process": lambda epoch: epoch.rss_mib,
    "gpu": lambda epoch: epoch.hardware.get("gpu_memory_used_mib"),
}
_WORDS = {"process": "resident memory of the process", "gpu": "memory of the GPU"}


def memory_sheet(view: View, rows: list[SmellRow]) -> Sheet:
    """Draw the memory of every run over its epochs, a panel per smell and memory."""
    grown = [row for row in rows if row.quantity in GROWTHS]
    drawn = [_drawn(view, row) for row in grown]
    for memory in _WORDS:
        share([axes for row, (_, axes) in zip(grown, drawn, strict=True) if row.instrument == memory], "y")
    panels = [
        _finished(view, row, figure, f"smell-memory-{number}")
        for number, (row, (figure, _)) in enumerate(zip(grown, drawn, strict=True))
    ]
    return Sheet(
        key="smell-memory",
        title="Memory over the epochs",
        size="half",
        panels=panels,
        caption="Thin lines: single runs; thick lines: the mean slope. The legend gives the slope with its "
        "95 % interval over the runs, in MiB per epoch. Panels of the same memory share their "
        "axis, which does not begin at zero.",
        how="The slope of a run is that of a straight line by least squares over its epochs (three at "
        "least); the interval of the mean is Student's over the runs. Memory of the process: its resident "
        "set at the end of each epoch; of the GPU: the mean of what the collector sampled in the epoch. "
        "Neither rests on the power meter.",
        data=_data(grown) if panels else None,
        absent="" if panels else "no run has the memory of three epochs.",
        from_meter=False,
    )


class _Side(NamedTuple):
    """A scenario of a comparison with its mean slope, and how it is drawn."""

    scenario: str
    colour: str
    dash: Literal["--", "-"]
    slope: float
    low: float | None
    high: float | None

    @property
    def words(self) -> str:
        """Name and slope."""
        text = f"{shorten(printable(self.scenario), 20)}: {signed(self.slope, self.low, self.high)}"
        return text if self.low is None else f"{text} {interval(self.low, self.high)}"


def _sides(view: View, row: SmellRow) -> tuple[_Side, _Side]:
    clean = row.mean_clean, row.mean_clean_low, row.mean_clean_high
    smelly = row.mean_smelly, row.mean_smelly_low, row.mean_smelly_high
    return (
        _Side(row.clean, view.colour_of(row.clean), "--", *clean),
        _Side(row.smelly, view.colour_of(row.smelly), "-", *smelly),
    )


def _drawn(view: View, row: SmellRow) -> tuple[Figure, Axes]:
    figure, axes = new_panel("half", 2.6)
    for side in _sides(view, row):
        runs = list(_memory_of_runs(view, row, side.scenario))
        for values in runs:
            known = np.flatnonzero(np.isfinite(values))
            axes.plot(known + 1, np.take(values, known), color=palette.pale(side.colour), linewidth=0.8)
        if runs:
            epochs = np.arange(1, max(map(len, runs)) + 1)
            middle = float(np.mean([np.nanmean(values) for values in runs]))
            line = middle + side.slope * (epochs - epochs.mean())
            axes.plot(epochs, line, color=side.colour, linewidth=2.0, linestyle=side.dash)
    axes.set_xlabel("epoch")
    axes.set_ylabel("MiB")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.locator_params(axis="y", nbins=5)
    return figure, axes


def _finished(view: View, row: SmellRow, figure: Figure, key: str) -> Markup:
    sides = _sides(view, row)
    handles = [Line2D([], [], color=side.colour, linewidth=2.0, linestyle=side.dash) for side in sides]
    legend_below(figure, handles, [side.words for side in sides])
    title = f"{row.smell}: {_WORDS[row.instrument]}"
    said = "; ".join(side.words for side in sides)
    return finish(figure, key, title, f"{title} over the epochs, MiB per epoch: {said}.", simulated=False)


def _memory_of_runs(view: View, row: SmellRow, scenario: str) -> Iterator[list[float]]:
    for run in view.results.runs:
        if (run.scenario, run.tracker) == (scenario, row.runs_with):
            values = memory_by_epoch(view.results.epochs, run.run_dir, _OF_EPOCH[row.instrument])
            if values:
                yield values


def _data(rows: list[SmellRow]) -> Table:
    columns: Columns[SmellRow] = (
        Column("Smell", lambda row: row.smell, numeric=False),
        Column("Memory", lambda row: _WORDS[row.instrument], numeric=False),
        with_interval(
            "Clean", lambda row: (row.mean_clean, row.mean_clean_low, row.mean_clean_high), "MiB per epoch"
        ),
        with_interval(
            "Smelly",
            lambda row: (row.mean_smelly, row.mean_smelly_low, row.mean_smelly_high),
            "MiB per epoch",
        ),
        with_interval("Difference", lambda row: (row.difference, row.difference_low, row.difference_high)),
        Column("Verdict", lambda row: row.verdict, numeric=False),
    )
    return table("smell-memory-data", "Growth of memory", columns, rows, folded=False)
