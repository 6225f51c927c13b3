"""Power over time: every run of a scenario, their mean, and the overall average (paper, fig. 5)."""

from typing import NamedTuple

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from records.rows.traces import Trace
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, new_panel
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.power import traces
from reports.campaign.power.interactive.live import live_traces
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import count, plain
from reports.words.texts import slug

MOST_PANELS = 12
"""More scenarios are in the interactive form and in the table only."""

_MOST_BANDS = 100  # of more epochs no band can be told from the next

_HOW = (
    "Each thin line is one run as the meter read it; time counts from the start of the run's rating "
    "interval, or from where the chosen action first begins in the run, and a reading is drawn in the "
    "middle of the interval it is the mean of. The thick line is the mean of the runs at the same time, "
    "drawn while more than half of them are running. The dashed line is the scenario's mean power, for "
    "which the readings at both borders count only with their share inside the run. The drawing keeps the "
    "smallest and the largest reading of every column of the screen (and of every stretch of a long trace); "
    "the numbers are computed from all readings. A gap in a line is a gap in the data. Actions and epochs "
    "of the chosen run are shaded, by the SUT's clock set against the controller's. A sample of the "
    "hardware is drawn in the middle of the time that it covers."
)


def power_sheet(view: View) -> Sheet:
    """Draw one panel per scenario, all with the same power axis."""
    found = [item for item in view.scenarios if any(len(traces.trace_of(t)[0]) for t in item.traces)]
    shown, more = found[:MOST_PANELS], len(found) - MOST_PANELS
    ends = traces.power_ends_w([row for item in shown for row in item.traces])
    limit = traces.points_per_run(len(view.results.traces))
    panels = [_panel(item, index, ends, limit, view.simulated) for index, item in enumerate(shown)]
    what = "Power at the wall plug" if view.at_wall else "Power as counters inside the machine reported it"
    return Sheet(
        key="power",
        title="Power over time",
        size="half",
        panels=panels,
        caption=f"{what}: thin, every run; thick, the mean of a scenario's runs. On a screen "
        "all scenarios share one time axis with the hardware, zooming in shows every point, and runs can be "
        "aligned on the start of an action. On paper there is one panel per scenario, its overall average "
        "dashed, the epochs of one run as bands; they share the power axis, which need not begin at zero."
        + (f" There the last {more} scenarios have no panel; the table has them." if more > 0 else ""),
        how=_HOW,
        data=_data(view),
        live=live_traces(view) if panels else Markup(),
        absent="" if panels else "no counted run has a power trace.",
    )


def _panel(
    scenario: ScenarioView, index: int, ends_w: tuple[float, float], limit: int, simulated: bool
) -> Markup:
    figure, axes = new_panel("half", 2.3)
    lines = []
    for row in scenario.traces:
        t_s, power_w = traces.trace_of(row)
        if not len(t_s):
            continue
        lines.append((t_s, power_w))
        axes.plot(*traces.drawable(row, limit), color=scenario.colour, linewidth=0.7, alpha=0.55)
    if len(lines) > 1:
        mean_t, mean_p = traces.mean_trace(lines, traces.mean_step_s(scenario.traces))
        mean_t, mean_p = traces.thin(mean_t, mean_p, limit)
        axes.plot(mean_t, mean_p, color=palette.INK, linewidth=1.1)
    overall = scenario.row.mean_power_w
    if overall is None:
        overall = float(np.mean(np.concatenate([power for _, power in lines])))
    axes.axhline(overall, color=palette.INK, linewidth=0.8, linestyle=(0, (5, 3)))
    _shade_epochs(axes, scenario)
    axes.set_ylim(*ends_w)
    axes.set_xlim(left=0)
    axes.set_xlabel("time from start of the run / s")
    axes.set_ylabel("power / W")
    n = len(lines)
    words = f"n = {n} run{'' if n == 1 else 's'}, average {plain(overall)} W"
    axes.set_title(words, fontsize=7.5, color=palette.MUTED)
    return finish(
        figure,
        f"power-{index}-{slug(scenario.key)}",
        scenario.name,
        f"Power over time of scenario {scenario.name}: {words}.",
        simulated=simulated,
    )


def _shade_epochs(axes: Axes, scenario: ScenarioView) -> None:
    """Shade every second epoch of the first run that has epochs, and mark where they begin and end."""
    first = next((row.run_dir for row in scenario.epochs), None)
    epochs = [row for row in scenario.epochs if row.run_dir == first][:_MOST_BANDS]
    for place, row in enumerate(epochs):
        start_s, end_s = row.epoch_start_s, row.epoch_start_s + row.duration_s
        axes.axvspan(start_s, end_s, color=palette.GRID, alpha=(0.9, 0.4)[place % 2], linewidth=0, zorder=0)
    for row in epochs:
        axes.axvline(row.epoch_start_s, color=palette.MUTED, linewidth=0.4, linestyle=(0, (1, 2)))


def _data(view: View) -> Table:
    rows = [_readings(item, row) for item in view.scenarios for row in item.traces]
    columns: Columns[_Readings] = (
        text_column("Run", lambda row: row.run_dir, whole=True),
        text_column("Scenario", lambda row: row.name),
        Column("Readings", lambda row: count(row.readings)),
        Column("Duration", lambda row: plain(row.duration_s), "s"),
        Column("Smallest", lambda row: plain(row.smallest_w), "W"),
        Column("Mean of the readings", lambda row: plain(row.mean_w), "W"),
        Column("Largest", lambda row: plain(row.largest_w), "W"),
    )
    return table("power-data", "Power of each run, from its readings", columns, rows, folded=False)


class _Readings(NamedTuple):
    """The readings of a run: how many, the smallest, their mean, the largest."""

    run_dir: str
    name: str
    duration_s: float
    readings: int
    smallest_w: float | None
    mean_w: float | None
    largest_w: float | None


def _readings(scenario: ScenarioView, row: Trace) -> _Readings:
    return _Readings(row.run_dir, scenario.name, row.duration_s, *traces.readings_of(row))
