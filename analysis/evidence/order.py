"""Order of events and clocks: spans that start, stop and nest as they should; clocks that were not set."""

from collections import Counter

import numpy as np

from analysis.evidence.case import RunCase
from analysis.maths.arrays import Floats
from analysis.run.journal_stamps import journal_stamps
from records.events import Events, Span
from records.finding_codes import order as codes
from records.findings import Finding

SAME_STAMP_S = 1e-3
"""Stamps of one moment may differ by this much: a child is stamped by another process than the run."""

STEP_S = 0.010
"""Smaller steps are not told from the time between reading one clock and the other."""

STEP_SHARE = 0.001
"""A step of more than this share of the rating interval refuses the run: it misplaces energy by as much."""

SURE_STEP_S = 0.100
"""A single pair of stamps proves a step only from here on: a process can lose the processor between
reading one clock and the other, but hardly for so long."""


def check_spans(case: RunCase) -> list[Finding]:
    """Check every span of a run, and that ``run.json`` repeats its ``run`` span."""
    if "events.jsonl" not in case.recorded.files:
        return []
    events = case.recorded.events
    spans = {span.id: span for span in events.spans()}
    return [
        *_run_span(case, list(spans.values())),
        *_unpaired(case, events),
        *(finding for span in spans.values() for finding in _span(case, span, spans)),
    ]


def _run_span(case: RunCase, spans: list[Span]) -> list[Finding]:
    run = next((span for span in spans if span.span == "run"), None)
    if run is None or run.t_stop_utc_s is None:
        found = "no run span" if run is None else "a run span without its stop"
        message = f"events.jsonl has {found}: the rating interval is not proven; repeat the run"
        return [codes.RUN_SPAN_MISSING.finding(message, case.name)]
    start, stop = case.run.t_start_utc_s, case.run.t_stop_utc_s
    for ours, theirs in ((start, run.t_start_utc_s), (stop, run.t_stop_utc_s)):
        if ours is None or abs(ours - theirs) > SAME_STAMP_S:
            message = (
                f"run.json has a rating interval from {start} to {stop}, the run span in events.jsonl "
                f"is from {run.t_start_utc_s} to {run.t_stop_utc_s}; repeat the run"
            )
            return [codes.RATING_INTERVAL_DIFFERS.finding(message, case.name)]
    return []


def check_phases(case: RunCase) -> list[Finding]:
    """Find lines that a program kept back, where its phases are told from what it prints."""
    if "events.jsonl" not in case.recorded.files:
        return []
    starts = Counter(
        (span.span, span.t_start_mono_s)
        for span in case.recorded.events.spans()
        if span.data.get("source") == "stdout"
    )
    together = sum(count for count in starts.values() if count > 1)
    if not together:
        return []
    message = (
        f"{together} of {starts.total()} phases and epochs have no known time, because their lines arrived "
        f"together with others: the program buffers its output"
    )
    return [codes.PHASES_BUFFERED.finding(message, case.name)]


def _unpaired(case: RunCase, events: Events) -> list[Finding]:
    started: set[int] = set()
    findings = []
    for event in events.events:
        if event.event == "start":
            if event.id in started:
                message = f"two spans have the id {event.id}; only the last of them ({event.name}) is used"
                findings.append(codes.SPAN_ID_TWICE.finding(message, case.name))
            started.add(event.id)
        elif event.event == "stop" and event.id not in started:
            message = f"the {event.span} {event.name!r} stops without having started; it is left out"
            findings.append(codes.SPAN_UNSTARTED.finding(message, case.name))
    return findings


