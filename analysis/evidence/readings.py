"""The meter's readings: coverage, cadence, flags, lead-in and lead-out, and the uncertainty they leave."""

import numpy as np

from analysis.evidence.case import RunCase
from analysis.power.calibrate import in_force
from analysis.power.steps import impossible_steps
from analysis.power.trace import CadenceFigures
from analysis.run.coverage import Coverage, coverage_of
from analysis.uncertainty.contributions import Budget, gross_budget
from records.finding_codes import readings as codes
from records.finding_codes.order import STAMPS_BACKWARDS
from records.findings import Finding
from records.meter import MeterRecord
from records.units import wh_from_j
from records.words import counted

INTERVAL_TOLERANCE = 0.005
"""How far the found interval may be from the declared one; a crystal is a hundred times better."""

JITTER_SHARE = 0.2
"""From this share of the interval on, the numbering of the readings is in danger."""


_TERMS = {
    "gain_wh": "the meter's error of the reading",
    "offset_wh": "the meter's constant error",
    "power_factor_wh": "the influence of the power factor",
    "align_wh": "the times of readings and borders",
    "split_wh": "a reading that a border cuts while the power steps",
    "resolution_wh": "the meter's resolution",
    "gap_wh": "gaps in the readings",
}


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
        *_steps(case),
        *_accuracy(case, meter, coverage),
    ]


def _coverage(case: RunCase, coverage: Coverage) -> list[Finding]:
    refusal = coverage.refusal(case.settings.coverage_min_pct, imported=case.imported)
    if refusal:
        return [codes.COVERAGE_LOW.finding(refusal, case.name)]
    if not coverage.gaps:
        return []
    length_s = sum(gap.length_s for gap in coverage.gaps)
    bound_wh = wh_from_j(sum(gap.bound_j or 0.0 for gap in coverage.gaps))
    message = (
        f"{counted(len(coverage.gaps), 'gap')}, {length_s:.2f} s in all, filled with the power of the "
        f"adjacent readings; the error of this is at most {bound_wh:.4f} Wh and is part of the uncertainty"
    )
    return [codes.COVERAGE_GAPS.finding(message, case.name)]


def _leads(case: RunCase, coverage: Coverage) -> list[Finding]:
    """A run is recorded from before its start until at least one whole interval after its stop."""
    findings = []
    interval_s = coverage.cadence.interval_s
    first_s, last_s = coverage.recorded_from_s, coverage.recorded_to_s
    if first_s is not None and first_s > 0:
        message = f"the first reading begins {first_s:.2f} s after the start of the run"
        findings.append(codes.LEAD_IN_MISSING.finding(message, case.name))
    if last_s is not None and last_s < coverage.duration_s + 0.9 * interval_s:
        needed = (
            f"the log does not cover the last of its intervals of {interval_s:.3g} s"
            if case.imported
            else f"the lead-out is at least twice the meter's interval ({interval_s:.3g} s) plus its "
            f"latency, so that the end is not lost"
        )
        message = f"the readings end {last_s - coverage.duration_s:.2f} s after the run; {needed}"
        findings.append(codes.LEAD_OUT_MISSING.finding(message, case.name))
    return findings


def _interval(case: RunCase, cadence: CadenceFigures) -> list[Finding]:
    found_s = cadence.interval_s * cadence.step_median
    if abs(found_s / cadence.declared_s - 1) <= INTERVAL_TOLERANCE:
        return []
    advice = "correct the interval of the import" if case.imported else "correct interval_s in lab.toml"
    message = (
        f"a reading came every {found_s:.4f} s, meter.json declares {cadence.declared_s:.4f} s; {advice}"
    )
    return [codes.INTERVAL_DIFFERS.finding(message, case.name)]


def _uneven(case: RunCase, cadence: CadenceFigures) -> list[Finding]:
    message = (
        f"the stamps follow no fixed interval (median step {cadence.interval_s:.3g} s): each reading holds "
        f"from the stamp before it to its own; the difference to joining the readings is in the uncertainty"
    )
    if cadence.shared_stamps:
        message += (
            f"; {counted(cadence.shared_stamps, 'reading')} with the stamp of another reading, averaged with "
            f"it"
        )
    return [codes.CADENCE_UNEVEN.finding(message, case.name)]


