"""``README.md`` of a replication package: what was measured, what came out, how to compute it again."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from records.findings import LEVELS
from records.package import CONFIG, CRATE, PROGRAMS, README, SUMS
from records.programs import ProgramFile
from records.results import Results
from records.rows.scenarios import ScenarioRow
from records.rows.statistics import ComparisonRow
from records.times import iso_utc
from reports.exports.contents import CampaignFiles, Replication
from reports.exports.markdown import render_markdown
from reports.words.environment import meter_words, part_of, sut_words
from reports.words.numbers import count, in_interval, interval

_QUANTITIES = {
    "energy_wh": "energy per run (Wh)",
    "induced_wh": "induced energy per run (Wh)",
}

_CONTENTS = {
    "campaign.json": "what was planned, with the configuration in force",
    "environment.json": "inventory of the system under test, of the controller and of the meter",
    "import.json": "where the records were imported from, and what was repaired",
    "journal.jsonl": "what the controller did and saw",
    "clock.csv": "comparisons of the clocks",
    "health.json": "the control workload of the lab",
    "runs/": "raw records, a folder per run: readings of the meter, hardware samples, events, output, hashes",
    "virtual/": "the true power of the simulated computer",
    "results/": "results of the analysis: results.json, and the same numbers as tables",
    "report.html": "the report; opens offline in any browser",
    CONFIG: "the bench and the campaign, as lab run reads them",
    f"{PROGRAMS}/": "the measured program as it was recorded: files, git revision, packages",
    CRATE: "this package for machines (RO-Crate)",
    SUMS: "SHA-256 of every other file",
}


def readme_of(
    results: Results, campaign: CampaignFiles, replication: Replication, sums: dict[str, str]
) -> str:
    """Return the whole text.

    Args:
        results: of the campaign.
        campaign: its files.
        replication: what the lab adds.
        sums: SHA-256 of all files of the campaign, by name.
    """
    facts = results.campaign
    context = {
        "title": facts.title or facts.id or "Campaign",
        "simulated": facts.simulated,
        "facts": _facts(results),
        "scenarios": [_scenario(row) for row in results.scenarios],
        "comparisons": [_comparison(row) for row in results.comparisons if row.quantity in _QUANTITIES],
        "findings": _finding_counts(results),
        "refused": [
            (row.run_dir or "campaign", row.message) for row in results.findings if row.level == "refuse"
        ],
        "contents": _contents([*sums, CRATE, SUMS, README]),
        "left_out": campaign.left_out,
        "programs": [_program(file) for file in campaign.programs.files] if campaign.programs else [],
        "revisions": campaign.programs.revisions if campaign.programs else [],
        "notes": [*_program_notes(results, campaign), *replication.config_notes],
        "version": replication.version,
        "programs_beside": _has_own_programs(campaign),
        "measurable": replication.config is not None,
    }
    return render_markdown("package.md", context)


def _program(file: ProgramFile) -> dict[str, str]:
    return {
        "name": f"{PROGRAMS}/{file.copy}" if file.copy else f"{file.name} ({file.note or 'not copied'})",
        "scenarios": ", ".join(file.scenarios),
        "sha256": file.sha256 or "not recorded",
    }


def _has_own_programs(campaign: CampaignFiles) -> bool:
    """Say whether programs lie in the package that its ``lab.toml`` names by their path."""
    copies = campaign.programs.files if campaign.programs else []
    return any(file.copy and not file.copy.startswith("scenarios/") for file in copies)


def _program_notes(results: Results, campaign: CampaignFiles) -> list[str]:
    if campaign.programs is not None:
        return campaign.programs.notes
    if results.imported:
        return []
    return ["The program is not on record: this campaign was measured before Wattlab recorded programs"]


def _facts(results: Results) -> list[tuple[str, Any]]:
    campaign = results.campaign
    counts = Counter(run.scenario for run in results.runs)
    done = f"{campaign.slots_completed} of {campaign.slots_planned} planned were completed"
    when = iso_utc(campaign.created_utc_s)
    facts: dict[str, Any] = {
        "Campaign": f"{campaign.id}, recorded with Wattlab {campaign.wattlab_version}",
        "System under test": sut_words(part_of(results.environment, "sut")) or "not recorded",
        "Power meter": meter_words(results.meter) if results.meter else "not recorded",
        "Runs": f"{done}; counted: {', '.join(f'{n} x {name}' for name, n in counts.items()) or 'none'}",
    }
    if results.imported:
        facts["Imported"] = f"from the format {results.imported.get('format')}, {when}"
    else:
        facts |= {"Planned": when, "Order of the runs": f"drawn with the seed {campaign.seed}"}
    return list(facts.items())


def _finding_counts(results: Results) -> str:
    counts = Counter(finding.level for finding in results.findings)
    return ", ".join(f"{counts[level]} {level}" for level in LEVELS)


def _scenario(row: ScenarioRow) -> dict[str, str]:
    return {
        "name": row.scenario,
        "n": count(row.n),
        "energy": _with_ends(row.energy_wh, row.energy_low_wh, row.energy_high_wh),
        "induced": _with_ends(row.induced_wh, row.induced_low_wh, row.induced_high_wh),
    }


def _comparison(row: ComparisonRow) -> dict[str, str]:
    return {
        "quantity": _QUANTITIES[row.quantity],
        "a": row.a,
        "b": row.b,
        "difference": _with_ends(row.difference, row.difference_low, row.difference_high),
        "ratio": _with_ends(row.ratio, row.ratio_low, row.ratio_high),
    }


def _with_ends(value: float | None, low: float | None, high: float | None) -> str:
    shown = in_interval(value, low, high)
    return shown if low is None else f"{shown} {interval(low, high)}"


def _contents(names: Collection[str]) -> list[tuple[str, str]]:
    tops = {name.split("/")[0] + ("/" if "/" in name else "") for name in names}
    return [(place, words) for place, words in _CONTENTS.items() if place in tops]
