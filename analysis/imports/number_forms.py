"""How the numbers of a column are written: which mark divides decimals, which groups of thousands.

Decided column by column, from all its numbers. A comma or point with three digits behind it can be either; it
is read as a group of thousands only where something in the column shows it, and where nothing shows what it
is the column is refused. A group never begins with 0, and never has more than three digits before it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from records.errors import ConfigurationError

Mark = Literal[".", ","]

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$", re.ASCII | re.IGNORECASE)
_DIGITS = re.compile(r"[+-]?[\d.,'’\u00a0\u2009\u202f ]*\d[\d.,]*(e[+-]?\d+)?$", re.ASCII | re.IGNORECASE)
_GROUPS = {
    mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}({re.escape(mark)}\d{{3}})+(?!\d)", re.ASCII)
    for mark in (".", ",", " ", "'")
}
_BLANKS = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "’": "'"})
_OTHER: dict[Mark, Mark] = {".": ",", ",": "."}


@dataclass(frozen=True)
class NumberForm:
    """Marks of the numbers of a column.

    Attributes:
        decimal: divides decimals.
        thousands: divides groups of three digits; empty where there are none.
    """

    decimal: Mark = "."
    thousands: str = ""

    def parse(self, text: str) -> float | None:
        """Return a number, or ``None`` where the text is none in this form; ``nan`` and ``inf`` are none."""
        text = text.strip().translate(_BLANKS)
        if self.thousands and self.thousands in text:
            whole, mark, rest = text.partition(self.decimal)
            if not _GROUPS[self.thousands].fullmatch(whole) or self.thousands in rest:
                return None
            text = whole.replace(self.thousands, "") + mark + rest
        if self.decimal == ",":
            if "." in text:
                return None
            text = text.replace(",", ".", 1)
        return float(text) if _PLAIN.match(text) else None

    def __str__(self) -> str:
        """Say it in words."""
        return f"a decimal {'comma' if self.decimal == ',' else 'point'}"


POINT = NumberForm()


@dataclass(frozen=True)
class NumberOptions:
    """What the operator says about the numbers of a table; ``None`` where the columns are to show it.

    Attributes:
        decimal: mark of the decimals.
        thousands: mark between groups of thousands, or ``none``.
    """

    decimal: Mark | None = None
    thousands: str | None = None

    def __post_init__(self) -> None:
        if self.decimal is not None and self.decimal == self.thousands:
            raise ConfigurationError(
                f"--decimal and --thousands: expected two different marks, found {self.decimal!r} for both"
            )

    @property
    def form(self) -> NumberForm | None:
        """The form that was given; ``None`` where the columns have to show it."""
        if self.decimal is None and self.thousands in (".", ","):
            return NumberForm(_OTHER[self.thousands], self.thousands)  # type: ignore[index]
        if self.decimal is None:
            return None
        other = _OTHER[self.decimal] if self.thousands is None else self.thousands
        return NumberForm(self.decimal, "" if other == "none" else other)


class AmbiguousNumbers(Exception):
    """The numbers of a column can be read in two ways; the text is the reason."""


@dataclass
class _Evidence:
    """What the numbers of a column show of one mark, point or comma.

    Attributes:
        decimal: a number in which it can only divide decimals.
        grouping: one in which it can only divide thousands.
        either: one in which it can do both; ``all_either`` whether no number is without that.
    """

    decimal: str = ""
    grouping: str = ""
    either: str = ""

    def see(self, text: str, mark: Mark) -> None:
        if mark not in text:
            return
        other = _OTHER[mark]
        if other in text and text.rfind(other) < text.rfind(mark):
            self.decimal = self.decimal or text
        elif other in text or text.count(mark) > 1:
            self.grouping = self.grouping or text
        elif _GROUPS[mark].fullmatch(text):
            self.either = self.either or text
        else:
            self.decimal = self.decimal or text


def form_of(texts: Iterable[str], *, commas_elsewhere: bool = False) -> NumberForm:
    """Return the form of a column's numbers; what is no number is passed over.

    Args:
        texts: fields as written.
        commas_elsewhere: another column of the table has decimal commas, so that a point may group thousands.

    Raises:
        AmbiguousNumbers: its numbers contradict each other, or nothing shows what a mark means.
    """
    point, comma = _Evidence(), _Evidence()
    blank, unmarked = "", ""
    for raw in texts:
        text = raw.strip().translate(_BLANKS).lower()
        if not _DIGITS.match(text):
            continue
        text = text.partition("e")[0]
        for mark in (" ", "'"):
            if _GROUPS[mark].match(text):
                blank, text = mark, text.replace(mark, "")
        if "." not in text and "," not in text:
            unmarked = unmarked or text
        point.see(text, ".")
        comma.see(text, ",")
    if comma.decimal and point.decimal:
        raise AmbiguousNumbers(
            f"it has a decimal comma in {comma.decimal!r} and a decimal point in {point.decimal!r}"
        )
    if comma.decimal or point.grouping:
        if comma.grouping:
            raise AmbiguousNumbers(
                f"it has {comma.decimal or point.grouping!r} as well as {comma.grouping!r}"
            )
        return NumberForm(",", blank or ("." if point.grouping or point.either else ""))
    if point.decimal or comma.grouping:
        return NumberForm(".", blank or ("," if comma.grouping or comma.either else ""))
    if comma.either:
        raise AmbiguousNumbers(f"{comma.either!r} may have a decimal comma or thousands")
    if point.either and (commas_elsewhere or (unmarked and abs(float(unmarked)) >= 1)):
        beside = "decimal commas in other columns" if commas_elsewhere else f"{unmarked!r} in this one"
        raise AmbiguousNumbers(f"{point.either!r} may have a decimal point or thousands, with {beside}")
    return NumberForm(".", blank)
