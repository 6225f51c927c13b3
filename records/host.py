"""``collectl.tab``, ``host.csv`` and ``sensors.csv``: what the SUT did, once a second.

collectl's plot file is kept as it was recorded; both kinds are read into the same columns.
"""

from pathlib import Path

from records.errors import RecordError
from records.tables import Table, Texts, read_table

BACKGROUND_LOAD_PCT = 10.0
"""Above this mean load the SUT is busy with something else, and a baseline measures that."""

HOST_COLUMNS = (
    "t_utc_s",
    "cpu_load_pct",
    "ram_used_kib",
    "disk_read_kib_s",
    "disk_write_kib_s",
    "net_rx_kib_s",
    "net_tx_kib_s",
)
"""Columns of ``host.csv``. ``ram_used_kib`` is total minus free, page cache included, as collectl has it."""

SENSOR_COLUMNS = ("t_utc_s", "cpu_temperature_c")
"""Columns of ``sensors.csv``, which exists only where the SUT has a CPU temperature sensor."""

# collectl names its columns after subsystems; rates are already per second in plot format, and
# [DSK]ReadKBTot is kB/s whereas [DSK]ReadTot is operations/s.
COLLECTL_COLUMNS = {
    "#UTC": "t_utc_s",
    "[CPU]Totl%": "cpu_load_pct",
    "[MEM]Used": "ram_used_kib",
    "[DSK]ReadKBTot": "disk_read_kib_s",
    "[DSK]WriteKBTot": "disk_write_kib_s",
    "[NET]RxKBTot": "net_rx_kib_s",
    "[NET]TxKBTot": "net_tx_kib_s",
}
"""Columns of collectl's plot format by the column of ``host.csv`` that they fill."""


def read_host(run_dir: Path) -> Table | None:
    """Read what the SUT's collectors recorded in a run folder, whichever of the two it was.

    Returns:
        A table with `HOST_COLUMNS`, or ``None`` when the run has neither file.

    Raises:
        RecordError: the file lacks a column that it must have.
    """
    if (run_dir / "collectl.tab").is_file():
        return read_collectl(run_dir / "collectl.tab")
    if (run_dir / "host.csv").is_file():
        return read_table(run_dir / "host.csv", HOST_COLUMNS)
    return None


def read_collectl(path: Path) -> Table:
    """Read a collectl plot file (``collectl -P --utc -om``) by the names in its header.

    Returns:
        A table with `HOST_COLUMNS`; collectl's other columns are left in the file.

    Raises:
        RecordError: there is no header line, or it lacks a column.
    """
    table = read_table(path, tuple(COLLECTL_COLUMNS), separator=" ", header_starts="#UTC")
    for name in COLLECTL_COLUMNS:
        values = table.columns[name]
        if isinstance(values, Texts) or values.dtype == object:
            found = next(value for value in table.frame[name] if not _is_number(value))
            raise RecordError(f"{path}: expected numbers in every row, but {name} has {found!r}")
    columns = {ours: table.columns[theirs] for theirs, ours in COLLECTL_COLUMNS.items()}
    return Table(columns, table.damaged_lines)


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def read_sensors(run_dir: Path) -> Table | None:
    """Read ``sensors.csv`` of a run folder, or return ``None`` where the SUT has no sensor."""
    path = run_dir / "sensors.csv"
    return read_table(path, SENSOR_COLUMNS) if path.is_file() else None
