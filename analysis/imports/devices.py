"""Tables with the readings of several devices in one column: told apart, added up, or refused."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analysis.imports.csv_rows import place
from analysis.imports.power_values import PowerValue
from analysis.imports.reading import SourceTable
from analysis.imports.repairs import Repairs
from analysis.maths.arrays import Floats
from records.errors import ConfigurationError, RecordError
from records.finding_codes import imports as codes

_MOST_DEVICES = 64
_IN_TURNS = 0.5
"""Share of the rows that name another device than the row before, from which on devices report in turns."""

_SHARED = 0.02
"""Share of the rows under the stamp of the row before, from which on these are no accidents."""


def rows_of(
    table: SourceTable, rows: list[tuple[int, list[str]]], device: str | None
) -> list[tuple[int, list[str]]]:
    """Return the rows of one device, where ``COL=VALUE`` names it; all of them otherwise.

    Raises:
        ConfigurationError: no row has that value.
    """
    column, named, value = (device or "").partition("=")
    if not named:
        return rows
    at = place(table, column)
    chosen = [(line, row) for line, row in rows if row[at].strip() == value]
    if not chosen:
        known = sorted({row[at].strip() for _, row in rows})[:10]
        raise ConfigurationError(
            f"{table.text.name}: --device {device}: no row has {value!r} there; expected one of "
            f"{', '.join(map(repr, known))}"
        )
    return chosen


def check_single_device(
    table: SourceTable, rows: list[tuple[int, list[str]]], t_utc_s: Floats, used: set[int]
) -> None:
    """Refuse tables in which rows of one stamp, or in turns, can be of different devices.

    Args:
        table: the file.
        rows: in the order of time.
        t_utc_s: their stamps, ``(n,)``.
        used: columns that are a time, a power or another quantity.

    Raises:
        ConfigurationError: with the option that says what the rows are.
    """
    shared = float(np.mean(np.diff(t_utc_s) == 0)) if len(t_utc_s) > 1 else 0.0
    in_turns = [at for at in range(len(table.header)) if at not in used and _reports_in_turns(rows, at)]
    if in_turns:
        column = table.header[in_turns[0]]
        example = rows[0][1][in_turns[0]].strip()
        raise ConfigurationError(
            f"{table.text.name}: column {column!r} tells several devices apart, whose readings follow "
            f"each other. "
            f"Give --device {column!r} to add them up stamp by stamp, or --device '{column}={example}' "
            f"for one"
        )
    if shared > _SHARED:
        raise ConfigurationError(
            f"{table.text.name}: {shared:.0%} of the rows have the stamp of the row before. Where they "
            f"are samples "
            f"below a second, name the column of the fraction with a further --time, or leave out --time "
            f"and give "
            f"--start and --interval; where they are several devices, name their column with --device"
        )


def _reports_in_turns(rows: Sequence[tuple[int, list[str]]], at: int) -> bool:
    values = [row[at].strip() for _, row in rows]
    names = set(values)
    if not 2 <= len(names) <= min(_MOST_DEVICES, len(values) // 3):
        return False
    if _is_quantity(names):
        return False
    changes = sum(a != b for a, b in pairwise(values))
    if changes < _IN_TURNS * (len(values) - 1):
        return False
    counts = sorted(values.count(name) for name in names)
    return counts[0] >= 0.5 * counts[-1] and _repeats_an_order(values, len(names))


def _repeats_an_order(values: list[str], n: int) -> bool:
    """Say whether the names come again after each other in one order, as devices that are asked in turn
    do."""
    again = sum(a == b for a, b in zip(values, values[n:], strict=False))
    return again >= 0.8 * max(1, len(values) - n)


def _is_quantity(names: set[str]) -> bool:
    """Say whether few values are those of a quantity, such as milliseconds, and not numbers of devices."""
    if not all(name.replace(".", "", 1).replace(",", "", 1).lstrip("+-").isdigit() for name in names):
        return False
    return not all(name.isdigit() for name in names) or max(map(int, names)) > _MOST_DEVICES


def devices_summed(
    table: SourceTable,
    rows: list[tuple[int, list[str]]],
    t_utc_s: Floats,
    powers: list[PowerValue],
    column: str,
    repairs: Repairs,
) -> tuple[Floats, list[PowerValue]]:
    """Add up the powers of the devices under each stamp.

    A stamp at which a device has no power, or no row, has none as a whole.

    Args:
        table: the file.
        rows: in the order of time.
        t_utc_s: their stamps, ``(n,)``.
        powers: their powers in W.
        column: that tells the devices apart.
        repairs: takes what was added up.

    Raises:
        RecordError: the devices have no stamps in common.
    """
    at = place(table, column)
    names = sorted({row[at].strip() for _, row in rows})
    stamps, where = np.unique(t_utc_s, return_inverse=True)
    sums = np.zeros(len(stamps))
    seen: list[set[str]] = [set() for _ in stamps]
    for i, power, (line, row) in zip(where.tolist(), powers, rows, strict=True):
        name = row[at].strip()
        if name in seen[i]:
            raise table.text.refuse(line, f"expected one row of {name!r} under a stamp, found another")
        if power.value is not None:
            seen[i].add(name)
            sums[i] += power.value
    whole = [len(found) == len(names) for found in seen]
    if not any(whole):
        raise RecordError(
            f"{table.text.name}: expected stamps that {', '.join(names[:5])} have in common, found none; "
            f"take one "
            f"of them with --device '{column}=NAME'"
        )
    repairs.say(codes.DEVICES_SUMMED, f"{table.text.name}: {', '.join(names[:10])} were added up")
    return stamps, [
        PowerValue(float(power_w)) if every else PowerValue(None, "nodata")
        for power_w, every in zip(sums, whole, strict=True)
    ]
