"""The control runs of a campaign, with those of earlier ones that the conductor recorded."""

from collections.abc import Sequence
from pathlib import Path

from analysis.health.judge import Chart, JudgedPoint, judge
from analysis.run.measure import RunMeasure
from analysis.scenario.groups import Group
from records.campaign import CampaignFolder
from records.errors import RecordError
from records.finding_codes.bench import HEALTH_SIGNAL, HEALTH_UNKNOWN
from records.findings import Finding
from records.health import ControlPoint, HealthRecord, read_health
from records.rows.parts import ControlChart
from records.rows.standards import HealthRow
from records.settings.analysis import AnalysisSettings, HealthSettings
from records.words import counted


def control_point(campaign: str, run: RunMeasure) -> ControlPoint | None:
    """Return a measured control run as a point of the chart; ``None`` when nothing of it was measured."""
    if run.whole.energy_wh is None or run.whole.energy_wh <= 0:
        return None
    return ControlPoint(
        campaign=campaign,
        run_dir=run.run_dir,
        t_utc_s=run.start_utc_s,
        energy_wh=run.whole.energy_wh,
        energy_u_wh=run.whole.budget.total_wh,
        energy_random_u_wh=run.whole.budget.random_wh,
    )


def judge_record(
    record: HealthRecord | None, points: Sequence[ControlPoint], campaign: str, settings: HealthSettings
) -> Chart:
    """Judge this campaign's control runs behind the history of its ``health.json``.

    Args:
        record: what the conductor wrote, or ``None``: then there is no history.
        points: this campaign's runs.
        campaign: its id.
        settings: rules and limit.
    """
    # What is left out is only in a damaged file, which the evidence check names.
    history = [point for point in record.history if point.usable] if record else []
    acknowledged = [stop.t_utc_s for stop in record.acknowledged] if record else []
    return judge([*history, *points], campaign, acknowledged, settings)


def health_values(folder: Path, groups: list[Group], settings: AnalysisSettings) -> ControlChart | None:
    """Return the control chart and its verdict.

    Args:
        folder: of the campaign.
        groups: its counted runs.
        settings: of the analysis; without a control workload there is no chart.
    """
    control = settings.health.control
    if control is None:
        return None
    campaign = CampaignFolder(folder).read().id
    runs = [run for group in groups if group.scenario == control for run in group.runs]
    points = [point for run in runs if (point := control_point(campaign, run)) is not None]
    record = _record(folder)
    chart = judge_record(record, points, campaign, settings.health)
    limits = chart.limits
    return ControlChart(
        control=control,
        verdict=chart.verdict,
        n=len(points),
        n_history=len(chart.points) - len(points),
        centre_wh=limits.centre if limits else None,
        lower_wh=limits.lower if limits else None,
        upper_wh=limits.upper if limits else None,
        sd_wh=limits.sigma if limits else None,
        relative_sd_pct=chart.relative_sd_pct,
        relative_sd_max_pct=settings.health.relative_sd_max_pct,
        signals=list(chart.signals),
        acknowledged=list(record.acknowledged) if record else [],
        stopped=record.stopped if record else None,
        points=[_row(judged) for judged in chart.points],
    )


def _record(folder: Path) -> HealthRecord | None:
    try:
        return read_health(folder)
    except RecordError:  # the evidence check says so
        return None


def _row(judged: JudgedPoint) -> HealthRow:
    point, limits = judged.point, judged.limits
    return HealthRow(
        campaign=point.campaign,
        run_dir=point.run_dir,
        t_utc_s=point.t_utc_s,
        energy_wh=point.energy_wh,
        energy_u_wh=point.energy_u_wh,
        phase=judged.phase,
        signals=" ".join(signal.rule for signal in judged.signals),
        centre_wh=limits.centre if limits else None,
        lower_wh=limits.lower if limits else None,
        upper_wh=limits.upper if limits else None,
        energy_random_u_wh=point.energy_random_u_wh,
    )


def check_health(health: ControlChart | None) -> list[Finding]:
    """Say what the chart signals, and where it cannot say anything.

    Args:
        health: of `health_values`.
    """
    if health is None:
        return []
    findings = []
    for signal in health.signals:
        meaning = "the lab was not in order" if signal.stops else "too small to stop a campaign"
        message = f"{signal.rule}: {signal.message}; {meaning}"
        findings.append(HEALTH_SIGNAL.finding(message, signal.run_dir))
    if health.verdict == "unknown":
        message = (
            f"{counted(health.n, 'run')} of the control workload {health.control!r} and {health.n_history} "
            f"before: too few to assess the lab (at least three are needed)"
        )
        findings.append(HEALTH_UNKNOWN.finding(message))
    return findings
