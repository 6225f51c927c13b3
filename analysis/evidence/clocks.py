"""Clock steps: the wall clock was set while a run was measured."""

import numpy as np

from analysis.evidence.case import RunCase
from analysis.maths.arrays import Floats
from analysis.run.recorded import journal_stamps
from records.finding_codes.order import CLOCK_STEP
from records.findings import Finding

STEP_S = 0.010
"""METHOD section 1."""

SURE_STEP_S = 0.100
"""A single pair of stamps proves a step only from here on: a process can lose the processor between
reading one clock and the other, but hardly for so long."""


def check_clock(case: RunCase) -> list[Finding]:
    """Compare wall and monotonic clock over the events of a run, and over the journal beside it."""
    events = case.recorded.events.events
    steps = {
        "the SUT's events": clock_step_s(np.array([event.t_utc_s - event.t_mono_s for event in events])),
        "the controller's journal": clock_step_s(_journal_offset_s(case)),
    }
    return [
        CLOCK_STEP.finding(
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
    utc_s, mono_s = journal_stamps(case.path)
    if len(utc_s) == 0 or start is None or stop is None:
        return np.array([])
    earlier, later = np.flatnonzero(utc_s <= start), np.flatnonzero(utc_s >= stop)
    before = int(earlier[-1]) if len(earlier) else 0
    after = int(later[0]) if len(later) else len(utc_s) - 1
    near = slice(before, after + 1)
    # The monotonic clock starts again with the host: a controller that rebooted says nothing here.
    return utc_s[near] - mono_s[near] if (np.diff(mono_s[near]) >= 0).all() else np.array([])
