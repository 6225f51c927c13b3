"""Energy of a window by the CPU's own counters, as ``rapl.csv`` has them."""

import re
from dataclasses import dataclass

import numpy as np

from analysis.maths.arrays import Floats, column, finite
from analysis.run.clock import ClockFit
from records.powercap import gained_j
from records.rapl import RaplRecord
from records.tables import Table
from records.units import wh_from_j

PARTS = {"package": "cpu", "dram": "ram"}
"""Kind of a zone by the end of its name, and the component that it counts."""


_NUMBER = re.compile(r"-\d+$")


@dataclass(frozen=True, eq=False)
class Accumulated:
    """Energy of a component since its first sample.

    Attributes:
        at_s: stamps on the controller's clock, ``(n,)``; ``energy_j`` at these.
    """

    at_s: Floats
    energy_j: Floats

    def until_j(self, border_s: float) -> float:
        """Return the energy up to a border between the first and the last sample."""
        return _until_j(self.at_s, self.energy_j, border_s)


class Counters:
    """The counters of one run, each as the energy since its first sample.

    Args:
        table: ``rapl.csv``.
        record: ``rapl.json``.
        clock: from the clock of the log to the controller's.
    """

    def __init__(self, table: Table, record: RaplRecord, clock: ClockFit) -> None:
        range_uj = {zone.get("name"): int(zone.get("max_energy_range_uj") or 0) for zone in record.zones}
        zones = np.array([str(name) for name in table.frame["zone"]])
        t_s, energy_uj = column(table, "t_utc_s"), column(table, "energy_uj")
        self._parts: dict[str, list[tuple[Floats, Floats]]] = {}
        for zone in dict.fromkeys(zones.tolist()):
            part = PARTS.get(_NUMBER.sub("", zone.rpartition("/")[2]))
            if part is not None:
                own = (zones == zone) & np.isfinite(t_s)
                at_s = clock.to_controller_all(t_s[own])
                energy_j = _since_first_j(at_s, energy_uj[own], range_uj.get(zone, 0))
                self._parts.setdefault(part, []).append((at_s, energy_j))

    def energies_wh(self, start_utc_s: float, stop_utc_s: float) -> dict[str, float]:
        """Return the energy of each component over a window; without those that the counters do not cover.

        A sample interval that a border cuts is shared out by the powers before and after it.

        Args:
            start_utc_s: of the window, on the controller's clock.
            stop_utc_s: its end.
        """
        found = {}
        for part, zones in self._parts.items():
            gained = [_between_j(at_s, energy_j, start_utc_s, stop_utc_s) for at_s, energy_j in zones]
            total_j = finite(sum(gained))
            if total_j is not None:
                found[part] = wh_from_j(total_j)
        return found

    def gains_j(self, part: str) -> tuple[Floats, Floats] | None:
        """Return stamps ``(n,)`` and joules since the stamp before ``(n,)``, all zones of a part together.

        ``None`` where the part was not counted, or not without a gap.
        """
        counted = self.accumulated(part)
        return None if counted is None else (counted.at_s[1:], np.diff(counted.energy_j))

    def accumulated(self, part: str) -> Accumulated | None:
        """Return the energy of all zones of a part together; ``None`` as in `gains_j`."""
        return together(self._parts.get(part, []))


def together(zones: list[tuple[Floats, Floats]]) -> Accumulated | None:
    """Add up stamps ``(n,)`` and joules since the first of them ``(n,)`` of several counters.

    ``None`` without any, with fewer than three samples of all, or with a gap.
    """
    if not zones or any(len(t_s) == 0 for t_s, _ in zones):
        return None
    first_s, last_s = max(t_s[0] for t_s, _ in zones), min(t_s[-1] for t_s, _ in zones)
    at_s = zones[0][0]
    at_s = at_s[(at_s >= first_s) & (at_s <= last_s)]
    total_j: Floats = np.sum([np.interp(at_s, t_s, energy_j) for t_s, energy_j in zones], axis=0)
    return Accumulated(at_s, total_j) if np.isfinite(total_j).all() and len(at_s) > 2 else None


def _since_first_j(at_s: Floats, energy_uj: Floats, range_uj: int) -> Floats:
    """Return the energy since the first sample; NaN from a reset or a sample without a value on."""
    since = np.zeros(len(at_s))
    for i in range(1, len(at_s)):
        before, now = energy_uj[i - 1], energy_uj[i]
        known = bool(np.isfinite(before) and np.isfinite(now))
        gained = gained_j(int(before), int(now), range_uj, at_s[i] - at_s[i - 1]) if known else None
        since[i] = since[i - 1] + (np.nan if gained is None else gained)
    return since


def _between_j(at_s: Floats, energy_j: Floats, start_s: float, stop_s: float) -> float:
    if len(at_s) < 2 or start_s < at_s[0] or stop_s > at_s[-1]:
        return float("nan")
    return _until_j(at_s, energy_j, stop_s) - _until_j(at_s, energy_j, start_s)


def _until_j(at_s: Floats, energy_j: Floats, border_s: float) -> float:
    """Return the energy up to a border, which may lie between two samples.

    The power steps at the borders of a run, so that what the counter gained between the two samples is
    shared out by the powers before and after them; where there is nothing before or after, by time.
    """
    after = int(np.clip(np.searchsorted(at_s, border_s), 1, len(at_s) - 1))
    steps_s, gains_j = np.diff(at_s), np.diff(energy_j)
    total_j, share = gains_j[after - 1], (border_s - at_s[after - 1]) / steps_s[after - 1]
    first_j = total_j * share
    if 1 < after < len(at_s) - 1:
        before_w, then_w = gains_j[after - 2] / steps_s[after - 2], gains_j[after] / steps_s[after]
        level_j = before_w * (border_s - at_s[after - 1])
        rest_j = then_w * (at_s[after] - border_s)
        if np.isfinite(level_j + rest_j):
            first_j = np.clip((level_j + total_j - rest_j) / 2, 0.0, total_j)
    return float(energy_j[after - 1] + first_j)