def _span(case: RunCase, span: Span, spans: dict[int, Span]) -> list[Finding]:
    label = f"the {span.span} {span.name!r} (id {span.id})"
    if span.t_stop_utc_s is None or span.t_stop_mono_s is None:
        if span.span == "run":
            return []
        message = f"{label} has no stop: its process died within it; it has no energy of its own"
        return [codes.SPAN_UNFINISHED.finding(message, case.name)]
    if span.t_stop_mono_s < span.t_start_mono_s or span.t_stop_utc_s < span.t_start_utc_s:
        message = f"{label} stops before it starts; it is left out. Check the clocks of this host"
        return [codes.SPAN_BACKWARDS.finding(message, case.name)]
    parent = spans.get(span.parent) if span.parent is not None else None
    if span.parent is not None and parent is None:
        message = f"{label} names a parent ({span.parent}) that is not in the file"
        return [codes.SPAN_ORPHAN.finding(message, case.name)]
    if parent is not None and not _inside(span, parent):
        message = f"{label} is not inside its parent {parent.name!r}: it starts before or ends after it"
        return [codes.SPAN_OUTSIDE_PARENT.finding(message, case.name)]
    return []


def _inside(span: Span, parent: Span) -> bool:
    if span.t_start_mono_s < parent.t_start_mono_s - SAME_STAMP_S:
        return False
    if span.t_stop_mono_s is None or parent.t_stop_mono_s is None:
        return True
    return span.t_stop_mono_s <= parent.t_stop_mono_s + SAME_STAMP_S


def check_clock(case: RunCase) -> list[Finding]:
    """Compare wall and monotonic clock over the events of a run, and over the journal next to it."""
    events = case.recorded.events.events
    steps = {
        "the SUT's events": clock_step_s(np.array([event.t_utc_s - event.t_mono_s for event in events])),
        "the controller's journal": clock_step_s(_journal_offset_s(case)),
    }
    start, stop = case.run.t_start_utc_s, case.run.t_stop_utc_s
    length_s = stop - start if start is not None and stop is not None else 0.0
    return [
        (codes.CLOCK_STEPPED if step_s > STEP_SHARE * length_s else codes.CLOCK_STEP).finding(
            f"the wall clock moved by {step_s * 1e3:.0f} ms against the monotonic clock within this run "
            f"(by {source}); windows around that moment are misplaced by as much. Stop whatever sets the "
            f"clock in steps during a campaign, and repeat the run",
            case.name,
        )
        for source, step_s in steps.items()
        if step_s > STEP_S
    ]


def clock_step_s(offset_s: Floats) -> float:
    """Return how far the wall clock moved against the monotonic clock, or 0 where nothing proves it.

    Args:
        offset_s: UTC minus monotonic seconds of each pair of stamps in the order of writing, ``(n,)``.
            A different boot of the host is no step and must not be mixed in.
    """
    if len(offset_s) < 2:
        return 0.0
    raw_s = float(np.ptp(offset_s))
    if raw_s > SURE_STEP_S or len(offset_s) < 3:
        return raw_s
    # The median of three leaves a lasting change and drops a single pair torn apart by the scheduler.
    first, second, third = offset_s[:-2], offset_s[1:-1], offset_s[2:]
    low, high = np.minimum(first, second), np.maximum(first, second)
    return float(np.ptp(np.maximum(low, np.minimum(high, third))))


def _journal_offset_s(case: RunCase) -> Floats:
    """Return UTC minus monotonic time from the last entry before the run to the first after it."""
    start, stop = case.run.t_start_utc_s, case.run.t_stop_utc_s
    utc_s, mono_s = journal_stamps(case.path, case.run)
    if len(utc_s) == 0 or start is None or stop is None:
        return np.array([])
    earlier, later = np.flatnonzero(utc_s <= start), np.flatnonzero(utc_s >= stop)
    before = int(earlier[-1]) if len(earlier) else 0
    after = int(later[0]) if len(later) else len(utc_s) - 1
    near = slice(before, after + 1)
    # The monotonic clock starts again with the host: a controller that rebooted says nothing here.
    return utc_s[near] - mono_s[near] if (np.diff(mono_s[near]) >= 0).all() else np.array([])
