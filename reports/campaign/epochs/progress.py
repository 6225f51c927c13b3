"""What the training reached, epoch by epoch: accuracy and loss (paper, fig. 8)."""

from typing import Literal

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from records.results import Row
from reports.blocks.kit import Sheet, finish, new_panel
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.view import ScenarioView, View, numbers
from reports.words.numbers import count, finite, plain
from reports.words.texts import label

MEASURES = {
    "val_accuracy": ("Validation accuracy", "on data that it was not trained with"),
    "accuracy": ("Accuracy", "on the training data"),
    "val_loss": ("Validation loss", "on data that it was not trained with"),
    "loss": ("Loss", "on the training data"),
}
_MARKERS = "osD^vPX"

MOST_LINES = 12
"""Scenarios whose lines can be told apart; further ones are in the table only."""


def progress_sheet(view: View) -> Sheet:
    """Draw accuracy and loss over the number of the epoch, all scenarios in one panel each."""
    known = [column for column in MEASURES if numbers(view.results.epochs, column)]
    more = max((len(_of_column(view, column)) for column in known), default=0) - MOST_LINES
    return Sheet(
        key="progress",
        title="What each epoch reached",
        size="half",
        panels=[_panel(view, column) for column in known],
        caption="Lines: mean of the runs that reached the epoch; pale areas: from the lowest to the highest "
        "of them. Dashed: runs with a tracker. More accuracy and less loss are better."
        + (f" {more} further scenarios are in the table only." if more > 0 else ""),
        how="As the training framework reported it at the end of each epoch; nothing was computed but the "
        "mean over the runs.",
        data=_data(view, known) if known else None,
        absent="" if known else "no run reported accuracy or loss.",
        from_meter=False,
    )


def _of_column(view: View, column: str) -> list[ScenarioView]:
    return [item for item in view.scenarios if numbers(item.epochs, column)]


def _panel(view: View, column: str) -> Markup:
    title, words = MEASURES[column]
    figure, axes = new_panel("half", 2.7)
    shown = _of_column(view, column)[:MOST_LINES]
    bases = list(dict.fromkeys(item.base for item in shown))
    handles, said = [], []
    for item in shown:
        marker = _MARKERS[bases.index(item.base) % len(_MARKERS)]
        places, means = _draw(axes, item, column, marker)
        handles.append(_handle(item, marker))
        said.append(f"{item.name} {plain(means[-1], 3)} at epoch {count(places[-1])}")
    if column.endswith("accuracy"):
        axes.set_ylim(0, 1)
    else:
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel(title.lower())
    names = [label(item.name, width=40, lines=1) for item in shown]
    figure.legend(handles, names, loc="lower center", ncols=2)
    description = f"{title} ({words}) over the epochs: {'; '.join(said)}."
    return finish(figure, f"progress-{column.replace('_', '-')}", title, description, simulated=False)


def _handle(item: ScenarioView, marker: str) -> Line2D:
    style: Literal["--", "-"] = "--" if item.tracker else "-"
    return Line2D([], [], color=item.colour, marker=marker, markersize=3, linestyle=style)


def _draw(axes: Axes, item: ScenarioView, column: str, marker: str) -> tuple[list[float], list[float]]:
    rows = _by_epoch(item, column)
    places, values = [place for place, _ in rows], [found for _, found in rows]
    means = [float(np.mean(found)) for found in values]
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


def _by_epoch(item: ScenarioView, column: str) -> list[tuple[float, list[float]]]:
    found: dict[float, list[float]] = {}
    for row in item.epochs:
        place, value = finite(row.get("epoch")), finite(row.get(column))
        if place is not None and value is not None:
            found.setdefault(place, []).append(value)
    return sorted(found.items())


def _data(view: View, known: list[str]) -> Table:
    rows: list[Row] = []
    for item in view.scenarios:
        by_column = {column: dict(_by_epoch(item, column)) for column in known}
        for place in sorted({place for found in by_column.values() for place in found}):
            means = {
                column: float(np.mean(found[place])) for column, found in by_column.items() if place in found
            }
            n = max(len(found.get(place, [])) for found in by_column.values())
            rows.append({"name": item.name, "epoch": place, "n": n, **means})
    columns = (
        text_column("Scenario", "name"),
        Column("Epoch", lambda row: count(row["epoch"])),
        Column("n", lambda row: count(row["n"])),
        *(_measure_column(column) for column in known),
    )
    return table(
        "progress-data", "Mean over the runs of each epoch: what it reached", columns, rows, folded=False
    )


def _measure_column(column: str) -> Column:
    return Column(MEASURES[column][0], lambda row: plain(row.get(column), 3))
