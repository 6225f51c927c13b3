"""``lab profile`` runs and prints: the program, its calls by energy and by time, the budget."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.cli.analyse import analyse_with_progress, print_scenarios, refusing
from lab.cli.campaigns import outcome_json, run_campaign
from lab.cli.output import print_json, print_table, stdout
from lab.conduct.evaluated import Evaluated, run_and_evaluate
from lab.config.model import LabConfig
from lab.profiling.budget import Budget, Judgement
from records.finding_codes.conduct import PRECISION_NOT_REACHED, PRECISION_REACHED
from records.results import Results
from records.rows.calls import CallSiteRow
from reports.campaign.calls.profiles import Profile, profiles_of
from reports.campaign.view import view_of
from reports.words.calls import KIND_WORDS, site_name, site_place
from reports.words.numbers import ABSENT, count, given, plain

_MOST_SHOWN = 10


def run_and_print(
    config: LabConfig, scenarios: Sequence[str], out: Path | None, budget: Budget | None, as_json: bool
) -> int:
    """Run the campaign of a profile and print the outcome; return the exit code.

    Args:
        config: of the campaign.
        scenarios: names of the program's own scenarios.
        out: folder of the campaign, or ``None``.
        budget: that each of them has to keep, or ``None``.
        as_json: whether one JSON document is printed.
    """
    profiled = run_and_evaluate(config, out, run_campaign, analyse_with_progress)
    if not as_json:
        _print_profile(profiled, scenarios)
    judgements = [] if budget is None else budget.judge(profiled.results, scenarios)
    if as_json:
        outcome = outcome_json(profiled.opened, profiled.outcome)
        print_json({**outcome, **_profile_json(profiled, scenarios, judgements)})
    else:
        for judgement in judgements:
            stdout.print(budget_words(judgement))
    kept = all(judgement.verdict == "within" for judgement in judgements)
    return 0 if kept and not profiled.outcome.missing and not refusing(profiled.results) else 1


def _print_profile(profiled: Evaluated, scenarios: Sequence[str]) -> None:
    """Print the results of a profile."""
    results = profiled.results
    print_scenarios(results)
    for profile in profiles_of(view_of(results)):
        _print_calls(profile)
    if len(scenarios) > 1:
        _print_sizes(results, scenarios)
    for finding in results.findings:
        if finding.code in (PRECISION_REACHED.code, PRECISION_NOT_REACHED.code):
            stdout.print(f"Repeats: {finding.message}")
    stdout.print(f"Evidence: {profiled.opened.folder.path}")
    stdout.print(f"Open the report: {profiled.report}")


def _profile_json(
    profiled: Evaluated, scenarios: Sequence[str], judgements: Sequence[Judgement]
) -> dict[str, Any]:
    """Return what ``--json`` prints in addition to the outcome of the campaign."""
    results = profiled.results
    return {
        "scenarios": [row.to_json() for row in results.scenarios],
        "calls": [row.to_json() for row in results.call_sites if row.scenario in scenarios],
        "precision": [
            {"reached": row.code == PRECISION_REACHED.code, "reason": row.message}
            for row in results.findings
            if row.code in (PRECISION_REACHED.code, PRECISION_NOT_REACHED.code)
        ],
        "budget": [asdict(judgement) for judgement in judgements],
        "report": str(profiled.report),
    }


def _print_calls(profile: Profile) -> None:
    """Print the calls of a scenario by energy, what is only bounded last, with their ranks by time."""
    calls = [row for row in profile.parts if row.kind not in KIND_WORDS]
    by_time = sorted(calls, key=lambda row: row.time_exclusive_s, reverse=True)
    ranks = {row.site: place for place, row in enumerate(by_time, start=1)}
    calls.sort(key=lambda row: (profile.energy(row).bound is None, profile.energy(row).size), reverse=True)
    rows = [
        (
            place,
            ranks[row.site],
            site_place(row),
            site_name(row),
            given(row.calls_per_run),
            plain(row.time_exclusive_s),
            *_energy_cells(profile, row),
            row.label,
        )
        for place, row in enumerate(calls[:_MOST_SHOWN], start=1)
    ]
    columns = ("by energy", "by time", "place", "call", "calls", "s", "J", "95 % interval", "")
    print_table(
        columns, rows, title=f"{profile.name}: {profile.kind} per run, without the calls within a call"
    )
    if len(calls) > _MOST_SHOWN:
        stdout.print(f"and {len(calls) - _MOST_SHOWN} more in results/call_sites.csv")
    for row in profile.parts:
        if row.kind in KIND_WORDS:
            energy, interval = _energy_cells(profile, row)
            ends = "" if interval == ABSENT else f" {interval}"
            stdout.print(f"{site_name(row)}: {plain(row.time_exclusive_s)} s, {energy} J{ends}")


def _energy_cells(profile: Profile, row: CallSiteRow) -> tuple[str, str]:
    energy = profile.energy(row)
    return energy.words, energy.ends


def _print_sizes(results: Results, scenarios: Sequence[str]) -> None:
    """Print the energy of a call by the size of its arguments, of sites where variants differ in that."""
    tables = [
        {_key(row): row for row in results.call_sites if row.scenario == name and row.argument_bytes}
        for name in scenarios
    ]
    shared = [key for key in tables[0] if all(key in table for table in tables)] if tables else []
    shared = [key for key in shared if len({table[key].argument_bytes for table in tables}) > 1]
    rows = []
    for key in shared:
        for name, table in zip(scenarios, tables, strict=True):
            row = table[key]
            per_call = row.energy_per_call_j
            rows.append(
                (
                    site_place(row),
                    site_name(row),
                    name,
                    count(row.argument_bytes),
                    "" if per_call is None else plain(per_call),
                    row.label,
                )
            )
    if rows:
        columns = ("place", "call", "scenario", "bytes", "J per call", "")
        print_table(
            columns, rows, title="Gross energy of a call, with the calls within, by the size of its arguments"
        )


def _key(row: CallSiteRow) -> tuple[str, int | None, int | None, int | None, str]:
    return row.file, row.cell, row.line, row.column, row.api


def budget_words(judgement: Judgement) -> str:
    """Return the verdict on a budget with the energy that it rests on, and what may decide an open one."""
    energy, low, high = judgement.energy_j, judgement.low_j, judgement.high_j
    if energy is None or low is None or high is None:
        found = "no energy with an interval, which needs more runs (--repeats)"
    else:
        found = f"{plain(energy)} J (95 %: {plain(low)} to {plain(high)} J)"
        if judgement.verdict == "cannot say":
            found += "; a narrower interval (--precision) may decide"
    return f"Budget of {judgement.of}, {given(judgement.budget_j)} J: {judgement.verdict}. Found {found}"
