"""Energy by the computer's own counters as readings of their own: CPU, its memory, graphics cards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.calls.readings import Readings
from analysis.maths.arrays import Floats, column
from analysis.power.gaps import SAME_TIME_S
from analysis.run.clock import ClockFit
from analysis.run.counters import PARTS, Accumulated, together
from analysis.run.hardware import LONGEST_SAMPLE
from analysis.run.recorded import RecordedRun
from records.tables import Table

GPU = "gpu"

_RAPL_U_S = 0.001 / 12**0.5
"""The counters move on once a millisecond (Intel SDM volume 3B, "Package RAPL Domain")."""

_NVML_COUNTER_U_S = 0.1 / 12**0.5
"""Cards renew their values every 20 to 100 ms (Yang, Adamek, Armour 2024, "Part-time power measurements")."""

_NVML_POWER_U_S = 1 / 12**0.5
"""Power is averaged over up to a second before its stamp."""


@dataclass(frozen=True, eq=False)
class Counted:
    """A component's energy in a run.

    Attributes:
        readings: between the samples of the counter.
        align_u_s: standard uncertainty of the time of a sample against the calls, which have the same clock.
        integrated: whether power was sampled and integrated, so that what is short was not seen.
    """

    readings: Readings
    align_u_s: float
    integrated: bool = False

    @property
    def interval_s(self) -> float:
        """Usual time between two samples."""
        return float(np.median(self.readings.length_s))

    @property
    def resolution_w(self) -> float:
        """Step of the power of an interval: both its ends lie within one step of the counter's time."""
        power_w = self.readings.energy_j.sum() / self.readings.length_s.sum()
        return float(power_w * 24**0.5 * self.align_u_s / self.interval_s)


def counted_of(recorded: RecordedRun, length_s: float) -> dict[str, Counted]:
    """Return the components that were counted over the whole rating interval without a gap.

    Args:
        recorded: the run.
        length_s: of its rating interval.

    Raises:
        RecordError: a file of a counter cannot be used.
    """
    start_utc_s = recorded.rating_interval[0]
    found: dict[str, Counted] = {}
    for part in dict.fromkeys(PARTS.values()):
        energy = recorded.counters.accumulated(part) if recorded.counters else None
        readings = readings_between(energy, start_utc_s, length_s)
        if readings is not None:
            found[part] = Counted(readings, _RAPL_U_S)
    for name, align_u_s in (("energy_j", _NVML_COUNTER_U_S), ("power_w", _NVML_POWER_U_S)):
        energy = _cards(recorded.gpu, recorded.clock, name) if recorded.gpu is not None else None
        readings = readings_between(energy, start_utc_s, length_s)
        if readings is not None:
            found[GPU] = Counted(readings, align_u_s, integrated=name == "power_w")
            break
    return found


def readings_between(energy: Accumulated | None, start_utc_s: float, length_s: float) -> Readings | None:
    """Return the intervals between samples, cut at the ends of the rating interval.

    ``None`` where the samples do not reach from one end to the other, or are too few.

    Args:
        energy: of the component.
        start_utc_s: start of the rating interval; ``length_s`` its length.
        length_s: see above.
    """
    if energy is None or energy.at_s[0] > start_utc_s or energy.at_s[-1] < start_utc_s + length_s:
        return None
    at_s = energy.at_s - start_utc_s
    inside = (at_s > SAME_TIME_S) & (at_s < length_s - SAME_TIME_S)
    if np.count_nonzero(inside) < 2:
        return None
    borders_s = np.concatenate(([0.0], at_s[inside], [length_s]))
    ends_j = (energy.until_j(start_utc_s), energy.until_j(start_utc_s + length_s))
    energy_j = np.concatenate((ends_j[:1], energy.energy_j[inside], ends_j[1:]))
    known = np.ones(len(borders_s) - 1, dtype=bool)
    follows = known.copy()
    follows[0] = False
    return Readings(borders_s[:-1], borders_s[1:], np.diff(energy_j), known, follows)


def _cards(gpu: Table, clock: ClockFit, name: str) -> Accumulated | None:
    """Return the energy of all cards, by their counter (``energy_j``) or their power (``power_w``)."""
    card, t_s, value = (column(gpu, one) for one in ("gpu", "t_utc_s", name))
    cards = []
    for number in np.unique(card[np.isfinite(card)]):
        own = (card == number) & np.isfinite(t_s)
        at_s, value_of = _ascending(clock.to_controller_all(t_s[own]), value[own])
        energy_j = value_of if name == "energy_j" else _integrated_j(at_s, value_of)
        if (np.diff(energy_j) < 0).any():  # the driver was loaded again
            return None
        cards.append((at_s, energy_j - energy_j[:1]))
    return together(cards)


def _ascending(at_s: Floats, value: Floats) -> tuple[Floats, Floats]:
    at_s, first = np.unique(at_s, return_index=True)
    return at_s, value[first]


def _integrated_j(at_s: Floats, power_w: Floats) -> NDArray[np.float64]:
    """Return the energy up to each sample; NaN from where samples are missing on."""
    steps_s = np.diff(at_s)
    missing = steps_s > LONGEST_SAMPLE * np.median(steps_s) if len(steps_s) else steps_s > 0
    steps_j = np.where(missing, np.nan, (power_w[1:] + power_w[:-1]) / 2 * steps_s)
    return np.concatenate(([0.0], np.cumsum(steps_j)))
