"""Text of a campaign made fit to print: it may hold anything that a file or a device can hold."""

import re
import textwrap

from reports.words.numbers import count

_KEPT_SPACES = frozenset(" \n\u00a0\u2009\u202f")

_WITHIN_NUMBER = re.compile(r"(?<=≤) (?=\d)|(?<=\d) (?=(?:%|[mk]?Wh|s)(?:\W|$))")
"""Spaces between a sign, a number and its unit."""

_UNITS = {
    "pct": "%",
    "w": "W",
    "wh": "Wh",
    "j": "J",
    "s": "s",
    "c": "°C",
    "v": "V",
    "a": "A",
    "hz": "Hz",
    "mhz": "MHz",
    "kib": "KiB",
    "mib": "MiB",
    "gib": "GiB",
    "gb": "GB",
    "bytes": "bytes",
}


def printable(text: str) -> str:
    """Replace what is no visible character (control, bidirectional, surrogate) by U+FFFD.

    Such characters break XML, can turn the reading direction of a page, or cannot be encoded.
    """
    return "".join(c if c.isprintable() or c in _KEPT_SPACES else "\ufffd" for c in text)


def label(text: str, width: int = 18, lines: int = 2) -> str:
    """Return a name short enough for an axis: wrapped, and cut in its middle where that does not do.

    The full name is in the table next to the figure.
    """
    words = printable(text)
    for letters in (len(words), *range(min(len(words), width * lines), 0, -1)):
        wrapped = textwrap.wrap(shorten(words, letters), width=width)
        if len(wrapped) <= lines:
            return "\n".join(wrapped) or ABSENT_NAME
    raise ValueError(f"a label of {width} letters in {lines} lines: expected room for one letter")


ABSENT_NAME = "(no name)"


def shorten(text: str, width: int) -> str:
    """Cut the middle out of a text that is longer than so many characters, and show that it was cut.

    Names of scenarios and of calls differ at their beginnings or at their ends.
    """
    if len(text) <= width:
        return text
    end = (width - 1) // 2
    return text[: width - 1 - end].rstrip() + "…" + text[len(text) - end :].lstrip()


def unbroken(text: str) -> str:
    """Keep a number on one line with its unit, and with the sign of a bound before it."""
    return _WITHIN_NUMBER.sub("\u00a0", text)


def counted(number: int, word: str, plural: str | None = None) -> str:
    """Return ``1 run`` or ``2 runs``; a plural is given where it takes more than an s."""
    return f"{count(number)} {word if number == 1 else plural or word + 's'}"


def listed(names: list[str], most: int = 5) -> str:
    """Return the first names of a list, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def slug(text: str) -> str:
    """Return a name as an HTML id: letters, digits and hyphens; never empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def quantity(key: str) -> tuple[str, str]:
    """Split a record's key into words and unit: ``max_mhz`` gives ``("max", "MHz")``."""
    words, _, suffix = key.rpartition("_")
    if words and suffix in _UNITS:
        return words.replace("_", " "), _UNITS[suffix]
    return key.replace("_", " "), ""
