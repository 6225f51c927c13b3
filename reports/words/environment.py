"""The environment as lines of a table: what was measured, with what, and from where."""

from collections.abc import Iterator
from typing import Any

from reports.words.numbers import finite, given, plain
from reports.words.texts import quantity

_GIB_IN_KIB = 1024.0**2
_ACRONYMS = {
    "cpu": "CPU",
    "gpu": "GPU",
    "gpus": "GPU",
    "os": "OS",
    "psu": "PSU",
    "ram": "RAM",
    "cuda": "CUDA",
}
Line = tuple[str, str]

UNKNOWN = "unknown"
"""What stands where a record has no value."""


def lines_of(record: dict[str, Any]) -> list[Line]:
    """Flatten a nested record to (name, value) lines; an unknown value says so."""
    return list(_flat(record, ()))


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[Line]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for number, item in enumerate(value, start=1):
            yield from _flat(item, (*path, str(number)))
    elif path:
        *above, last = path
        words, unit = quantity(last)
        yield " · ".join([*map(_heading, above), _heading(words)]), _shown(value, unit)


def _heading(word: str) -> str:
    return _ACRONYMS.get(word, word.replace("_", " "))


def _shown(value: Any, unit: str) -> str:
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    number = finite(value)
    if number is None:
        return f"{value} {unit}".strip()
    if unit == "KiB" and number >= _GIB_IN_KIB:
        return f"{plain(number / _GIB_IN_KIB)} GiB"
    return f"{given(number)} {unit}".strip()


def part_of(record: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a part of a record by name; an empty one where it is absent or no record itself."""
    return _dict(record.get(name))


def sut_words(sut: dict[str, Any]) -> str:
    """Say in one line what the SUT is, from whatever the inventory knows."""
    cpu, ram = _dict(sut.get("cpu")), _dict(sut.get("ram"))
    total_kib = finite(ram.get("total_kib"))
    gpus = sut.get("gpus")
    cards = [_named(item) for item in gpus] if isinstance(gpus, list) else []
    parts = [
        str(cpu.get("model") or ""),
        f"{plain(total_kib / _GIB_IN_KIB, 3)} GiB RAM" if total_kib else "",
        ", ".join(cards) if cards else ("no GPU" if gpus == [] else ""),
        str(sut.get("os") or ""),
    ]
    return ", ".join(part for part in parts if part)


def meter_words(meter: dict[str, Any]) -> str:
    """Say in one line what the meter is and how it was read."""
    interval_s = finite(meter.get("interval_s"))
    rate = f"a reading every {given(interval_s)} s" if interval_s else ""
    parts = [
        meter_name(meter),
        rate,
        _accuracy(_dict(meter.get("accuracy"))),
        _calibration(_dict(meter.get("calibration"))),
    ]
    return ", ".join(part for part in parts if part)


def meter_name(meter: dict[str, Any]) -> str:
    """Return maker and model of a meter, else its driver."""
    identity = _dict(meter.get("identity"))
    who = f"{identity.get('maker') or ''} {identity.get('model') or ''}".strip()
    return who or str(meter.get("driver") or "unknown meter")


def _accuracy(accuracy: dict[str, Any]) -> str:
    terms = []
    if reading := finite(accuracy.get("reading_pct")):
        terms.append(f"{given(reading)} % of reading")
    if (share := finite(accuracy.get("range_pct"))) and (range_w := finite(accuracy.get("range_w"))):
        terms.append(f"{given(share)} % of {given(range_w)} W")
    if counts := finite(accuracy.get("counts")):
        terms.append(f"{given(counts)} counts")
    if reactive := finite(accuracy.get("reactive_pct")):
        terms.append(f"{given(reactive)} % of reactive power")
    return f"limits of error ±({' + '.join(terms)})" if terms else ""


def _calibration(calibration: dict[str, Any]) -> str:
    return f"calibrated on {calibration['date']}" if calibration.get("date") else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _named(value: Any) -> str:
    return str(value.get("name") or "GPU") if isinstance(value, dict) else str(value)
