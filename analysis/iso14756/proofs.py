"""The three validity proofs of a measurement (ISO/IEC 14756, section 7): results, generator, statistics.

Each line of a proof has a figure, a limit and a verdict; a proof holds when all its lines hold.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from analysis.run.measure import RunMeasure
from analysis.scenario.groups import Group
from records.campaign import Campaign, CampaignFolder
from records.errors import RecordError
from records.findings import Finding
from records.journal import read_journal
from records.journal_events import RunStarted, WorkloadStarted
from records.rows.families import USEFUL_WORK
from records.rows.scenarios import ScenarioRow
from records.rows.standards import ProofRow, TaskTypeRow
from records.settings.requirement import Requirement
from records.words import counted

RESULTS, GENERATOR, SIGNIFICANCE = "correct results", "correct generator", "statistical significance"
_OF_THE_GENERATOR = {"order": "order-differs", "overlaps": "runs-overlap"}
_ARCHITECTURE = "model/architecture.json"


def _line(
    proof: str,
    scenario: str,
    what: str,
    value: float | None,
    limit: float | None,
    holds: bool | None,
    words: str,
) -> ProofRow:
    return ProofRow(
        proof=proof, scenario=scenario, quantity=what, value=value, limit=limit, holds=holds, words=words
    )


def prove_results(groups: list[Group], requirement: Requirement, targets: dict[str, float]) -> list[ProofRow]:
    """First proof: what the workloads computed is right, and the same in every run."""
    rows = []
    for group in groups:
        if group.kind != "workload":
            continue
        failed = sum(run.run.exit_code not in (0, None) for run in group.runs)
        words = f"{failed} of {len(group.runs)} runs ended with an exit code other than 0"
        rows.append(_line(RESULTS, group.label, "exit_code", failed, 0, failed == 0, words))
        rows += _same_in_every_run(group)
        if group.scenario in targets:
            rows.append(_target(group, targets[group.scenario]))
        for wanted in requirement.results:
            if wanted.scenario == group.scenario:
                rows.append(_bounds(group, wanted.quantity, wanted.least, wanted.most))
    return rows


def _same_in_every_run(group: Group) -> list[ProofRow]:
    hashes = {run.run.files.get(_ARCHITECTURE) for run in group.runs}
    rows = []
    if hashes != {None}:
        kinds = counted(len(hashes), "different model architecture")
        words = f"{kinds} in {len(group.runs)} runs (SHA-256)"
        rows.append(_line(RESULTS, group.label, "model", len(hashes), 1, len(hashes) == 1, words))
    return rows


def _target(group: Group, target: float) -> ProofRow:
    reached = sum(row.wh_to_target is not None for row in group.rows)
    words = f"{reached} of {len(group.rows)} runs reached the validation accuracy {target:g}"
    n = len(group.rows)
    return _line(RESULTS, group.label, "target_val_accuracy", reached, n, reached == n, words)


def _bounds(group: Group, quantity: str, least: float | None, most: float | None) -> ProofRow:
    kind = next(kind for kind in USEFUL_WORK if kind == quantity)  # the settings know no other
    values = group.known(lambda row: row.work.get(kind))
    low, high = least if least is not None else -np.inf, most if most is not None else np.inf
    right = sum(low <= value <= high for value in values)
    words = (
        f"{right} of {len(group.rows)} runs have {quantity} "
        + " and ".join(
            f"{word} {bound:g}"
            for word, bound in (("at least", least), ("at most", most))
            if bound is not None
        )
        + (f"; found {min(values):g} to {max(values):g}" if values else "; none says it")
    )
    return _line(RESULTS, group.label, quantity, right, len(group.rows), right == len(group.rows), words)


def prove_generator(
    place: CampaignFolder,
    campaign: Campaign,
    runs: list[RunMeasure],
    findings: list[Finding],
    requirement: Requirement,
) -> list[ProofRow]:
    """Second proof: the workload generator did what was planned, when it was planned.

    Args:
        place: of the campaign, for its journal.
        campaign: its plan.
        runs: every counted run.
        findings: of the check of the evidence, which knows order and overlaps.
        requirement: for the permitted delay.
    """
    planned, counted = len(campaign.plan), len(runs)
    rows = [
        _line(
            GENERATOR,
            "",
            "runs",
            counted,
            planned,
            counted == planned,
            f"{counted} of {planned} planned runs are valid",
        )
    ]
    for quantity, code in _OF_THE_GENERATOR.items():
        found = [finding for finding in findings if finding.code == code]
        words = (
            "; ".join(finding.message for finding in found) or f"the check of the evidence found no {code}"
        )
        rows.append(_line(GENERATOR, "", quantity, len(found), 0, not found, words))
    rows += _delays(place, {run.run_dir: run for run in runs}, requirement.start_delay_max_s)
    return rows


def _delays(place: CampaignFolder, runs: dict[str, RunMeasure], limit_s: float) -> list[ProofRow]:
    """Compare when the controller started each workload with when its ``run`` span began.

    Runs with a tracker are left out: there the tracker starts first.
    """
    planned = _planned_starts(place.journal)
    alone = {name: run.start_utc_s for name, run in runs.items() if run.run.tracker is None}
    delays_s = [start_utc_s - planned[name] for name, start_utc_s in alone.items() if name in planned]
    if not delays_s:
        words = "the journal does not say when workloads were started"
        return [_line(GENERATOR, "", "start_delay_s", None, limit_s, None, words)]
    worst_s = max(delays_s, key=abs)
    words = (
        f"the workload began {np.median(delays_s):.3f} s (median of {len(delays_s)}) after it was to be "
        f"started, at worst {worst_s:.3f} s"
    )
    return [_line(GENERATOR, "", "start_delay_s", worst_s, limit_s, abs(worst_s) <= limit_s, words)]


def _planned_starts(journal: Path) -> dict[str, float]:
    """Return by run folder when the controller started its workload, by its own clock."""
    try:
        entries = read_journal(journal)[0] if journal.is_file() else []
    except RecordError:
        return {}
    starts: dict[str, float] = {}
    current = ""
    for entry in entries:
        if isinstance(entry, RunStarted):
            current = entry.run_dir
        elif isinstance(entry, WorkloadStarted) and current and entry.t_utc_s is not None:
            starts[current] = entry.t_utc_s
    return starts


def prove_significance(
    task_rows: list[TaskTypeRow], scenario_rows: list[ScenarioRow], limit_pct: float
) -> list[ProofRow]:
    """Third proof: the 95 % intervals of mean execution times and induced energies are narrow enough.

    Args:
        task_rows: of the requirement.
        scenario_rows: of the campaign.
        limit_pct: half-width in percent of the mean.
    """
    means = [
        _Mean(
            row.scenario,
            f"{row.task}: mean_execution_s",
            f"{row.task}: mean execution time",
            row.mean_execution_s,
            row.mean_execution_low_s,
            row.mean_execution_high_s,
        )
        for row in task_rows
    ]
    means += [
        _Mean(
            row.scenario,
            "induced_wh",
            "induced energy",
            row.induced_wh,
            row.induced_low_wh,
            row.induced_high_wh,
        )
        for row in scenario_rows
        if row.kind == "workload"
    ]
    return [_half_width(mean, limit_pct) for mean in means]


class _Mean(NamedTuple):
    scenario: str
    quantity: str
    words: str
    value: float | None
    low: float | None
    high: float | None


def _half_width(mean: _Mean, limit_pct: float) -> ProofRow:
    if mean.value is None or mean.low is None or mean.high is None or mean.value == 0:
        words = f"{mean.words}: fewer than three values, or equal ones, so that nothing proves it"
        return _line(SIGNIFICANCE, mean.scenario, mean.quantity, None, limit_pct, None, words)
    reach_pct = 100 * (mean.high - mean.low) / 2 / abs(mean.value)
    words = (
        f"{mean.words}: the interval of the mean reaches {reach_pct:.2g} % to either side, "
        f"{limit_pct:g} % allowed"
    )
    return _line(
        SIGNIFICANCE, mean.scenario, mean.quantity, reach_pct, limit_pct, reach_pct <= limit_pct, words
    )
