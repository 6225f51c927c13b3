"""``jetson.csv``: what an NVIDIA Jetson's own sensors said, by its tool tegrastats."""

from pathlib import Path

from records.tables import Table, read_table

JETSON_COLUMNS = ("t_utc_s", "gpu_load_pct", "memory_load_pct", "cpu_temperature_c", "gpu_temperature_c")
"""Columns of ``jetson.csv`` on any board; a column ``<RAIL>_w`` for each power rail of the board follows."""


def read_jetson(run_dir: Path) -> Table | None:
    """Read ``jetson.csv`` of a run folder, or return ``None`` where the SUT is no Jetson."""
    path = run_dir / "jetson.csv"
    return read_table(path, JETSON_COLUMNS) if path.is_file() else None
