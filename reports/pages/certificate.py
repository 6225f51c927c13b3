"""The certificate of a calibration: one HTML page that opens offline and prints well."""

from dataclasses import asdict
from math import hypot, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from analysis.power.conformity import COVERAGE_FACTOR, Conformity, conformity, worst
from records.calibration import CalibrationRecord, Level
from records.files import write_atomically
from records.times import iso_utc
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, new_panel
from reports.blocks.rendering import Records, page_scripts, render_page
from reports.blocks.svg import drawing_style
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.words.environment import lines_of
from reports.words.numbers import count, decimals_of, fixed, given, measured, plain, spread

_NOT_GIVEN = "not given"

_CHIPS = {"pass": "good", "conditional pass": "warn", "conditional fail": "warn", "fail": "refuse"}

_CURVE_POINTS = 60


def write_certificate(record: CalibrationRecord, path: Path, sha256: str) -> None:
    """Write the certificate of a calibration.

    Args:
        record: the calibration.
        path: the HTML file, replaced if it exists.
        sha256: of the file that holds the calibration.

    Raises:
        OSError: it cannot be written.
    """
    write_atomically(path, render(record, sha256))


def render(record: CalibrationRecord, sha256: str) -> str:
    """Return the certificate as HTML; the same calibration always gives the same text.

    Its parts are those of ISO/IEC 17025:2017, 7.8.2.1 (identification, laboratory, customer, item, dates,
    method, results with units, who authorised it, numbered pages and an end) and 7.8.4.1 (conditions,
    uncertainty, traceability, results before and after an adjustment, statement of conformity with its
    decision rule).
    """
    who = record.identity
    name = " ".join(part for part in (who.maker, who.model, who.serial) if part)
    with drawing_style():
        figure = _residuals_sheet(record)
    levels = [conformity(level, record.reference) for level in record.levels]
    context = {
        "summary": {"title": f"Calibration of {name}", "facts": _facts(record)},
        "verdict": _verdict_of(levels),
        "errors": _errors_table("errors", "As left" if record.as_found else "As found and as left", levels),
        "found": _found(record),
        "due": record.next_due or _NOT_GIVEN,
        "operator": record.operator or _NOT_GIVEN,
        "sha256": sha256,
        "line": _line_table(record),
        "correction": _correction(record),
        "covariance": plain(record.gain_offset_cov, 2),
        "levels": _levels_table(record),
        "figure": figure,
        "meter": lines_of({"driver": record.driver, **_plain(record), "options": record.options}),
        "record": record,
    }
    return render_page(
        "certificate.html.j2",
        context,
        simulated=record.simulated,
        scripts=page_scripts(),
        tables=_records(record),
    )


def _records(record: CalibrationRecord) -> dict[str, Records]:
    """Return the levels with all their digits."""
    tables = {"levels": record.levels, "found": record.as_found.levels if record.as_found else []}
    return {
        name: [{**asdict(level), "simulated": record.simulated} for level in levels]
        for name, levels in tables.items()
    }


def _facts(record: CalibrationRecord) -> list[tuple[str, str]]:
    facts = [
        ("Certificate", record.certificate or "not numbered"),
        ("Date", iso_utc(record.created_utc_s)),
        ("Next due", record.next_due or _NOT_GIVEN),
        ("Laboratory", record.laboratory or _NOT_GIVEN),
        ("Customer", record.customer or _NOT_GIVEN),
        ("Operator", record.operator or _NOT_GIVEN),
        ("Conditions", record.conditions or _NOT_GIVEN),
        ("Reference", record.reference.words),
        ("Its uncertainty", record.reference.basis),
        ("Data sheet", record.limits or "limits not recorded"),
        ("Levels", f"{len(record.levels)}, from {_span(record)}"),
    ]
    if record.range_w is not None:
        facts.append(("Range", f"{given(record.range_w)} W"))
    return facts


def _verdict_of(levels: list[Conformity]) -> tuple[str, str, str]:
    """Return the statement of conformity, the class of its chip, and a sentence with the worst error."""
    verdict = worst(levels)
    largest = max(levels, key=lambda one: abs(one.pct(one.error_w) or 0.0))
    error, u = _pct(largest, largest.error_w), _pct_u(largest, largest.expanded_u_w)
    limit = _pct(largest, largest.level.limit_w)
    where = measured(largest.level.true_w, 0.1)
    sentence = f"Largest error {error} % at {where} W, U = {u} % (k = 2); limit {limit} %."
    if verdict is None:
        return "no statement", "", f"{sentence} The data sheet's limits are not known."
    return verdict, _CHIPS[verdict], sentence


def _found(record: CalibrationRecord) -> dict[str, Any] | None:
    found = record.as_found
    if found is None:
        return None
    levels = [conformity(level, found.reference) for level in found.levels]
    title = f"As found, {found.date}"
    verdict, chip, _ = _verdict_of(levels)
    return {
        "verdict": verdict,
        "chip": chip,
        "table": _errors_table("found", title, levels),
        "sha256": found.sha256,
        "certificate": found.certificate or "not numbered",
    }


def _pct(one: Conformity, power_w: float | None) -> str:
    """Return a power in percent of the true power, to the digits of its uncertainty."""
    return fixed(one.pct(power_w), decimals_of(one.pct(one.expanded_u_w) or 0.0))


