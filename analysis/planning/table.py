"""Meters, lengths of runs and numbers of repeats against what they reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.planning.expected import Expected, PlannedMeter, Work, expect, lasting, least_half, repeats_for

REPEATS_SHOWN = (5, 10, 30)


@dataclass(frozen=True)
class PlanRow:
    """One meter and one length of runs.

    Attributes:
        meter: the meter.
        work: of several works the one that needs most, with runs of this length.
        longer: how many times as long its runs are as they were given.
        enough: the repeats that reach what is wanted; ``None`` where none do.
        least: what no number of repeats falls below, as a share of the energy.
        reached: what each of `REPEATS_SHOWN` reaches; empty where the meter does not resolve the work.
    """

    meter: PlannedMeter
    work: Work
    longer: float
    enough: Expected | None
    least: float
    reached: tuple[Expected, ...]

    @property
    def limit(self) -> Expected | None:
        """The design whose largest term is named: with enough repeats, else the most that are shown."""
        return self.enough or (self.reached[-1] if self.reached else None)


def plan_rows(
    meters: Iterable[Sequence[tuple[Work, PlannedMeter]]], durations_s: Sequence[float], want: float
) -> list[PlanRow]:
    """Return a row for each meter and length of runs.

    Args:
        meters: for each meter the works that all have to be known.
        durations_s: lengths of runs; of several works that of the first is made so long, and the others in
            proportion.
        want: half of the 95 % interval, as a share of the energy.
    """
    return [
        max((_row(work, meter, seconds / works[0][0].duration_s, want) for work, meter in works), key=_effort)
        for works in meters
        for seconds in durations_s
    ]


def _row(given: Work, meter: PlannedMeter, longer: float, want: float) -> PlanRow:
    work = lasting(given, given.duration_s * longer)
    reached = tuple(expect(work, meter, n) for n in REPEATS_SHOWN) if meter.resolves(work) else ()
    enough = repeats_for(work, meter, want)
    return PlanRow(meter, work, longer, enough, least_half(work, meter), reached)


def _effort(row: PlanRow) -> tuple[bool, float]:
    return row.enough is None, row.least if row.enough is None else row.enough.repeats
