"""``rapl.csv`` and ``rapl.json``: what the CPU's own energy counters said."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from records.documents import Document
from records.tables import Table, read_table

RAPL_COLUMNS = ("t_utc_s", "zone", "energy_uj", "power_w")
"""Columns of ``rapl.csv``: the counter as read, and the mean power since the row of that zone before."""


@dataclass(kw_only=True)
class RaplRecord(Document):
    """``rapl.json``: how to read the counters.

    Attributes:
        zones: ``[{name, max_energy_range_uj}]``; the counter begins again there.
        interval_s: asked time between samples.
    """

    SCHEMA: ClassVar[str] = "wattlab.rapl/1"

    zones: list[dict[str, Any]]
    interval_s: float


def read_rapl(run_dir: Path) -> Table | None:
    """Read ``rapl.csv`` of a run folder, or return ``None`` where the SUT's counters were not read."""
    path = run_dir / "rapl.csv"
    return read_table(path, RAPL_COLUMNS, text=("zone",)) if path.is_file() else None
