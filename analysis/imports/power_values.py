"""A power as loggers write it: a number, an instrument's sentinel, or a word for there being none."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.imports.number_forms import POINT, NumberForm
from analysis.imports.reading import SourceText
from analysis.imports.repairs import Repairs
from records.finding_codes import imports as codes

_NO_DATA = re.compile(
    r"(|_+|-+|\[?#?n/?a\]?|nan|null|none|nodata|no data|unavailable|unknown|offline|\*+)$", re.IGNORECASE
)
_OVERRANGE = re.compile(r"([+-]?inf(inity)?|-?o\.?[fl]\.?-?|over(range|load|flow)?)$", re.IGNORECASE)

# No-data and over-range of SCPI instruments (Yokogawa IM 760401: 9.91E+37 and 9.9E+37).
_SCPI_NO_DATA, _SCPI_OVERRANGE = 9.91e37, 9.9e37


@dataclass(frozen=True, slots=True)
class PowerValue:
    """A power in the unit of the log, or the flag that says why there is none."""

    value: float | None
    flag: str = ""


def parse_power(text: str, form: NumberForm = POINT) -> PowerValue | None:
    """Read the power of a row; ``None`` where the text is nothing that a logger writes."""
    text = text.strip()
    if _NO_DATA.match(text):
        return PowerValue(None, "nodata")
    if _OVERRANGE.match(text):
        return PowerValue(None, "overrange")
    number = form.parse(text)
    if number is None:
        return None
    if abs(number) >= _SCPI_OVERRANGE:
        return PowerValue(None, "nodata" if abs(number) >= _SCPI_NO_DATA else "overrange")
    return PowerValue(number)


def count_flag(repairs: Repairs, source: SourceText, line: int, flag: str) -> None:
    """Count a row without power as a repair: it is kept with its flag and leaves a gap."""
    words = "no power there; the row is kept with a flag and leaves a gap"
    if flag == "nodata":
        repairs.count(codes.POWER_NODATA, source, line, words)
    elif flag == "overrange":
        repairs.count(codes.POWER_OVERRANGE, source, line, words)
    elif flag == "malformed":
        repairs.count(codes.POWER_MALFORMED, source, line, words)


def resolution_of(texts: Sequence[str], form: NumberForm = POINT) -> float:
    """Return the finest step that the digits of some powers show; 1 where they have no decimals.

    Args:
        texts: powers as written, those without a number passed over; an exponent shifts the step.
        form: how they are written.
    """
    finest = 0
    for text in texts:
        power = parse_power(text, form)
        if power is None or power.value is None:
            continue
        mantissa, _, exponent = text.strip().lower().partition("e")
        digits = mantissa.partition(form.decimal)[2].rstrip("0")
        shift = int(exponent) if exponent.lstrip("+-").isdigit() else 0
        finest = max(finest, len(digits) - shift)
    return math.pow(10.0, -finest)
