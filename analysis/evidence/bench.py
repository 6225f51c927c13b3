"""The bench over the campaign: the same machine, the same meter, durations that stay, a lab in order."""

from typing import Any

import numpy as np

from analysis.evidence.case import CampaignCase, CountedRun
from analysis.maths.arrays import Floats
from records.errors import RecordError
from records.finding_codes import bench as codes
from records.finding_codes.conduct import CAMPAIGN_SIMULATED, DURATION_DRIFT, DURATION_OUTLIER
from records.findings import Finding
from records.health import HEALTH_JSON, read_health
from records.journal_events import EnvironmentChanged, JournalEntry
from records.meter import MeasuringPoint, MeterRecord, measuring_point
from records.run import Run

SIGNIFICANT = 0.01
"""One scenario in a hundred that does not drift is flagged."""

LEAST_T = 2.5
"""Below the normal distribution's quantile for `SIGNIFICANT` (2.576) no t test is significant."""

LEAST_DRIFT_SHARE = 0.01
"""A change over all runs below this share of their mean does not matter."""

LEAST_RUNS = 5

LEAST_OUTLIER_SHARE = 0.1
"""A difference below this share of the median does not matter."""

_MAD_TO_SD = 1.4826


def check_environment(case: CampaignCase) -> list[Finding]:
    """Pass on what the controller found changed when the campaign was resumed."""
    return [
        codes.ENVIRONMENT_CHANGED.finding(
            f"{_bench_name(entry)} had changed when the campaign was resumed: "
            f"{'; '.join(entry.differences)}. "
            f"Do not compare runs from before the change with runs from after it"
        )
        for entry in case.journal
        if isinstance(entry, EnvironmentChanged)
    ]


def _bench_name(entry: JournalEntry) -> str:
    return "the bench" if entry.taken_from is None else f"bench {entry.taken_from}"


def check_instruments(case: CampaignCase) -> list[Finding]:
    """Say that a campaign is simulated."""
    if case.campaign is None or not case.campaign.simulated:
        return []
    message = "SIMULATED: an instrument of this campaign is virtual; no number in it is a measurement"
    return [CAMPAIGN_SIMULATED.finding(message)]


def check_measuring_point(case: CampaignCase) -> list[Finding]:
    """Say that counters stood in for a meter; an importer says so itself of the logs it takes over."""
    inside = {
        item.meter.identity.model
        for item in case.runs
        if item.meter is not None and MeasuringPoint.INSIDE in map(measuring_point, _drivers(item.meter))
    }
    if case.imported or not inside:
        return []
    message = (
        f"NOT MEASURED AT THE WALL: {', '.join(sorted(inside))}. Power supply, board, cards, disks and fans "
        f"are in none of these numbers, and no limit of error is published for the counter"
    )
    return [codes.METER_IS_COUNTER.finding(message)]


def _drivers(meter: MeterRecord) -> list[str]:
    return [meter.driver, *(str(part.get("driver")) for part in meter.parts)]


def check_meters(case: CampaignCase) -> list[Finding]:
    """Find a change of the meter, of its settings or of its calibration from one run to the next.

    Runs that were imported are compared within their scenario: each may be another machine. Each bench of a
    fleet has a meter of its own.
    """
    findings = []
    last: dict[str | None, tuple[CountedRun, dict[str, Any]]] = {}
    for item in case.runs:
        if item.meter is None:
            continue
        key = item.run.scenario if case.imported else item.run.bench
        facts = _facts(item)
        before, known = last.get(key, (item, facts))
        changed = [name for name in facts if facts[name] != known[name]]
        changes = [f"{name} {facts[name]!r} instead of {known[name]!r}" for name in changed]
        if changes:
            message = f"measured with another meter or setting than {before.name}: {'; '.join(changes)}"
            findings.append(codes.METER_CHANGED.finding(message, item.name))
        last[key] = (item, facts)
    return findings


def _facts(item: CountedRun) -> dict[str, Any]:
    meter = item.meter
    if meter is None:
        return {}
    return {
        "driver": meter.driver,
        "maker": meter.identity.maker,
        "model": meter.identity.model,
        "serial": meter.identity.serial,
        "firmware": meter.identity.firmware,
        "sampling": meter.sampling,
        "interval_s": meter.interval_s,
        "calibration date": meter.calibration.date,
        "calibration gain": meter.calibration.gain,
    }


