"""What a tracker is compared with, and the pairs that this gives of the runs of a campaign."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import hypot, sqrt

import numpy as np

from analysis.agreement.pairs import LEAST, Pairs
from records.rows.agreement import TrackerRow

_Column = Callable[[TrackerRow], float | None]


@dataclass(frozen=True)
class Reference:
    """What a tracker is compared with.

    Attributes:
        name: column ``against`` of the row; ``words`` for it in a sentence.
        claim: what the tracker says; ``measured`` the meter or the collector next to it.
        measured_u: standard uncertainty of ``measured``, where it has one.
        scope: words on what each of the two sees, from the row of a run.
        is_difference: whether ``measured`` is an energy above another, which may not be told from zero.
        at_wall: whether the claim is the tracker's whole energy, which then has a ratio to the wall.
        subject: what follows the name of the tracker in a sentence.
    """

    name: str
    words: str
    claim: _Column
    measured: _Column
    measured_u: _Column
    scope: Callable[[TrackerRow], str]
    is_difference: bool = False
    at_wall: bool = True
    subject: str = ""


WALL = Reference(
    "wall",
    "the wall",
    lambda row: row.energy_wh,
    lambda row: row.meter_wh,
    lambda row: row.meter_u_wh,
    lambda row: f"{seen_by(row)} against all that the plug delivers",
)
WALL_NET = Reference(
    "wall net",
    "the wall net of the baseline",
    lambda row: row.energy_wh,
    lambda row: row.meter_net_wh,
    lambda row: row.meter_net_u_wh,
    lambda row: f"{seen_by(row)} against what the plug delivers above the baseline",
    is_difference=True,
)
GPU = Reference(
    "gpu",
    "the sampled GPU power",
    lambda row: row.gpu_wh,
    lambda row: row.collector_gpu_wh,
    lambda row: None,
    lambda row: "its GPU part against the GPU power that the collector sampled",
    at_wall=False,
)

CPU = Reference(
    "cpu",
    "the CPU's own counters",
    lambda row: row.cpu_wh,
    lambda row: row.counter_cpu_wh,
    lambda row: None,
    lambda row: "its CPU part against the counters of the CPU packages",
    at_wall=False,
)
RAM = Reference(
    "ram",
    "the memory's own counters",
    lambda row: row.ram_wh,
    lambda row: row.counter_ram_wh,
    lambda row: None,
    lambda row: "its memory part against the counters of the memory",
    at_wall=False,
)


def seen_by(row: TrackerRow) -> str:
    """Return the scope of a tracker."""
    return row.scope or "unknown scope"


@dataclass(frozen=True)
class Both:
    """A run in which both have an energy."""

    row: TrackerRow
    claimed_wh: float
    measured_wh: float


def both_of(rows: list[TrackerRow], reference: Reference) -> list[Both]:
    """Return the runs in which both have an energy."""
    return [
        Both(row, claimed_wh, measured_wh)
        for row in rows
        if (claimed_wh := reference.claim(row)) is not None
        and (measured_wh := reference.measured(row)) is not None
    ]


def power_pairs(rows: list[TrackerRow]) -> tuple[list[TrackerRow], Pairs] | None:
    """Return the mean powers of the runs of one tracker in W.

    Runs of one scenario are repeats, where there are three scenarios or more; fewer cannot tell scenarios
    apart.

    Args:
        rows: of the tracker.

    Returns:
        The rows that have an energy of both, and their pairs; ``None`` where no run has.
    """
    runs = [both for both in both_of(rows, WALL) if length_h(both.row) > 0]
    if not runs:
        return None
    hours = np.array([length_h(both.row) for both in runs])
    energies = pairs_of(runs, WALL, 0.0)
    powers = replace(
        energies,
        measured=energies.measured / hours,
        estimated=energies.estimated / hours,
        measured_u=energies.measured_u / hours,
        shared_u=energies.shared_u / hours,
    )
    if powers.units < LEAST:
        powers = replace(powers, groups=None, unit_names=tuple(f"run {both.row.slot}" for both in runs))
    return [both.row for both in runs], powers


def length_h(row: TrackerRow) -> float:
    """Return the length of a tracker's window."""
    if row.t_start_utc_s is None or row.t_stop_utc_s is None:
        return 0.0
    return max(0.0, row.t_stop_utc_s - row.t_start_utc_s) / 3600


def pairs_of(runs: list[Both], reference: Reference, background_u_w: float) -> Pairs:
    """Return the pairs; what of the meter's uncertainty differs from run to run is kept apart."""
    return Pairs.of(
        [both.measured_wh for both in runs],
        [both.claimed_wh for both in runs],
        *uncertainties(runs, reference, background_u_w),
        [both.row.scenario for both in runs],
        [f"run {both.row.slot}" for both in runs],
    )


def uncertainties(
    runs: list[Both], reference: Reference, background_u_w: float
) -> tuple[list[float], list[float]]:
    """Return of each run what of the meter's uncertainty is its own, and what all runs may share."""
    random_u, shared_u = [], []
    for both in runs:
        u = reference.measured_u(both.row) or 0.0
        background_u_wh = background_u_w * length_h(both.row) if reference is WALL_NET else 0.0
        scatter = min(hypot(both.row.meter_random_u_wh or 0.0, background_u_wh), u)
        random_u.append(scatter)
        shared_u.append(sqrt(u**2 - scatter**2))
    return random_u, shared_u