def _cadence(case: RunCase, cadence: CadenceFigures) -> list[Finding]:
    findings = [] if cadence.steady else _uneven(case, cadence)
    if cadence.steady and cadence.jitter_s > JITTER_SHARE * cadence.interval_s:
        advice = "" if case.imported else ". Look for load on the controller"
        message = (
            f"the arrivals scatter by {cadence.jitter_s:.3f} s about the meter's cadence of "
            f"{cadence.interval_s:.3f} s: readings may be numbered wrongly{advice}"
        )
        findings.append(codes.JITTER_HIGH.finding(message, case.name))
    if cadence.duplicates:
        message = f"{counted(cadence.duplicates, 'duplicate reading')}; the first one of an interval is used"
        findings.append(codes.READINGS_DUPLICATE.finding(message, case.name))
    if cadence.late:
        message = (
            f"{counted(cadence.late, 'reading')} more than half an interval late, each used for its own "
            f"interval"
        )
        findings.append(codes.READINGS_LATE.finding(message, case.name))
    if cadence.restarts:
        message = (
            f"the stamps have another phase after {counted(cadence.restarts, 'gap')}, and no row says why: "
            f"meter or logger restarted. Each part has a cadence of its own"
        )
        findings.append(codes.RESTART_UNMARKED.finding(message, case.name))
    if cadence.backwards:
        clock = "the clock that stamped them" if case.imported else "the controller's clock"
        message = (
            f"{counted(cadence.backwards, 'stamp')} earlier than that of the reading before: {clock} was set "
            f"back"
        )
        findings.append(STAMPS_BACKWARDS.finding(message, case.name))
    return findings


def _flags(case: RunCase, cadence: CadenceFigures) -> list[Finding]:
    if not cadence.flags:
        return []
    counts = ", ".join(f"{count} {flag}" for flag, count in sorted(cadence.flags.items()))
    message = f"rows of meter.csv without power: {counts}; {cadence.readings} good readings"
    findings = [codes.READINGS_FLAGGED.finding(message, case.name)]
    if back := cadence.flags.get("counter_back"):
        message = (
            f"the meter's own energy counter ran back or was reset {counted(back, 'time')} while it was "
            f"logged"
        )
        findings.append(codes.COUNTER_BACK.finding(message, case.name))
    return findings


def _steps(case: RunCase) -> list[Finding]:
    start_utc_s, stop_utc_s = case.recorded.rating_interval
    steps = impossible_steps(case.recorded.trace.power_w, 0.0, stop_utc_s - start_utc_s)
    words = [
        f"{counted(len(found), what)} {then}, the first {found[0]:.2f} s after the start"
        for found, what, then in (
            (steps.falls_s, "fall", "to zero and back"),
            (steps.spikes_s, "single reading", "of over ten times the adjacent power"),
        )
        if found
    ]
    if not words:
        return []
    message = f"{'; '.join(words)}: the supply of a running machine cannot do that. The readings are kept"
    return [codes.POWER_STEPS.finding(message, case.name)]


def _accuracy(case: RunCase, meter: MeterRecord, coverage: Coverage) -> list[Finding]:
    findings = []
    if meter.accuracy.range_pct and meter.accuracy.range_w is None and in_force(meter) is None:
        message = (
            "the meter's accuracy has a percentage of the range, but meter.json names no range_w: "
            "term left out"
        )
        findings.append(codes.RANGE_UNKNOWN.finding(message, case.name))
    if meter.accuracy.reactive_pct and not coverage.reactive_known:
        message = (
            "the meter's accuracy depends on the power factor, but its readings have neither power factor "
            "nor voltage and current: term left out"
        )
        findings.append(codes.POWER_FACTOR_UNKNOWN.finding(message, case.name))
    return findings


def check_certainty(case: RunCase) -> list[Finding]:
    """Compare the relative standard uncertainty of a run's gross energy with the limit; name its main term.

    Nothing is said without the meter's files, or where nothing was measured.
    """
    if not {"meter.json", "meter.csv"} <= case.recorded.files:
        return []
    start_utc_s, stop_utc_s = case.recorded.rating_interval
    trace, length_s = case.recorded.trace, stop_utc_s - start_utc_s
    energy = case.recorded.whole
    if not energy.energy_j:
        return []
    (reactive_var,) = trace.mean_reactive_var(np.array([0.0]), np.array([length_s]))
    budget = gross_budget(
        energy, case.recorded.meter, case.recorded.clock.offset_u_s, trace.cadence.fit_u_s, reactive_var
    )
    energy_wh = wh_from_j(energy.energy_j)
    clock_pct = 100 * budget.clock_wh / abs(energy_wh)
    if clock_pct > case.settings.uncertainty_max_pct:
        message = (
            f"the SUT's clock is known to {case.recorded.clock.offset_u_s * 1e3:.0f} ms, which moves the "
            f"energy by {clock_pct:.1f} % of {energy_wh:.4f} Wh (limit {case.settings.uncertainty_max_pct:g} "
            f"%)"
        )
        return [codes.CLOCK_UNCERTAIN.finding(message, case.name)]
    u_pct = 100 * budget.total_wh / abs(energy_wh)
    if u_pct <= case.settings.uncertainty_max_pct:
        return []
    message = (
        f"its energy of {energy_wh:.4f} Wh has a standard uncertainty of {u_pct:.1f} % (limit "
        f"{case.settings.uncertainty_max_pct:g} %), most of it from {_main_term(budget)}"
    )
    return [codes.UNCERTAINTY_HIGH.finding(message, case.name)]


def _main_term(budget: Budget) -> str:
    return _TERMS[max(_TERMS, key=lambda name: float(getattr(budget, name)))]
