"""Text files of unknown origin: encoding, line ends, delimiter, headers and forms of numbers by content."""

import csv
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysis.imports.number_forms import POINT, AmbiguousNumbers, NumberForm, NumberOptions, form_of
from records.errors import ConfigurationError, InputError, RecordError

_GZIP = b"\x1f\x8b"
LARGEST_TEXT = 1 << 30
"""Bytes; a packed file that holds more is no log."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = (";", "\t", "|", ",", " ")
"""In the order of trust: a comma may be a decimal mark or belong to a date, and so may a blank."""

_SAMPLE_LINES = 200
_MOST = 0.8
"""Share of the lines that must have the same number of fields."""


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
        delimiter: as found by content; a blank stands for any number of them.
        header: names of its columns, stripped; numbers from 1 where it has no header.
        header_line: where the header stands (1-based); the rows follow.
        rows: number of the line and its fields, blank lines left out.
        numbers: what the operator says about its numbers.
    """

    text: SourceText
    delimiter: str
    header: list[str]
    header_line: int
    rows: list[tuple[int, list[str]]] = field(repr=False)
    numbers: NumberOptions = field(default_factory=NumberOptions)
    _forms: dict[int, NumberForm] = field(default_factory=dict, init=False, repr=False, compare=False)

    def index(self, *names: str) -> int:
        """Return the place of the first of these columns that is there.

        Raises:
            RecordError: none of them is.
            ConfigurationError: two columns have that name.
        """
        for name in names:
            if name in self.header:
                self._check_single(name)
                return self.header.index(name)
        raise self.text.refuse(
            self.header_line, f"expected a column {' or '.join(map(repr, names))}, found {self.header}"
        )

    def _check_single(self, name: str) -> None:
        places = [str(i) for i, found in enumerate(self.header, start=1) if found == name]
        if len(places) > 1:
            raise ConfigurationError(
                f"{self.text.name}: expected one column {name!r}, found {len(places)} (columns "
                f"{' and '.join(places)}); name the one that is meant by its number"
            )

    def form(self, place: int) -> NumberForm:
        """Return how the numbers of a column are written.

        Raises:
            ConfigurationError: its numbers can be read in two ways.
        """
        if place not in self._forms:
            self._forms[place] = self.numbers.form or self._found_form(place)
        return self._forms[place]

    def _found_form(self, place: int) -> NumberForm:
        try:
            return form_of(self._texts(place), commas_elsewhere=self._commas_beside(place))
        except AmbiguousNumbers as reason:
            raise ConfigurationError(
                f"{self.text.name}: column {self.header[place]!r}: {reason}. Say which: --decimal . or "
                f"--decimal , for the mark of decimals, --thousands none where there are no groups"
            ) from None

    def _texts(self, place: int) -> list[str]:
        return [without_unit(row[place])[0] for _, row in self.rows if place < len(row)]

    def _commas_beside(self, place: int) -> bool:
        for other in range(len(self.header)):
            if other != place:
                try:
                    if form_of(self._texts(other)).decimal == ",":
                        return True
                except AmbiguousNumbers:
                    continue
        return False

    @property
    def has_commas(self) -> bool:
        """Whether a column that was read has decimal commas."""
        return any(form.decimal == "," for form in self._forms.values())

    def number(self, line: int, row: list[str], place: int) -> float | None:
        """Return a field of a row as a number, ``None`` where it is empty.

        Raises:
            RecordError: it is neither.
            ConfigurationError: the numbers of its column can be read in two ways.
        """
        text = row[place].strip()
        if not text:
            return None
        form = self.form(place)
        value = form.parse(text)
        if value is None:
            raise self.text.refuse(line, f"expected a number with {form}, found {text!r}")
        return value


_UNIT = re.compile(r"(?P<number>.*\d[.,]?)\s*(?P<unit>[a-zA-Zµ°%Ω]+)$", re.ASCII | re.DOTALL)


def without_unit(text: str) -> tuple[str, str]:
    """Split a field such as ``100.0 W`` into number and unit; the unit is empty where there is none."""
    match = _UNIT.match(text.strip())
    return (match["number"], match["unit"]) if match else (text, "")


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
        raise InputError(f"{path}: expected a text file here, but there is none") from None
    if data.startswith(_GZIP):
        data = _unpacked(name, data)
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


def _unpacked(name: str, data: bytes) -> bytes:
    """Return what a gzip file holds; one that would fill the memory is refused."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(data, LARGEST_TEXT)
    except zlib.error as error:
        raise RecordError(
            f"{name}: expected a text file packed with gzip, but it is damaged: {error}"
        ) from None
    if unpacker.unconsumed_tail:
        raise RecordError(
            f"{name}: expected at most {LARGEST_TEXT >> 20} MiB of text, but it unpacks to more"
        )
    return content


def _decode(name: str, data: bytes, encoding: str | None) -> tuple[str, str]:
    for candidate in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            return data.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    raise RecordError(f"{name}: expected text in UTF-8 or Windows-1252, but it is neither")


def read_rows(
    text: SourceText, is_header: Callable[[list[str]], bool], numbers: NumberOptions | None = None
) -> SourceTable | None:
    """Find a table in a text: its delimiter and its header.

    Lines before the header are a preamble. Rows keep their own number of fields: whoever uses a
    row checks it. An empty last field (a delimiter at the line's end) stays.

    Args:
        text: the file.
        is_header: says whether these fields (stripped) are the header that is looked for.
        numbers: what the operator says about its numbers.

    Returns:
        The table, or ``None`` where no line is such a header.
    """
    for delimiter in _DELIMITERS:
        for number, line in enumerate(text.lines[:_SAMPLE_LINES], start=1):
            header = [part.strip() for part in _fields(line, delimiter)]
            if len(header) > 1 and is_header(header):
                rows = list(numbered_rows(text, delimiter, number))
                return SourceTable(text, delimiter, header, number, rows, numbers or NumberOptions())
    return None


def find_delimiter(text: SourceText) -> str | None:
    """Return what most lines of a table are divided by, ``None`` where nothing does it evenly."""
    lines = [line for line in text.lines[:_SAMPLE_LINES] if line.strip()]
    for delimiter in _DELIMITERS:
        counts = Counter(len(_fields(line, delimiter)) for line in lines)
        fields, often = counts.most_common(1)[0]
        if fields > 1 and often >= _MOST * len(lines) and (delimiter != " " or _hold_digits(lines)):
            return delimiter
    return None


def _hold_digits(lines: list[str]) -> bool:
    """Say whether most lines are rows of a table and not of a text, which also has blanks."""
    return sum(any(map(str.isdigit, line)) for line in lines) >= _MOST * (len(lines) - 1) > 0


def numbered_rows(text: SourceText, delimiter: str, after_line: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Give the fields of each line after ``after_line`` that is not blank, with the line's number."""
    for number in range(after_line + 1, len(text.lines) + 1):
        line = text.lines[number - 1]
        if line.strip():
            yield number, _fields(line, delimiter)


def _fields(line: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return line.split()
    if '"' in line:
        return next(csv.reader([line], delimiter=delimiter), [])
    return line.split(delimiter)


def parse_number(text: str) -> float | None:
    """Return a number with a decimal point, or ``None`` where the text is none; ``nan`` and ``inf`` are
    none."""
    return POINT.parse(text)
