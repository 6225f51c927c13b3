"""Energy per epoch beside the temperature of the chip that does the work (paper, fig. 8, left)."""

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from records.results import Row
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish
from reports.blocks.tables import Column, Table, table
from reports.campaign.view import ScenarioView, View, numbers
from reports.words.numbers import count, finite, measured, plain, spread
from reports.words.texts import slug

MOST_PANELS = 12
"""Further scenarios are in the table only."""

MOST_CIRCLES = 400
"""With more epochs in a panel the range of the runs is drawn."""

_TEMPERATURES = (("gpu_temperature_c", "GPU"), ("cpu_temperature_c", "CPU"))


def epochs_sheet(view: View, how: str) -> Sheet:
    """Draw energy and temperature over the number of the epoch, one panel per scenario with epochs."""
    found = [item for item in view.scenarios if numbers(item.epochs, "energy_wh")]
    shown, more = found[:MOST_PANELS], len(found) - MOST_PANELS
    column, chip = temperature_of(view)
    energy = energy_column(view)
    panels = [_panel(item, index, energy, column, chip, view) for index, item in enumerate(shown)]
    kind = "Induced" if energy == "induced_wh" else "Gross"
    below = f"Below: mean {chip} temperature of the epoch." if chip else "This SUT has no temperature sensor."
    return Sheet(
        key="epochs",
        title="Energy per epoch",
        size="half",
        panels=panels,
        caption=f"{kind} energy of every epoch; circles (with many epochs a pale area from the lowest to the "
        f"highest): single runs, line: mean of the runs that reached the epoch. {below} Energy axes differ "
        "between panels." + (f" {more} further scenarios are in the table only." if more > 0 else ""),
        how=how,
        data=_data(found, column, chip) if panels else None,
        absent="" if panels else "no run reported epochs.",
    )


def temperature_of(view: View) -> tuple[str, str]:
    """Return the column of the temperature to show and the chip it is of; empty without a sensor."""
    for column, chip in _TEMPERATURES:
        if numbers(view.results.epochs, column):
            return column, chip
    return "", ""


def energy_column(view: View) -> str:
    """Return the column of the energy to show: induced where there is a baseline, else gross."""
    return "induced_wh" if numbers(view.results.epochs, "induced_wh") else "energy_wh"


def _panel(
    scenario: ScenarioView, index: int, energy: str, temperature: str, chip: str, view: View
) -> Markup:
    figure = Figure(figsize=(4.4, 3.0 if chip else 2.2))
    if chip:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
        _by_epoch(lower, scenario.epochs, temperature, scenario.colour)
        lower.set_ylabel(f"{chip} / °C")
        lower.margins(y=0.25)
        bottom = lower
    else:
        upper = bottom = figure.subplots()
    _by_epoch(upper, scenario.epochs, energy, scenario.colour)
    upper.set_ylim(bottom=min(0.0, upper.get_ylim()[0]), top=upper.get_ylim()[1] * 1.15)
    upper.set_ylabel("energy / Wh")
    bottom.set_xlabel("epoch")
    bottom.xaxis.get_major_locator().set_params(integer=True)
    mean = float(np.mean(numbers(scenario.epochs, energy))) if numbers(scenario.epochs, energy) else None
    epochs = len(numbers(scenario.epochs, "energy_wh"))
    said = f"{epochs} epochs in {scenario.n} run{'' if scenario.n == 1 else 's'}, mean {plain(mean, 3)} Wh"
    upper.set_title(said, fontsize=7.5, color=palette.MUTED)
    return finish(
        figure,
        f"epochs-{index}-{slug(scenario.key)}",
        scenario.name,
        f"Energy per epoch of scenario {scenario.name}: {said}.",
        simulated=view.simulated,
    )


def _by_epoch(axes: Axes, epochs: list[Row], column: str, colour: str) -> None:
    known = [
        (number, value)
        for row in epochs
        if (number := finite(row.get("epoch"))) is not None and (value := finite(row.get(column))) is not None
    ]
    if not known:
        return
    found: dict[float, list[float]] = {}
    for number, value in known:
        found.setdefault(number, []).append(value)
    places = sorted(found)
    if len(known) > MOST_CIRCLES:
        ends = [min(found[place]) for place in places], [max(found[place]) for place in places]
        axes.fill_between(places, *ends, color=colour, alpha=0.25, linewidth=0)
    else:
        axes.plot(
            *zip(*known, strict=True),
            linestyle="none",
            marker="o",
            markersize=3,
            markerfacecolor=palette.PAPER,
            markeredgecolor=colour,
            markeredgewidth=0.7,
        )
    axes.plot(places, [float(np.mean(found[place])) for place in places], color=colour, linewidth=1.4)


def _data(shown: list[ScenarioView], temperature: str, chip: str) -> Table:
    rows = [row for item in shown for row in _epoch_means(item, temperature)]
    columns = (
        Column("Scenario", lambda row: str(row["name"]), numeric=False),
        Column("Epoch", lambda row: count(row["epoch"])),
        Column("n", lambda row: str(row["n"])),
        Column("Energy", lambda row: measured(row["energy_wh"], row["energy_sd_wh"]), "Wh"),
        Column("sd", lambda row: spread(row["energy_sd_wh"]), "Wh"),
        Column("Induced", lambda row: measured(row["induced_wh"], row["induced_sd_wh"]), "Wh"),
        Column("sd", lambda row: spread(row["induced_sd_wh"]), "Wh"),
        Column(f"{chip} temperature", lambda row: plain(row["temperature_c"], 3), "°C"),
    )
    return table("epochs-data", "Mean over the runs of each epoch", columns, rows, folded=False)


def _epoch_means(scenario: ScenarioView, temperature: str) -> list[Row]:
    found: dict[float, list[Row]] = {}
    for row in scenario.epochs:
        if (number := finite(row.get("epoch"))) is not None:
            found.setdefault(number, []).append(row)
    rows = []
    for place, same in sorted(found.items()):
        energy, induced = numbers(same, "energy_wh"), numbers(same, "induced_wh")
        temperatures = numbers(same, temperature)
        rows.append(
            {
                "name": scenario.name,
                "epoch": place,
                "n": len(same),
                "energy_wh": float(np.mean(energy)) if energy else None,
                "energy_sd_wh": float(np.std(energy, ddof=1)) if len(energy) > 1 else None,
                "induced_wh": float(np.mean(induced)) if induced else None,
                "induced_sd_wh": float(np.std(induced, ddof=1)) if len(induced) > 1 else None,
                "temperature_c": float(np.mean(temperatures)) if temperatures else None,
            }
        )
    return rows
