"""How SCPI instruments write numbers, readings and who they are.

IEEE 488.2 and SCPI-99 say how commands and numbers look; `9.91E+37` for "no number" and `9.9E+37`
for "infinity" are SCPI-99, volume 1, 7.2.1.4 and 7.2.1.5. What instruments do otherwise is allowed
for here: answers with a header although it was switched off, ``NAN`` and ``INF`` in letters, decimals
with and without an exponent.
"""

import math
import re
from typing import Literal

from records.meter import Identity, Reading

Sentinel = Literal["nodata", "overrange"]
"""What an instrument says in place of a number."""

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})(E[+-]?\d{1,3})?", re.IGNORECASE)
_BLANK = " \t\r"  # str.strip() would take 0x1C to 0x1F as well, which float() then refuses
_HEADER = re.compile(r"^:?[A-Z][A-Z0-9]*(:[A-Z0-9]+)* +(?=\S)", re.IGNORECASE)
_NO_NUMBER = 9.91e37
_INFINITY = 9.9e37


def without_header(text: str) -> str:
    """Return an answer without the header that some instruments put before it.

    ``:NUM:NORM:NUMB 8`` becomes ``8``.
    """
    return _HEADER.sub("", text.strip(_BLANK), count=1)


def parse_number(text: str) -> float | Sentinel | None:
    """Return a number as SCPI writes it (NR1, NR2, NR3), or what stands in its place.

    Returns:
        The number; ``nodata`` for 9.91E+37 and ``NAN``; ``overrange`` for 9.9E+37, whatever is
        beyond it, and ``INF``; ``None`` for what is none of these.
    """
    text = text.strip(_BLANK)
    word = text.upper().lstrip("+-")
    if word == "NAN":
        return "nodata"
    if word in ("INF", "INFINITY"):
        return "overrange"
    if not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if math.isclose(abs(number), _NO_NUMBER, rel_tol=1e-4):
        return "nodata"
    return number if abs(number) < _INFINITY else "overrange"


def parse_numbers(line: bytes, count: int) -> list[float | Sentinel] | None:
    """Return the numbers of an answer, which has to be so many; ``None`` for anything else."""
    if not line.isascii():
        return None
    fields = without_header(line.decode("ascii")).split(",")
    numbers = [number for field in fields if (number := parse_number(field)) is not None]
    return numbers if len(numbers) == len(fields) == count else None


def parse_reading(line: bytes, items: tuple[str, ...], t_utc_s: float) -> Reading:
    """Return the reading in an answer.

    Args:
        line: the answer without its line end.
        items: which of `records.meter.QUANTITIES` was asked for at each place.
        t_utc_s: when it arrived.

    Returns:
        A good reading; or one without watts: ``malformed`` where the line is not so many numbers,
        ``overrange`` where power, voltage or current is beyond the range, ``nodata`` where there is
        no power. Another quantity without a number is missing.
    """
    numbers = parse_numbers(line, len(items))
    if numbers is None:
        return Reading(t_utc_s, None, "malformed")
    found = dict(zip(items, numbers, strict=True))
    if "overrange" in (found["power_w"], found.get("voltage_v"), found.get("current_a")):
        return Reading(t_utc_s, None, "overrange")
    values = {name: value for name, value in found.items() if isinstance(value, float)}
    if "power_w" not in values:
        return Reading(t_utc_s, None, "nodata")
    return Reading(
        t_utc_s,
        values["power_w"],
        voltage_v=values.get("voltage_v"),
        current_a=values.get("current_a"),
        power_factor=values.get("power_factor"),
        frequency_hz=values.get("frequency_hz"),
        energy_wh=values.get("energy_wh"),
    )


def parse_identity(line: bytes) -> Identity | None:
    """Return the identity in an answer to ``*IDN?``: maker, model, serial number, firmware.

    A serial number of 0 means that the instrument does not say (IEEE 488.2, 10.14).
    """
    if not line.isascii() or not line.decode("ascii").isprintable():
        return None
    fields = [field.strip(_BLANK) for field in line.decode("ascii").split(",")]
    if len(fields) != 4 or not fields[0] or not fields[1]:
        return None
    maker, model, serial, firmware = fields
    return Identity(maker=maker, model=model, serial="" if serial == "0" else serial, firmware=firmware)
