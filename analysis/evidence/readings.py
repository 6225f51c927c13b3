"""The meter's readings: coverage, cadence, flags, and what was recorded before and after the run."""

from analysis.evidence.case import RunCase
from analysis.power.calibrate import in_force
from analysis.power.trace import CadenceFigures
from analysis.run.coverage import Coverage, coverage_of
from records.findings import Finding
from records.meter import MeterRecord
from records.units import wh_from_j

INTERVAL_TOLERANCE = 0.005
"""How far the found interval may be from the declared one; a crystal is a hundred times better."""

JITTER_SHARE = 0.2
"""From this share of the interval on, the numbering of the readings is in danger."""


def check_readings(case: RunCase) -> list[Finding]:
    """Check coverage, cadence and flags of a run; nothing without the meter's files."""
    if not {"meter.json", "meter.csv"} <= case.recorded.files:
        return []
    meter = case.recorded.meter
    coverage = coverage_of(case.recorded)
    return [
        *_coverage(case, coverage),
        *_leads(case, coverage),
        *_interval(case, coverage.cadence),
        *_cadence(case, coverage.cadence),
        *_flags(case, coverage.cadence),
        *_accuracy(case, meter, coverage),
    ]


def _coverage(case: RunCase, coverage: Coverage) -> list[Finding]:
    refusal = coverage.refusal(case.settings.coverage_min_pct)
    if refusal:
        return [Finding("refuse", case.name, "coverage-low", refusal)]
    if not coverage.holes:
        return []
    length_s = sum(hole.length_s for hole in coverage.holes)
    bound_wh = wh_from_j(sum(hole.bound_j or 0.0 for hole in coverage.holes))
    message = (
        f"{len(coverage.holes)} hole(s) of {length_s:.2f} s in all; their energy is taken as that of the "
        f"readings beside them, which leaves {bound_wh:.4f} Wh open (in the uncertainty)"
    )
    return [Finding("info", case.name, "coverage-holes", message)]


def _leads(case: RunCase, coverage: Coverage) -> list[Finding]:
    """A run is recorded from before its start until at least one whole interval after its stop."""
    findings = []
    interval_s = coverage.cadence.interval_s
    first_s, last_s = coverage.recorded_from_s, coverage.recorded_to_s
    if first_s is not None and first_s > 0:
        message = f"the first reading covers the time from {first_s:.2f} s after the start of the run only"
        findings.append(Finding("warn", case.name, "lead-in-missing", message))
    if last_s is not None and last_s < coverage.duration_s + 0.9 * interval_s:
        message = (
            f"the readings end {last_s - coverage.duration_s:.2f} s after the run; the lead-out is at least "
            f"twice the meter's interval ({interval_s:.3g} s) plus its latency, so that the end is not lost"
        )
        findings.append(Finding("warn", case.name, "lead-out-missing", message))
    return findings


def _interval(case: RunCase, cadence: CadenceFigures) -> list[Finding]:
    found_s = cadence.interval_s * cadence.step_median
    if abs(found_s / cadence.declared_s - 1) <= INTERVAL_TOLERANCE:
        return []
    advice = "the log is not what it says" if case.imported else "correct interval_s in lab.toml"
    message = (
        f"the meter delivers every {found_s:.4f} s, meter.json declares {cadence.declared_s:.4f} s; {advice}"
    )
    return [Finding("warn", case.name, "interval-differs", message)]


def _cadence(case: RunCase, cadence: CadenceFigures) -> list[Finding]:
    findings = []
    if cadence.jitter_s > JITTER_SHARE * cadence.interval_s:
        message = (
            f"the arrivals scatter by {cadence.jitter_s:.3f} s about the meter's cadence of "
            f"{cadence.interval_s:.3f} s: readings may be numbered wrongly. Look for load on the controller"
        )
        findings.append(Finding("warn", case.name, "jitter-high", message))
    if cadence.duplicates:
        message = f"{cadence.duplicates} reading(s) came twice for one interval; the first is used"
        findings.append(Finding("warn", case.name, "readings-duplicate", message))
    if cadence.late:
        message = f"{cadence.late} reading(s) came over half an interval late; they count where they belong"
        findings.append(Finding("info", case.name, "readings-late", message))
    if cadence.backwards:
        message = (
            f"{cadence.backwards} stamp(s) precede the reading before: the controller's clock was set back"
        )
        findings.append(Finding("warn", case.name, "stamps-backwards", message))
    return findings


def _flags(case: RunCase, cadence: CadenceFigures) -> list[Finding]:
    if not cadence.flags:
        return []
    counts = ", ".join(f"{count} {flag}" for flag, count in sorted(cadence.flags.items()))
    message = f"rows of meter.csv without power: {counts}; {cadence.readings} good readings"
    return [Finding("info", case.name, "readings-flagged", message)]


def _accuracy(case: RunCase, meter: MeterRecord, coverage: Coverage) -> list[Finding]:
    findings = []
    if meter.accuracy.range_pct and meter.accuracy.range_w is None and in_force(meter) is None:
        message = (
            "the meter's accuracy has a percentage of the range, but meter.json names no range_w: "
            "term left out"
        )
        findings.append(Finding("warn", case.name, "range-unknown", message))
    if meter.accuracy.reactive_pct and not coverage.reactive_known:
        message = (
            "the meter's accuracy depends on the power factor, but its readings tell neither power factor "
            "nor voltage and current: term left out"
        )
        findings.append(Finding("info", case.name, "power-factor-unknown", message))
    return findings
