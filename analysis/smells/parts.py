"""Whether a smell costs watts or minutes: the change of an energy by time and by power."""

from typing import NamedTuple

from analysis.maths.arrays import Floats
from analysis.maths.describe import WithInterval, mean_interval
from analysis.statistics.samples import Pair, scattered


class Parts(NamedTuple):
    """Parts of a difference of energies, in their unit; they add up to it exactly."""

    time: WithInterval
    power: WithInterval


def time_and_power(energy: Pair, duration: Pair, confidence: float) -> Parts | None:
    """Part the change of an energy into that by time and that by mean power.

    With ``E = P T`` in both runs of a pair, ``dE = dT (P + P')/2 + dP (T + T')/2`` holds exactly and shares
    what both did together equally (Sun 1998, Energy Economics 20(1), 85-100; for two factors the Shapley
    value). It needs no logarithm, so that an induced energy may be zero or below.

    Args:
        energy: by pairs, of the clean and the smelly runs.
        duration: of the same pairs, in any unit, above zero.
        confidence: of the intervals, which hold the scatter of the pairs (Student's t).

    Returns:
        The means of both parts over the pairs; ``None`` where the runs are not paired.
    """
    if not (energy.paired and duration.paired) or len(energy.a) != len(duration.a):
        return None
    if min(duration.a.min(), duration.b.min()) <= 0:
        return None
    power_a, power_b = energy.a / duration.a, energy.b / duration.b
    by_time = (duration.b - duration.a) * (power_a + power_b) / 2
    by_power = (power_b - power_a) * (duration.a + duration.b) / 2
    return Parts(mean_of(by_time, confidence), mean_of(by_power, confidence))


def mean_of(values: Floats, confidence: float) -> WithInterval:
    """Return a mean with Student's interval, which takes three values that scatter."""
    if not scattered(values):
        return WithInterval(float(values.mean()))
    found = mean_interval(values.tolist(), confidence)
    return WithInterval(found.mean, found.low, found.high)
