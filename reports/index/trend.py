"""Energies of scenarios over campaigns: a panel for each scenario, a point for each campaign."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib import dates
from matplotlib.axes import Axes

from analysis.health.chart import change_points
from reports.blocks import palette
from reports.blocks.kit import Sheet, energy_axis, finish, new_panel
from reports.blocks.rendering import Records
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.view import EnergyKind, ScenarioView, energy_of, mean_words
from reports.index.database import created
from reports.index.entries import Entry
from reports.words.energy import EnergyUnit
from reports.words.numbers import count
from reports.words.texts import label

MOST_PANELS = 24
"""Further scenarios are in the table only."""

_WORDS: dict[EnergyKind, str] = {"induced": "induced energy", "energy": "energy"}
_HALF_DAY, _MARGIN = 0.5, 0.06
_EPOCH = datetime(1970, 1, 1)
_dates: Any = dates


@dataclass(frozen=True)
class TrendPoint:
    """The mean energy of a scenario in one campaign; ``day`` counts from 1970, ``None`` where unknown."""

    entry: Entry
    scenario: ScenarioView
    day: float | None
    value_wh: float
    low_wh: float | None
    high_wh: float | None
    change_wh: float | None = None
    """Step from the mean of the campaigns before, where the level changed; else ``None``."""


def trend_sheet(points: list[TrendPoint], quantity: EnergyKind, unit: EnergyUnit) -> Sheet:
    """Draw the mean energy per run of each scenario over the campaigns.

    Args:
        points: of `trend_points`.
        quantity: ``induced`` or ``energy`` (gross).
        unit: of the index.
    """
    by_scenario: dict[str, list[TrendPoint]] = {}
    for point in points:
        by_scenario.setdefault(point.scenario.name, []).append(point)
    colours = palette.colours([(point.scenario.base, point.scenario.kind) for point in points])
    drawn = [
        (name, found) for name, found in by_scenario.items() if any(point.day is not None for point in found)
    ][:MOST_PANELS]
    panels = [
        _panel(f"trend-{quantity}-{n}", name, found, quantity, unit, colours)
        for n, (name, found) in enumerate(drawn)
    ]
    more = len(by_scenario) - len(drawn)
    return Sheet(
        key=f"trend-{quantity}",
        title=f"{_WORDS[quantity].capitalize()} per run over the campaigns",
        size="third",
        panels=panels,
        caption="A point for each campaign: the mean over its runs, with its 95 % interval; without a bar: "
        "one run, or no interval. Hollow points are SIMULATED, not measured. A line joins campaigns of the "
        "same machine and meter only. Dotted upright: another version of Wattlab from here on. "
        "Solid upright: the level changed by so much. "
        + (f"{more} further scenarios are in the table only." if more else ""),
        how="The means and intervals are those of each campaign's own results (scenarios.csv). The level "
        "changed where a mean lies beyond three standard deviations on a chart of individuals with moving "
        "ranges (Montgomery, section 6.4) of the campaigns of its bench since the last change, itself among "
        "them; the standard deviation is at least that which the repeats give the means. Four campaigns or "
        "fewer cannot show a change. The step is that from the mean of the campaigns before. "
        "What changed between campaigns (program, data, machine) is not known to this page: "
        "scenarios are told apart by their names alone.",
        data=_data(points, quantity, unit),
        absent="" if panels else "no campaign of the index has such an energy.",
    )


def trend_points(entries: Sequence[Entry], quantity: EnergyKind) -> list[TrendPoint]:
    """Return the means of one kind of energy in the order of time, with the changes of their level."""
    points = []
    for entry in sorted(entries, key=lambda item: (item.created_utc_s or 0.0, item.place.folder)):
        stamp = created(entry.created_utc_s)
        for scenario in entry.scenarios:
            mean = energy_of(scenario.row, quantity)
            if mean.value is None or (quantity == "induced" and scenario.kind == "baseline"):
                continue
            day = None if stamp is None else (stamp - _EPOCH) / timedelta(days=1)
            points.append(TrendPoint(entry, scenario, day, mean.value, mean.low, mean.high))
    return _with_changes(points, quantity)


def _with_changes(points: list[TrendPoint], quantity: EnergyKind) -> list[TrendPoint]:
    """Mark the points at which the level of a scenario on a bench changed."""
    series: dict[tuple[object, ...], list[int]] = {}
    for place, point in enumerate(points):
        if point.day is not None:
            series.setdefault((point.scenario.name, point.entry.bench), []).append(place)
    marked = list(points)
    for places in series.values():
        values_wh = np.array([points[place].value_wh for place in places])
        begin = 0
        for n in change_points(values_wh, np.array([_repeat_u_wh(points[p], quantity) for p in places])):
            before_wh = float(values_wh[begin:n].mean())
            marked[places[n]] = replace(points[places[n]], change_wh=float(values_wh[n]) - before_wh)
            begin = n
    return marked


def _repeat_u_wh(point: TrendPoint, quantity: EnergyKind) -> float:
    """Return what the repeats say of the scatter of a mean; zero for a single run."""
    row = point.scenario.row
    sd_wh = row.induced_sd_wh if quantity == "induced" else row.energy_sd_wh
    return (sd_wh or 0.0) / sqrt(row.n) if row.n else 0.0


def _panel(
    key: str,
    name: str,
    found: list[TrendPoint],
    quantity: EnergyKind,
    unit: EnergyUnit,
    colours: dict[str, str],
) -> Markup:
    points = [point for point in found if point.day is not None]
    figure, axes = new_panel("third", 2.1)
    colour = colours[points[0].scenario.base]
    for bench in dict.fromkeys(point.entry.bench for point in points):
        line = [(point.day, point.value_wh) for point in points if point.entry.bench == bench]
        axes.plot(*zip(*line, strict=True), color=colour, linewidth=0.9, alpha=0.55)
    for point in points:
        _draw(axes, point, colour)
    versions = _new_versions(points)
    for day, version in versions:
        axes.axvline(day, color=palette.MUTED, linewidth=0.8, linestyle=":")
        top = axes.get_xaxis_transform()
        axes.text(day, 1.0, version, transform=top, ha="right", va="top", rotation=90, color=palette.MUTED)
    changes = _changes(points)
    for day, point in changes:
        axes.axvline(day, color=palette.WARNING, linewidth=1.0)
        words = f"{_change_words(point, quantity, unit)} {unit.name}"
        axes.text(
            day,
            0.0,
            words,
            transform=axes.get_xaxis_transform(),
            ha="left" if (point.change_wh or 0.0) > 0 else "right",  # below the higher of the two levels
            va="bottom",
            rotation=90,
            color=palette.WARNING,
        )
    _time_axis(axes, [point.day for point in points if point.day is not None])
    energy_axis(axes.yaxis, _WORDS[quantity], unit)
    simulated = [point.entry.simulated for point in points]
    if any(simulated) and not all(simulated):
        figure.text(
            0.995, 0.985, "hollow: SIMULATED", ha="right", va="top", fontsize=6.5, color=palette.WARNING
        )
    means = "; ".join(
        f"{point.entry.title}{' (SIMULATED)' if point.entry.simulated else ''} "
        f"{unit.in_interval(point.value_wh, point.low_wh, point.high_wh)} {unit.name}"
        for point in points
    )
    later = "".join(f" Later campaigns: Wattlab {version}." for _, version in versions)
    steps = "".join(
        f" Change at {point.entry.title}: {_change_words(point, quantity, unit)} {unit.name}."
        for _, point in changes
    )
    description = (
        f"{name}, {_WORDS[quantity]} per run, {count(len(points))} campaigns: {means}.{later}{steps}"
    )
    return finish(figure, key, label(name, width=30, lines=1), description, simulated=all(simulated))


def _new_versions(points: list[TrendPoint]) -> list[tuple[float, str]]:
    """Return when a bench got another version of Wattlab, halfway between two campaigns, and which."""
    return [
        (day, after.entry.wattlab_version)
        for day, before, after in _steps(points)
        if before.entry.wattlab_version != after.entry.wattlab_version
    ]


def _changes(points: list[TrendPoint]) -> list[tuple[float, TrendPoint]]:
    """Return the points at which the level changed, each with the time halfway from the one before."""
    return [(day, after) for day, _, after in _steps(points) if after.change_wh is not None]


def _steps(points: list[TrendPoint]) -> list[tuple[float, TrendPoint, TrendPoint]]:
    """Return the pairs of neighbours on one bench, each with the time between them."""
    return [
        ((before.day + after.day) / 2, before, after)
        for bench in dict.fromkeys(point.entry.bench for point in points)
        for before, after in pairwise([point for point in points if point.entry.bench == bench])
        if before.day is not None and after.day is not None
    ]


def _change_words(point: TrendPoint, quantity: EnergyKind, unit: EnergyUnit) -> str:
    if point.change_wh is None:
        return ""
    u_wh = energy_of(point.scenario.row, quantity).u
    return f"{'+' if point.change_wh > 0 else ''}{unit.measured(point.change_wh, u_wh)}"


def _draw(axes: Axes, point: TrendPoint, colour: str) -> None:
    if point.day is None:
        return
    if point.low_wh is not None and point.high_wh is not None:
        axes.vlines(point.day, point.low_wh, point.high_wh, color=colour, linewidth=1.2)
    axes.plot(
        [point.day],
        [point.value_wh],
        linestyle="none",
        marker="o",
        markersize=5,
        markerfacecolor="none" if point.entry.simulated else colour,
        markeredgecolor=colour,
        markeredgewidth=1.1,
    )


def _time_axis(axes: Axes, days: list[float]) -> None:
    """Show dates in UTC, a single campaign in the middle of its day."""
    span = max(days) - min(days)
    room = _MARGIN * span if span else _HALF_DAY
    axes.set_xlim(min(days) - room, max(days) + room)
    axes.margins(y=0.18)
    if not span:
        axes.set_xticks(days[:1], [f"{_EPOCH + timedelta(days=days[0]):%Y-%m-%d}"])
        return
    locator = _dates.AutoDateLocator(minticks=2, maxticks=4)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(_dates.ConciseDateFormatter(locator))


def trend_records(points: list[TrendPoint], quantity: EnergyKind) -> Records:
    """Return the points with all their digits, the columns named like those of ``scenarios.csv``."""
    return [
        {
            "campaign": point.entry.campaign,
            "folder": point.entry.place.folder,
            "simulated": point.entry.simulated,
            "created_utc_s": point.entry.created_utc_s,
            "wattlab_version": point.entry.wattlab_version,
            "scenario": point.scenario.key,
            "n": point.scenario.row.n,
            f"{quantity}_wh": point.value_wh,
            f"{quantity}_low_wh": point.low_wh,
            f"{quantity}_high_wh": point.high_wh,
            "change_wh": point.change_wh,
        }
        for point in points
    ]


def _data(points: list[TrendPoint], quantity: EnergyKind, unit: EnergyUnit) -> Table:
    columns: Columns[TrendPoint] = (
        text_column("Campaign", lambda point: point.entry.title),
        text_column("Folder", lambda point: point.entry.place.folder),
        text_column("Planned (UTC)", lambda point: created(point.entry.created_utc_s), whole=True),
        text_column("Wattlab", lambda point: point.entry.wattlab_version, whole=True),
        text_column("Scenario", lambda point: point.scenario.name),
        Column("n", lambda point: count(point.scenario.row.n)),
        Column(
            _WORDS[quantity].capitalize(),
            lambda point: mean_words(point.scenario.row, quantity, unit),
            unit.name,
        ),
        Column("95 % interval", lambda point: unit.interval(point.low_wh, point.high_wh), unit.name),
        Column("Change", lambda point: _change_words(point, quantity, unit), unit.name),
        text_column("", lambda point: "SIMULATED" if point.entry.simulated else "", whole=True),
    )
    caption = f"Mean {_WORDS[quantity]} per run, by scenario and campaign"
    return table(f"trend-{quantity}-data", caption, columns, points, folded=False, source=f"trend_{quantity}")
