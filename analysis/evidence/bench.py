"""The bench during the campaign: the same machine, the same meter, a lab in order."""

from typing import Any

from analysis.evidence.case import CampaignCase, CountedRun
from records.errors import RecordError
from records.finding_codes import bench as codes
from records.findings import Finding
from records.health import HEALTH_JSON, read_health
from records.journal_events import EnvironmentChanged


def check_environment(case: CampaignCase) -> list[Finding]:
    """Pass on what the controller found changed when the campaign was resumed."""
    return [
        codes.ENVIRONMENT_CHANGED.finding(
            f"when the campaign was resumed the bench was no longer the same: "
            f"{'; '.join(entry.differences)}. Compare no runs from before with runs from after"
        )
        for entry in case.journal
        if isinstance(entry, EnvironmentChanged)
    ]


def check_meters(case: CampaignCase) -> list[Finding]:
    """Find a change of the meter, of its settings or of its calibration from one run to the next.

    Runs that were imported are compared within their scenario: each may be another machine.
    """
    findings = []
    last: dict[str, tuple[CountedRun, dict[str, Any]]] = {}
    for item in case.runs:
        if item.meter is None:
            continue
        key = item.run.scenario if case.imported else ""
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
        codes.HEALTH_ACKNOWLEDGED.finding(f"the operator went on after the stop for: {stop.reason}")
        for stop in record.acknowledged
    ]
    if record.stopped is not None:
        message = f"the campaign was stopped and nobody has gone on since: {record.stopped}"
        findings.append(codes.HEALTH_STOPPED.finding(message))
    return findings
