"""CSV tables of a campaign: one reader that knows torn lines, one writer for results.

Readers give columns and the numbers of the lines that were left out, which the analysis turns into
findings. A missing required column is an error; unknown columns are kept.
"""

import csv
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from records.errors import RecordError
from records.files import open_record, write_atomically

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Values = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.object_]

_RFC_4180 = "\r\n"
"""Given to the csv module as line end, so that it quotes values that hold CR or LF; LF alone is written."""

_FORMULA = frozenset("=+-@\t\r")
"""What begins a formula in a spreadsheet (OWASP, CSV injection)."""

_SEVERAL_BLOCKS_BYTES = 1 << 20
"""pyarrow reads in blocks of this size; for a single one threads cost more than they save."""

_NO_VALUE = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)
"""What stands for no value in a column of numbers; pandas' own list."""


@dataclass(frozen=True, eq=False)
class Texts:
    """A column of text: row ``i`` holds ``values[codes[i]]``.

    Attributes:
        values: the different texts.
        codes: ``(n,)``.
    """

    values: list[str]
    codes: "NDArray[np.int32]"

    def is_(self, value: str) -> "NDArray[np.bool_]":
        """Say of each row whether it holds this text, ``(n,)``."""
        import numpy as np

        if value not in self.values:
            return np.zeros(len(self.codes), dtype=bool)
        rows: NDArray[np.bool_] = self.codes == self.values.index(value)
        return rows

    def counts(self) -> dict[str, int]:
        """Return how many rows hold each text."""
        import numpy as np

        counted = np.bincount(self.codes, minlength=len(self.values))
        return {value: int(n) for value, n in zip(self.values, counted, strict=True) if n}


@dataclass(frozen=True, eq=False)
class Table:
    """A table as read.

    Attributes:
        columns: the whole rows by column of the file. Numbers as 64-bit integers or floats, NaN where a
            field is empty; text columns as `Texts`; a column in which something is no number as objects.
        damaged_lines: 1-based numbers of lines left out because they had too few or too many
            fields; a torn last line is one of them.
    """

    columns: "dict[str, Values | Texts]"
    damaged_lines: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        first = next(iter(self.columns.values()), ())
        return len(first.codes if isinstance(first, Texts) else first)

    def numbers(self, name: str) -> "NDArray[np.float64]":
        """Return a column as numbers ``(n,)``, NaN where a field is empty or holds no finite number."""
        import numpy as np

        values = self.columns[name]
        if isinstance(values, Texts):
            values = np.array(values.values, dtype=object)[values.codes]
        if values.dtype == object:
            import pandas as pd

            # An integer that is too large for any float is left to the parser of texts, which knows infinity.
            fit = [str(v) if type(v) is int and abs(v) > sys.maxsize else v for v in values]
            values = pd.to_numeric(pd.Series(fit, dtype=object), errors="coerce").to_numpy()
        numbers = np.array(values, dtype=np.float64)
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers

    def texts(self, name: str) -> Texts:
        """Return a column that was named as text."""
        values = self.columns[name]
        if not isinstance(values, Texts):
            raise TypeError(f"{name!r} was not read as text")
        return values

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The same as a pandas frame."""
        import numpy as np
        import pandas as pd

        return pd.DataFrame(
            {
                name: pd.Series(np.array(v.values, dtype=object)[v.codes], dtype=str)
                if isinstance(v, Texts)
                else v
                for name, v in self.columns.items()
            }
        )


def csv_line(values: Iterable[object]) -> str:
    """Return one CSV record (without its line end); ``None`` becomes an empty field.

    A line end within a value is quoted, as RFC 4180 has it; the values of appended records have none.
    """
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=_RFC_4180).writerow("" if v is None else v for v in values)
    return buffer.getvalue()[: -len(_RFC_4180)]


def read_table(
    path: Path,
    required: Sequence[str],
    *,
    text: Sequence[str] = (),
    separator: str = ",",
    header_starts: str = "",
) -> Table:
    """Read a CSV table of a campaign.

    A file in which everything is as it should be is read in one go; where anything is odd it is read
    again line by line, and what both give for a sound file is the same to the last bit.

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
    with open_record(path) as file:
        content = file.read()
    lines = TableLines.find(content, path, separator, header_starts)
    missing = [name for name in required if name not in lines.header]
    if missing:
        raise RecordError(
            f"{path}: the required column {missing[0]!r} is missing; the header is {lines.header}"
        )
    return read_sound(content, lines, text, separator) or read_damaged(content, lines, text, separator, path)


@dataclass(frozen=True)
class TableLines:
    """Where the rows of a table lie.

    Attributes:
        header: names of the columns.
        first: 0-based number of the header's line.
        begin, end: bytes from the first row to the end of the last whole line.
        torn: 1-based number of a last line without line end, 0 where there is none.
    """

    header: list[str]
    first: int
    begin: int
    end: int
    torn: int

    @classmethod
    def find(cls, content: bytes, path: Path, separator: str, header_starts: str) -> "TableLines":
        """Find the header; lines before it are a preamble.

        Raises:
            RecordError: there is none.
        """
        end = content.rfind(b"\n") + 1
        begin, first = 0, 0
        while begin < end:
            line_end = content.index(b"\n", begin)
            line = content[begin:line_end].decode("utf-8", errors="replace")
            if line.startswith(header_starts):
                header = _fields(line, separator)
                torn = content.count(b"\n") + 1 if end < len(content) else 0
                return cls(header, first, line_end + 1, end, torn)
            begin, first = line_end + 1, first + 1
        raise RecordError(
            f"{path}: expected a table with a header line{f' {header_starts}...' if header_starts else ''}, "
            f"but the file has none"
        )


