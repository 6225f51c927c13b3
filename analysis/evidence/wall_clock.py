"""The controller's wall clock over a campaign: whether it was set, and whether runs overlap all the same."""

from collections.abc import Sequence
from itertools import pairwise

from analysis.evidence.case import CampaignCase, CountedRun
from records.finding_codes.conduct import RUNS_OVERLAP
from records.finding_codes.order import CONTROLLER_CLOCK_SET
from records.findings import Finding
from records.journal_events import JournalEntry, RunStarted, WorkloadStarted
from records.words import counted

SET_S = 0.100
"""Between reading one clock and the other a process can lose the processor, but hardly for so long."""

SLEWED = 0.0005
"""A clock that is slewed gains or loses 500 ppm at most, as adjtimex(2) has it."""

OVERLAP_S = 1e-3


def check_controller_clock(case: CampaignCase) -> list[Finding]:
    """Say when the controller's wall clock was set while its journal was written."""
    if case.imported:
        return []
    stamps: dict[str | None, list[tuple[float, float]]] = {}
    for entry in case.journal:
        if (stamp := _stamp(entry)) is not None:  # each bench of a fleet has a controller of its own
            stamps.setdefault(entry.taken_from, []).append(stamp)
    steps_s = [
        step_s
        for of_one in stamps.values()
        for (utc_s, mono_s), (later_utc_s, later_mono_s) in pairwise(of_one)
        if (span_s := later_mono_s - mono_s) >= 0  # else the host was started again
        and abs(step_s := later_utc_s - utc_s - span_s) > SET_S + SLEWED * span_s
    ]
    if not steps_s:
        return []
    message = (
        f"the controller's wall clock was set {counted(len(steps_s), 'time')}, by "
        f"{max(steps_s, key=abs):+.3f} s at most: times between runs, such as that to a baseline, are wrong "
        f"by as much. Let the clock be slewed"
    )
    return [CONTROLLER_CLOCK_SET.finding(message)]


def check_overlaps(case: CampaignCase) -> list[Finding]:
    """Refuse runs whose rating intervals overlap: one SUT cannot have made both at one meter.

    Where the wall clock was set back between two runs, their stamps overlap and the runs do not: the journal
    also has the monotonic clock.
    """
    if case.imported:
        return []
    started = _started(case.journal)
    known = [
        (item.run.bench or "", item.run.t_start_utc_s, item.run.t_stop_utc_s, item)
        for item in case.runs
        if item.run.t_start_utc_s is not None and item.run.t_stop_utc_s is not None
    ]
    return [
        RUNS_OVERLAP.finding(
            f"its rating interval begins {stop_s - start_s:.1f} s before that of {before.name} ends, so the "
            f"stamps of one of the two are wrong; repeat both",
            item.name,
        )
        for (bench, _, stop_s, before), (other, start_s, _, item) in pairwise(
            sorted(known, key=lambda one: one[:3])
        )
        if bench == other and stop_s > start_s + OVERLAP_S and not _one_after_the_other(before, item, started)
    ]


def _one_after_the_other(one: CountedRun, other: CountedRun, started: dict[str, JournalEntry]) -> bool:
    """Say whether the monotonic clock proves that two runs do not overlap."""
    intervals = []
    for item in (one, other):
        stamp = _stamp(started[item.name]) if item.name in started else None
        start, stop = item.run.t_start_utc_s, item.run.t_stop_utc_s
        if stamp is None or start is None or stop is None:
            return False
        utc_s, mono_s = stamp
        intervals.append((utc_s, mono_s, mono_s + start - utc_s, mono_s + stop - utc_s))
    (utc_s, mono_s, _, stop_s), (later_utc_s, later_mono_s, start_s, _) = sorted(intervals, key=_begun)
    was_set_back = later_utc_s - utc_s < later_mono_s - mono_s - SET_S
    return was_set_back and stop_s <= start_s + OVERLAP_S


def _started(journal: Sequence[JournalEntry]) -> dict[str, JournalEntry]:
    """Return, by run, the entry that is nearest to the start of its workload."""
    found: dict[str, JournalEntry] = {}
    run = None
    for entry in journal:
        if isinstance(entry, RunStarted):
            run = entry.run_dir
            found[run] = entry
        elif isinstance(entry, WorkloadStarted) and run is not None:
            found[run] = entry
    return found


def _begun(interval: tuple[float, float, float, float]) -> float:
    return interval[1]


def _stamp(entry: JournalEntry) -> tuple[float, float] | None:
    """Return when an entry was written, by wall clock and by monotonic clock."""
    if entry.t_utc_s is None or entry.t_mono_s is None:
        return None
    return entry.t_utc_s, entry.t_mono_s