def check_health_record(case: CampaignCase) -> list[Finding]:
    """Say that the lab stopped the campaign, and where the operator went on nevertheless.

    Raises:
        RecordError: ``health.json`` is damaged.
    """
    record = read_health(case.place.path)
    if record is None:
        return []
    points = [*record.history, *record.points]
    if not all(point.usable for point in points):
        raise RecordError(f"{case.place.path / HEALTH_JSON}: a control run in it has no energy or time")
    findings = [
        codes.HEALTH_ACKNOWLEDGED.finding(f"the operator resumed the campaign after this stop: {stop.reason}")
        for stop in record.acknowledged
    ]
    if record.stopped is not None:
        message = f"the campaign was stopped and has not been resumed: {record.stopped}"
        findings.append(codes.HEALTH_STOPPED.finding(message))
    return findings


def check_duration_drift(case: CampaignCase) -> list[Finding]:
    """Regress the durations of each scenario on a bench on the time of its runs (least squares, t test)."""
    samples: dict[str, list[tuple[float, float]]] = {}
    for item in case.runs:
        start, stop = item.run.t_start_utc_s, item.run.t_stop_utc_s
        if start is not None and stop is not None:
            samples.setdefault(_sample_name(item.run), []).append((start, stop - start))
    findings = []
    for name, sample in samples.items():
        found = _drift(np.array(sample))
        if found is not None:
            change_s, p = found
            message = (
                f"{name}: durations drift by {change_s:+.2f} s "
                f"from the first to the last of {len(sample)} runs (p = {p:.2g}): heat, a filling disk or "
                f"another load; compare scenarios block by block"
            )
            findings.append(DURATION_DRIFT.finding(message))
    return findings


def _drift(sample: Floats) -> tuple[float, float] | None:
    """Return change in s and p value where the durations drift; ``sample`` is ``(n, 2)``."""
    start_s, length_s = sample[:, 0] - sample[:, 0].min(), sample[:, 1]
    least_s = LEAST_DRIFT_SHARE * length_s.mean()
    if len(sample) < LEAST_RUNS or np.ptp(start_s) == 0 or np.ptp(length_s) <= least_s:
        return None
    if abs(_slope_t(start_s, length_s)) < LEAST_T:
        return None
    from scipy import stats  # takes longer to load than all the rest of the check

    fit = stats.linregress(start_s, length_s)
    change_s = float(fit.slope * np.ptp(start_s))
    return (change_s, float(fit.pvalue)) if fit.pvalue < SIGNIFICANT and abs(change_s) > least_s else None


def _slope_t(x: Floats, y: Floats) -> float:
    """Return the slope of a least-squares line divided by its standard error."""
    x, y = x - x.mean(), y - y.mean()
    slope = (x @ y) / (x @ x)
    scatter = y - slope * x
    variance = (scatter @ scatter) / (len(x) - 2) / (x @ x)
    return float(slope / np.sqrt(variance)) if variance > 0 else float("inf")


def check_durations(case: CampaignCase) -> list[Finding]:
    """Flag runs farther than three robust standard deviations from the median of their scenario on a bench.

    Fewer than three of them cannot show which one is different.
    """
    by_scenario: dict[str, list[tuple[str, float]]] = {}
    for item in case.runs:
        run = item.run
        if run.t_start_utc_s is not None and run.t_stop_utc_s is not None:
            length_s = run.t_stop_utc_s - run.t_start_utc_s
            by_scenario.setdefault(_sample_name(run), []).append((item.name, length_s))
    return [finding for members in by_scenario.values() for finding in _outliers(members)]


def _sample_name(run: Run) -> str:
    """Return what runs of one scenario on one machine have in common."""
    tracker = f" with {run.tracker}" if run.tracker else ""
    return f"{run.scenario}{tracker}{f' on bench {run.bench}' if run.bench else ''}"


def _outliers(members: list[tuple[str, float]]) -> list[Finding]:
    if len(members) < 3:
        return []
    lengths_s = np.array([length_s for _, length_s in members])
    median_s = float(np.median(lengths_s))
    spread_s = _MAD_TO_SD * float(np.median(np.abs(lengths_s - median_s)))
    reach_s = max(3 * spread_s, LEAST_OUTLIER_SHARE * median_s)
    return [
        DURATION_OUTLIER.finding(
            f"lasted {length_s:.1f} s; the median of its scenario is {median_s:.1f} s. It is kept",
            name,
        )
        for name, length_s in members
        if abs(length_s - median_s) > reach_s
    ]
