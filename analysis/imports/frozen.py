"""Readings that stand still because a logger lost its meter, and not because the power is constant."""

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from records.meter import QUANTITIES

_FROZEN = 300
"""So many equal readings in a row are doubted, if they are a run that is unlike all others."""

_LIVELY = 3
"""Elsewhere readings change after so many at the latest, in the median."""

_OTHER_RUNS = 30

_FINE = 0.002
"""A display that shows this share of the power shows the noise of the mains as well."""

_NEIGHBOURS = 30
_LEAST_NEIGHBOURS = 10
_SAME_LEVEL = 0.05
_SAME_COUNTS = 5
_CHANGING = 1 / 3


def frozen_readings(readings: Mapping[str, Any], flags: Sequence[str], resolution_w: float) -> int:
    """Return how many readings in a row stand still while they should not; else 0.

    All quantities of the record have to stand still. Where the digits of the power are coarse, as the whole
    watts of many plugs, a constant load also does that: then the readings just before and after must have
    changed at the same level of power.

    Args:
        readings: columns of the log, ``power_w`` among them.
        flags: of each reading; flagged ones are passed over.
        resolution_w: smallest step of the power.
    """
    columns = [readings[name] for name in QUANTITIES if name in readings]
    good = [i for i, flag in enumerate(flags) if not flag]
    rows = [tuple(values[i] for values in columns) for i in good]
    lengths = [len(list(group)) for _, group in groupby(rows)]
    if len(lengths) <= _OTHER_RUNS:
        return 0
    longest = max(lengths)
    usual = sorted(lengths)[len(lengths) // 2 - 1]
    if longest < _FROZEN or usual > _LIVELY:
        return 0
    first = sum(lengths[: lengths.index(longest)])
    powers = [float(readings["power_w"][i]) for i in good]
    power_w = powers[first]
    if resolution_w <= _FINE * abs(power_w):
        return longest
    around = [powers[max(0, first - _NEIGHBOURS) : first], powers[first + longest :][:_NEIGHBOURS]]
    level_w = max(_SAME_COUNTS * resolution_w, _SAME_LEVEL * abs(power_w))
    return longest if _changes_at(power_w, level_w, around) else 0


def _changes_at(power_w: float, level_w: float, parts: list[list[float]]) -> bool:
    """Tell whether neighbours at the level of a power change, as they do where its noise is to be seen."""
    pairs = [
        (one, other)
        for part in parts
        for one, other in pairwise(part)
        if abs(one - power_w) <= level_w and abs(other - power_w) <= level_w
    ]
    return len(pairs) >= _LEAST_NEIGHBOURS and sum(a != b for a, b in pairs) >= _CHANGING * len(pairs)
