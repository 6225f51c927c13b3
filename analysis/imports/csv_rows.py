"""The table with the columns that are asked for, and those of its rows that are whole."""

from collections import Counter
from collections.abc import Sequence

from analysis.imports.number_forms import NumberOptions
from analysis.imports.reading import SourceTable, SourceText, find_delimiter, numbered_rows, read_rows
from analysis.imports.repairs import Repairs
from records.errors import ConfigurationError
from records.finding_codes import imports as codes
from records.near_match import nearest

_COMMENT = ("#", "%", "//")
_LONGEST_FOOTER = 20


def find_table(text: SourceText, columns: Sequence[str], numbers: NumberOptions | None = None) -> SourceTable:
    """Find the table with these columns in a file.

    A column is named as in the header or, where the header has no such name, by its number from 1 on. With
    numbers alone the table need not have a header.

    Args:
        text: the file.
        columns: names or numbers.
        numbers: what the operator says about its numbers.

    Raises:
        ConfigurationError: no line has them all; names the nearest column that is there.
    """
    names = [name for name in columns if not name.isdigit()]
    table = read_rows(text, lambda header: all(name in header for name in names), numbers) if names else None
    table = table or read_rows(text, lambda header: all(name in header for name in columns), numbers)
    if table is None and not names:
        table = _numbered(text, numbers)
    if table is not None:
        for name in columns:
            place(table, name)
        return table
    header = _likely_header(text)
    missing = next((name for name in columns if name not in header), columns[0])
    near = nearest(missing, header)
    hint = f"did you mean {near!r}? " if near else ""
    raise ConfigurationError(
        f"{text.name}: there is no column {missing!r}; {hint}expected a table whose header has "
        f"{', '.join(map(repr, columns))}, found {', '.join(map(repr, header[:20]))}"
    )


def place(table: SourceTable, column: str) -> int:
    """Return where a column stands that is named as in the header or by its number.

    Raises:
        ConfigurationError: there is no such column, or two have its name.
    """
    if column in table.header:
        return table.index(column)
    if column.isdigit() and 1 <= int(column) <= len(table.header):
        return int(column) - 1
    raise ConfigurationError(
        f"{table.text.name}: there is no column {column!r}; expected a name of the header or a number "
        f"from 1 to "
        f"{len(table.header)}"
    )


def _numbered(text: SourceText, numbers: NumberOptions | None) -> SourceTable | None:
    """Return the table of a file without a header; its columns are named by their numbers."""
    delimiter = find_delimiter(text)
    if delimiter is None:
        return None
    rows = list(numbered_rows(text, delimiter))
    width = Counter(len(row) for _, row in rows).most_common(1)[0][0]
    first = next(i for i, (_, row) in enumerate(rows) if len(row) == width)
    headed = not any(character.isdigit() for part in rows[first][1] for character in part)
    header_line = rows[first][0] if headed else rows[first][0] - 1
    header = [str(i) for i in range(1, width + 1)]
    return SourceTable(
        text, delimiter, header, header_line, rows[first + headed :], numbers or NumberOptions()
    )


def _likely_header(text: SourceText) -> list[str]:
    delimiter = find_delimiter(text)
    if delimiter is None:
        return [text.lines[0].strip()[:80]]
    rows = [[part.strip() for part in row] for _, row in numbered_rows(text, delimiter)]
    most = max(len(row) for row in rows)
    return next(row for row in rows if len(row) == most)


def whole_rows(table: SourceTable, repairs: Repairs) -> list[tuple[int, list[str]]]:
    """Return the rows that are rows of the table.

    Left out and counted are comments, a header that is repeated, a footer, and a last line that is cut off.
    Fields beyond the header are accepted only where they are empty.

    Raises:
        RecordError: a line within the table has too few or too many fields.
    """
    rows = []
    end = _end_of_table(table, repairs)
    for line, row in table.rows[:end]:
        if [part.strip() for part in row] == table.header:
            words = "the header stands there again (logs put together?); the line is left out"
            repairs.count(codes.HEADER_AGAIN, table.text, line, words)
        elif _is_comment(row):
            repairs.count(codes.LINE_COMMENT, table.text, line, "a comment; it is left out")
        elif len(row) < len(table.header):
            raise table.text.refuse(line, f"expected {len(table.header)} fields, found {len(row)}")
        elif any(part.strip() for part in row[len(table.header) :]):
            raise table.text.refuse(line, _too_many(table, row))
        else:
            rows.append((line, row[: len(table.header)]))
    if not rows:
        raise table.text.refuse(table.header_line, "expected rows below the header, found none")
    return rows


def _is_comment(row: list[str]) -> bool:
    return row[0].lstrip().startswith(_COMMENT)


def _end_of_table(table: SourceTable, repairs: Repairs) -> int:
    """Return how many rows there are up to a footer or a last line that is cut off, and count these."""
    end = len(table.rows)
    while end > 0 and len(table.rows) - end < _LONGEST_FOOTER and _is_no_row(table, table.rows[end - 1][1]):
        end -= 1
    if end == len(table.rows):
        return end
    line, row = table.rows[end]
    if end == 0:
        return len(table.rows)
    alone = end == len(table.rows) - 1 and line == table.rows[end - 1][0] + 1
    if alone and any(character.isdigit() for character in row[0]):
        repairs.count(codes.LINE_TORN, table.text, line, "the last line is cut off; it is left out")
    else:
        for line, _ in table.rows[end:]:
            repairs.count(codes.FOOTER, table.text, line, "below the table; it is left out")
    return end


def _is_no_row(table: SourceTable, row: list[str]) -> bool:
    """Say whether a line is too short for a row, or holds words where a row has its first number."""
    short = len(row) < len(table.header)
    words = not any(character.isdigit() for character in row[0]) and row[0].strip() != table.header[0]
    return (short or words) and not _is_comment(row)


def _too_many(table: SourceTable, row: list[str]) -> str:
    reason = f"expected {len(table.header)} fields as in the header, found {len(row)}"
    if table.delimiter != ",":
        return reason
    return (
        f"{reason}. Without quotes, decimal commas and groups of thousands cannot be told from the commas "
        "between fields: export the table with semicolons or quotes"
    )
