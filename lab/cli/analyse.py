"""``lab analyse``: from records to results."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.agreement.trackers import ALL
from analysis.campaign import analyse as analyse_campaign
from analysis.rules import rule_names
from analysis.rules.contract import DEFAULT
from analysis.scheduling import ALONE, Workforce
from lab.cli.common import campaign_argument, json_option
from lab.cli.finding_output import level_counts
from lab.cli.link import link_options
from lab.cli.output import print_json, print_table, progress_bar, stdout
from lab.cli.rule_output import print_findings, print_rule
from lab.cli.values import print_ecolabel, print_requirement
from records.meter import MeasuringPoint, measuring_point
from records.results import Results
from records.rows.parts import ControlChart
from records.rows.scenarios import ScenarioRow
from reports.words.energy import EnergyUnit, unit_of_results
from reports.words.outcomes import lines_of_failures
from reports.words.per_epoch import PerEpoch, per_epoch_of
from reports.words.smells import answers

if TYPE_CHECKING:
    from lab.fleet.link import Link


@click.command()
@campaign_argument
@click.option(
    "--rule",
    metavar="NAME",
    default=DEFAULT,
    show_default=True,
    help=f"Published tool whose numbers are also shown: {', '.join(rule_names()[1:])}.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    help="Number of processes on this machine.",
)
@link_options("Dask scheduler to compute on, e.g. tcp://127.0.0.1:8786.")
@click.option(
    "--estimators",
    is_flag=True,
    help="Also compute the built-in estimators, with default settings.",
)
@json_option
def analyse(
    folder: Path,
    rule: str,
    jobs: int,
    link: "Link | None",
    estimators: bool,
    as_json: bool,
) -> None:
    """Compute the results of a campaign and write them to DIR/results.

    Exit code 1 when data were rejected: the results are then those of the other runs. With --rule, the
    numbers of a published tool are shown next to ours, and every finding is listed.

    \b
    lab analyse latest
    lab analyse okular --rule oscar
    lab analyse campaigns/20260131-120000-demo --jobs 4
    """
    workforce = Workforce(jobs) if link is None else Workforce(jobs, link.scheduler, link.security())
    results = analyse_with_progress(folder, rule, workforce, estimators)
    if as_json:
        print_json(results.to_json())
    elif rule != DEFAULT:
        print_rule(results)
        print_scenarios(results)
        print_findings(results)
    else:
        print_scenarios(results)
        print_requirement(results)
        print_ecolabel(results)
        stdout.print(f"Written: {folder / 'results'}")
    click.get_current_context().exit(1 if refusing(results) else 0)


def analyse_with_progress(
    folder: Path, rule: str = DEFAULT, workforce: Workforce = ALONE, estimators: bool = False
) -> Results:
    """Analyse a campaign, showing on a terminal how many of its runs are done."""
    with progress_bar("analysing runs") as show:
        return analyse_campaign(
            folder,
            progress=show,
            rule=rule,
            workforce=workforce,
            estimators=estimators,
        )


def print_scenarios(results: Results) -> None:
    """Print the scenario table, energies with their 95 % intervals."""
    if results.campaign.simulated:
        stdout.print("SIMULATED meter: no number below is a measurement", style="bold")
    if measuring_point(str(results.meter.get("driver"))) is MeasuringPoint.INSIDE:
        stdout.print("Not measured at the wall: counters inside the computer gave the readings", style="bold")
    unit = unit_of_results(results)
    per_epoch = per_epoch_of(results, unit)
    rows = [
        (
            row.scenario,
            row.n,
            _number(row.duration_s, 1),
            _number(row.mean_power_w, 2),
            _energy(row, unit),
            _induced(row, unit),
            _induced_ends(row, unit),
            *((_mean_per_epoch(per_epoch, row), per_epoch.ends(row)) if per_epoch else ()),
        )
        for row in results.scenarios
    ]
    columns = (
        "scenario",
        "n",
        "duration s",
        "mean W",
        f"energy {unit.name}",
        f"induced {unit.name}",
        "95 % interval",
        *((f"{per_epoch.kind} {unit.name} per epoch", "95 % interval") if per_epoch else ()),
    )
    print_table(columns, rows)
    _print_trackers(results)
    for line in answers(results.smells, unit):
        stdout.print(line, highlight=False, markup=False)
    _print_health(results.health)
    counts = level_counts([row.level for row in results.findings])
    stdout.print(f"Findings: {counts} (`lab check` lists those about the evidence)")
    for finding in results.findings:
        if finding.level == "refuse":
            stdout.print(f"rejected: {finding.run_dir or 'campaign'}: {finding.message}")


def _print_trackers(results: Results) -> None:
    """Print how each tracker does against the meter over all scenarios, view by view."""
    rows = [
        (
            row.tracker,
            row.against,
            row.n,
            _ratio(row.compared.total_ratio, row.compared.total_ratio_low, row.compared.total_ratio_high)
            or "not resolved",
            _ratio(row.assessed.geometric_ratio, row.assessed.ratio_lower, row.assessed.ratio_upper),
            row.assessed.decision or "",
            row.assessed.influential or "",
        )
        for row in [*results.agreement, *results.agreement_scopes]
        if row.scenario == ALL
    ]
    if rows:
        columns = ("tracker", "against", "n", "ratio, 95 %", "single runs, limits", "within", "depends on")
        print_table(columns, sorted(rows, key=lambda row: row[0]))
    for line in lines_of_failures(results.trackers):
        stdout.print(line)


def _ratio(value: float | None, low: float | None, high: float | None) -> str:
    ends = "" if low is None or high is None else f" [{low:.3f}, {high:.3f}]"
    return "" if value is None else f"{value:.3f}{ends}"


def _energy(row: ScenarioRow, unit: EnergyUnit) -> str:
    if row.energy_wh is None:
        return ""
    return unit.in_interval(row.energy_wh, row.energy_low_wh, row.energy_high_wh, row.energy_u_wh)


def _induced(row: ScenarioRow, unit: EnergyUnit) -> str:
    if row.induced_bound_wh is not None:
        return f"not resolved, <= {unit.measured(row.induced_bound_wh, row.induced_u_wh)}"
    if row.induced_wh is None:
        return ""
    return unit.in_interval(row.induced_wh, row.induced_low_wh, row.induced_high_wh, row.induced_u_wh)


def _induced_ends(row: ScenarioRow, unit: EnergyUnit) -> str:
    if row.induced_low_wh is None:
        return ""
    return unit.interval(row.induced_low_wh, row.induced_high_wh)


def _mean_per_epoch(energy: PerEpoch, row: ScenarioRow) -> str:
    return "" if energy.value_wh(row) is None else energy.mean(row)


def _print_health(health: ControlChart | None) -> None:
    """Print in one line what the control workload says of the lab."""
    if health is None:
        return
    spread_pct = health.relative_sd_pct
    spread = "" if spread_pct is None else f", relative sd {spread_pct:.2f} %"
    stdout.print(
        f"Lab health: {health.verdict} by {health.n} runs of {health.control} and "
        f"{health.n_history} before{spread}",
    )


def refusing(results: Results) -> bool:
    """Say whether data were rejected."""
    return any(row.level == "refuse" for row in results.findings)


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
