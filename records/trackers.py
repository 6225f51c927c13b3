"""``trackers.csv`` of a run: what each software tracker claims."""

from pathlib import Path

from records.errors import RecordError
from records.tables import Table, read_table
from records.tracker_columns import CONDUCT_TEXTS, TRACKER_COLUMNS

TEXT_COLUMNS = ("tracker", "version", "scope", "settings", *CONDUCT_TEXTS)
"""Columns of a run's ``trackers.csv`` that hold text."""


def read_trackers(run_dir: Path) -> Table | None:
    """Read ``trackers.csv`` of a run folder, or return ``None`` when no tracker ran."""
    path = run_dir / "trackers.csv"
    if not path.is_file():
        return None
    return read_table(path, TRACKER_COLUMNS, text=TEXT_COLUMNS)


SERIES_QUANTITIES = ("power_w", "energy_wh")
"""What the samples of a series can be: power, or energy since the sample before."""


def series_name(tracker: str) -> str:
    """Return the path, from the run folder, of a tracker's own samples."""
    return f"trackers/{tracker}/series.csv"


def read_series(path: Path) -> Table:
    """Read ``series.csv`` of a tracker: ``t_utc_s`` and one of `SERIES_QUANTITIES`."""
    return read_table(path, ("t_utc_s",))


def series_quantity(table: Table) -> str:
    """Return which of `SERIES_QUANTITIES` a series has.

    Raises:
        RecordError: it has neither.
    """
    for name in SERIES_QUANTITIES:
        if name in table.columns:
            return name
    raise RecordError(
        f"series.csv: expected a column {' or '.join(SERIES_QUANTITIES)}, found {list(table.columns)}"
    )
