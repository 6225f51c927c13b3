"""Findings about results: what a reader must know of the numbers, in addition to the evidence."""

from collections.abc import Sequence
from math import inf
from typing import Literal

from analysis.maths.describe import normality_p, outliers
from analysis.run.measure import RunMeasure
from analysis.scenario.baseline import SIGNIFICANT, Baseline
from analysis.scenario.groups import Group
from records.finding_codes import results as codes
from records.finding_codes.readings import UNCERTAINTY_HIGH
from records.findings import Finding
from records.host import BACKGROUND_LOAD_PCT
from records.rows.agreement import TrackerRow
from records.rows.parts import BaselineSummary
from records.rows.runs import EpochRow, RunRow, SpanRow
from records.rows.scenarios import ScenarioRow
from records.words import counted

LEAST_CHANGE = 1e-3
"""Share of the baseline power; a smaller change is of no use to know, however significant."""

_LOADS: dict[str, Literal["cpu_load_pct", "gpu_load_pct"]] = {"CPU": "cpu_load_pct", "GPU": "gpu_load_pct"}

LEAST_WH = 1e-9
"""A smaller energy is zero but for rounding."""


def check_baseline(baseline: Baseline, summary: BaselineSummary, n_runs: int) -> list[Finding]:
    """Say whether there is a baseline, enough of it, and whether it drifts.

    Args:
        baseline: of the campaign.
        summary: its `Baseline.summary`.
        n_runs: how many runs need it.
    """
    if not baseline.runs:
        message = "no valid baseline run without a tracker, so induced energies are empty"
        return [codes.BASELINE_MISSING.finding(message)] if n_runs else []
    findings = []
    if len(baseline.runs) == 1:
        message = "only one baseline run: the scatter of its readings is used for that between baselines"
        findings.append(codes.BASELINE_SINGLE.finding(message))
    p = summary.drift_p
    if p is not None and p < SIGNIFICANT and _matters(baseline, _drift_w(baseline, summary)):
        message = (
            f"the baseline drifts by {summary.drift_w_per_h:+.3g} W/h (p = {p:.2g}): use the baseline "
            f"interpolated between neighbours, and warm up the SUT before the campaign"
        )
        findings.append(codes.BASELINE_DRIFT.finding(message))
    step, change_p = baseline.step, summary.block_change_p
    change_w = summary.block_change_w or 0.0
    if step is not None and step.p < SIGNIFICANT and _matters(baseline, step.change_w):
        message = (
            f"the baseline steps by {step.change_w:+.3g} W between the baseline runs {step.before} and "
            f"{step.before + 1} of {len(baseline.runs)} (p = {step.p:.2g})"
        )
        findings.append(codes.BASELINE_STEP.finding(message))
    elif change_p is not None and change_p < SIGNIFICANT and _matters(baseline, change_w):
        message = (
            f"the baseline of the second half of the blocks differs by {change_w:+.3g} W "
            f"from that of the first half (p = {change_p:.2g})"
        )
        findings.append(codes.BASELINE_STEP.finding(message))
    return findings


def _drift_w(baseline: Baseline, summary: BaselineSummary) -> float:
    """Return the drift over the time between the first and the last baseline."""
    stamps = [run.middle_utc_s for run in baseline.runs]
    hours = (max(stamps) - min(stamps)) / 3600
    return (summary.drift_w_per_h or 0.0) * hours


def _matters(baseline: Baseline, change_w: float) -> bool:
    return abs(change_w) > LEAST_CHANGE * baseline.runs[0].power_w


def check_busy_baselines(runs: list[RunRow]) -> list[Finding]:
    """Flag baselines during which CPU or GPU were busy with other work.

    The load average of the kernel is no evidence here: for minutes it remembers the run before.
    """
    findings = []
    for row in runs:
        loads = [(name, row.hardware[column]) for name, column in _LOADS.items()]
        busy = [
            f"{name} {load:.1f} %" for name, load in loads if load is not None and load > BACKGROUND_LOAD_PCT
        ]
        if row.kind == "baseline" and row.tracker is None and busy:
            message = (
                f"mean load during this baseline: {', '.join(busy)} (limit {BACKGROUND_LOAD_PCT:g} %). "
                f"Other work is in the baseline, so induced energies are too small"
            )
            findings.append(codes.BASELINE_BUSY.finding(message, row.run_dir))
    return findings


def check_rows(
    runs: list[RunRow],
    spans: Sequence[SpanRow | EpochRow],
    trackers: list[TrackerRow],
    coverage_min_pct: float,
) -> list[Finding]:
    """Flag negative induced energies, poorly covered spans, and trackers that the meter did not see."""
    findings = []
    for row in runs:
        if row.induced_wh is not None and row.induced_wh < -LEAST_WH:
            message = (
                f"induced energy {row.induced_wh:.4f} Wh (u = {row.induced_u_wh:.4f} Wh): "
                f"the baseline drew more power than this run. Reported as measured"
            )
            findings.append(codes.INDUCED_NEGATIVE.finding(message, row.run_dir))
    poor: dict[str, list[float]] = {}
    for span in spans:
        if span.coverage_pct < coverage_min_pct:
            poor.setdefault(span.run_dir, []).append(span.coverage_pct)
    for run_dir, coverages in poor.items():
        message = (
            f"{counted(len(coverages), 'action, epoch or call', 'actions, epochs or calls')} with a coverage "
            f"below {coverage_min_pct:g} %, the lowest {min(coverages):.1f} %; "
            f"the uncertainty includes what is missing"
        )
        findings.append(codes.SPAN_COVERAGE_LOW.finding(message, run_dir))
    return findings + _check_trackers(trackers)


