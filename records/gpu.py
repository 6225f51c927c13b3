"""``gpu.csv`` and ``gpu.json``: what NVML said about each graphics card."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from records.documents import Document
from records.tables import Table, read_table

GPU_COLUMNS = (
    "t_utc_s",
    "gpu",
    "pstate",
    "pcie_gen",
    "temperature_c",
    "load_pct",
    "memory_load_pct",
    "memory_used_mib",
    "power_w",
    "clock_sm_mhz",
    "clock_memory_mhz",
    "clock_graphics_mhz",
    "energy_j",
)
"""Columns of ``gpu.csv``. ``gpu`` is the index of the card; ``energy_j`` its total-energy counter."""


@dataclass(kw_only=True)
class GpuRecord(Document):
    """``gpu.json``: how to read the power column.

    Attributes:
        driver: version of the NVIDIA driver.
        nvml: version of the NVML library.
        names: name of each card, by index.
        power_field: NVML field or call that ``power_w`` holds.
        averaging_window: what is known of that field's averaging window, in words.
        energy_counter: whether ``energy_j`` is filled.
        interval_s: asked time between samples.
    """

    SCHEMA: ClassVar[str] = "wattlab.gpu/1"

    driver: str
    nvml: str
    names: list[str]
    power_field: str
    averaging_window: str
    energy_counter: bool
    interval_s: float


def read_gpu(run_dir: Path) -> Table | None:
    """Read ``gpu.csv`` of a run folder, or return ``None`` when the SUT had no GPU."""
    path = run_dir / "gpu.csv"
    return read_table(path, GPU_COLUMNS) if path.is_file() else None
