"""The certificate of a calibration: one HTML page that opens offline and prints well."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.power.conformity import Conformity, conformity, worst
from records.calibration import CalibrationRecord
from records.files import write_atomically
from records.times import iso_utc
from reports.blocks.rendering import Records, page_scripts, render_page
from reports.blocks.svg import drawing_style
from reports.pages.certificate.residuals import residuals_sheet
from reports.pages.certificate.tables import errors_table, levels_table, line_table, pct_u_words, pct_words
from reports.words.environment import lines_of
from reports.words.numbers import given, measured, plain

_NOT_GIVEN = "not given"

_CHIPS = {"pass": "good", "conditional pass": "warn", "conditional fail": "warn", "fail": "refuse"}


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
        figure = residuals_sheet(record)
    levels = [conformity(level, record.reference) for level in record.levels]
    context = {
        "summary": {"title": f"Calibration of {name}", "facts": _facts(record)},
        "verdict": _verdict_of(levels),
        "errors": errors_table("errors", "As left" if record.as_found else "As found and as left", levels),
        "found": _found(record),
        "due": record.next_due or _NOT_GIVEN,
        "operator": record.operator or _NOT_GIVEN,
        "sha256": sha256,
        "line": line_table(record),
        "correction": _correction(record),
        "covariance": plain(record.gain_offset_cov, 2),
        "levels": levels_table(record),
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
    error, u = pct_words(largest, largest.error_w), pct_u_words(largest, largest.expanded_u_w)
    limit = pct_words(largest, largest.level.limit_w)
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
        "table": errors_table("found", title, levels),
        "sha256": found.sha256,
        "certificate": found.certificate or "not numbered",
    }


def _span(record: CalibrationRecord) -> str:
    powers_w = [level.true_w for level in record.levels]
    return f"{measured(min(powers_w), 0.1)} W to {measured(max(powers_w), 0.1)} W"


def _plain(record: CalibrationRecord) -> dict[str, str]:
    who = record.identity
    return {"maker": who.maker, "model": who.model, "serial": who.serial, "firmware": who.firmware}


def _correction(record: CalibrationRecord) -> str:
    offset, gain = measured(record.offset_w, record.offset_u_w), measured(record.gain, record.gain_u)
    return f"P = (P indicated − ({offset} W)) / {gain}"
