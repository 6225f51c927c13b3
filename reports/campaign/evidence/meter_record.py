"""The record of the meter in words."""

from typing import Any

from records.results import Results
from reports.blocks.contract import Block, Text
from reports.blocks.tables import Column, Columns, table, text_column, words
from reports.campaign.view import View
from reports.words.environment import lines_of, meter_words
from reports.words.numbers import count, finite, given, plain, spread

_UNKNOWN = "unknown"
_SAMPLING = {
    "interval_mean": "each reading is the mean power over its interval",
    "instantaneous": "each reading is an instantaneous power",
}
_SHOWN_OF_METER = frozenset(
    ("identity", "driver", "port", "sampling", "interval_s", "cadence", "resolution_w", "accuracy")
) | {"calibration", "latency_s", "latency_u_s", "options", "parts", "simulated"}
"""Entries of the record that have a line in words; all others follow as they are."""


def meter_lines(view: View) -> list[tuple[str, str]]:
    """Return the record of the meter: first what decides about the uncertainty, then all else recorded."""
    meter = view.results.meter
    if not meter:
        return []
    u = spread(meter.get("latency_u_s"))
    lines = [
        ("Instrument", meter_words({**meter, "interval_s": None, "accuracy": {}, "calibration": {}})),
        *lines_of({key: _part(meter, "identity").get(key) for key in ("serial", "firmware")}),
        ("Driver", words(meter.get("driver"))),
        ("Port", "a virtual instrument" if view.simulated else words(meter.get("port"))),
        ("Readings", f"every {given(meter.get('interval_s'))} s; {_sampling(meter)}"),
        ("Sampling", _cadence(_part(meter, "cadence"))),
        ("Smallest step", f"{given(meter.get('resolution_w'))} W"),
        ("Limits of error", _limits(meter)),
        ("Calibration", _calibration(_part(meter, "calibration"))),
        ("Delay of a reading", f"{plain(meter.get('latency_s'), 3)} s, u = {u} s, taken off"),
        *[(f"Option {name}", value) for name, value in lines_of(_part(meter, "options"))],
        *lines_of({key: value for key, value in meter.items() if key not in _SHOWN_OF_METER}),
    ]
    return [(name, value) for name, value in lines if value != _UNKNOWN]


def _part(meter: dict[str, Any], name: str) -> dict[str, Any]:
    part = meter.get(name)
    return part if isinstance(part, dict) else {}


def _sampling(meter: dict[str, Any]) -> str:
    return _SAMPLING.get(str(meter.get("sampling")), str(meter.get("sampling")))


def _cadence(cadence: dict[str, Any]) -> str:
    if not cadence:
        return "not known"
    lost = ", ".join(
        f"{count(cadence.get(name))} {word}"
        for name, word in (("missing", "missing"), ("late", "late"), ("duplicates", "duplicates"))
        if finite(cadence.get(name)) is not None
    )
    interval_s, jitter_s = plain(cadence.get("interval_s"), 6), spread(cadence.get("jitter_s"))
    readings = count(cadence.get("readings"))
    return f"every {interval_s} s, jitter {jitter_s} s; of {readings} readings {lost} (first valid run)"


def _limits(meter: dict[str, Any]) -> str:
    limits = meter_words({"accuracy": meter.get("accuracy")}).partition("±")[2]
    return f"±{limits}" if limits else "not known: this part is missing in every uncertainty"


def _calibration(calibration: dict[str, Any]) -> str:
    if not calibration.get("date"):
        return "not set: the limits of error of the data sheet are used"
    certificate = calibration.get("certificate")
    when = f"on {calibration['date']}" + (f", certificate {certificate}" if certificate else "")
    gain = finite(calibration.get("gain"))
    return f"{when}; gain {plain(gain, 5)} in force" if gain is not None else when


def further_meters(results: Results) -> list[Block]:
    """Tabulate the meters whose sum was taken; nothing where there was one."""
    parts = results.meter.get("parts")
    if not isinstance(parts, list) or not parts:
        return []
    rows: list[dict[str, Any]] = [part for part in parts if isinstance(part, dict)]
    columns: Columns[dict[str, Any]] = (
        text_column("Name", lambda part: part.get("name"), whole=True),
        Column("Instrument", meter_words, numeric=False),
        text_column("Driver", lambda part: part.get("driver")),
        text_column("Port", lambda part: part.get("port")),
    )
    sum_words = "Several meters were read; the record above describes their sum, with worst-case limits."
    return [Text(sum_words), table("meter-parts", "Meters that were added up", columns, rows)]