def _pct_u(one: Conformity, power_w: float) -> str:
    pct = one.pct(power_w)
    return "–" if pct is None else spread(pct)


def _errors_table(key: str, caption: str, levels: list[Conformity]) -> Table:
    columns: Columns[Conformity] = (
        Column("True power", lambda one: measured(one.level.true_w, one.level.indicated_u_w), "W"),
        Column("Indicated", lambda one: measured(one.level.indicated_w, one.level.indicated_u_w), "W"),
        Column("Error", lambda one: _pct(one, one.error_w), "%"),
        Column("U (k = 2)", lambda one: _pct_u(one, one.expanded_u_w), "%"),
        Column("Limit", lambda one: _pct(one, one.level.limit_w), "± %"),
        text_column("Within limits", lambda one: one.verdict or "not known", whole=True),
    )
    source = "found" if key == "found" else "levels"
    return table(key, caption, columns, levels, folded=False, source=source)


def _span(record: CalibrationRecord) -> str:
    powers_w = [level.true_w for level in record.levels]
    return f"{measured(min(powers_w), 0.1)} W to {measured(max(powers_w), 0.1)} W"


def _plain(record: CalibrationRecord) -> dict[str, str]:
    who = record.identity
    return {"maker": who.maker, "model": who.model, "serial": who.serial, "firmware": who.firmware}


class _Parameter(NamedTuple):
    """A parameter of the line with its standard uncertainty."""

    name: str
    value: float
    u: float


def _line_table(record: CalibrationRecord) -> Table:
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


def _correction(record: CalibrationRecord) -> str:
    offset, gain = measured(record.offset_w, record.offset_u_w), measured(record.gain, record.gain_u)
    return f"P = (P indicated − ({offset} W)) / {gain}"


def _level_u_w(record: CalibrationRecord, level: Level) -> float:
    """Return the standard uncertainty of a level's distance from the line, without what all levels share."""
    return hypot(level.indicated_u_w, record.gain * level.true_u_w)


def _line_u_w(record: CalibrationRecord, power_w: float) -> float:
    """Return the standard uncertainty of the line at a true power (ISO/TS 28037:2010, clause 11)."""
    variance = record.offset_u_w**2 + (power_w * record.gain_u) ** 2 + 2 * power_w * record.gain_offset_cov
    return sqrt(max(0.0, variance))


def _levels_table(record: CalibrationRecord) -> Table:
    def residual_u_w(level: Level) -> float:
        return COVERAGE_FACTOR * _level_u_w(record, level)

    columns: Columns[Level] = (
        Column("True power", lambda level: measured(level.true_w, level.indicated_u_w), "W"),
        Column("Indicated", lambda level: measured(level.indicated_w, level.indicated_u_w), "W"),
        Column("Residual", lambda level: fixed(level.residual_w, decimals_of(residual_u_w(level))), "W"),
        Column("U (residual, k = 2)", lambda level: spread(residual_u_w(level)), "W"),
        Column(
            "U (line, k = 2)", lambda level: spread(COVERAGE_FACTOR * _line_u_w(record, level.true_w)), "W"
        ),
        Column("Readings", lambda level: count(level.readings)),
    )
    return table("levels", "Levels of load", columns, record.levels, folded=False, source="levels")


def _residuals_sheet(record: CalibrationRecord) -> Sheet:
    figure, axes = new_panel("half", 2.6)
    powers_w = [level.true_w for level in record.levels]
    low, high = min(powers_w), max(powers_w)
    curve_w = [low + (high - low) * i / (_CURVE_POINTS - 1) for i in range(_CURVE_POINTS)]
    band_w = [COVERAGE_FACTOR * _line_u_w(record, power_w) for power_w in curve_w]
    axes.fill_between(curve_w, [-u for u in band_w], band_w, color=palette.BASELINE_PART, linewidth=0)
    axes.axhline(0, color=palette.MUTED, linewidth=0.8)
    axes.errorbar(
        powers_w,
        [level.residual_w for level in record.levels],
        yerr=[COVERAGE_FACTOR * _level_u_w(record, level) for level in record.levels],
        linestyle="none",
        marker="o",
        markersize=4,
        color=palette.OKABE_ITO[0],
        linewidth=1.1,
        capsize=2.5,
    )
    axes.set_xlabel("true power, W")
    axes.set_ylabel("indication minus line, W")
    said = "; ".join(f"{level.true_w:.4g} W: {level.residual_w:+.2g} W" for level in record.levels)
    title = "Distance of the levels from the line"
    panel = finish(figure, "residuals", title, f"{title}: {said}.", simulated=record.simulated)
    return Sheet(
        key="residuals",
        title=title,
        size="half",
        panels=[panel],
        caption=(
            "Dots: the levels, with the interval (k = 2) of their own scatter and rounding. Band: the "
            "uncertainty of the line (k = 2), including the share of the reference."
        ),
        how=(
            "The line is the nearest to all levels by their uncertainties in both powers (ISO/TS "
            "28037:2010, clause 7). Where the levels scatter more than these say, the uncertainties of the "
            "line are made larger accordingly. The error of the reference that is common to all levels is "
            "added by the law of propagation (JCGM 100:2008, 5.1.2)."
        ),
    )
