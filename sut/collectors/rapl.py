"""The sampler of ``rapl.csv``, the CPU's own energy counters, and of ``rapl.json``."""

import time
from pathlib import Path

from records.powercap import TREE, Zone, cannot_read, find_zones, gained_j
from records.rapl import RAPL_COLUMNS, RaplRecord
from records.times import format_utc_s
from sut.collectors.rows import RowFile, field


def readable_zones(tree: Path = TREE) -> tuple[list[Zone], str]:
    """Return the zones that can be read, and why others cannot; an empty text where all can."""
    zones, refusal = [], ""
    for zone in find_zones(tree):
        try:
            zone.read_uj()
            zones.append(zone)
        except (OSError, ValueError) as error:
            refusal = refusal or cannot_read(zone.path, error)
    return zones, refusal


class RaplSampler:
    """Append each zone's counter to ``rapl.csv``.

    A counter that cannot be read has empty fields; the power of a counter that was reset is also empty.

    Args:
        path: the CSV file.
        record: the JSON file next to it.
        interval_s: asked time between samples in seconds.
        zones: what to read, see `readable_zones`.
    """

    name = "rapl"

    def __init__(self, path: Path, record: Path, interval_s: float, zones: list[Zone]) -> None:
        self.interval_s = interval_s
        self._zones = zones
        self._before: dict[str, tuple[float, int]] = {}
        self._file = RowFile(path, ",".join(RAPL_COLUMNS))
        named = [{"name": zone.name, "max_energy_range_uj": zone.range_uj} for zone in zones]
        RaplRecord(zones=named, interval_s=interval_s).write(record)
        self.sample()  # power is known from the second on

    def sample(self) -> None:
        """Append one row per zone, each with its own stamp."""
        for zone in self._zones:
            t_utc_s, t_mono_s = time.time(), time.monotonic()
            try:
                energy_uj = zone.read_uj()
            except (OSError, ValueError):
                self._before.pop(zone.name, None)
                self._file.append(f"{format_utc_s(t_utc_s)},{zone.name},,")
                continue
            power_w = self._power_w(zone, t_mono_s, energy_uj)
            self._file.append(f"{format_utc_s(t_utc_s)},{zone.name},{energy_uj},{field(power_w)}")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _power_w(self, zone: Zone, t_mono_s: float, energy_uj: int) -> float | None:
        before = self._before.get(zone.name)
        self._before[zone.name] = (t_mono_s, energy_uj)
        if before is None or t_mono_s <= before[0]:
            return None
        seconds = t_mono_s - before[0]
        gained = gained_j(before[1], energy_uj, zone.range_uj, seconds)
        return None if gained is None else gained / seconds
