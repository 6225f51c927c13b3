"""CSV tables of a campaign: one reader that knows torn lines, one writer for results.

Readers give a pandas frame and the numbers of the lines that were left out, which the analysis
turns into findings. A missing required column is an error; unknown columns are kept.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from records.errors import RecordError
from records.files import write_atomically

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Table:
    """A table as read.

    Attributes:
        frame: the whole rows, one column per column of the file.
        damaged_lines: 1-based numbers of lines left out because they had too few or too many
            fields; a torn last line is one of them.
    """

    frame: "pd.DataFrame"
    damaged_lines: list[int] = field(default_factory=list)


def csv_line(values: Iterable[object]) -> str:
    """Return one CSV record (without its line end); ``None`` becomes an empty field.

    A line end within a value is quoted, as RFC 4180 has it; the values of appended records have none.
    """
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow("" if v is None else v for v in values)
    return buffer.getvalue()[:-2]


def read_table(
    path: Path,
    required: Sequence[str],
    *,
    text: Sequence[str] = (),
    separator: str = ",",
    header_starts: str = "",
) -> Table:
    """Read a CSV table of a campaign.

    Args:
        path: the file.
        required: columns that must be there, in any order.
        text: columns that hold text; in them an empty field stays an empty string. All other
            columns that look like numbers become numbers, an empty field NaN.
        separator: the character between fields.
        header_starts: how the header line begins; lines before it are a preamble.

    Raises:
        RecordError: the file is absent, empty or no table, or a required column is missing.
    """
    import pandas as pd

    header, rows, damaged = _whole_rows(path, separator, header_starts)
    missing = [name for name in required if name not in header]
    if missing:
        raise RecordError(f"{path}: the required column {missing[0]!r} is missing; the header is {header}")
    try:
        frame = pd.read_csv(
            io.StringIO(rows),
            sep=separator,
            names=header,
            header=None,
            dtype={name: str for name in text if name in header},
            keep_default_na=True,
            low_memory=False,
        )
    except ValueError as error:
        raise RecordError(
            f"{path}: expected a table, but {str(error).strip()}; restore it from a copy"
        ) from None
    for name in text:
        if name in header:
            frame[name] = frame[name].fillna("")
    return Table(frame, damaged)


def _whole_rows(path: Path, separator: str, header_starts: str) -> tuple[list[str], str, list[int]]:
    """Split a file into header, rows with the header's number of fields, and the other lines."""
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        raise RecordError(f"{path}: expected a table here, but there is no such file") from None
    lines = content.split("\n")
    torn_number = len(lines) if lines[-1] else 0
    lines.pop()
    first = next((n for n, line in enumerate(lines) if line.startswith(header_starts)), None)
    if first is None:
        raise RecordError(
            f"{path}: expected a table with a header line{f' {header_starts}...' if header_starts else ''}, "
            f"but the file has none"
        )
    header = next(csv.reader([lines[first]], delimiter=separator))
    if '"' in content:  # quoted fields may hold separators: count the slow way

        def fields(line: str) -> int:
            return len(next(csv.reader([line], delimiter=separator), []))
    else:

        def fields(line: str) -> int:
            return line.count(separator) + 1

    whole, damaged = [], []
    for number, line in enumerate(lines[first + 1 :], start=first + 2):
        if fields(line) == len(header):
            whole.append(line)
        elif line:
            damaged.append(number)
    if torn_number:
        damaged.append(torn_number)
    return header, "\n".join(whole) + "\n", damaged


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a results table atomically: ``columns`` first and in order, then any further keys.

    ``None`` and NaN become empty fields; floats keep the shortest form that reads back equal.
    """
    rows = list(rows)
    names = list(columns)
    for row in rows:
        names += [name for name in row if name not in names]
    lines = [csv_line(names)]
    lines += [csv_line(_blank_if_nan(row.get(name)) for name in names) for row in rows]
    write_atomically(path, "\n".join(lines) + "\n")


def _blank_if_nan(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value
