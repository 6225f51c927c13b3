"""The table with the columns that are asked for, and those of its rows that are whole."""

from collections.abc import Sequence

from analysis.imports.reading import SourceTable, SourceText, find_delimiter, numbered_rows, read_rows
from analysis.imports.repairs import Repairs
from records.errors import ConfigurationError
from records.finding_codes import imports as codes
from records.near_match import nearest


def find_table(text: SourceText, columns: Sequence[str]) -> SourceTable:
    """Find the table with these columns in a file.

    Raises:
        ConfigurationError: no line has them all; names the nearest column that is there.
    """
    table = read_rows(text, lambda header: all(name in header for name in columns))
    if table is not None:
        return table
    header = _likely_header(text)
    missing = next((name for name in columns if name not in header), columns[0])
    near = nearest(missing, header)
    hint = f"did you mean {near!r}? " if near else ""
    raise ConfigurationError(
        f"{text.name}: there is no column {missing!r}; {hint}expected a table whose header has "
        f"{', '.join(map(repr, columns))}, found {', '.join(map(repr, header[:20]))}"
    )


def _likely_header(text: SourceText) -> list[str]:
    delimiter = find_delimiter(text)
    if delimiter is None:
        return [text.lines[0].strip()[:80]]
    rows = [[part.strip() for part in row] for _, row in numbered_rows(text, delimiter)]
    most = max(len(row) for row in rows)
    return next(row for row in rows if len(row) == most)


def whole_rows(table: SourceTable, repairs: Repairs) -> list[tuple[int, list[str]]]:
    """Return the rows with all fields; a header that is repeated and a cut-off last line are left out."""
    rows = []
    last = table.rows[-1][0] if table.rows else 0
    for line, row in table.rows:
        if [part.strip() for part in row] == table.header:
            words = "the header stands there again (logs put together?); the line is left out"
            repairs.count(codes.HEADER_AGAIN, table.text, line, words)
        elif len(row) >= len(table.header):
            rows.append((line, row))
        elif line == last:
            words = "the last line is cut off; it is left out"
            repairs.count(codes.LINE_TORN, table.text, line, words)
        else:
            raise table.text.refuse(line, f"expected {len(table.header)} fields, found {len(row)}")
    if not rows:
        raise table.text.refuse(table.header_line, "expected rows below the header, found none")
    return rows
