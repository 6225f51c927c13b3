"""Numbers as a reader should see them: to the place their uncertainty allows, and no further.

An uncertainty is given with two significant digits and its value to the same place (GUM, JCGM
100:2008, 7.2.6). A quantity without uncertainty gets a stated number of significant digits.
"""

import math
from typing import Any

ABSENT = "–"
"""What stands where there is no number."""

MINUS = "−"
_GROUP = "\u202f"  # narrow no-break space: groups digits without looking like a decimal sign
_SMALLEST_PLAIN_EXPONENT = -5
_ROUNDING = 1e-13
"""Scatter below this share of a value is that of the arithmetic; it says nothing about digits."""
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def finite(value: Any) -> float | None:
    """Return a value as a float, or ``None`` where it is absent, no number, or not finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def decimals_of(uncertainty: float) -> int:
    """Return how many decimals show an uncertainty with two significant digits.

    Negative for tens, hundreds and so on: 1234 is shown as 1200, so its result is -2.
    """
    exponent = int(f"{abs(uncertainty):.1e}".partition("e")[2])  # after rounding: 0.0996 counts as 0.10
    return 1 - exponent


def fixed(value: Any, decimals: int) -> str:
    """Format a number to a place, with a true minus sign and grouped digits from 10 000 on."""
    number = finite(value)
    if number is None:
        return ABSENT
    text = f"{round(number, decimals):.{max(decimals, 0)}f}"
    sign = MINUS if text.startswith("-") and text.strip("-0.") else ""
    whole, dot, part = text.lstrip("-").partition(".")
    if len(whole) > 4:
        whole = f"{int(whole):,}".replace(",", _GROUP)
    return f"{sign}{whole}{dot}{part}"


def plain(value: Any, significant: int = 4) -> str:
    """Format a number that has no uncertainty of its own; digits before the point are all kept."""
    number = finite(value)
    if number is None:
        return ABSENT
    if number == 0:
        return "0"
    mantissa, _, exponent_text = f"{number:.{significant - 1}e}".partition("e")
    exponent = int(exponent_text)
    if exponent < _SMALLEST_PLAIN_EXPONENT:
        return f"{mantissa.replace('-', MINUS)} × 10{str(exponent).translate(_SUPERSCRIPT)}"
    return fixed(number, max(0, significant - 1 - exponent))


def given(value: Any) -> str:
    """Format a number as it was given (a setting, a data sheet's limit), without padding zeros."""
    number = finite(value)
    if number is None:
        return ABSENT
    shortest = f"{number:.6g}"
    return plain(number) if "e" in shortest else fixed(number, len(shortest.partition(".")[2]))


def measured(value: Any, uncertainty: Any) -> str:
    """Format a value to the place of its standard uncertainty's second significant digit."""
    u, number = finite(uncertainty), finite(value)
    if u is None or number is None or u <= _ROUNDING * abs(number):
        return plain(value)
    return fixed(value, decimals_of(u))


def spread(uncertainty: Any) -> str:
    """Format an uncertainty or a standard deviation with two significant digits."""
    u = finite(uncertainty)
    if u is None:
        return ABSENT
    return fixed(u, decimals_of(u)) if u else "0"


def interval(low: Any, high: Any) -> str:
    """Format the ends of an interval to the place that its half-width allows: ``[0.361, 0.387]``."""
    a, b = finite(low), finite(high)
    if a is None or b is None:
        return ABSENT
    return f"[{in_interval(a, a, b)}, {in_interval(b, a, b)}]"


def between(ends: str) -> str:
    """Return an interval that `interval` formatted as it reads in a sentence: ``0.361 to 0.387``."""
    return ends.strip("[]").replace(", ", " to ")


def ends_words(low: Any, high: Any, n: int) -> str:
    """Format the ends of an interval, and say so where one run or two have none."""
    return f"n = {n}: no interval" if finite(low) is None and n in (1, 2) else interval(low, high)


def in_interval(value: Any, low: Any, high: Any, uncertainty: Any = None) -> str:
    """Format a value to the place that the half-width of its interval allows.

    Args:
        value: the number.
        low: lower end of its interval.
        high: upper end of its interval.
        uncertainty: standard uncertainty that decides where there is no interval.
    """
    a, b = finite(low), finite(high)
    return measured(value, uncertainty if a is None or b is None else (b - a) / 2)


def count(value: Any) -> str:
    """Format a whole number."""
    return fixed(value, 0)


def probability(value: Any) -> str:
    """Format a p value; below one in a thousand as a bound."""
    number = finite(value)
    if number is None:
        return ABSENT
    return "< 0.001" if number < 0.001 else fixed(number, 3)
