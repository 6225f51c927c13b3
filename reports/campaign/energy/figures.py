"""Power and energy by scenario, split into baseline and induced part (paper, fig. 6)."""

from dataclasses import replace

from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.scenario_bar import scenario_bar
from reports.campaign.view import ScenarioView, View, mean_words
from reports.words.numbers import plain

_PARTS = "Grey: the baseline's part; coloured: what the software induced."
_NO_PARTS = "The bars show gross energy: without a baseline the induced part is unknown."


def energy_sheet(view: View, how: str) -> Sheet:
    """Draw mean power, energy per run and induced energy per run of every scenario."""
    panels = []
    if bars := [bar for item in view.scenarios if (bar := _power_bar(item))]:
        panels.append(
            bars_panel("half", "energy-power", "Mean power", "power / W", bars, simulated=view.simulated)
        )
    if bars := [bar for item in view.scenarios if (bar := gross_bar(view, item))]:
        axis = f"energy / {view.unit.name}"
        panels.append(
            bars_panel("half", "energy-gross", "Energy per run", axis, bars, simulated=view.simulated)
        )
    if bars := [bar for item in view.scenarios if (bar := induced_bar(view, item))]:
        panels.append(
            bars_panel(
                "half",
                "energy-induced",
                "Energy induced by the software, per run",
                f"induced energy / {view.unit.name}",
                bars,
                simulated=view.simulated,
            )
        )
    return Sheet(
        key="energy",
        title="Power and energy by scenario",
        size="half",
        panels=panels,
        caption=f"{_PARTS if view.baseline else _NO_PARTS} Black lines: 95 % intervals "
        "of the mean; circles: single runs; hatched: with a tracker running. "
        + _without_interval(view.scenarios),
        how=how,
        data=_data(view),
        absent="" if panels else "no run was counted.",
    )


def _power_bar(scenario: ScenarioView) -> Bar | None:
    power_w = scenario.row.mean_power_w
    if power_w is None:
        return None
    bar = scenario_bar(scenario, power_w, f"{plain(power_w)} W", of_run=lambda run: run.mean_power_w)
    below = scenario.of_runs(lambda run: run.baseline_power_w)
    return _upon(bar, below)


def gross_bar(view: View, scenario: ScenarioView) -> Bar | None:
    """Return the bar of a scenario's energy per run, upon the baseline's part; ``None`` where unknown."""
    row = scenario.row
    if row.energy_wh is None:
        return None
    text = mean_words(row, "energy", view.unit)
    ends = row.energy_low_wh, row.energy_high_wh
    bar = scenario_bar(scenario, row.energy_wh, text, ends=ends, of_run=lambda run: run.energy_wh)
    return _upon(bar, scenario.of_runs(lambda run: run.baseline_wh)).scaled(view.unit.per_wh)


def _upon(bar: Bar, below: list[float]) -> Bar:
    if not below:
        return bar
    return replace(bar, below=sum(below) / len(below))


def induced_bar(view: View, scenario: ScenarioView) -> Bar | None:
    """Return the bar of a scenario's induced energy per run; ``None`` where unknown."""
    row = scenario.row
    if row.induced_wh is None or scenario.kind == "baseline":
        return None
    text = mean_words(row, "induced", view.unit)
    ends = row.induced_low_wh, row.induced_high_wh
    bar = scenario_bar(scenario, row.induced_wh, text, ends=ends, of_run=lambda run: run.induced_wh)
    return bar.scaled(view.unit.per_wh)


def _without_interval(scenarios: list[ScenarioView]) -> str:
    few = [f"{item.name}, n = {item.n}" for item in scenarios if item.n and item.row.energy_low_wh is None]
    return f"No interval: {'; '.join(few)}." if few else ""


def _data(view: View) -> Table:
    unit = view.unit
    columns: Columns[ScenarioView] = (
        Column("Scenario", lambda item: item.name, numeric=False),
        Column("n", lambda item: str(item.n)),
        Column("Mean power", lambda item: plain(item.row.mean_power_w), "W"),
        Column("Energy", lambda item: unit.measured(item.row.energy_wh, item.row.energy_u_wh), unit.name),
        Column("u(energy)", lambda item: unit.spread(item.row.energy_u_wh), unit.name),
        Column(
            "95 % interval",
            lambda item: unit.interval(item.row.energy_low_wh, item.row.energy_high_wh),
            unit.name,
        ),
        Column("Induced", lambda item: unit.measured(item.row.induced_wh, item.row.induced_u_wh), unit.name),
        Column("u(induced)", lambda item: unit.spread(item.row.induced_u_wh), unit.name),
        Column(
            "95 % interval",
            lambda item: unit.interval(item.row.induced_low_wh, item.row.induced_high_wh),
            unit.name,
        ),
    )
    caption = "Mean power and energy per run of each scenario"
    return table("energy-data", caption, columns, view.scenarios, folded=False)