def read_sound(content: bytes, lines: TableLines, text: Sequence[str], separator: str) -> Table | None:
    """Read the rows in one go, or return ``None`` where anything about them is odd."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    body = memoryview(content)[lines.begin : lines.end]
    if not body or len(set(lines.header)) < len(lines.header):
        return None
    # Quotes may hold separators, a lone CR ends a line, and "0x1F" is a number to one reader only.
    if any(content.find(odd, lines.begin, lines.end) >= 0 for odd in (b'"', b"\r", b"\0", b"x", b"X")):
        return None
    # Told what to expect, pyarrow need not try other types first; whatever else a number can look like
    # is left to the other reader.
    types = {name: pa.float64() for name in lines.header}
    types |= {name: pa.dictionary(pa.int32(), pa.string()) for name in text if name in types}
    try:
        table = arrow.read_csv(
            pa.BufferReader(body),
            read_options=arrow.ReadOptions(
                column_names=lines.header, use_threads=len(body) > _SEVERAL_BLOCKS_BYTES
            ),
            parse_options=arrow.ParseOptions(delimiter=separator),
            convert_options=arrow.ConvertOptions(column_types=types, null_values=("",)),
        )
    except pa.ArrowInvalid:
        return None
    columns: dict[str, Values | Texts] = {
        name: _texts(table[name]) if name in text else _numbers(table[name]) for name in types
    }
    return Table(columns, [lines.torn] if lines.torn else [])


def _texts(column: Any) -> Texts:
    import numpy as np

    merged = column.unify_dictionaries().combine_chunks()
    return Texts(merged.dictionary.to_pylist(), np.from_dlpack(merged.indices).astype(np.int32))


def _numbers(column: Any) -> "NDArray[np.float64]":
    """Return a column of floats, NaN where it has no value; pyarrow's own ``to_numpy`` loads pandas."""
    import numpy as np

    array = column.combine_chunks()
    rows = slice(array.offset, array.offset + len(array))
    present, values = array.buffers()
    numbers = np.frombuffer(values, np.float64)[rows].copy()
    if array.null_count:
        numbers[np.unpackbits(np.frombuffer(present, np.uint8), bitorder="little")[rows] == 0] = np.nan
    return numbers


def read_damaged(content: bytes, lines: TableLines, text: Sequence[str], separator: str, path: Path) -> Table:
    """Read the rows one by one: leave out those with too few or too many fields, and number them."""
    import pandas as pd

    rows, damaged = _whole_rows(content[: lines.end].decode("utf-8", errors="replace"), lines, separator)
    texts = [name for name in text if name in lines.header]
    try:
        frame = pd.read_csv(
            io.StringIO(rows),
            sep=separator,
            names=lines.header,
            header=None,
            dtype=dict.fromkeys(texts, str),
            keep_default_na=False,
            na_values={name: list(_NO_VALUE) for name in lines.header if name not in texts},
            low_memory=False,
        )
    except ValueError as error:
        raise RecordError(
            f"{path}: expected a table, but {str(error).strip()}; restore it from a copy"
        ) from None
    columns: dict[str, Values | Texts] = {}
    for name in lines.header:
        if name in texts:
            codes, values = pd.factorize(frame[name])
            columns[name] = Texts([str(value) for value in values], codes.astype("int32"))
        else:
            numeric = pd.api.types.is_numeric_dtype(frame[name]) and frame[name].dtype != bool
            columns[name] = frame[name].to_numpy(dtype=None if numeric else object)
    return Table(columns, [*damaged, lines.torn] if lines.torn else damaged)


def _fields(line: str, separator: str) -> list[str]:
    """Return the fields of a line, none where the csv module refuses it: a lone CR, a field without end."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _whole_rows(content: str, lines: TableLines, separator: str) -> tuple[str, list[int]]:
    """Return the rows that have the header's number of fields, and the numbers of the other lines."""
    if '"' in content:  # quoted fields may hold separators: count the slow way

        def fields(line: str) -> int:
            return len(_fields(line, separator))
    else:

        def fields(line: str) -> int:
            return line.count(separator) + 1

    whole, damaged = [], []
    for number, line in enumerate(content.split("\n")[lines.first + 1 : -1], start=lines.first + 2):
        if fields(line) == len(lines.header):
            whole.append(line)
        elif line:
            damaged.append(number)
    return "\n".join(whole) + "\n", damaged


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a results table atomically: ``columns`` first and in order, then any further keys.

    ``None`` and NaN become empty fields; floats keep the shortest form that reads back equal. A text that a
    spreadsheet would take for a formula gets an apostrophe in front.
    """
    rows = list(rows)
    names = dict.fromkeys(columns)
    for row in rows:
        names.update(dict.fromkeys(row))
    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator=_RFC_4180)
    writer.writerow(f"'{name}" if name[:1] in _FORMULA else name for name in names)
    # Of all values only NaN differs from itself; asked in line, because there are a hundred for each run.
    writer.writerows(
        [
            None if v != v else f"'{v}" if type(v) is str and v[:1] in _FORMULA else v
            for v in map(row.get, names)
        ]
        for row in rows
    )
    write_atomically(path, "".join(line[: -len(_RFC_4180)] + "\n" for line in lines))
