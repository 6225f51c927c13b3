"""Two further views of a tracker: what work adds on both sides, and the line from tracker to wall."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import hypot, sqrt

import numpy as np

from analysis.agreement.correction import correct
from analysis.agreement.references import WALL, Reference, length_h, power_pairs, seen_by
from analysis.agreement.trackers import ALL, against
from analysis.maths.arrays import finite
from records.rows.agreement import AgreementRow, TrackerRow

INDUCED, STRUCTURAL = "induced", "structural"
"""Names of the views, as ``against`` of their rows."""


def view_rows(tracker_rows: list[TrackerRow], idle: Collection[str], confidence: float) -> list[AgreementRow]:
    """Compare what work adds on both sides, and the wall with what the structural line says of it.

    *As shown* is what `agreement_rows` compares. *Induced on both sides* takes from tracker and meter what
    each says of the idle runs with this tracker; the baseline is never run with one, so that without an idle
    scenario there are no such rows. The *structural line* is ``P_wall = a + b P_tracker`` in mean powers; its
    rows compare the wall with the line that the other scenarios (or runs) give, so that they tell how
    right the tracker would be with the best line.

    Args:
        tracker_rows: of the campaign.
        idle: names of the scenarios that do no work.
        confidence: of the intervals.
    """
    rows = []
    for tracker in dict.fromkeys(row.tracker for row in tracker_rows):
        own = [row for row in tracker_rows if row.tracker == tracker]
        rows += _induced(own, idle, confidence)
        rows += _structural(own, confidence)
    return rows


@dataclass(frozen=True)
class _Idle:
    """Mean powers of a tracker and of the meter over the idle runs with it, with standard uncertainties."""

    tracker_w: float
    meter_w: float
    tracker_u_w: float
    meter_u_w: float


def _idle_of(rows: list[TrackerRow]) -> _Idle | None:
    powers = power_pairs(rows)
    if powers is None:
        return None
    _, pairs = powers
    n = len(pairs)
    scatter = [
        float(side.std(ddof=1)) / sqrt(n) if n > 1 else 0.0 for side in (pairs.estimated, pairs.measured)
    ]
    meter_u_w = max(scatter[1], float(np.sqrt((pairs.measured_u**2).sum())) / n)
    return _Idle(float(pairs.estimated.mean()), float(pairs.measured.mean()), scatter[0], meter_u_w)


def _induced(own: list[TrackerRow], idle: Collection[str], confidence: float) -> list[AgreementRow]:
    base = _idle_of([row for row in own if row.scenario in idle])
    if base is None:
        return []

    def above(energy_wh: float | None, row: TrackerRow, power_w: float) -> float | None:
        return None if energy_wh is None else energy_wh - power_w * length_h(row)

    def u_wh(row: TrackerRow) -> float | None:
        """Both idle powers are shared by all rows; the meter's gain acts on the difference only."""
        energy_wh = above(row.meter_wh, row, base.meter_w)
        if row.meter_wh is None or row.meter_u_wh is None or energy_wh is None:
            return None
        random_wh = min(row.meter_random_u_wh or 0.0, row.meter_u_wh)
        shared_wh = sqrt(row.meter_u_wh**2 - random_wh**2) * abs(energy_wh / row.meter_wh)
        return hypot(random_wh, shared_wh, hypot(base.meter_u_w, base.tracker_u_w) * length_h(row))

    reference = Reference(
        INDUCED,
        "the wall above idle",
        lambda row: above(row.energy_wh, row, base.tracker_w),
        lambda row: above(row.meter_wh, row, base.meter_w),
        u_wh,
        lambda row: f"{seen_by(row)} above its idle runs against the plug above the same runs",
        is_difference=True,
        at_wall=False,
        subject=" above idle",
    )
    return against(reference, [row for row in own if row.scenario not in idle], confidence)


def _structural(own: list[TrackerRow], confidence: float) -> list[AgreementRow]:
    powers = power_pairs(own)
    found = None if powers is None else correct(powers[1], "line", confidence)
    if powers is None or found is None or found.slope.low is None or found.slope.low <= 0:
        return []  # powers that differ too little give any slope
    rows = powers[0]
    held_out_wh = {id(row): w * length_h(row) for row, w in zip(rows, found.held_out.corrected, strict=True)}
    reference = Reference(
        STRUCTURAL,
        "the wall",
        lambda row: held_out_wh[id(row)],
        WALL.measured,
        lambda row: row.meter_random_u_wh,  # the line is made by the same meter, whose gain it takes over
        lambda row: (
            f"a + b x {seen_by(row)} against all that the plug delivers, each held out of its own line"
        ),
        at_wall=False,
        subject=" by its structural line",
    )
    made = against(reference, rows, confidence)
    return [
        replace(
            row,
            structural_slope=found.slope.value,
            structural_slope_low=finite(found.slope.low),
            structural_slope_high=finite(found.slope.high),
            structural_intercept_w=found.intercept.value,
            structural_intercept_low_w=finite(found.intercept.low),
            structural_intercept_high_w=finite(found.intercept.high),
        )
        if row.scenario == ALL
        else row
        for row in made
    ]
