"""Spreadsheets whose cells are numbers and texts, never formulas, whatever the texts of a campaign hold."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.words.numbers import decimals_of, finite
from reports.words.texts import printable, shorten

_LONGEST_TEXT = 32_000  # a cell holds 32 767 characters
_WIDEST, _NARROWEST = 60, 9
_SIGNIFICANT = 4
_MOST_DECIMALS = 12
SIMULATED = "SIMULATED: a virtual instrument took part. No number here is a measurement."


@dataclass(frozen=True)
class Number:
    """A number for a cell, which keeps all its digits, and the uncertainty that says how many are shown."""

    value: Any
    u: Any = None

    @property
    def shown(self) -> str:
        """Number format: to the second digit of the uncertainty, else four significant digits."""
        number, u = finite(self.value), finite(self.u)
        if not number and not u:
            return "0"
        decimals = decimals_of(u) if u else decimals_of(number or 0.0) + _SIGNIFICANT - 2
        decimals = min(max(decimals, 0), _MOST_DECIMALS)
        return f"0.{'0' * decimals}" if decimals else "0"


Value = Number | str | bool | None


@dataclass
class Book:
    """A workbook that is filled sheet by sheet.

    Args:
        title: of the document.
        simulated: whether every sheet says that its numbers are no measurement.
    """

    title: str
    simulated: bool
    _book: Workbook = field(default_factory=Workbook)
    _begun: bool = False

    def sheet(self, name: str) -> "Page":
        """Begin a sheet."""
        page = self._book.create_sheet(name) if self._begun else self._book.worksheets[0]
        page.title = name
        self._begun = True
        page.page_setup.orientation = "landscape"
        page.page_setup.fitToHeight = 0
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        begun = Page(page)
        if self.simulated:
            begun.row([SIMULATED], bold=True)
        begun.row([self.title], bold=True)
        begun.row([])
        return begun

    def save(self, path: Path) -> None:
        """Write the workbook atomically."""
        properties = self._book.properties
        properties.creator = "Wattlab"
        properties.title = _text(f"{'SIMULATED: ' if self.simulated else ''}{self.title}")
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with open(beside, "wb") as file:
                self._book.save(file)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


class Page:
    """One sheet, written from top to bottom."""

    def __init__(self, page: Worksheet) -> None:
        self._page = page
        self._next = 1

    def row(self, values: Sequence[Value], *, bold: bool = False) -> None:
        """Write a row; ``None`` leaves a cell empty."""
        for column, value in enumerate(values, start=1):
            if value is not None:
                _fill(self._page.cell(self._next, column), value, bold)
        self._next += 1

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
        """Write a table, set its columns' widths, leave a line, and return how many rows it has."""
        self.row(heads, bold=True)
        widths = [len(head) for head in heads]
        number = 0
        for values in rows:
            self.row(values)
            number += 1
            widths = [max(w, _width(v)) for w, v in zip(widths, values, strict=True)]
        self.row([])
        for column, width in enumerate(widths, start=1):
            dimension = self._page.column_dimensions[get_column_letter(column)]
            dimension.width = max(dimension.width, min(max(width + 2, _NARROWEST), _WIDEST))
        return number


def _width(value: Value) -> int:
    return len(value.shown) + 6 if isinstance(value, Number) else len(str(value or ""))


def _fill(cell: Any, value: Number | str | bool, bold: bool) -> None:
    """Fill a cell. The type of a text is set by hand: openpyxl would take ``=...`` for a formula."""
    if isinstance(value, Number):
        number = finite(value.value)
        if number is not None:
            cell.value = number
            cell.number_format = value.shown
        return
    cell.value = _text("yes" if value is True else "no" if value is False else value)
    cell.data_type = "s"
    cell.quotePrefix = True
    cell.alignment = Alignment(wrap_text=not bold, vertical="top")
    cell.font = Font(bold=bold)


def _text(text: str) -> str:
    return shorten(printable(text), _LONGEST_TEXT)
