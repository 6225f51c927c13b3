"""Energy of the epochs against the temperature of the chips (paper, fig. 8: r = 0.98 for the GPU)."""

from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from records.rows.families import HardwareColumn
from records.rows.runs import EpochRow
from records.rows.statistics import CorrelationRow
from reports.blocks import palette
from reports.blocks.columns import plain_column
from reports.blocks.kit import Sheet, energy_axis, finish, new_panel
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import count, in_interval, interval, plain

CHIPS: dict[HardwareColumn, str] = {"gpu_temperature_c": "GPU", "cpu_temperature_c": "CPU"}
MOST_PANELS = 8
MOST_EPOCHS = 500
"""Of more in a panel every k-th run is drawn; r is of all."""


def temperature_sheet(view: View, how: str) -> Sheet:
    """Draw every epoch by temperature and energy, one panel per scenario and chip."""
    drawable = [
        (item, column)
        for item in view.scenarios
        for column in CHIPS
        if item.tracker is None and len(_points(item, column)) > 1
    ]
    shown = drawable[:MOST_PANELS]
    more = len(drawable) - len(shown)
    return Sheet(
        key="epoch-temperature",
        title="Energy of an epoch against temperature",
        size="half",
        panels=[
            _panel(view, item, column, f"epoch-temperature-{number}")
            for number, (item, column) in enumerate(shown)
        ],
        caption="Circles: epochs; thin lines join the epochs of one run in their order. r: correlation over "
        "all epochs and within the runs, with 95 % intervals. Axes do not begin at zero."
        + (f" {more} further panels are left out; their r is in the table." if more > 0 else ""),
        how=how,
        data=_data(view, shown) if shown else None,
        absent="" if shown else "no run has epochs with a temperature.",
    )


def correlation_of(view: View, scenario: str, companion: str) -> CorrelationRow | None:
    """Return the row of the correlations of a scenario with a companion; ``None`` where there is none."""
    same = (row for row in view.results.correlations if (row.scenario, row.y) == (scenario, companion))
    return next(same, None)


def r_words(r: float | None, low: float | None = None, high: float | None = None) -> str:
    """Return ``0.62 [0.31, 0.81]``; a dash where there is no r."""
    return f"{in_interval(r, low, high, 0.01)}{f' {interval(low, high)}' if low is not None else ''}"


def r_within_words(row: CorrelationRow) -> str:
    """Return the correlation within the runs; see `r_words`."""
    return r_words(row.r_within, row.r_within_low, row.r_within_high)


def _points(item: ScenarioView, column: HardwareColumn) -> list[tuple[EpochRow, float, float]]:
    """Return the epochs with temperature and energy."""
    return [
        (row, temperature_c, row.energy_wh)
        for row in item.epochs
        if (temperature_c := row.hardware.get(column)) is not None and row.energy_wh is not None
    ]


def _panel(view: View, item: ScenarioView, column: HardwareColumn, key: str) -> Markup:
    figure, axes = new_panel("half", 2.5)
    points = _points(item, column)
    run_dirs = list(dict.fromkeys(row.run_dir for row, _, _ in points))
    drawn = run_dirs[:: -(-len(points) // MOST_EPOCHS)]
    for run_dir in drawn:
        own = sorted((p for p in points if p[0].run_dir == run_dir), key=lambda point: point[0].epoch)
        axes.plot(
            [temperature_c for _, temperature_c, _ in own],
            [energy_wh for _, _, energy_wh in own],
            color=palette.pale(item.colour),
            linewidth=0.7,
            marker="o",
            markersize=3,
            markerfacecolor=palette.PAPER,
            markeredgecolor=item.colour,
            markeredgewidth=0.7,
        )
    axes.margins(0.08)
    axes.locator_params(nbins=5)
    axes.set_xlabel(f"mean {CHIPS[column]} temperature of the epoch / °C")
    energy_axis(axes.yaxis, "energy", view.unit)
    row = correlation_of(view, item.key, column)
    words = f"{len(points)} epochs in {len(run_dirs)} runs"
    if len(drawn) < len(run_dirs):
        words += f", {len(drawn)} runs drawn"
    if row is not None and row.r is not None:
        words += f"; r {r_words(row.r, row.r_low, row.r_high)}, within runs {r_within_words(row)}"
    axes.set_title(words, fontsize=7, color=palette.MUTED)
    title = f"{item.name}: {CHIPS[column]}"
    description = f"Energy of the epochs of {item.name} against {CHIPS[column]} temperature: {words}."
    return finish(figure, key, title, description, simulated=view.simulated)


class _Span(NamedTuple):
    """The epochs of a scenario with the temperature of a chip."""

    name: str
    chip: str
    energies_wh: list[float]
    temperatures_c: list[float]


def _span(item: ScenarioView, column: HardwareColumn) -> _Span:
    points = _points(item, column)
    return _Span(item.name, CHIPS[column], [wh for _, _, wh in points], [c for _, c, _ in points])


def _data(view: View, shown: list[tuple[ScenarioView, HardwareColumn]]) -> Table:
    rows = [_span(item, column) for item, column in shown]
    columns: Columns[_Span] = (
        text_column("Scenario", lambda row: row.name),
        text_column("Chip", lambda row: row.chip),
        Column("Epochs", lambda row: count(len(row.energies_wh))),
        plain_column("Mean energy", lambda row: float(np.mean(row.energies_wh)), view.unit),
        Column("Lowest temperature", lambda row: plain(min(row.temperatures_c), 3), "°C"),
        Column("Highest temperature", lambda row: plain(max(row.temperatures_c), 3), "°C"),
    )
    caption = "Epochs with energy and temperature; each of them is in the table of all epochs"
    return table("epoch-temperature-data", caption, columns, rows, folded=False)
