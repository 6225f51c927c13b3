"""Clock steps: the wall clock was set while a run was measured."""

from itertools import pairwise
from typing import Any

import numpy as np

from analysis.arrays import finite
from analysis.evidence.case import RunCase
from analysis.spans import read_events_if_any
from records.campaign import CampaignFolder
from records.findings import Finding
from records.journal import read_journal

STEP_S = 0.010
"""METHOD section 1."""

SURE_STEP_S = 0.100
"""A single pair of stamps proves a step only from here on: a process can lose the processor between
reading one clock and the other, but hardly for so long."""


def check_clock(case: RunCase) -> list[Finding]:
    """Compare wall and monotonic clock over the events of a run, and over the journal beside it."""
    steps = {
        "the SUT's events": clock_step_s(
            [(e.t_utc_s, e.t_mono_s) for e in read_events_if_any(case.path).events]
        ),
        "the controller's journal": clock_step_s(_journal_stamps(case)),
    }
    return [
        Finding(
            "warn",
            case.name,
            "clock-step",
            f"the wall clock moved by {step_s * 1e3:.0f} ms against the monotonic clock within this run "
            f"(by {source}); windows around that moment are misplaced by as much. Stop whatever sets the "
            f"clock in steps during a campaign, and repeat the run",
        )
        for source, step_s in steps.items()
        if step_s > STEP_S
    ]


def clock_step_s(stamps: list[tuple[float, float]]) -> float:
    """Return how far the wall clock moved against the monotonic clock, or 0 where nothing proves it.

    Args:
        stamps: pairs of UTC and monotonic seconds in the order of writing. A different boot of the
            host is no step and must not be mixed in.
    """
    offset_s = np.array([utc_s - mono_s for utc_s, mono_s in stamps])
    if len(offset_s) < 2:
        return 0.0
    raw_s = float(np.ptp(offset_s))
    if raw_s > SURE_STEP_S or len(offset_s) < 3:
        return raw_s
    # The median of three leaves a lasting change and drops a single pair torn apart by the scheduler.
    return float(np.ptp(np.median(np.lib.stride_tricks.sliding_window_view(offset_s, 3), axis=1)))


def _journal_stamps(case: RunCase) -> list[tuple[float, float]]:
    """Return the stamps of the controller from the last entry before the run to the first after it."""
    path = CampaignFolder(case.path.parent.parent).journal
    start, stop = case.run.t_start_utc_s, case.run.t_stop_utc_s
    if not path.is_file() or start is None or stop is None:
        return []
    pairs = [pair for pair in map(_stamps, read_journal(path)[0]) if pair is not None]
    before = max((i for i, (utc, _) in enumerate(pairs) if utc <= start), default=0)
    after = next((i for i, (utc, _) in enumerate(pairs) if utc >= stop), len(pairs) - 1)
    near = pairs[before : after + 1]
    # The monotonic clock starts again with the host: a controller that rebooted says nothing here.
    return near if all(b[1] >= a[1] for a, b in pairwise(near)) else []


def _stamps(entry: dict[str, Any]) -> tuple[float, float] | None:
    utc_s, mono_s = finite(entry.get("t_utc_s")), finite(entry.get("t_mono_s"))
    return None if utc_s is None or mono_s is None else (utc_s, mono_s)
