"""The pairs of a table: its rows read, those that cannot be compared named."""

from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from analysis.agreement.pairs import Pairs
from analysis.agreement.question import Question
from analysis.agreement.series import series_of, without_date
from analysis.imports.reading import SourceTable, find_delimiter, numbered_rows, read_rows, read_text
from records.errors import ConfigurationError, RecordError
from records.near_match import nearest

_COVERAGE = 2.0  # of an expanded uncertainty
_TRUE = ("true", "1", "yes")
_LARGEST, _SMALLEST = 1e30, 1e-30  # beyond, squares of squares leave what a computer can hold


@dataclass(frozen=True)
class LeftOut:
    """A row that cannot be compared: its line in the file, and why."""

    line: int
    reason: str


@dataclass
class TablePairs:
    """The columns of the rows that have both values, and the groups that these belong to."""

    measured: list[float] = field(default_factory=list)
    estimated: list[float] = field(default_factory=list)
    u: list[float] = field(default_factory=list)
    shared_u: list[float] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    works: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def pairs(self) -> Pairs:
        """Return all pairs, which are repeats within their groups, or within the same work of a group."""
        return self._at(list(range(len(self.lines))), self.groups)

    def by_group(self) -> dict[str, Pairs]:
        """Return the pairs of each series and then of each group, in the order of the names."""
        names = sorted(set(self.groups))
        series = series_of(names)
        return {name: self._of(own) for name, own in series.items()} | {
            name: self._of([name]) for name in names
        }

    def _of(self, groups: list[str]) -> Pairs:
        rows = [i for i, name in enumerate(self.groups) if name in groups]
        return self._at(rows, None)

    def _at(self, rows: list[int], groups: list[str] | None) -> Pairs:
        columns = (self.measured, self.estimated, self.u, self.shared_u)
        measured, estimated, u, shared_u = ([column[i] for i in rows] for column in columns)
        together = self.works or groups
        return Pairs.of(
            measured,
            estimated,
            u,
            shared_u,
            together and [together[i] for i in rows],
            [f"line {self.lines[i]}" for i in rows],
        )


def gather(path: Path, question: Question) -> tuple[SourceTable, TablePairs, list[LeftOut], bool]:
    """Return the table, its pairs, the rows left out, and whether a row is of a simulated meter.

    Delimiter, decimal mark and encoding are found by content.

    Raises:
        ConfigurationError: the table has no such column; the nearest is named.
        RecordError: it is no table, or no row has both values.
    """
    table = _read(path, question)
    columns, left_out, simulated = TablePairs(), [], False
    for line, fields in table.rows:
        try:
            _take(table, line, fields, question, columns)
        except RecordError as error:
            left_out.append(LeftOut(line, str(error)))
            continue
        simulated = simulated or _is_simulated(table, fields)
    if not columns.measured:
        reason = f"; line {left_out[0].line}: {left_out[0].reason}" if left_out else ""
        raise RecordError(
            f"{path}: expected rows with numbers in {question.measured!r} and {question.estimated!r}, but "
            f"none of {len(table.rows)} has them{reason}"
        )
    return table, columns, left_out, simulated


def _read(path: Path, question: Question) -> SourceTable:
    text = read_text(path)
    table = read_rows(text, lambda header: question.measured in header, question.numbers)
    if table is None:
        delimiter = find_delimiter(text)
        if delimiter is None:
            raise RecordError(
                f"{path}: expected a table with a header and a delimiter (, ; tab |), found none"
            )
        _, header = next(numbered_rows(text, delimiter))
        raise _no_column(path, question.measured, [part.strip() for part in header])
    for name in question.columns:
        if name not in table.header:
            raise _no_column(path, name, table.header)
        table.index(name)
    return table


def _no_column(path: Path, name: str, header: list[str]) -> ConfigurationError:
    near = nearest(name, header)
    hint = f"did you mean {near!r}?" if near else f"it has {', '.join(header)}"
    return ConfigurationError(f"{path}: no column {name!r}; {hint}")


def _take(table: SourceTable, line: int, fields: list[str], question: Question, columns: TablePairs) -> None:
    """Add a row to the columns.

    Raises:
        RecordError: it cannot be compared; the message is the reason.
    """
    if len(fields) != len(table.header):
        raise RecordError(f"{len(fields)} fields where the header has {len(table.header)}")
    per = 1.0 if question.per is None else _number(table, fields, question.per)
    if per <= 0:
        raise RecordError(f"{question.per!r} is {per:g}, which cannot divide")
    measured, estimated = (
        _number(table, fields, name) / per for name in (question.measured, question.estimated)
    )
    columns.measured.append(measured)
    columns.estimated.append(estimated)
    columns.u.append(question.resolution / sqrt(6) / per)
    columns.shared_u.append(abs(measured) * question.meter_u_pct / 100 / _COVERAGE)
    columns.lines.append(line)
    columns.groups.append(_name(table, fields, question.by))
    if question.nested:
        columns.works.append(without_date(_name(table, fields, (*question.by, *question.nested))))


def _name(table: SourceTable, fields: list[str], columns: tuple[str, ...]) -> str:
    return ", ".join(fields[table.header.index(name)].strip() or "(empty)" for name in columns)


def _number(table: SourceTable, fields: list[str], name: str) -> float:
    text = fields[table.header.index(name)].strip()
    if not text:
        raise RecordError(f"{name!r} is empty")
    value = table.form(table.header.index(name)).parse(text)
    if value is None:
        raise RecordError(f"{name!r} is no number: {text[:40]!r}")
    if value and not _SMALLEST < abs(value) < _LARGEST:
        raise RecordError(f"{name!r} is beyond any meter: {text[:40]!r}")
    return value


def _is_simulated(table: SourceTable, fields: list[str]) -> bool:
    if "simulated" not in table.header:
        return False
    return fields[table.header.index("simulated")].strip().lower() in _TRUE
