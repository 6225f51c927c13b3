"""What is odd about an MLPerf Power result: each oddity a finding, none of them stops the import."""

from dataclasses import dataclass

import numpy as np

from analysis.imports.mlperf_power.ptd import PtdPhase
from analysis.imports.mlperf_power.session import LoadWindow
from analysis.imports.mlperf_power.spl import MISSED, SplLog
from records.finding_codes import mlperf_power as codes
from records.findings import Finding
from records.words import counted

INTERVAL_TOLERANCE = 0.1
"""Share of the interval by which a stamp may miss its place; PTDaemon usually keeps to a few percent."""

POWER_TOLERANCE = 0.05
"""How far the testing phase's mean power may be from the ranging phase's: the ranges were chosen by it."""

LOW_RANGE = 0.2
"""Below this share of a range its part of the limits of error weighs more than the reading's."""


@dataclass(frozen=True)
class PhaseCase:
    """One phase of a result, ready to be judged.

    Attributes:
        phase: ``ranging`` or ``testing``.
        log: its samples; ``window`` its load; ``ptd`` what PTDaemon said, where its log is there.
        load_from_s, load_to_s: the load on the time of ``log.t_local_s``.
        interval_s: that PTDaemon was asked for.
        session: name of the session.
    """

    phase: str
    log: SplLog
    window: LoadWindow
    ptd: PtdPhase | None
    load_from_s: float
    load_to_s: float
    interval_s: float
    session: str

    def in_load(self, t_local_s: float) -> bool:
        """Say whether a moment lies in the load."""
        return self.load_from_s < t_local_s < self.load_to_s

    @property
    def mean_power_w(self) -> float | None:
        """Plain mean of the good samples in the load."""
        t_s, power_w = self.log.t_local_s, self.log.power_w
        inside = (t_s > self.load_from_s) & (t_s < self.load_to_s) & np.isfinite(power_w)
        return float(power_w[inside].mean()) if inside.any() else None


def judge_phase(case: PhaseCase) -> list[Finding]:
    """Return the findings about the samples and the complaints of one phase."""
    return [
        *_flagged(case),
        *_stamps(case),
        *_load(case),
        *_marks(case),
        *_ptd(case),
        *_ranges(case),
        *_result(case),
    ]


def _flagged(case: PhaseCase) -> list[Finding]:
    flagged = [sample for sample in case.log.samples if sample.flag]
    missed = [s.t_local_s for s in flagged if s.values[0] == MISSED]
    beyond = [s.t_local_s for s in flagged if s.flag == "overrange"]
    absent = [s.t_local_s for s in flagged if s.flag != "overrange" and s.values[0] != MISSED]
    findings = []
    if missed:
        findings.append(codes.SAMPLE_MISSED.finding(_without(case, missed, "missed")))
    if beyond:
        message = _without(case, beyond, "beyond the range")
        findings.append(codes.SAMPLE_OVERRANGE.finding(message))
    if absent:
        message = _without(case, absent, "not available")
        findings.append(codes.SAMPLE_UNAVAILABLE.finding(message))
    if case.log.torn_line is not None:
        message = f"spl.txt: the last line ({case.log.torn_line}) is cut off; it is left out"
        findings.append(codes.LINE_TORN.finding(message))
    return findings


def _without(case: PhaseCase, stamps: list[float], what: str) -> str:
    inside = sum(map(case.in_load, stamps))
    return (
        f"{counted(len(stamps), 'sample')} {what}, {inside} of them in the load, without a power, which "
        f"leaves a gap. The published rule leaves out this time as if it did not exist"
    )


def _stamps(case: PhaseCase) -> list[Finding]:
    steps_s = np.diff(case.log.t_local_s)
    odd = np.flatnonzero(np.abs(steps_s - case.interval_s) > INTERVAL_TOLERANCE * case.interval_s)
    if not len(odd):
        return []
    worst = int(odd[np.argmax(np.abs(steps_s[odd] - case.interval_s))])
    message = (
        f"{len(odd)} of {len(steps_s)} steps from stamp to stamp are off {case.interval_s:g} s by more than "
        f"{INTERVAL_TOLERANCE:.0%}, from {steps_s.min():.3f} s to {steps_s.max():.3f} s (worst before line "
        f"{worst + 2}); a plain mean gives each sample the same weight nevertheless"
    )
    return [codes.STAMPS_IRREGULAR.finding(message)]


