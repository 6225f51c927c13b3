"""Apply a correction to values, or to a table of them: CodeCarbon's emissions.csv, ours, or any other."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from analysis.agreement.correction import corrected_value
from analysis.imports.number_forms import NumberOptions
from analysis.imports.reading import SourceTable, read_rows, read_text
from analysis.maths.describe import WithInterval
from records.errors import ConfigurationError, RecordError
from records.tracker_correction import TrackerCorrection

WH_PER_KWH = 1000.0
_EMISSIONS = ("energy_consumed", "duration")
"""Columns of CodeCarbon's emissions.csv: kWh and s."""

_OURS = ("energy_wh", "t_start_utc_s", "t_stop_utc_s")
"""Columns of a trackers.csv."""

_PLAIN = NumberOptions(".", "none")  # as these two are always written


@dataclass(frozen=True)
class Corrected:
    """A value and what it is after the correction: corrected, estimated, not measured.

    Attributes:
        name: where it stands, e.g. ``line 2``.
        estimated: as it was; energies of trackers in Wh.
        corrected: with the interval in which the meter's value is expected.
        extrapolated: whether it lies beyond the values that the correction was made from.
    """

    name: str
    estimated: float
    corrected: WithInterval
    extrapolated: bool


def apply_to_value(
    correction: TrackerCorrection, name: str, estimated: float, per: float | None
) -> Corrected:
    """Correct a value.

    Args:
        correction: to be applied.
        name: where the value stands.
        estimated: in the unit of the correction, times ``per``; of a tracker in Wh.
        per: what divides it, where the correction is of quotients; of a tracker the duration in s.

    Raises:
        ConfigurationError: a divisor is needed and there is none.
        RecordError: it cannot divide.
    """
    if correction.per and per is None:
        raise ConfigurationError(
            f"the correction is of {correction.unit}: {correction.per} of the value is needed (--per)"
        )
    divisor = _divisor(correction, per)
    if not (isfinite(divisor) and divisor > 0 and isfinite(estimated)):
        raise RecordError(f"{name}: expected finite numbers and a positive {correction.per}")
    level = estimated / divisor
    found = corrected_value(correction, level)
    ends = (None if end is None else end * divisor for end in (found.low, found.high))
    return Corrected(
        name,
        estimated,
        WithInterval(found.value * divisor, *ends),
        not correction.low <= level <= correction.high,
    )


def apply_to_table(correction: TrackerCorrection, path: Path, numbers: NumberOptions) -> list[Corrected]:
    """Correct the rows of a table: CodeCarbon's emissions.csv, a trackers.csv, or the correction's columns.

    Raises:
        ConfigurationError: the table has none of these columns.
        RecordError: it is no table, or a row holds no numbers.
    """
    of_campaign = correction.unit == "W"
    wanted: list[tuple[str, ...]] = [_EMISSIONS, _OURS] if of_campaign else []
    wanted.append((correction.estimated, *([correction.per] if correction.per else [])))
    text = read_text(path)
    for columns in wanted:
        form = _PLAIN if columns in (_EMISSIONS, _OURS) else numbers
        table = read_rows(text, set(columns).issubset, form)
        if table is not None:
            return [_row(correction, table, line, fields, columns) for line, fields in table.rows]
    names = "; or ".join(", ".join(columns) for columns in wanted)
    raise ConfigurationError(f"{path}: expected a table with the columns {names}")


def _row(
    correction: TrackerCorrection, table: SourceTable, line: int, fields: list[str], columns: tuple[str, ...]
) -> Corrected:
    if len(fields) != len(table.header):
        raise table.text.refuse(line, f"expected {len(table.header)} fields, found {len(fields)}")
    found = [table.number(line, fields, table.index(name)) for name in columns]
    values = [value for value in found if value is not None]
    if len(values) < len(columns):
        raise table.text.refuse(line, f"expected numbers in {', '.join(columns)}")
    if columns is _EMISSIONS:
        return apply_to_value(correction, f"line {line}", values[0] * WH_PER_KWH, values[1])
    if columns is _OURS:
        return apply_to_value(correction, f"line {line}", values[0], values[2] - values[1])
    return apply_to_value(correction, f"line {line}", values[0], values[1] if correction.per else None)


def _divisor(correction: TrackerCorrection, per: float | None) -> float:
    """Return what makes a level of a value: hours of an energy in Wh, the column of a table, or one."""
    if per is None or not correction.per:
        return 1.0
    return per / 3600 if correction.unit == "W" else per
