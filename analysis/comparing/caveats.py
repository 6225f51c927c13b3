"""Warnings and errors of a comparison of two scenarios."""

from shlex import quote

from analysis.comparing.sides import Side, label_of
from analysis.statistics.samples import one_after_the_other
from records.campaign import CampaignFolder
from records.meter import MeasuringPoint, measuring_point
from records.results import Results
from records.rows.statistics import ComparisonRow, StatisticsRow
from records.settings.analysis import CONFIDENCE


def about_sample(side: Side) -> list[str]:
    """Say what a reader must know of one of the samples."""
    row, remarks, level = side.statistics, [], 1 - CONFIDENCE
    if row.outliers:
        remarks.append(f"{side.label}: outliers, kept: {row.outliers}")
    if row.normality_p is not None and row.normality_p < level:
        remarks.append(
            f"{side.label}: not normally distributed (Shapiro-Wilk p = {row.normality_p:.2g}); "
            f"the rank test does not need that"
        )
    if row.drift_tau_p is not None and row.drift_tau_p < level:
        drift = f"drifts over the order of its runs{_of_mean(row)}"
        remarks.append(f"{side.label}: {drift} (Kendall p = {row.drift_tau_p:.2g})")
    if missed := _after_analysis(side):
        again = f"run `lab analyse {quote(str(side.folder))}` again"
        remarks.append(f"{side.label}: {missed} run folders came after the analysis: {again}")
    return remarks


def _of_mean(row: StatisticsRow) -> str:
    """Return the drift in percent of the mean, which is the same in any unit; nothing of a mean of zero."""
    if row.drift_per_run is None or row.mean == 0:
        return ""
    return f" by {100 * row.drift_per_run / abs(row.mean):+.2g} % of their mean a run"


def _after_analysis(side: Side) -> int:
    runs = CampaignFolder(side.folder).runs
    seen = {row.run_dir for row in side.results.runs} | {row.run_dir for row in side.results.refused}
    there = {path.name for path in runs.iterdir() if path.is_dir()} if runs.is_dir() else set()
    return len(there - seen)


def about_pair(a: Side, b: Side, row: ComparisonRow) -> list[str]:
    """Say what a reader must know of the comparison."""
    remarks = [row.note] if row.note else []
    if a.folder == b.folder:
        if one_after_the_other(a.sample, b.sample):
            remarks.append("the two were not interleaved: what changed between them is in the difference")
        return remarks
    remarks.append(
        "two campaigns: the intervals hold the scatter within each and the errors of meter and baseline, "
        "not what changed between them (the room, the machine)"
    )
    for what, of in (("meters", _meter), ("machines", _machine)):
        if of(a.results) != of(b.results):
            remarks.append(f"different {what}: {of(a.results)} and {of(b.results)}")
    return remarks


def _meter(results: Results) -> str:
    identity = results.meter.get("identity") or {}
    return " ".join(str(identity.get(name) or "?") for name in ("maker", "model", "serial"))


def _machine(results: Results) -> str:
    sut = results.environment.get("sut") or {}
    cpu = sut.get("cpu")
    return f"{sut.get('host') or '?'} ({(cpu.get('model') if isinstance(cpu, dict) else cpu) or '?'})"


def refusals(a: Side, b: Side) -> list[str]:
    """Return what refuses the comparison."""
    found = []
    if a.simulated != b.simulated:
        found.append("one was measured and the other SIMULATED: nothing follows from their difference")
    if _point(a) != _point(b):
        found.append("one was measured at the wall and the other by counters inside the computer")
    for side in (a, b):
        found += _refused(side)
    return list(dict.fromkeys(found))


def _point(side: Side) -> MeasuringPoint:
    return measuring_point(str(side.results.meter.get("driver")))


def _refused(side: Side) -> list[str]:
    """Return the refusing findings about the campaign as a whole or about runs of the scenario."""
    scenario_of = {
        slot.run_dir: label_of(slot.scenario, slot.tracker)
        for slot in CampaignFolder(side.folder).read().plan
    }
    scenario_of |= {
        row.run_dir: label_of(row.scenario, row.tracker) for row in side.results.refused if row.scenario
    }
    return [
        f"{row.run_dir or 'campaign'}: {row.code}: {row.message}"
        for row in side.results.findings
        if row.level == "refuse" and scenario_of.get(row.run_dir, side.name) == side.name
    ]
