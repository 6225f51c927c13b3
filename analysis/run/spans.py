"""Windows of a run: its rating interval, actions, epochs and calls, from the events."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.maths.arrays import finite
from analysis.run.clock import ClockFit
from records.errors import RecordError
from records.events import Events, Span
from records.rows.families import USEFUL_WORK, UsefulWork
from records.run import Run


@dataclass(frozen=True)
class Window:
    """A span with both ends, on the controller's clock.

    Attributes:
        span: ``run`` | ``action`` | ``epoch`` | ``call``.
        name: as given to the probe.
        depth: 0 for the run, 1 for its children and so on.
        from_s, to_s: seconds after the start of the rating interval.
        duration_s: by the monotonic clock of the SUT.
        data: what the events carry.
    """

    span: str
    name: str
    depth: int
    from_s: float
    to_s: float
    duration_s: float
    data: dict[str, Any] = field(default_factory=dict)


_LONGEST_S = 1e9
"""No run takes thirty years: such stamps are damaged."""


def rating_interval(run_dir: Path, run: Run, events: Events, clock: ClockFit) -> tuple[float, float]:
    """Return start and stop of the rating interval, on the controller's clock.

    ``run.json`` repeats the ``run`` span of the events; while it does not yet, the events are asked.
    Both are stamps of the SUT.

    Raises:
        RecordError: neither knows a start and a later stop.
    """
    start, stop = run.t_start_utc_s, run.t_stop_utc_s
    if start is None or stop is None:
        span = run_span(events)
        start, stop = (span.t_start_utc_s, span.t_stop_utc_s) if span else (None, None)
    if start is None or stop is None or not 0 < stop - start < _LONGEST_S:
        raise RecordError(
            f"{run_dir}: expected a rating interval (t_start_utc_s and a later t_stop_utc_s in run.json), "
            f"found {start} to {stop}. The run did not end properly: repeat it"
        )
    return clock.to_controller(start), clock.to_controller(stop)


def run_span(events: Events) -> Span | None:
    """Return the ``run`` span, if the events have one."""
    return next((span for span in events.spans() if span.span == "run"), None)


def windows(events: Events, kind: str, origin_utc_s: float, clock: ClockFit) -> list[Window]:
    """Return the complete spans of one kind in the order of their starts.

    Args:
        events: of the run.
        kind: ``action`` | ``epoch`` | ``call``.
        origin_utc_s: start of the rating interval on the controller's clock.
        clock: from the SUT's clock to the controller's.
    """
    found = []
    for span in events.spans():
        if span.span != kind or span.t_stop_utc_s is None or span.t_stop_utc_s < span.t_start_utc_s:
            continue
        found.append(
            Window(
                span=span.span,
                name=span.name,
                depth=span.depth,
                from_s=clock.to_controller(span.t_start_utc_s) - origin_utc_s,
                to_s=clock.to_controller(span.t_stop_utc_s) - origin_utc_s,
                duration_s=duration_s(span),
                data=span.data,
            )
        )
    return found


def duration_s(span: Span) -> float:
    """Return how long a complete span lasted, by the monotonic clock."""
    if span.t_stop_mono_s is None:
        raise ValueError(f"the span {span.name!r} has no stop; ask only for complete spans")
    return span.t_stop_mono_s - span.t_start_mono_s


def useful_work(events: Events, epochs: list[Window]) -> dict[UsefulWork, float]:
    """Return the useful work of a run by `records.rows.families.USEFUL_WORK` name.

    What the workload reported with a ``useful_work`` mark stands. Validation accuracy and samples are
    otherwise taken from the epochs; epochs and runs are counted here.
    """
    work: dict[UsefulWork, float] = {"runs": 1.0, "epochs": float(len(epochs))}
    accuracies = [a for a in (finite(e.data.get("val_accuracy")) for e in epochs) if a is not None]
    if accuracies:
        work["val_accuracy"] = accuracies[-1]
    samples = [s for s in (finite(e.data.get("samples")) for e in epochs) if s is not None]
    if samples:
        work["samples"] = sum(samples)
    reported = _marked(events, "useful_work")
    for kind in USEFUL_WORK:
        if (value := finite(reported.get(kind))) is not None:
            work[kind] = value
    return work


def provenance(events: Events) -> dict[str, Any]:
    """Return what the workload said of its data and weights."""
    return _marked(events, "provenance")


def _marked(events: Events, name: str) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for event in events.events:
        if event.event == "mark" and event.name == name:
            facts |= event.data
    return facts
