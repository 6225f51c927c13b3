"""What rules over scenarios share: the runs of each, and those that are the baseline."""

from collections.abc import Sequence
from typing import TypeVar

from records.run import Run

Part = TypeVar("Part")


def by_scenario(parts: list[tuple[Run, Part]]) -> dict[str, list[tuple[Run, Part]]]:
    """Group runs under ``NAME`` or ``NAME+TRACKER``: baselines, idles, then usage scenarios."""
    order = {"baseline": 0, "idle": 1, "workload": 2}
    groups: dict[str, list[tuple[Run, Part]]] = {}
    for run, part in sorted(parts, key=lambda both: order[both[0].kind]):
        label = run.scenario if run.tracker is None else f"{run.scenario}+{run.tracker}"
        groups.setdefault(label, []).append((run, part))
    return groups


def reference_of(parts: list[tuple[Run, Part]]) -> list[Part]:
    """Return the baseline runs without a tracker."""
    return [part for run, part in parts if run.kind == "baseline" and run.tracker is None]


def mean_of(values: Sequence[float | None]) -> float | None:
    """Return the mean of the values that are there, ``None`` of none."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
