"""Steps of the power that no power supply makes: they are faults of the meter or of the log."""

from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats
from analysis.power.pieces import Pieces

HOLD_UP_S = 0.05
"""Longer than the capacitors of a supply hold it up (17 ms: ATX12V design guide, 3.2.8) no machine goes on
without power."""

_NOTHING_W = 1.0
_NOTHING_SHARE = 0.02
_MACHINE_W = 50.0
_SPIKE = 10.0
_SPIKE_W = 1000.0


@dataclass(frozen=True, slots=True)
class ImpossibleSteps:
    """Where the power cannot have been what the readings say.

    Attributes:
        falls_s: starts of stretches without power within a run that continues, in seconds.
        spikes_s: starts of single readings of ten times the power around them.
    """

    falls_s: list[float]
    spikes_s: list[float]


def impossible_steps(power_w: Pieces, from_s: float, to_s: float) -> ImpossibleSteps:
    """Find the steps within a window.

    Args:
        power_w: the readings over time.
        from_s: start of a time in which the machine keeps running, in seconds.
        to_s: its end.
    """
    inside = (power_w.stop_s > from_s) & (power_w.start_s < to_s)
    start_s, stop_s, value_w = power_w.start_s[inside], power_w.stop_s[inside], power_w.left[inside]
    return ImpossibleSteps(_falls(start_s, stop_s, value_w), _spikes(start_s, stop_s, value_w))


def _falls(start_s: Floats, stop_s: Floats, value_w: Floats) -> list[float]:
    nothing = np.concatenate(([False], value_w < _NOTHING_W, [False]))
    borders = np.flatnonzero(np.diff(nothing))
    found = []
    for first, after in zip(borders[::2], borders[1::2], strict=True):
        if first == 0 or after == len(value_w):
            continue
        around_w = min(value_w[first - 1], value_w[after])
        deep = value_w[first:after].max() <= _NOTHING_SHARE * around_w
        if deep and around_w >= _MACHINE_W and stop_s[after - 1] - start_s[first] >= HOLD_UP_S:
            found.append(float(start_s[first]))
    return found


def _spikes(start_s: Floats, stop_s: Floats, value_w: Floats) -> list[float]:
    around_w = np.maximum(value_w[:-2], value_w[2:])
    high = value_w[1:-1] >= np.maximum(_SPIKE * around_w, around_w + _SPIKE_W)
    long = (stop_s - start_s)[1:-1] >= HOLD_UP_S
    return [float(t) for t in start_s[1:-1][high & long]]
