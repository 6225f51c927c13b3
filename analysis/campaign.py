"""From a campaign's records to its results: a map over the runs and a small reduction."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from analysis.agreement.estimators.claims import estimate
from analysis.agreement.trackers import agreement_rows, scope_rows
from analysis.agreement.views import view_rows
from analysis.budgets import budget_rows
from analysis.calls.campaign import call_tables
from analysis.calls.run_calls import RunCalls, measure_calls
from analysis.ecolabel.values import check_ecolabel, ecolabel_rows
from analysis.evidence import Examination
from analysis.evidence.attempts import Attempt, SlotTask, examine_slot
from analysis.evidence.examine import conclude, survey_campaign
from analysis.health import check_health, health_values
from analysis.iso14756.values import check_iso14756, iso14756_values
from analysis.power.thinning import points_per_run
from analysis.rules import Rule, find_rule, measure_by
from analysis.rules.contract import DEFAULT
from analysis.run.measure import RunMeasure
from analysis.run.provenance import Origin, by_scenario
from analysis.run.recorded import RecordedRun
from analysis.scenario.baseline import Baseline, BaselinePower, baseline_run
from analysis.scenario.baseline_change import baseline_summary
from analysis.scenario.groups import group_runs, scenario_row
from analysis.scenario.notes import (
    check_baseline,
    check_busy_baselines,
    check_certainty,
    check_rows,
    check_samples,
    check_scenarios,
    check_spans,
)
from analysis.scenario.rows import epoch_rows, run_row, span_rows, trace_of, tracker_rows
from analysis.scheduling import ALONE, Progress, Workforce, run_map
from analysis.smells.rows import smell_rows
from analysis.statistics.benches import bench_rows, check_benches
from analysis.statistics.campaign import (
    comparison_rows,
    correlation_rows,
    cost_rows,
    mixed_model_rows,
    statistics_rows,
)
from records.campaign import Campaign, CampaignFolder, Environment
from records.errors import RecordError
from records.findings import LEVELS, Finding
from records.imported import read_import
from records.results import Results, write_results
from records.rows.findings import FindingRow
from records.rows.parts import CampaignFacts
from records.rows.runs import RefusedRow
from records.rows.standards import RuleRow
from records.settings.analysis import AnalysisSettings, settings_of
from records.settings.estimators import EstimatorSettings


def analyse(
    folder: Path,
    settings: AnalysisSettings | None = None,
    progress: Progress | None = None,
    rule: str = DEFAULT,
    workforce: Workforce = ALONE,
    estimators: bool = False,
) -> Results:
    """Analyse a campaign and write its ``results/``; see `evaluate`."""
    results = evaluate(folder, settings, progress, rule, workforce, estimators)
    write_results(results, CampaignFolder(folder).results)
    return results


def evaluate(
    folder: Path,
    settings: AnalysisSettings | None = None,
    progress: Progress | None = None,
    rule: str = DEFAULT,
    workforce: Workforce = ALONE,
    estimators: bool = False,
) -> Results:
    """Compute the results of a campaign, which may still be running.

    Args:
        folder: of the campaign.
        settings: those of the campaign unless given.
        rule: name of a published rule whose numbers are also wanted (`analysis.rules`).
        progress: called with the number of runs done and the number of all.
        workforce: which processes do the work; the numbers are the same to the last bit.
        estimators: whether the built-in estimators are wanted where the campaign does not plan them.

    Returns:
        The results. Runs that do not count are listed with their reason.

    Raises:
        SchemaError: the campaign was written by a newer Wattlab.
        RecordError: the folder is no campaign, or its ``campaign.json`` is damaged.
        ConfigurationError: the settings are none that the analysis knows, or there is no such rule.
        SutError: the workforce cannot do its work.
    """
    published = find_rule(rule)
    place = CampaignFolder(folder)
    campaign = place.read()
    settings = settings or settings_of(campaign)
    if estimators and settings.estimators is None:
        settings = settings.model_copy(update={"estimators": EstimatorSettings()})
    survey = survey_campaign(folder, settings)
    outcomes = run_map(
        partial(
            _analyse_slot,
            rule=published,
            points=points_per_run(len(survey.tasks)),
            estimators=settings.estimators,
        ),
        survey.tasks,
        names=[str(task.slot.run_dir if task.slot else task.attempts[0].name) for task in survey.tasks],
        folder=folder.absolute(),
        workforce=workforce,
        progress=progress,
    )
    examination = conclude(survey, [attempts for attempts, _ in outcomes])
    measured = [outcome for _, outcome in outcomes if outcome is not None]
    return reduce_runs(
        place,
        replace(campaign, plan=[task.slot for task in survey.tasks if task.slot]),
        [run for run, _ in measured],
        examination,
        settings,
        published,
        [calls for _, calls in measured if calls is not None],
    )


def _analyse_slot(
    task: SlotTask, rule: Rule | None, points: int, estimators: EstimatorSettings | None
) -> tuple[list[Attempt], tuple[RunMeasure, RunCalls | None] | None]:
    """Check and measure one slot: the part of the analysis that needs no other run."""

    def measure(recorded: RecordedRun) -> tuple[RunMeasure, RunCalls | None]:
        run = measure_by(recorded, rule, points, estimators)
        return run, measure_calls(recorded, run)

    return examine_slot(task, measure)


def reduce_runs(
    place: CampaignFolder,
    campaign: Campaign,
    runs: list[RunMeasure],
    examination: Examination,
    settings: AnalysisSettings,
    rule: Rule | None = None,
    recorded_calls: Sequence[RunCalls] = (),
) -> Results:
    """Put measured runs together: baseline, induced energies, scenarios, trackers, findings.

    Args:
        place: of the campaign.
        campaign: its plan and configuration.
        runs: every counted run, measured.
        examination: the evidence.
        settings: of the analysis.
        rule: a published rule whose numbers are also wanted.
        recorded_calls: of the runs with a record of calls.
    """
    environment = _environment(place)
    baseline = Baseline([baseline_run(run) for run in runs if _is_reference(run)], settings.baseline)
    reference = {run.run_dir: _reference(run, baseline) for run in runs}
    summary = baseline_summary(baseline, settings.confidence)
    targets = settings.target_val_accuracy
    rows = [run_row(run, reference[run.run_dir], targets.get(run.run.scenario)) for run in runs]
    actions = [row for run in runs for row in span_rows(run, run.actions, reference[run.run_dir])]
    calls = [row for run in runs for row in span_rows(run, run.calls, reference[run.run_dir])]
    epochs = [row for run in runs for row in epoch_rows(run, reference[run.run_dir])]
    estimates, not_estimated = estimate(runs, settings.estimators, environment)
    trackers = [
        row
        for claims in ({run.run_dir: run.trackers for run in runs}, estimates)
        for run in runs
        for row in tracker_rows(
            run,
            claims.get(run.run_dir, []),
            baseline.at(run.middle_utc_s, run.run.bench),
            settings.coverage_min_pct,
        )
    ]
    groups = group_runs(runs, rows, epochs, baseline, _configured(campaign))
    rule_rows, rule_spans = rule.of_campaign([(run.run, run.by_rule) for run in runs]) if rule else ([], [])
    scenarios = [scenario_row(group, settings.confidence) for group in groups]
    iso14756 = iso14756_values(
        place, campaign, runs, groups, actions, scenarios, examination.findings, settings
    )
    ecolabel = ecolabel_rows(groups, environment, settings)
    health = health_values(place.path, groups, settings)
    call_rows = call_tables(groups, list(recorded_calls), settings.confidence)
    benches = bench_rows(groups)
    studied = [group for group in groups if group.scenario != settings.health.control]
    findings = [
        *examination.findings,
        *check_baseline(baseline, summary, len(runs)),
        *check_busy_baselines(rows),
        *check_rows(rows, [*actions, *epochs, *calls], trackers, settings.coverage_min_pct),
        *not_estimated,
        *check_spans(runs),
        *check_samples(groups),
        *check_scenarios(scenarios),
        *check_certainty(scenarios, settings.uncertainty_max_pct),
        *check_benches(benches),
        *check_health(health),
        *check_iso14756(iso14756, settings),
        *check_ecolabel(groups, ecolabel, settings),
        *call_rows.findings,
    ]
    return Results(
        campaign=_campaign_facts(campaign, runs),
        rule=rule.name if rule else DEFAULT,
        settings=settings.to_json(),
        environment=environment,
        meter=_meter_facts(runs),
        runs=rows,
        refused=_refused(examination),
        actions=actions,
        epochs=epochs,
        calls=calls,
        scenarios=scenarios,
        comparisons=[*cost_rows(groups, settings), *comparison_rows(studied, settings)],
        trackers=trackers,
        agreement=agreement_rows(trackers, settings.confidence, baseline.scatter_w),
        agreement_scopes=[
            *scope_rows(trackers, settings.confidence, baseline.scatter_w),
            *view_rows(trackers, {row.scenario for row in rows if row.kind == "idle"}, settings.confidence),
        ],
        baseline=summary,
        provenance=by_scenario([Origin(run.run_dir, run.run.scenario, run.provenance) for run in runs]),
        traces=[trace_of(run) for run in runs],
        rule_rows=[RuleRow(rule=rule.name, values=columns) for columns in rule_rows] if rule else [],
        rule_spans=[RuleRow(rule=rule.name, values=columns) for columns in rule_spans] if rule else [],
        budgets=budget_rows(runs, groups, baseline, settings),
        statistics=statistics_rows(groups, settings),
        correlations=correlation_rows(groups, settings),
        mixed_models=mixed_model_rows(studied, settings),
        smells=smell_rows(groups, trackers, settings),
        iso14756=iso14756,
        ecolabel=ecolabel,
        health=health,
        imported=_imported(place),
        findings=[FindingRow.of(finding) for finding in sorted(findings, key=_worst_first)],
        call_sites=call_rows.sites,
        call_edges=call_rows.edges,
        call_profile=call_rows.profile,
        call_fits=call_rows.fits,
        benches=benches,
    )


def _worst_first(finding: Finding) -> tuple[int, str, str]:
    return LEVELS.index(finding.level), finding.run_dir, finding.code


def _is_reference(run: RunMeasure) -> bool:
    """Say whether a run is a baseline: of the bare system, without a tracker."""
    return run.run.kind == "baseline" and run.run.tracker is None and run.whole.energy_wh is not None


def _reference(run: RunMeasure, baseline: Baseline) -> BaselinePower | None:
    return None if _is_reference(run) else baseline.at(run.middle_utc_s, run.run.bench)


def _configured(campaign: Campaign) -> list[str]:
    """Return the names of the scenarios in the order of the configuration."""
    listed = campaign.config.get("scenario")
    names = [one.get("name") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [name for name in names if isinstance(name, str)]


def _campaign_facts(campaign: Campaign, runs: list[RunMeasure]) -> CampaignFacts:
    section = campaign.config.get("campaign")
    options = section if isinstance(section, dict) else {}
    planned, counted = options.get("repeats"), campaign.plan
    if options.get("precision_pct") is not None:  # the closing baseline is of the last block allowed
        planned, counted = None, [slot for slot in campaign.plan if slot.kind != "baseline"]
    return CampaignFacts(
        id=campaign.id,
        title=options.get("title") or campaign.id,
        created_utc_s=campaign.created_utc_s,
        wattlab_version=campaign.wattlab_version,
        simulated=campaign.simulated,
        seed=campaign.seed,
        config_sha256=campaign.config_sha256,
        blocks=max((slot.block for slot in counted), default=0),
        repeats=planned or max((slot.repeat for slot in counted), default=0),
        slots_planned=len(campaign.plan),
        slots_completed=len(runs),
    )


def _meter_facts(runs: list[RunMeasure]) -> dict[str, Any]:
    if not runs:
        return {}
    facts = runs[0].meter.to_json()
    if facts["calibration"]["gain"] is None:  # then the rest of the line would be a list of unknowns
        facts["calibration"] = {name: facts["calibration"][name] for name in ("date", "certificate")}
    if not facts["settings"]:  # most instruments cannot tell them
        del facts["settings"]
    return {name: value for name, value in facts.items() if name not in ("schema", "gaps", "counts")}


def _environment(place: CampaignFolder) -> dict[str, Any]:
    """Return the inventory; where it is missing or damaged the evidence check has said so."""
    try:
        document = Environment.read(place.environment_json).to_json()
    except RecordError:
        return {}
    return {name: value for name, value in document.items() if name != "schema"}


def _imported(place: CampaignFolder) -> dict[str, Any]:
    """Return ``import.json``; where it is damaged the evidence check has said so."""
    try:
        record = read_import(place.path)
    except RecordError:
        return {}
    return {name: value for name, value in record.to_json().items() if name != "schema"} if record else {}


def _refused(examination: Examination) -> list[RefusedRow]:
    return [
        RefusedRow(
            run_dir=attempt.path.name,
            scenario=of.scenario if (of := attempt.run or attempt.slot) else None,
            tracker=of.tracker if of else None,
            status=attempt.run.status if attempt.run else "damaged",
            reason=attempt.reason,
        )
        for attempt in examination.others
    ]
