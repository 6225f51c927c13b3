"""The database of the index: one DuckDB file with a table for each table of the results."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from records.errors import ConfigurationError, RecordError
from records.findings import LEVELS
from records.results import Results, result_tables, tables_of
from reports.index.columns import (
    FLAG,
    KEYS,
    NUMBER,
    TEXT,
    WHOLE,
    by_column,
    declared_types,
    fit,
    type_of,
    wider,
)
from reports.index.entries import Entry
from reports.index.find import LeftOut
from reports.index.views import VIEWS

SCHEMA = "wattlab.index/1"

_ALONE: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
"""Nothing is fetched from anywhere."""

_END_OF_TIME_UTC_S = 7.3e9
"""The year 2201: a later stamp is damaged, and would stretch every time axis."""

_ARROW = {TEXT: pa.string(), NUMBER: pa.float64(), WHOLE: pa.int64(), FLAG: pa.bool_()}

_CAMPAIGNS = (
    "CREATE TABLE campaigns (campaign VARCHAR, folder VARCHAR, simulated BOOLEAN, title VARCHAR, "
    "created_utc_s DOUBLE, created TIMESTAMP, wattlab_version VARCHAR, rule VARCHAR, config_sha256 VARCHAR, "
    "sut VARCHAR, meter VARCHAR, slots_planned BIGINT, slots_completed BIGINT, "
    + ", ".join(f"{level} BIGINT" for level in LEVELS)
    + ")"
)


class Database:
    """A database that is being filled, campaign by campaign; made by `writing`.

    Columns come as they are met: a column that only one campaign has is NULL for the others, and one
    whose values need a wider type gets it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._tables: dict[str, dict[str, tuple[str, str | None]]] = {}
        connection.execute("CREATE TABLE wattlab_index (schema VARCHAR)")
        connection.execute("INSERT INTO wattlab_index VALUES (?)", [SCHEMA])
        connection.execute(_CAMPAIGNS)
        connection.execute("CREATE TABLE left_out (folder VARCHAR, reason VARCHAR)")
        for name, row in result_tables().items():
            self._create(name, declared_types(row))

    def add(self, entry: Entry, results: Results) -> None:
        """Put a campaign in.

        Raises:
            RecordError: its tables cannot be columns of a database; nothing of it was put in.
        """
        document = entry.place.path / "results" / "results.json"
        tables = {
            name: by_column(table.rows, f"{document}: {name}") for name, table in tables_of(results).items()
        }
        row = _campaign_row(entry)
        self._connection.begin()
        self._connection.execute(f"INSERT INTO campaigns VALUES ({', '.join('?' * len(row))})", row)
        for name, columns in tables.items():
            self._insert(name, columns, entry)
        self._connection.commit()

    def leave_out(self, left: LeftOut) -> None:
        """Note a folder that is not in the index."""
        self._connection.execute("INSERT INTO left_out VALUES (?, ?)", [left.place.folder, left.reason])

    def finish(self) -> None:
        """Make the views."""
        for name, query in VIEWS.items():
            self._connection.execute(f"CREATE VIEW {name} AS {query}")

    def _insert(self, name: str, columns: dict[str, list[Any]], entry: Entry) -> None:
        kinds = {column: type_of(values) for column, values in columns.items()}
        self._fit_table(name, kinds)
        if not columns:
            return
        n = len(next(iter(columns.values())))
        known = self._tables[name]
        arrays = {
            "campaign": pa.array([entry.campaign] * n),
            "folder": pa.array([entry.place.folder] * n),
            "simulated": pa.array([entry.simulated] * n),
        }
        for column, values in columns.items():
            stored, kind = known[column.lower()]
            if kind is not None:
                arrays[stored] = pa.array([fit(value, kind) for value in values], _ARROW[kind])
        self._connection.register("incoming", pa.table(arrays))
        self._connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
        self._connection.unregister("incoming")

    def _create(self, name: str, kinds: dict[str, str]) -> None:
        keys = [f"{key} {FLAG if key == 'simulated' else TEXT}" for key in KEYS]
        own = [f"{_quoted(column)} {kind}" for column, kind in kinds.items()]
        self._connection.execute(f"CREATE TABLE {name} ({', '.join([*keys, *own])})")
        self._tables[name] = {column.lower(): (column, kind) for column, kind in kinds.items()}

    def _fit_table(self, name: str, kinds: dict[str, str | None]) -> None:
        """Give a table the columns and types that come; one without a value yet may still get any type."""
        known = self._tables[name]
        for column, kind in kinds.items():
            stored, before = known.get(column.lower(), (None, None))
            now = wider(before, kind)
            if stored is None:
                stored = column
                self._alter(name, f"ADD COLUMN {_quoted(column)} {now or NUMBER}")
            elif now != before:
                self._alter(name, f"ALTER COLUMN {_quoted(stored)} TYPE {now}")
            known[column.lower()] = (stored, now)

    def _alter(self, name: str, change: str) -> None:
        self._connection.execute(f"ALTER TABLE {name} {change}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _campaign_row(entry: Entry) -> list[Any]:
    return [
        entry.campaign,
        entry.place.folder,
        entry.simulated,
        entry.title,
        entry.created_utc_s,
        created(entry.created_utc_s),
        entry.wattlab_version,
        entry.rule,
        entry.config_sha256,
        entry.sut,
        entry.meter,
        entry.planned,
        entry.completed,
        *(entry.findings[level] for level in LEVELS),
    ]


def created(t_utc_s: float | None) -> datetime | None:
    """Return a stamp as a UTC time without zone, as DuckDB's TIMESTAMP is; ``None`` where it can be none."""
    if t_utc_s is None or not 0 <= t_utc_s < _END_OF_TIME_UTC_S:
        return None
    return datetime.fromtimestamp(t_utc_s, UTC).replace(tzinfo=None)


def check_replaceable(path: Path) -> None:
    """Refuse to write over a file that is not an index of ours.

    Raises:
        ConfigurationError: the file is something else, or cannot be opened.
    """
    if not path.exists() and not path.is_symlink():
        return
    expected = f"{path}: expected no file or an earlier index here, but"
    if not path.is_file():
        raise ConfigurationError(f"{expected} it is no file. Name another with --out")
    try:
        with duckdb.connect(str(path), read_only=True, config=_ALONE) as connection:
            found = connection.execute("SELECT schema FROM wattlab_index").fetchone()
    except duckdb.Error as error:
        first = str(error).partition("\n")[0]
        raise ConfigurationError(
            f"{expected} it is something else and is not overwritten ({first}). Name another file with --out"
        ) from None
    if found is None or not str(found[0]).startswith("wattlab.index/"):
        raise ConfigurationError(f"{expected} it is another database. Name another file with --out")


@contextmanager
def writing(path: Path) -> Iterator[Database]:
    """Write an index next to its place and move it there at the end, so that no reader sees half of one.

    Args:
        path: the DuckDB file; an earlier index is replaced.

    Raises:
        ConfigurationError: something else is there already, or the folder cannot be written.
    """
    check_replaceable(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        connection = duckdb.connect(str(beside), config=_ALONE)
    except duckdb.Error as error:
        raise ConfigurationError(
            f"{path}: the index cannot be written here ({error}). Name another file with --out"
        ) from None
    try:
        with connection:
            database = Database(connection)
            yield database
            database.finish()
        beside.replace(path)
    except duckdb.Error as error:
        raise RecordError(f"{path}: writing the index failed: {error}. Free space on this disk?") from None
    finally:
        for left in (beside, beside.with_name(beside.name + ".wal")):
            with suppress(FileNotFoundError):
                left.unlink()
