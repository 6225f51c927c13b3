"""Energy per epoch and the temperature of the chip that does the work (paper, fig. 8, left)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from records.rows.families import HardwareColumn
from records.rows.runs import EpochRow
from reports.blocks import palette
from reports.blocks.columns import spread_column, with_u
from reports.blocks.kit import Sheet, energy_axis, finish, share
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.epochs.temperature import CHIPS
from reports.campaign.view import ScenarioView, View, numbers
from reports.words.energy import EnergyUnit
from reports.words.numbers import ABSENT, count, plain
from reports.words.per_epoch import per_epoch_of
from reports.words.texts import slug

MOST_PANELS = 12
"""Further scenarios are in the table only."""

MOST_CIRCLES = 400
"""With more epochs in a panel the range of the runs is drawn."""

Value = Callable[[EpochRow], float | None]


def epochs_sheet(view: View, how: str) -> Sheet:
    """Draw energy and temperature over the number of the epoch, one panel per scenario with epochs."""
    with_epochs = [item for item in view.scenarios if numbers(row.energy_wh for row in item.epochs)]
    shown, more = with_epochs[:MOST_PANELS], len(with_epochs) - MOST_PANELS
    column, chip = temperature_of(view)
    energy = epoch_energy(view)

    def temperature(row: EpochRow) -> float | None:
        return None if column is None else row.hardware.get(column)

    drawn = [_drawn(item, energy, temperature, chip, view) for item in shown]
    for row in range(2 if chip else 1):
        share([figure.axes[row] for figure in drawn], "y")
    panels = [
        _finished(figure, item, index, view)
        for index, (figure, item) in enumerate(zip(drawn, shown, strict=True))
    ]
    kind = "Induced" if energy.induced else "Gross"
    below = f"Below: mean {chip} temperature of the epoch." if chip else "This SUT has no temperature sensor."
    return Sheet(
        key="epochs",
        title="Energy per epoch",
        size="half",
        panels=panels,
        caption=f"{kind} energy of every epoch; circles (with many epochs a pale area from the lowest to the "
        f"highest): single runs, line: mean of the runs that reached the epoch. {below} All panels share "
        "their axes." + (f" {more} further scenarios are in the table only." if more > 0 else ""),
        how=how,
        data=_data(view.unit, with_epochs, temperature, chip) if panels else None,
        absent="" if panels else "no run reported epochs.",
    )


def temperature_of(view: View) -> tuple[HardwareColumn | None, str]:
    """Return the column of the temperature to show and the chip it is of; ``None`` without a sensor."""
    for column, chip in CHIPS.items():
        if numbers(row.hardware.get(column) for row in view.results.epochs):
            return column, chip
    return None, ""


@dataclass(frozen=True)
class EpochEnergy:
    """The energy of epochs that is shown: ``induced`` where there is a baseline, else gross."""

    induced: bool

    def of(self, row: EpochRow) -> float | None:
        """Return the energy of an epoch, in Wh."""
        return row.induced_wh if self.induced else row.energy_wh

    def u_of(self, row: EpochRow) -> float | None:
        """Return its standard uncertainty, in Wh."""
        return row.induced_u_wh if self.induced else row.energy_u_wh

    def of_all(self, rows: Iterable[EpochRow]) -> list[float]:
        """Return the energies of those epochs that have one, in Wh."""
        return numbers(map(self.of, rows))


def epoch_energy(view: View) -> EpochEnergy:
    """Return which energy of the epochs to show."""
    return EpochEnergy(bool(numbers(row.induced_wh for row in view.results.epochs)))


def _drawn(scenario: ScenarioView, energy: EpochEnergy, temperature: Value, chip: str, view: View) -> Figure:
    figure = Figure(figsize=(4.4, 3.0 if chip else 2.2))
    if chip:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
        _by_epoch(lower, scenario.epochs, temperature, scenario.colour)
        lower.set_ylabel(f"{chip} / °C")
        lower.margins(y=0.25)
        bottom = lower
    else:
        upper = bottom = figure.subplots()
    _by_epoch(upper, scenario.epochs, energy.of, scenario.colour)
    low, high = upper.get_ylim()
    upper.set_ylim(min(0.0, low), 1.15 * max(0.0, high))
    energy_axis(upper.yaxis, "energy", view.unit)
    bottom.set_xlabel("epoch")
    bottom.xaxis.get_major_locator().set_params(integer=True)
    return figure


def _finished(figure: Figure, scenario: ScenarioView, index: int, view: View) -> Markup:
    per_epoch = per_epoch_of(view.results, view.unit)
    mean = per_epoch.mean(scenario.row) if per_epoch else ABSENT
    epochs = len(numbers(row.energy_wh for row in scenario.epochs))
    words = (
        f"{epochs} epochs in {scenario.n} run{'' if scenario.n == 1 else 's'}, mean {mean} {view.unit.name}"
    )
    figure.axes[0].set_title(words, fontsize=7.5, color=palette.MUTED)
    return finish(
        figure,
        f"epochs-{index}-{slug(scenario.key)}",
        scenario.name,
        f"Energy per epoch of scenario {scenario.name}: {words}.",
        simulated=view.simulated,
    )


def _by_epoch(axes: Axes, epochs: list[EpochRow], value: Value, colour: str) -> None:
    points = [(row.epoch, number) for row in epochs if (number := value(row)) is not None]
    if not points:
        return
    by_epoch: dict[int, list[float]] = {}
    for epoch, number in points:
        by_epoch.setdefault(epoch, []).append(number)
    places = sorted(by_epoch)
    if len(points) > MOST_CIRCLES:
        ends = [min(by_epoch[place]) for place in places], [max(by_epoch[place]) for place in places]
        axes.fill_between(places, *ends, color=colour, alpha=0.25, linewidth=0)
    else:
        axes.plot(
            *zip(*points, strict=True),
            linestyle="none",
            marker="o",
            markersize=3,
            markerfacecolor=palette.PAPER,
            markeredgecolor=colour,
            markeredgewidth=0.7,
        )
    axes.plot(places, [float(np.mean(by_epoch[place])) for place in places], color=colour, linewidth=1.4)


@dataclass(frozen=True)
class _EpochMeans:
    """One epoch of a scenario over its runs; means and standard deviations, ``None`` without values."""

    name: str
    epoch: int
    n: int
    energy_wh: float | None
    energy_sd_wh: float | None
    induced_wh: float | None
    induced_sd_wh: float | None
    temperature_c: float | None


def _data(unit: EnergyUnit, shown: list[ScenarioView], temperature: Value, chip: str) -> Table:
    rows = [row for item in shown for row in _epoch_means(item, temperature)]
    columns: Columns[_EpochMeans] = (
        Column("Scenario", lambda row: row.name, numeric=False),
        Column("Epoch", lambda row: count(row.epoch)),
        Column("n", lambda row: str(row.n)),
        with_u("Energy", lambda row: (row.energy_wh, row.energy_sd_wh), unit),
        spread_column("sd", lambda row: row.energy_sd_wh, unit),
        with_u("Induced", lambda row: (row.induced_wh, row.induced_sd_wh), unit),
        spread_column("sd", lambda row: row.induced_sd_wh, unit),
        Column(f"{chip} temperature", lambda row: plain(row.temperature_c, 3), "°C"),
    )
    return table("epochs-data", "Mean over the runs of each epoch", columns, rows, folded=False)


def _epoch_means(scenario: ScenarioView, temperature: Value) -> list[_EpochMeans]:
    by_epoch: dict[int, list[EpochRow]] = {}
    for row in scenario.epochs:
        by_epoch.setdefault(row.epoch, []).append(row)
    return [
        _EpochMeans(
            scenario.name,
            epoch,
            len(same),
            *_mean_and_sd(numbers(row.energy_wh for row in same)),
            *_mean_and_sd(numbers(row.induced_wh for row in same)),
            _mean_and_sd(numbers(map(temperature, same)))[0],
        )
        for epoch, same in sorted(by_epoch.items())
    ]


def _mean_and_sd(values: list[float]) -> tuple[float | None, float | None]:
    mean = float(np.mean(values)) if values else None
    return mean, float(np.std(values, ddof=1)) if len(values) > 1 else None
