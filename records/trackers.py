"""``trackers.csv`` of a run: what each software tracker claims."""

from pathlib import Path

from records.tables import Table, read_table

TRACKER_COLUMNS = (
    "tracker",
    "version",
    "t_start_utc_s",
    "t_stop_utc_s",
    "energy_wh",
    "cpu_wh",
    "gpu_wh",
    "ram_wh",
    "emissions_kg",
    "interval_s",
    "scope",
    "settings",
)
"""Columns of a run's ``trackers.csv``.

``scope`` says what the tracker claims to see, e.g. ``cpu+gpu+ram``; ``settings`` is a JSON object
with the method per component and whatever else decides the number.
"""


def read_trackers(run_dir: Path) -> Table | None:
    """Read ``trackers.csv`` of a run folder, or return ``None`` when no tracker ran."""
    path = run_dir / "trackers.csv"
    if not path.is_file():
        return None
    return read_table(path, TRACKER_COLUMNS, text=("tracker", "version", "scope", "settings"))
