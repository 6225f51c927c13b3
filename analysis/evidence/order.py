"""Order of events: spans that start and stop, lie within each other, and agree with the record."""

from analysis.evidence.case import RunCase
from records.events import Events, Span
from records.finding_codes import order as codes
from records.findings import Finding

SAME_STAMP_S = 1e-3
"""Stamps of one moment may differ by this much: a child is stamped by another process than the run."""


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
        message = f"{label} stops before it starts; it is left out. Look at the clocks of this host"
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
