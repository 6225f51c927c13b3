"""The sampler of ``gpu.csv`` and the record ``gpu.json`` that says how to read its power."""

import time
from pathlib import Path

from records.gpu import GPU_COLUMNS, GpuRecord
from records.times import format_utc_s
from sut.collectors.nvml import GpuReading, Gpus
from sut.collectors.rows import RowFile, field

INSTANT_INTERVAL_S = 0.1
"""Time between samples where only instantaneous power is offered (>= 10 Hz)."""


class GpuSampler:
    """Append the indicators of every card to ``gpu.csv``.

    Where a card has no energy counter but instantaneous power, samples are taken at least ten times
    a second, because then the energy is the sum of them.

    Args:
        path: the CSV file.
        record: the JSON file next to it.
        interval_s: asked time between samples in seconds.
        gpus: the cards; closed with the sampler.
    """

    name = "nvml"

    def __init__(self, path: Path, record: Path, interval_s: float, gpus: Gpus) -> None:
        self._gpus = gpus
        sum_needed = gpus.power_is_instant and not gpus.has_energy_counter
        self.interval_s = min(interval_s, INSTANT_INTERVAL_S) if sum_needed else interval_s
        self._file = RowFile(path, ",".join(GPU_COLUMNS))
        GpuRecord(
            driver=gpus.driver,
            nvml=gpus.nvml_version,
            names=gpus.names,
            power_field=gpus.power_field,
            averaging_window=gpus.averaging_window,
            energy_counter=gpus.has_energy_counter,
            interval_s=self.interval_s,
        ).write(record)

    def sample(self) -> None:
        """Append one row per card, each with its own stamp."""
        for gpu in range(len(self._gpus.names)):
            t_utc_s = time.time()
            self._file.append(f"{format_utc_s(t_utc_s)},{_row(self._gpus.read(gpu))}")

    def close(self) -> None:
        """Close the file and NVML."""
        self._file.close()
        self._gpus.close()


def _row(reading: GpuReading) -> str:
    values: list[float | int | None] = [getattr(reading, name) for name in GPU_COLUMNS[1:]]
    return ",".join(field(value) for value in values)