SHORT_SPAN = 3.0
"""Spans of fewer readings are finer than the meter: what a cut reading gives to either side is a guess."""


def check_spans(runs: list[RunMeasure]) -> list[Finding]:
    """Say of how many runs, actions, epochs and calls the meter is too slow to tell the energy."""
    counts: dict[str, int] = {}
    shortest_s, interval_s = inf, 0.0
    for run in runs:
        for span in (run.whole, *run.actions, *run.epochs, *run.calls):
            if 0 < span.window.duration_s < SHORT_SPAN * run.cadence.interval_s:
                counts[span.window.span] = counts.get(span.window.span, 0) + 1
                shortest_s = min(shortest_s, span.window.duration_s)
                interval_s = max(interval_s, run.cadence.interval_s)
    if not counts:
        return []
    named = ", ".join(counted(n, kind) for kind, n in counts.items())
    message = (
        f"{named} shorter than three of the meter's intervals of {interval_s:.3g} s (the shortest: "
        f"{shortest_s:.3g} s): their energy is uncertain by the difference between the readings next to "
        f"their borders. Use a faster meter, or repeat them within one action"
    )
    return [codes.SPAN_BELOW_RESOLUTION.finding(message)]


_OUTCOMES = {
    "no-sensor": codes.TRACKER_NO_SENSOR,
    "window": codes.TRACKER_WINDOW,
    "crashed": codes.TRACKER_CRASHED,
    "hung": codes.TRACKER_HUNG,
    "orphan": codes.TRACKER_ORPHAN,
}


def _check_trackers(trackers: list[TrackerRow]) -> list[Finding]:
    findings = []
    for row in trackers:
        code = _OUTCOMES.get(row.outcome or "")
        if code is not None:
            findings.append(code.finding(f"{row.tracker}: {row.outcome_text}", row.run_dir))
            continue
        if row.meter_wh is None:
            message = f"{row.tracker}: the meter did not cover its window; it is not compared in this run"
            findings.append(codes.TRACKER_UNCOVERED.finding(message, row.run_dir))
        if row.energy_wh is None:
            message = f"{row.tracker}: it reported no energy; see its output under trackers/"
            findings.append(codes.TRACKER_EMPTY.finding(message, row.run_dir))
    return findings


def check_scenarios(scenarios: list[ScenarioRow]) -> list[Finding]:
    """Flag scenarios that drew less than the baseline, or no more than their interval can tell."""
    findings = []
    for row in scenarios:
        mean_wh, high_wh = row.induced_wh, row.induced_high_wh
        below = row.n > 1 and is_resolved(row) and mean_wh is not None and mean_wh < -LEAST_WH
        if row.kind != "baseline" and below:
            end = f", its interval ends at {high_wh:.4f} Wh, below zero" if high_wh is not None else ""
            message = (
                f"{row.scenario}: mean induced energy {mean_wh:.4f} Wh (u = "
                f"{row.induced_u_wh:.4f} Wh){end}: the SUT was not in the state of "
                f"the baseline. Reported as measured"
            )
            findings.append(codes.SCENARIO_BELOW_BASELINE.finding(message))
        elif not is_resolved(row):
            message = (
                f"{row.scenario}: its mean induced energy of {row.induced_wh:.4f} Wh cannot be told from "
                f"zero: it is at most {row.induced_bound_wh:.4f} Wh. Values derived from it are not resolved"
            )
            findings.append(codes.INDUCED_NOT_RESOLVED.finding(message))
    return findings


def is_resolved(row: ScenarioRow) -> bool:
    """Say whether the induced energy of a scenario can be told from zero, as far as that is known."""
    return row.induced_bound_wh is None


def check_certainty(scenarios: list[ScenarioRow], max_pct: float) -> list[Finding]:
    """Compare the relative standard uncertainty of each scenario's mean energies with the limit.

    An induced energy that is not resolved has a finding of its own.

    Args:
        scenarios: rows of the results.
        max_pct: the limit.
    """
    findings = []
    for row in scenarios:
        means = [("mean", row.energy_wh, row.energy_u_wh)]
        if row.kind != "baseline" and is_resolved(row):
            means.append(("mean induced energy", row.induced_wh, row.induced_u_wh))
        for name, energy_wh, u_wh in means:
            u_pct = 100 * u_wh / abs(energy_wh) if energy_wh and u_wh is not None else 0.0
            if u_pct > max_pct:
                message = (
                    f"{row.scenario}: its {name} of {energy_wh:.4f} Wh ({counted(row.n, 'run')}) has a "
                    f"standard uncertainty of {u_pct:.1f} % (limit {max_pct:g} %); use more repeats or a "
                    f"better meter, see its budget"
                )
                findings.append(UNCERTAINTY_HIGH.finding(message))
    return findings


def check_samples(groups: list[Group]) -> list[Finding]:
    """Flag outliers and samples that are not normal; nothing is dropped.

    See docs/explanation/method.md#statistics.
    """
    findings = []
    for group in groups:
        rows = [row for row in group.rows if row.energy_wh is not None]
        energy_wh = group.known(lambda row: row.energy_wh)
        for i in outliers(energy_wh):
            message = f"{group.label}: its {energy_wh[i]:.4f} Wh is an outlier (beyond 1.5 IQR); kept"
            findings.append(codes.ENERGY_OUTLIER.finding(message, rows[i].run_dir))
        p = normality_p(energy_wh)
        if p is not None and p < SIGNIFICANT:
            message = (
                f"{group.label}: the energies of its {len(energy_wh)} runs are not normally distributed "
                f"(Shapiro-Wilk p = {p:.2g}); read the interval of the mean with care"
            )
            findings.append(codes.ENERGY_NOT_NORMAL.finding(message))
    return findings