def _load(case: PhaseCase) -> list[Finding]:
    t_s = case.log.t_local_s
    findings = []
    expected = (case.load_to_s - case.load_from_s) / case.interval_s
    good = sum(case.in_load(s.t_local_s) and not s.flag for s in case.log.samples)
    if good < expected - 1:  # a window of N intervals holds N samples, or one more
        message = (
            f"the load of {case.load_to_s - case.load_from_s:.3f} s has {good} good samples, "
            f"{expected:.0f} were expected"
        )
        findings.append(codes.SAMPLES_FEW.finding(message))
    if t_s.min() > case.load_from_s or t_s.max() < case.load_to_s:
        message = (
            f"the samples begin {case.load_from_s - t_s.min():.1f} s before the load and end "
            f"{t_s.max() - case.load_to_s:.1f} s after it; an end of the load was not measured"
        )
        findings.append(codes.ENDS_MISSING.finding(message))
    return findings


def _marks(case: PhaseCase) -> list[Finding]:
    expected = f"{case.session}_{case.phase}"
    strange = {mark: n for mark, n in case.log.marks.items() if mark != expected}
    if not case.session or not strange:
        return []
    shown = ", ".join(f"{mark!r} ({n})" for mark, n in sorted(strange.items()))
    message = f"expected the mark {expected!r} in every line of spl.txt, found {shown}"
    return [codes.MARK.finding(message)]


def _ptd(case: PhaseCase) -> list[Finding]:
    if case.ptd is None:
        message = "power/ptd_logs.txt does not mention this phase: ranges and complaints are unknown"
        return [codes.PTD_LOG_MISSING.finding(message)]
    findings = []
    if case.ptd.exceeded:
        pct = [exceeded.uncertainty_pct for exceeded in case.ptd.exceeded]
        inside = [e.uncertainty_pct for e in case.ptd.exceeded if case.in_load(e.t_local_s)]
        limit_pct = case.ptd.exceeded[0].limit_pct
        message = (
            f"PTDaemon found the uncertainty of {counted(len(pct), 'sample')} above its limit of "
            f"{limit_pct:g} %: {min(pct):.2f} to {max(pct):.2f} %; {len(inside)} of them in the load"
        )
        findings.append(codes.UNCERTAINTY_EXCEEDED.finding(message))
    if case.ptd.unknown:
        message = (
            f"PTDaemon could not determine the uncertainty of {counted(case.ptd.unknown, 'sample')} (one "
            f"count for each channel), as is always so with automatic ranges"
        )
        findings.append(codes.UNCERTAINTY_UNKNOWN.finding(message))
    if case.ptd.complaints:
        shown = "; ".join(f"{text!r} {counted(n, 'time')}" for text, n in sorted(case.ptd.complaints.items()))
        findings.append(codes.PTD_COMPLAINT.finding(f"PTDaemon complained: {shown}"))
    if case.ptd.range_changes:
        message = f"the ranges were changed while it measured: {'; '.join(case.ptd.range_changes)}"
        findings.append(codes.RANGE_CHANGED.finding(message))
    return findings


def _ranges(case: PhaseCase) -> list[Finding]:
    if case.ptd is None or case.ptd.current_range_a is None:
        return []
    highest_a = case.log.highest[1]
    share = highest_a / case.ptd.current_range_a
    if share >= LOW_RANGE:
        return []
    message = (
        f"the highest current, {highest_a:.4g} A, is {share:.0%} of the range of "
        f"{case.ptd.current_range_a:g} A, so the percentage of range dominates the limits of error"
    )
    return [codes.RANGE_LOW.finding(message)]


def _result(case: PhaseCase) -> list[Finding]:
    validity = case.window.facts.get("result_validity")
    if validity in (None, "VALID"):
        return []
    message = f"the load generator calls its result {validity!r}: the work is not what the benchmark requires"
    return [codes.RESULT_INVALID.finding(message)]


def judge_pair(testing: PhaseCase, ranging: PhaseCase) -> list[Finding]:
    """Compare the testing phase with the ranging phase, by which its ranges were chosen."""
    found, before = testing.mean_power_w, ranging.mean_power_w
    if found is None or before is None or abs(found / before - 1) <= POWER_TOLERANCE:
        return []
    message = (
        f"the mean power differs from that of the ranging phase by {found / before - 1:+.1%} ({before:.4g} W "
        f"then, {found:.4g} W now): the ranges were chosen for another load"
    )
    return [codes.RANGING_DIFFERS.finding(message)]
