"""Time means of what the collectors saw on the SUT, over any window."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.maths.arrays import Floats, column, finite
from analysis.run.clock import ClockFit
from records.host import HOST_COLUMNS
from records.rows.families import HARDWARE_COLUMNS, HardwareColumn, HardwareMeans
from records.tables import Table

_SENSORS: dict[HardwareColumn, str] = {"cpu_temperature_c": "cpu_temperature_c"}

LONGEST_SAMPLE = 3.0
"""A sample speaks for the time since the one before, but not for more than this many usual intervals."""

_GPU: dict[HardwareColumn, str] = {
    "gpu_load_pct": "load_pct",
    "gpu_memory_load_pct": "memory_load_pct",
    "gpu_memory_used_mib": "memory_used_mib",
    "gpu_power_w": "power_w",
    "gpu_temperature_c": "temperature_c",
}


_JETSON: dict[HardwareColumn, str] = {
    "gpu_load_pct": "gpu_load_pct",
    "gpu_memory_load_pct": "memory_load_pct",
    "gpu_temperature_c": "gpu_temperature_c",
}


@dataclass(frozen=True, eq=False)
class Samples:
    """What one collector sampled of the host or of one card; between the samples' times: nothing.

    Attributes:
        names: columns of `records.rows.families.HARDWARE_COLUMNS`.
        start_s, stop_s: the time that each sample speaks for, ``(n,)``.
        values: ``(len(names), n)``, NaN where a field was empty.
    """

    names: tuple[HardwareColumn, ...]
    start_s: Floats
    stop_s: Floats
    values: NDArray[np.float64]

    def means(self, from_s: Floats, to_s: Floats) -> NDArray[np.float64]:
        """Return the time means over windows, ``(len(names), k)``, NaN where nothing was sampled."""
        if len(self.start_s) == 0:
            return np.full((len(self.names), len(from_s)), np.nan)
        known = np.isfinite(self.values)
        filled = self.values if known.all() else np.where(known, self.values, 0.0)
        covered_s = self._between(known.astype(np.float64), from_s, to_s)
        area = self._between(filled, from_s, to_s)
        seen = covered_s > 0
        means: NDArray[np.float64] = np.where(seen, area / np.where(seen, covered_s, 1.0), np.nan)
        return means

    def _between(self, rates: NDArray[np.float64], from_s: Floats, to_s: Floats) -> NDArray[np.float64]:
        """Integrate rates ``(m, n)`` over windows, ``(m, k)``."""
        t_s = np.concatenate((from_s, to_s))
        sample = np.maximum(np.searchsorted(self.start_s, t_s, side="right") - 1, 0)
        inside_s = np.clip(t_s - self.start_s[sample], 0.0, self.stop_s[sample] - self.start_s[sample])
        areas = rates * (self.stop_s - self.start_s)
        before = np.cumsum(areas, axis=1)[:, sample] - areas[:, sample]
        until = before + rates[:, sample] * inside_s
        between: NDArray[np.float64] = until[:, len(from_s) :] - until[:, : len(from_s)]
        return between


@dataclass(frozen=True)
class Hardware:
    """What all collectors of a run sampled, over seconds after the origin; each card is one of them."""

    samples: list[Samples]

    def means(self, from_s: Floats, to_s: Floats) -> list[HardwareMeans]:
        """Return the time mean of every column over each window, ``None`` where nothing was sampled.

        Over several cards, power and used memory are added, loads averaged, and the hottest counts.

        Args:
            from_s: starts of the windows ``(k,)``, seconds after the origin.
            to_s: their ends.
        """
        found: dict[HardwareColumn, list[Floats]] = {name: [] for name in HARDWARE_COLUMNS}
        for samples in self.samples:
            for name, means in zip(samples.names, samples.means(from_s, to_s), strict=True):
                found[name].append(means)
        columns = {name: together(name, cards, len(from_s)) for name, cards in found.items()}
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def together(name: HardwareColumn, cards: list[Floats], n_windows: int) -> list[float | None]:
    """Return what several cards show as one: power and used memory added, loads averaged, the hottest.

    Args:
        name: the column of `records.rows.families.HARDWARE_COLUMNS`.
        cards: of each card ``(n_windows,)``, NaN where it showed nothing.
        n_windows: how many there are, for a SUT without any card.
    """
    if not cards:
        return [None] * n_windows
    means = np.array(cards)
    seen = np.isfinite(means)
    if name == "gpu_temperature_c":
        together = np.where(seen, means, -np.inf).max(axis=0)
    else:
        together = np.where(seen, means, 0.0).sum(axis=0)
        if name not in ("gpu_power_w", "gpu_memory_used_mib"):
            together = together / np.maximum(seen.sum(axis=0), 1)
    return [finite(value) for value in np.where(seen.any(axis=0), together, np.nan)]


def make_hardware(
    host: Table | None,
    sensors: Table | None,
    gpu: Table | None,
    origin_utc_s: float,
    clock: ClockFit,
    jetson: Table | None = None,
) -> Hardware:
    """Put together what the collectors of a run recorded.

    Args:
        host: what was read of the run's files, ``None`` where it has no such file.
        sensors: likewise.
        gpu: likewise.
        origin_utc_s: time zero on the controller's clock.
        clock: from the SUT's clock to the controller's.
        jetson: as ``host``; a Jetson's GPU is unknown to NVML, or has no load there.
    """
    samples = []
    of_host: dict[HardwareColumn, str] = {name: name for name in HARDWARE_COLUMNS if name in HOST_COLUMNS}
    for table, sources in ((host, of_host), (sensors, _SENSORS), (jetson, _JETSON)):
        if table is not None:
            samples.append(_samples(table, sources, origin_utc_s, clock))
    if gpu is not None:
        card_of_row = column(gpu, "gpu")
        cards = np.unique(card_of_row[np.isfinite(card_of_row)])
        samples += [_samples(gpu, _GPU, origin_utc_s, clock, only=card_of_row == card) for card in cards]
    return Hardware(samples)


def _samples(
    table: Table,
    sources: dict[HardwareColumn, str],
    origin_utc_s: float,
    clock: ClockFit,
    only: "NDArray[np.bool_] | None" = None,
) -> Samples:
    """Let each sample stand for the time since the one before, as rates do."""
    t_s: Floats = clock.to_controller_all(column(table, "t_utc_s")) - origin_utc_s
    rows = np.flatnonzero(np.isfinite(t_s) if only is None else np.isfinite(t_s) & only)
    t_s, first_at = np.unique(t_s[rows], return_index=True)
    values = np.array([column(table, source)[rows[first_at]] for source in sources.values()])
    if len(t_s) < 2:
        return Samples(tuple(sources), t_s, t_s, values)
    usual_s = float(np.median(np.diff(t_s)))
    start_s = np.concatenate(([t_s[0] - usual_s], t_s[:-1]))
    return Samples(tuple(sources), np.maximum(start_s, t_s - LONGEST_SAMPLE * usual_s), t_s, values)
