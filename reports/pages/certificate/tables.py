"""The tables of a certificate: errors against the limits, the line of correction, the levels."""

from typing import NamedTuple

from analysis.power.conformity import COVERAGE_FACTOR, Conformity
from records.calibration import CalibrationRecord, Level
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.pages.certificate.residuals import level_u_w, line_u_w
from reports.words.numbers import count, decimals_of, fixed, measured, spread


def errors_table(key: str, caption: str, levels: list[Conformity]) -> Table:
    """Tabulate the error of each level next to its limit, and whether it lies within."""
    columns: Columns[Conformity] = (
        Column("True power", lambda one: measured(one.level.true_w, one.level.indicated_u_w), "W"),
        Column("Indicated", lambda one: measured(one.level.indicated_w, one.level.indicated_u_w), "W"),
        Column("Error", lambda one: pct_words(one, one.error_w), "%"),
        Column("U (k = 2)", lambda one: pct_u_words(one, one.expanded_u_w), "%"),
        Column("Limit", lambda one: pct_words(one, one.level.limit_w), "± %"),
        text_column("Within limits", lambda one: one.verdict or "not known", whole=True),
    )
    source = "found" if key == "found" else "levels"
    return table(key, caption, columns, levels, folded=False, source=source)


class _Parameter(NamedTuple):
    """A parameter of the line with its standard uncertainty."""

    name: str
    value: float
    u: float


def line_table(record: CalibrationRecord) -> Table:
    """Tabulate gain and offset with their uncertainties."""
    rows = [
        _Parameter("Gain", record.gain, record.gain_u),
        _Parameter("Offset, W", record.offset_w, record.offset_u_w),
    ]
    columns: Columns[_Parameter] = (
        text_column("Parameter", lambda one: one.name),
        Column("Value", lambda one: measured(one.value, one.u)),
        Column("u (k = 1)", lambda one: spread(one.u)),
        Column("U (k = 2)", lambda one: spread(COVERAGE_FACTOR * one.u)),
    )
    return table("line", "Indication = offset + gain × true power", columns, rows, folded=False)


def levels_table(record: CalibrationRecord) -> Table:
    """Tabulate the levels with their distances from the line."""

    def residual_u_w(level: Level) -> float:
        return COVERAGE_FACTOR * level_u_w(record, level)

    columns: Columns[Level] = (
        Column("True power", lambda level: measured(level.true_w, level.indicated_u_w), "W"),
        Column("Indicated", lambda level: measured(level.indicated_w, level.indicated_u_w), "W"),
        Column("Residual", lambda level: fixed(level.residual_w, decimals_of(residual_u_w(level))), "W"),
        Column("U (residual, k = 2)", lambda level: spread(residual_u_w(level)), "W"),
        Column(
            "U (line, k = 2)", lambda level: spread(COVERAGE_FACTOR * line_u_w(record, level.true_w)), "W"
        ),
        Column("Readings", lambda level: count(level.readings)),
    )
    return table("levels", "Levels of load", columns, record.levels, folded=False, source="levels")


def pct_words(one: Conformity, power_w: float | None) -> str:
    """Return a power in percent of the true power, to the digits of its uncertainty."""
    return fixed(one.pct(power_w), decimals_of(one.pct(one.expanded_u_w) or 0.0))


def pct_u_words(one: Conformity, power_w: float) -> str:
    """Return an uncertainty in percent of the true power."""
    pct = one.pct(power_w)
    return "–" if pct is None else spread(pct)
