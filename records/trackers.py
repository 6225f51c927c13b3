"""``trackers.csv`` of a run: what each software tracker claims."""

from pathlib import Path

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
