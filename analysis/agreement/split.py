"""Where the difference between wall and tracker comes from, as far as counters can tell."""

from collections.abc import Iterable
from dataclasses import dataclass

from analysis.agreement.pairs import Pairs
from analysis.agreement.references import length_h
from analysis.agreement.regression import Line, deming
from records.rows.agreement import TrackerRow

_EXACT = 1e12  # ratio of error variances at which the counters are as good as exact
_WIDEST_SLOPE = 0.1
"""A slope that is known no better than this does not tell losses from further parts."""

PARTS = ("cpu", "gpu", "ram")


@dataclass(frozen=True)
class Split:
    """The difference of one tracker in one scenario, mean per run in Wh; an unknown term is ``None``.

    ``wall - tracker = own + unseen - assumed + rest``, and ``rest = other + losses`` where these can be told
    from each other. Without any counter there is only the sum.

    Attributes:
        tracker, scenario, n: which runs, and how many.
        difference_wh: wall minus tracker.
        own_wh: counters minus tracker, of the parts that both have: the tracker's own error.
        unseen_wh: what counters see of parts that the tracker does not report: its scope.
        assumed_wh: what the tracker reports without a counter that could check it, such as a PUE.
        rest_wh: wall minus all counters: parts without a counter, and losses.
        other_wh: the part of the rest that does not follow the counters: other parts and standing losses.
        losses_wh: the part in proportion to the counters: losses of the supply and its converters, and what
            else follows the load.
        checked: the parts that both have.
    """

    tracker: str
    scenario: str
    n: int
    difference_wh: float
    own_wh: float | None = None
    unseen_wh: float | None = None
    assumed_wh: float | None = None
    rest_wh: float | None = None
    other_wh: float | None = None
    losses_wh: float | None = None
    checked: tuple[str, ...] = ()


def splits(rows: list[TrackerRow], confidence: float) -> list[Split]:
    """Split the difference of every tracker in every scenario.

    Args:
        rows: of the campaign.
        confidence: of the interval of the line from counters to wall.
    """
    line = supply_line(rows, confidence)
    groups: dict[tuple[str, str], list[TrackerRow]] = {}
    for row in rows:
        modelled = row.scope == "wall"  # of the whole machine: no part of it could be missing
        if row.energy_wh is not None and row.meter_wh is not None and not modelled:
            groups.setdefault((row.tracker, row.scenario), []).append(row)
    return [_mean([_of_run(row, line) for row in runs]) for runs in groups.values()]


def supply_line(rows: list[TrackerRow], confidence: float) -> Line | None:
    """Return ``P_wall = a + b P_counters`` over the runs, in mean powers.

    Returns:
        ``None`` where fewer than four runs have both, their powers do not differ, or the slope is not known
        to 0.1 or below one: then the rest is one sum.
    """
    runs = {
        row.run_dir: row for row in rows if _counted(row) and row.meter_wh is not None and length_h(row) > 0
    }
    if len(runs) < 4:
        return None
    pairs = Pairs.of(
        [sum(_counted(row).values()) / length_h(row) for row in runs.values()],
        [(row.meter_wh or 0.0) / length_h(row) for row in runs.values()],
    )
    line = deming(pairs, confidence, error_ratio=_EXACT)
    if line is None or line.slope.low is None or line.slope.high is None:
        return None
    known = (line.slope.high - line.slope.low) / 2 <= _WIDEST_SLOPE
    return line if known and line.slope.value >= 1 else None


def _counted(row: TrackerRow) -> dict[str, float]:
    """Return the energy of the parts that have a counter."""
    found = {"cpu": row.counter_cpu_wh, "gpu": row.collector_gpu_wh, "ram": row.counter_ram_wh}
    return {part: energy_wh for part, energy_wh in found.items() if energy_wh is not None}


def _reported(row: TrackerRow, counted: dict[str, float]) -> dict[str, float]:
    """Return what a tracker reports of the counted parts; its whole energy where it names no shares."""
    parts = {"cpu": row.cpu_wh, "gpu": row.gpu_wh, "ram": row.ram_wh}
    given = {
        part: energy_wh for part, energy_wh in parts.items() if energy_wh is not None and part in counted
    }
    named = [part for part in row.scope.lower().split("+") if part in PARTS]
    if not any(value is not None for value in parts.values()) and named and set(named) <= set(counted):
        return {"+".join(named): row.energy_wh or 0.0}
    return given


def _of_run(row: TrackerRow, line: Line | None) -> Split:
    energy_wh, wall_wh = row.energy_wh or 0.0, row.meter_wh or 0.0
    counted = _counted(row)
    made = Split(row.tracker, row.scenario, 1, wall_wh - energy_wh)
    if not counted:
        return made
    reported = _reported(row, counted)
    both = {part for name in reported for part in name.split("+")}
    all_wh, checked_wh = sum(counted.values()), sum(counted[part] for part in both)
    rest_wh = wall_wh - all_wh
    losses_wh = None if line is None else (line.slope.value - 1) * all_wh
    return Split(
        row.tracker,
        row.scenario,
        1,
        wall_wh - energy_wh,
        own_wh=checked_wh - sum(reported.values()) if both else None,
        unseen_wh=all_wh - checked_wh,
        assumed_wh=energy_wh - sum(reported.values()),
        rest_wh=rest_wh,
        other_wh=None if losses_wh is None else rest_wh - losses_wh,
        losses_wh=losses_wh,
        checked=tuple(part for part in PARTS if part in both),
    )


def _mean(runs: list[Split]) -> Split:
    """Return the mean of runs; a term that one of them lacks is lacking."""
    first = runs[0]

    def mean(values: Iterable[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if len(known) == len(runs) else None

    return Split(
        first.tracker,
        first.scenario,
        len(runs),
        sum(run.difference_wh for run in runs) / len(runs),
        own_wh=mean(run.own_wh for run in runs),
        unseen_wh=mean(run.unseen_wh for run in runs),
        assumed_wh=mean(run.assumed_wh for run in runs),
        rest_wh=mean(run.rest_wh for run in runs),
        other_wh=mean(run.other_wh for run in runs),
        losses_wh=mean(run.losses_wh for run in runs),
        checked=first.checked,
    )
