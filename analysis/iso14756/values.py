"""All values after ISO/IEC 14756 of a campaign, and the findings that follow from them."""

from analysis.iso14756.efficiency import compare
from analysis.iso14756.proofs import prove_generator, prove_results, prove_significance
from analysis.iso14756.ratings import find_tasks, rate
from analysis.run.measure import RunMeasure
from analysis.scenario.groups import Group
from records.campaign import Campaign, CampaignFolder
from records.finding_codes.standards import PROOF_MISSING, REQUIREMENT_MISSED, REQUIREMENT_UNSEEN
from records.findings import Finding
from records.rows.parts import Iso14756
from records.rows.runs import SpanRow
from records.rows.scenarios import ScenarioRow
from records.rows.standards import EfficiencyRow
from records.settings.analysis import AnalysisSettings
from records.settings.requirement import TaskRequirement

MARK = (
    "Formulas after the structure of ISO/IEC 14756 and secondary literature; to be checked against the text "
    "of the standard. The energy values are an extension."
)


def iso14756_values(
    place: CampaignFolder,
    campaign: Campaign,
    runs: list[RunMeasure],
    groups: list[Group],
    actions: list[SpanRow],
    scenario_rows: list[ScenarioRow],
    findings: list[Finding],
    settings: AnalysisSettings,
) -> Iso14756 | None:
    """Return ratings, software efficiency and proofs; ``None`` without a requirement.

    Args:
        place: of the campaign.
        campaign: its plan.
        runs: every counted run.
        groups: the runs by scenario.
        actions: rows of the actions.
        scenario_rows: rows of the scenarios.
        findings: of the check of the evidence.
        settings: of the analysis.
    """
    requirement = settings.requirement
    if requirement is None:
        return None
    confidence = settings.confidence
    task_rows = [
        rate(found, wanted, confidence)
        for wanted in requirement.tasks
        for group in _chains(groups, wanted)
        if (found := find_tasks(group, actions, wanted.name)) is not None
    ]
    proofs = [
        *prove_results(groups, requirement, settings.target_val_accuracy),
        *prove_generator(place, campaign, runs, findings, requirement),
        *prove_significance(task_rows, scenario_rows, requirement.half_width_max_pct),
    ]
    return Iso14756(
        marked=MARK,
        satisfied=bool(task_rows) and all(row.satisfied for row in task_rows),
        valid=all(row.holds for row in proofs),
        task_types=task_rows,
        efficiency=_efficiency(groups, actions, settings),
        proofs=proofs,
    )


def _chains(groups: list[Group], wanted: TaskRequirement) -> list[Group]:
    """Return the scenarios that a task type is asked of: those without a tracker."""
    chains = [group for group in groups if group.kind == "workload" and group.tracker is None]
    return [group for group in chains if wanted.scenario in (None, group.scenario)]


def _efficiency(
    groups: list[Group], actions: list[SpanRow], settings: AnalysisSettings
) -> list[EfficiencyRow]:
    requirement = settings.requirement
    if requirement is None or requirement.reference_scenario is None:
        return []
    plain = {group.scenario: group for group in groups if group.tracker is None}
    reference = plain.get(requirement.reference_scenario)
    rows = []
    for wanted in requirement.tasks:
        of_reference = find_tasks(reference, actions, wanted.name) if reference is not None else None
        for group in plain.values():
            found = find_tasks(group, actions, wanted.name) if group is not reference else None
            if found is not None and of_reference is not None:
                rows.append(compare(found, of_reference, wanted, settings.confidence))
    return rows


def check_iso14756(values: Iso14756 | None, settings: AnalysisSettings) -> list[Finding]:
    """Return a finding for each task type that is not satisfied or absent, and each proof that fails."""
    if values is None or settings.requirement is None:
        return []
    findings = []
    for row in values.task_types:
        if not row.satisfied:
            message = (
                f"{row.scenario}: {row.task}: R_TH {row.r_th:.3g}, R_ME {row.r_me:.3g}, "
                f"R_TI {row.r_ti:.3g}: one below 1 misses the requirement"
            )
            findings.append(REQUIREMENT_MISSED.finding(message))
    seen = {row.task for row in values.task_types}
    for wanted in settings.requirement.tasks:
        if wanted.name not in seen:
            message = f"no counted run has a task {wanted.name!r}; its ratings are missing"
            findings.append(REQUIREMENT_UNSEEN.finding(message))
    for line in values.proofs:
        if not line.holds:
            where = f"{line.scenario}: " if line.scenario else ""
            findings.append(PROOF_MISSING.finding(f"{where}{line.proof}: {line.words}"))
    return findings
