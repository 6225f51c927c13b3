"""Time means of what the collectors saw on the SUT, over any window."""

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, column, finite
from analysis.clock import ClockFit
from analysis.pieces import Pieces
from records.host import HOST_COLUMNS
from records.results import HARDWARE_COLUMNS
from records.tables import Table

LONGEST_SAMPLE = 3.0
"""A sample speaks for the time since the one before, but not for more than this many usual intervals."""

_GPU = {
    "gpu_load_pct": "load_pct",
    "gpu_memory_load_pct": "memory_load_pct",
    "gpu_memory_used_mib": "memory_used_mib",
    "gpu_power_w": "power_w",
    "gpu_temperature_c": "temperature_c",
}


@dataclass(frozen=True)
class Hardware:
    """Series of samples by column of `records.results.HARDWARE_COLUMNS`, several with several cards.

    Attributes:
        series: samples over seconds after the origin.
    """

    series: dict[str, list[Pieces]]

    def means(self, from_s: Floats, to_s: Floats) -> list[dict[str, float | None]]:
        """Return the time mean of every column over each window, ``None`` where nothing was sampled.

        Over several cards, power and used memory are added, loads averaged, and the hottest counts.

        Args:
            from_s: starts of the windows ``(k,)``, seconds after the origin.
            to_s: their ends.
        """
        columns = {name: self._means(name, from_s, to_s) for name in HARDWARE_COLUMNS}
        return [{name: finite(values[i]) for name, values in columns.items()} for i in range(len(from_s))]

    def _means(self, name: str, from_s: Floats, to_s: Floats) -> Floats:
        """Return ``(k,)``, NaN where no card was sampled."""
        cards = self.series.get(name, [])
        if not cards:
            return np.full(len(from_s), np.nan)
        covered_s = np.array([pieces.covered_s(from_s, to_s) for pieces in cards])
        area = np.array([pieces.integral(from_s, to_s) for pieces in cards])
        seen = covered_s > 0
        mean = np.where(seen, area / np.where(seen, covered_s, 1.0), 0.0)
        if name in ("gpu_power_w", "gpu_memory_used_mib"):
            together = mean.sum(axis=0)
        elif name == "gpu_temperature_c":
            together = np.where(seen, mean, -np.inf).max(axis=0)
        else:
            together = mean.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
        result: Floats = np.where(seen.any(axis=0), together, np.nan)
        return result


def make_hardware(
    host: Table | None, sensors: Table | None, gpu: Table | None, origin_utc_s: float, clock: ClockFit
) -> Hardware:
    """Put together what the collectors of a run recorded.

    Args:
        host: what was read of the run's files, ``None`` where it has no such file.
        sensors: likewise.
        gpu: likewise.
        origin_utc_s: time zero on the controller's clock.
        clock: from the SUT's clock to the controller's.
    """
    series: dict[str, list[Pieces]] = {}
    if host is not None:
        for name in HOST_COLUMNS[1:]:
            series[name] = [_samples(host, name, origin_utc_s, clock)]
    if sensors is not None:
        series["cpu_temperature_c"] = [_samples(sensors, "cpu_temperature_c", origin_utc_s, clock)]
    if gpu is not None:
        cards = np.unique(column(gpu, "gpu"))
        for name, source in _GPU.items():
            series[name] = [
                _samples(gpu, source, origin_utc_s, clock, only=column(gpu, "gpu") == card)
                for card in cards
                if np.isfinite(card)
            ]
    return Hardware(series)


def _samples(
    table: Table,
    name: str,
    origin_utc_s: float,
    clock: ClockFit,
    only: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None" = None,
) -> Pieces:
    """Let each sample stand for the time since the one before, as rates do."""
    t_s: Floats = clock.to_controller_all(column(table, "t_utc_s")) - origin_utc_s
    value = column(table, name)
    chosen = np.isfinite(t_s) if only is None else np.isfinite(t_s) & only
    t_s, value = t_s[chosen], value[chosen]
    t_s, first_at = np.unique(t_s, return_index=True)
    value = value[first_at]
    if len(t_s) < 2:
        return Pieces.level(t_s, t_s, value)
    usual_s = float(np.median(np.diff(t_s)))
    start_s = np.concatenate(([t_s[0] - usual_s], t_s[:-1]))
    start_s = np.maximum(start_s, t_s - LONGEST_SAMPLE * usual_s)
    known = np.isfinite(value)
    return Pieces.level(start_s[known], t_s[known], value[known])
