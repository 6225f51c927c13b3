"""What the training reached, epoch by epoch: accuracy and loss (paper, fig. 8)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from records.rows.runs import EpochRow
from reports.blocks.kit import Sheet, finish, legend_below, new_panel, share
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.view import ScenarioView, View, numbers
from reports.words.numbers import count, plain
from reports.words.texts import label, slug


@dataclass(frozen=True)
class Measure:
    """What a training reaches: title, on what, its value of an epoch, and the end of its axis."""

    title: str
    words: str
    of: Callable[[EpochRow], float | None]
    top: float | None = None

    @property
    def key(self) -> str:
        """Id on the page."""
        return slug(self.title)


_UNSEEN, _TRAINED = "on data that it was not trained with", "on the training data"
MEASURES = (
    Measure("Validation accuracy", _UNSEEN, lambda row: row.val_accuracy, top=1.0),
    Measure("Accuracy", _TRAINED, lambda row: row.accuracy, top=1.0),
    Measure("Validation loss", _UNSEEN, lambda row: row.val_loss),
    Measure("Loss", _TRAINED, lambda row: row.loss),
)
_MARKERS = "osD^vPX"

MOST_LINES = 12
"""Scenarios whose lines can be told apart; further ones are in the table only."""


def progress_sheet(view: View) -> Sheet:
    """Draw accuracy and loss over the number of the epoch, all scenarios in one panel each."""
    shown = [measure for measure in MEASURES if numbers(map(measure.of, view.results.epochs))]
    more = max((len(_that_have(view, measure)) for measure in shown), default=0) - MOST_LINES
    return Sheet(
        key="progress",
        title="What each epoch reached",
        size="half",
        panels=_panels(view, shown),
        caption="Lines: mean of the runs that reached the epoch; pale areas: from the lowest to the highest "
        "of them. Dashed: runs with a tracker. More accuracy and less loss are better."
        + (f" {more} further scenarios are in the table only." if more > 0 else ""),
        how="As the training framework reported it at the end of each epoch; only the mean over the runs "
        "was computed.",
        data=_data(view, shown) if shown else None,
        absent="" if shown else "no run reported accuracy or loss.",
        from_meter=False,
    )


def _that_have(view: View, measure: Measure) -> list[ScenarioView]:
    return [item for item in view.scenarios if numbers(map(measure.of, item.epochs))]


def _panels(view: View, shown: list[Measure]) -> list[Markup]:
    """Draw a panel for each; those of the losses share their axis, as those of the accuracies do."""
    drawn = {measure: new_panel("half", 2.7) for measure in shown}
    words = [_draw_all(view, measure, *panel) for measure, panel in drawn.items()]
    share([axes for measure, (_, axes) in drawn.items() if measure.top is None], "y")
    return [
        finish(figure, f"progress-{measure.key}", measure.title, said, simulated=False)
        for (measure, (figure, _)), said in zip(drawn.items(), words, strict=True)
    ]


def _draw_all(view: View, measure: Measure, figure: Figure, axes: Axes) -> str:
    """Draw what all scenarios reached, and return it in words."""
    shown = _that_have(view, measure)[:MOST_LINES]
    bases = list(dict.fromkeys(item.base for item in shown))
    handles, reached = [], []
    for item in shown:
        marker = _MARKERS[bases.index(item.base) % len(_MARKERS)]
        places, means = _draw(axes, item, measure, marker)
        handles.append(_handle(item, marker))
        reached.append(f"{item.name} {plain(means[-1], 3)} at epoch {count(places[-1])}")
    axes.set_ylim(bottom=0 if axes.dataLim.y0 >= 0 else None, top=measure.top)  # a log-likelihood is below
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel(measure.title.lower())
    names = [label(item.name, width=40, lines=1) for item in shown]
    legend_below(figure, handles, names)
    return f"{measure.title} ({measure.words}) over the epochs: {'; '.join(reached)}."


def _handle(item: ScenarioView, marker: str) -> Line2D:
    style: Literal["--", "-"] = "--" if item.tracker else "-"
    return Line2D([], [], color=item.colour, marker=marker, markersize=3, linestyle=style)


def _draw(axes: Axes, item: ScenarioView, measure: Measure, marker: str) -> tuple[list[int], list[float]]:
    by_epoch = _by_epoch(item, measure)
    places, values = list(by_epoch), list(by_epoch.values())
    means = [float(np.mean(same)) for same in values]
    axes.fill_between(
        places, [min(v) for v in values], [max(v) for v in values], color=item.colour, alpha=0.18, linewidth=0
    )
    axes.plot(
        places,
        means,
        color=item.colour,
        linewidth=1.3,
        linestyle=(0, (4, 2)) if item.tracker else "-",
        marker=marker,
        markersize=3,
        markevery=max(1, len(places) // 12),
    )
    return places, means


def _by_epoch(item: ScenarioView, measure: Measure) -> dict[int, list[float]]:
    """Return the values of the runs by the number of the epoch, in its order."""
    by_epoch: dict[int, list[float]] = {}
    for row in item.epochs:
        if (value := measure.of(row)) is not None:
            by_epoch.setdefault(row.epoch, []).append(value)
    return dict(sorted(by_epoch.items()))


class _Reached(NamedTuple):
    """What the runs of a scenario reached in one epoch: values by measure."""

    name: str
    epoch: int
    values: dict[str, list[float]]


def _data(view: View, shown: list[Measure]) -> Table:
    rows = []
    for item in view.scenarios:
        by_measure = {measure.key: _by_epoch(item, measure) for measure in shown}
        for epoch in sorted({epoch for by_epoch in by_measure.values() for epoch in by_epoch}):
            values = {key: by_epoch[epoch] for key, by_epoch in by_measure.items() if epoch in by_epoch}
            rows.append(_Reached(item.name, epoch, values))
    columns: Columns[_Reached] = (
        text_column("Scenario", lambda row: row.name),
        Column("Epoch", lambda row: count(row.epoch)),
        Column("n", lambda row: count(max(map(len, row.values.values())))),
        [_measure_column(measure) for measure in shown],
    )
    return table(
        "progress-data", "Mean over the runs of each epoch: what it reached", columns, rows, folded=False
    )


def _measure_column(measure: Measure) -> Column[_Reached]:
    def show(row: _Reached) -> str:
        values = row.values.get(measure.key)
        return plain(float(np.mean(values)) if values else None, 3)

    return Column(measure.title, show)
