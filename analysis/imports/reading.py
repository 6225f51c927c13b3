"""Text files of unknown origin: encoding, line ends, delimiter, decimal mark and headers by content."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from records.errors import RecordError

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = (";", "\t", "|", ",")
"""In the order of trust: a comma may also be a decimal mark or belong to a date."""

_SAMPLE_LINES = 200
_MOST = 0.8
"""Share of the lines that must have the same number of fields."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$", re.ASCII)
_COMMA_NUMBER = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)?,\d+([eE][+-]?\d+)?$", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?$", re.ASCII)

Decimal = Literal[".", ","]


@dataclass(frozen=True)
class SourceText:
    """A text file as read.

    Attributes:
        name: as it is named in messages.
        lines: without their ends; line n of the file is ``lines[n - 1]``.
        encoding: as found.
        oddities: what is unusual about its form (byte order mark, line ends, encoding).
    """

    name: str
    lines: list[str]
    encoding: str
    oddities: tuple[str, ...] = ()

    def refuse(self, line: int, reason: str) -> RecordError:
        """Return the error that refuses a line of this file (1-based; 0 for the whole file)."""
        where = f"{self.name}, line {line}" if line else self.name
        shown = f" (found {self.lines[line - 1][:80]!r})" if 0 < line <= len(self.lines) else ""
        return RecordError(f"{where}: {reason}{shown}")


@dataclass(frozen=True)
class SourceTable:
    """A delimited table within a text.

    Attributes:
        text: the file.
        delimiter, decimal: as found by content.
        header: names of its columns, stripped.
        header_line: where the header stands (1-based); the rows follow.
        rows: number of the line and its fields, blank lines left out.
    """

    text: SourceText
    delimiter: str
    decimal: Decimal
    header: list[str]
    header_line: int
    rows: list[tuple[int, list[str]]] = field(repr=False)

    def index(self, *names: str) -> int:
        """Return the place of the first of these columns that is there.

        Raises:
            RecordError: none of them is.
        """
        for name in names:
            if name in self.header:
                return self.header.index(name)
        raise self.text.refuse(
            self.header_line, f"expected a column {' or '.join(map(repr, names))}, found {self.header}"
        )

    def number(self, line: int, field_text: str) -> float | None:
        """Return a field as a number, ``None`` where it is empty.

        Raises:
            RecordError: it is neither.
        """
        if not field_text.strip():
            return None
        value = parse_number(field_text, self.decimal)
        if value is None:
            mark = "comma" if self.decimal == "," else "point"
            reason = f"expected a number with a decimal {mark}, found {field_text.strip()!r}"
            raise self.text.refuse(line, reason)
        return value


def read_text(path: Path, name: str | None = None) -> SourceText:
    """Read a text file: by its byte order mark, else UTF-8, else Windows-1252; any line ends.

    Args:
        path: the file.
        name: for messages; the file's own unless given.

    Raises:
        RecordError: there is no such file, it is empty, or it is no text.
    """
    name = name or path.name
    try:
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise RecordError(f"{path}: expected a text file here, but there is none") from None
    encoding = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    oddities = [] if encoding is None else ["a byte order mark"]
    if encoding is None and b"\0" in data:
        raise RecordError(f"{name}: expected a text file, but it holds zero bytes; is it compressed?")
    text, encoding = _decode(name, data, encoding)
    if encoding == "cp1252":
        oddities.append("no UTF-8, read as Windows-1252")
    if "\r\n" in text:
        oddities.append("CRLF line ends")
    lines = re.split(r"\r\n|\n|\r", text)
    if lines[-1] == "":
        lines.pop()
    if not any(line.strip() for line in lines):
        raise RecordError(f"{name}: expected lines of text, but the file is empty")
    return SourceText(name, lines, encoding, tuple(oddities))


def _decode(name: str, data: bytes, encoding: str | None) -> tuple[str, str]:
    for candidate in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            return data.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    raise RecordError(f"{name}: expected text in UTF-8 or Windows-1252, but it is neither")


def read_rows(text: SourceText, is_header: Callable[[list[str]], bool]) -> SourceTable | None:
    """Find a table in a text: its delimiter, its header, its decimal mark.

    Lines before the header are a preamble. Rows keep their own number of fields: whoever uses a
    row checks it. An empty last field (a delimiter at the line's end) stays.

    Args:
        text: the file.
        is_header: says whether these fields (stripped) are the header that is looked for.

    Returns:
        The table, or ``None`` where no line is such a header.
    """
    for delimiter in _DELIMITERS:
        for number, line in enumerate(text.lines[:_SAMPLE_LINES], start=1):
            header = [part.strip() for part in _fields(line, delimiter)]
            if len(header) > 1 and is_header(header):
                rows = list(numbered_rows(text, delimiter, number))
                return SourceTable(text, delimiter, _decimal(rows, delimiter), header, number, rows)
    return None


def find_delimiter(text: SourceText) -> str | None:
    """Return what most lines of a table are divided by, ``None`` where nothing does it evenly."""
    lines = [line for line in text.lines[:_SAMPLE_LINES] if line.strip()]
    for delimiter in _DELIMITERS:
        counts = Counter(len(_fields(line, delimiter)) for line in lines)
        fields, often = counts.most_common(1)[0]
        if fields > 1 and often >= _MOST * len(lines):
            return delimiter
    return None


def numbered_rows(text: SourceText, delimiter: str, after_line: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Give the fields of each line after ``after_line`` that is not blank, with the line's number."""
    for number in range(after_line + 1, len(text.lines) + 1):
        line = text.lines[number - 1]
        if line.strip():
            yield number, _fields(line, delimiter)


def _fields(line: str, delimiter: str) -> list[str]:
    if '"' in line:
        return next(csv.reader([line], delimiter=delimiter), [])
    return line.split(delimiter)


def _decimal(rows: list[tuple[int, list[str]]], delimiter: str) -> Decimal:
    """A comma is the decimal mark where some field is a number only with it."""
    if delimiter == ",":
        quoted = any(_COMMA_NUMBER.match(part.strip()) for _, row in rows[:_SAMPLE_LINES] for part in row)
        return "," if quoted else "."
    found = any(_COMMA_NUMBER.match(part.strip()) for _, row in rows for part in row)
    return "," if found else "."


def parse_number(text: str, decimal: Decimal = ".") -> float | None:
    """Return a number, or ``None`` where the text is none; ``nan`` and ``inf`` are none.

    With a decimal comma a point can only divide thousands (``1.234,5``).
    """
    text = text.strip()
    if decimal == ",":
        if "." in text and not _GROUPED.match(text):
            return None
        text = text.replace(".", "").replace(",", ".", 1)
    return float(text) if _NUMBER.match(text) else None
