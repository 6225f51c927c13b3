"""The meter's accuracy and calibration as they went into the budget."""

from math import sqrt
from typing import Any

from reports.words.environment import meter_words
from reports.words.numbers import finite, given, measured, plain, spread


def meter_lines(meter: dict[str, Any]) -> list[tuple[str, str]]:
    """Return accuracy, resolution, delay and calibration of the meter as they went into the budget."""
    accuracy = meter.get("accuracy") or {}
    limits = (
        ("reading_pct", "% of the reading"),
        ("range_pct", f"% of the range of {given(accuracy.get('range_w'))} W"),
        ("counts", f"counts of {given(meter.get('resolution_w'))} W"),
        ("reactive_pct", "% of the reactive power"),
    )
    lines = [("Meter", meter_words(meter) if meter else "not recorded")]
    for key, words in limits:
        if limit := finite(accuracy.get(key)):
            lines.append((f"Limit of error: {words}", f"± {given(limit)}, u = {spread(limit / sqrt(3))}"))
    if resolution_w := finite(meter.get("resolution_w")):
        lines.append(
            ("Resolution", f"{given(resolution_w)} W, u of a reading = {spread(resolution_w / sqrt(12))} W")
        )
    if (latency_s := finite(meter.get("latency_s"))) is not None:
        lines.append(("Delay", f"{given(latency_s)} s, u = {spread(meter.get('latency_u_s'))} s"))
    return [*lines, ("Calibration in force", _calibration(meter.get("calibration") or {}))]


def _calibration(calibration: dict[str, Any]) -> str:
    gain, gain_u, offset_w, offset_u_w = (
        finite(calibration.get(name)) for name in ("gain", "gain_u", "offset_w", "offset_u_w")
    )
    when = " ".join(
        str(words) for words in (calibration.get("date"), calibration.get("certificate")) if words
    )
    if gain is None or offset_w is None:
        return f"none; data-sheet limits used{f' ({when})' if when else ''}"
    simulated = "SIMULATED: " if calibration.get("simulated") else ""
    return (
        f"{simulated}{when}: gain {measured(gain, gain_u)} (u = {spread(gain_u)}), offset "
        f"{measured(offset_w, offset_u_w)} W (u = {spread(offset_u_w)} W), covariance "
        f"{plain(calibration.get('gain_offset_cov'), 2)} W, in place of the limits of error"
    )
