"""Energy of the epochs against the temperature of the chips (paper, fig. 8: r = 0.98 for the GPU)."""

import numpy as np
from markupsafe import Markup

from records.results import Row
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, new_panel
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.view import ScenarioView, View, numbers
from reports.words.numbers import count, finite, in_interval, interval, plain

CHIPS = {"gpu_temperature_c": "GPU", "cpu_temperature_c": "CPU"}
MOST_PANELS = 8
MOST_EPOCHS = 500
"""Of more in a panel every k-th run is drawn; r is of all."""


def temperature_sheet(view: View, how: str) -> Sheet:
    """Draw every epoch by temperature and energy, one panel per scenario and chip."""
    found = [
        (item, column)
        for item in view.scenarios
        for column in CHIPS
        if item.tracker is None and len(_points(item, column)) > 1
    ]
    shown = found[:MOST_PANELS]
    more = len(found) - len(shown)
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
        data=_data(shown) if shown else None,
        absent="" if shown else "no run has epochs with a temperature.",
    )


def correlation_of(view: View, scenario: str, companion: str) -> Row:
    """Return the row of the correlations of a scenario with a companion; empty where there is none."""
    return next(
        (
            row
            for row in view.results.correlations
            if (row.get("scenario"), row.get("y")) == (scenario, companion)
        ),
        {},
    )


def r_words(row: Row, name: str) -> str:
    """Return ``0.62 [0.31, 0.81]`` of ``r`` or ``r_within``; a dash where there is none."""
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    ends = f" {interval(low, high)}" if finite(low) is not None else ""
    return f"{in_interval(row.get(name), low, high, 0.01)}{ends}"


def _points(item: ScenarioView, column: str) -> list[Row]:
    return [
        row
        for row in item.epochs
        if finite(row.get(column)) is not None and finite(row.get("energy_wh")) is not None
    ]


def _panel(view: View, item: ScenarioView, column: str, key: str) -> Markup:
    figure, axes = new_panel("half", 2.5)
    rows = _points(item, column)
    run_dirs = list(dict.fromkeys(str(row.get("run_dir")) for row in rows))
    drawn = run_dirs[:: -(-len(rows) // MOST_EPOCHS)]
    for run_dir in drawn:
        own = [row for row in rows if str(row.get("run_dir")) == run_dir]
        own.sort(key=lambda row: finite(row.get("epoch")) or 0.0)
        axes.plot(
            numbers(own, column),
            numbers(own, "energy_wh"),
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
    axes.set_ylabel("energy / Wh")
    row = correlation_of(view, item.key, column)
    said = f"{len(rows)} epochs in {len(run_dirs)} runs"
    if len(drawn) < len(run_dirs):
        said += f", {len(drawn)} runs drawn"
    if finite(row.get("r")) is not None:
        said += f"; r {r_words(row, 'r')}, within runs {r_words(row, 'r_within')}"
    axes.set_title(said, fontsize=6.8, color=palette.MUTED)
    title = f"{item.name}: {CHIPS[column]}"
    description = f"Energy of the epochs of {item.name} against {CHIPS[column]} temperature: {said}."
    return finish(figure, key, title, description, simulated=view.simulated)


def _data(shown: list[tuple[ScenarioView, str]]) -> Table:
    rows = []
    for item, column in shown:
        points = _points(item, column)
        energies, temperatures = numbers(points, "energy_wh"), numbers(points, column)
        rows.append(
            {
                "name": item.name,
                "chip": CHIPS[column],
                "n": len(points),
                "mean_wh": float(np.mean(energies)),
                "low_c": min(temperatures),
                "high_c": max(temperatures),
            }
        )
    columns = (
        text_column("Scenario", "name"),
        text_column("Chip", "chip"),
        Column("Epochs", lambda row: count(row["n"])),
        Column("Mean energy", lambda row: plain(row["mean_wh"]), "Wh"),
        Column("Lowest temperature", lambda row: plain(row["low_c"], 3), "°C"),
        Column("Highest temperature", lambda row: plain(row["high_c"], 3), "°C"),
    )
    caption = "Epochs with energy and temperature; each of them is in the table of all epochs"
    return table("epoch-temperature-data", caption, columns, rows, folded=False)
