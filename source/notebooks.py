"""Notebooks as one program: the code cells joined, with magics and shell lines blanked out."""

import json
import re
from typing import NamedTuple

from source.parsing import NotebookError, parsed, python_lines, why_not

_MAGIC = re.compile(r"^(\s*)(?:[!?]|%{1,2}\s*[a-zA-Z]|(?:[\w.]+(?:\[.*\])?\?{1,2}\s*$)).*$")
_ASSIGNED = re.compile(r"^(\s*[\w., ]+=\s*)[%!].*$")
_OTHER_LANGUAGE = re.compile(r"^\s*%%(?!time|timeit|capture|prun)\w+")


class Cell(NamedTuple):
    """A code cell: its number among the code cells from 1, and its first line in the joined program.

    A cell that is not Python has a reason, and is in the program as lines of ``pass``.
    """

    number: int
    first_line: int
    reason: str = ""


def code_cells(document: str) -> list[str]:
    """Return the text of each code cell of a notebook (nbformat 3 and 4) as it stands there.

    Raises:
        NotebookError: the document is no notebook.
    """
    try:
        notebook = json.loads(document)
    except ValueError as error:
        raise NotebookError(f"no notebook: not JSON: {error}") from error
    try:
        raw = notebook.get("cells")
        if raw is None:
            sheets = notebook.get("worksheets") or []
            raw = [cell for sheet in sheets for cell in sheet.get("cells", [])]
        code = (cell for cell in raw if cell.get("cell_type") == "code")
        sources = (cell.get("source", cell.get("input", "")) for cell in code)
        return [source if isinstance(source, str) else "".join(source) for source in sources]
    except (AttributeError, TypeError) as error:
        raise NotebookError("no notebook: expected an object with cells, each with its source") from error


def cells_of(name: str, text: str) -> list[tuple[int | None, list[str]]]:
    """Return number and lines of each code cell of a notebook, of another file ``None`` and its lines.

    Lines are those that Python counts. What should be a notebook and is none is taken as it stands.
    """
    if name.endswith(".ipynb"):
        try:
            return [(number, _lines(cell)) for number, cell in enumerate(code_cells(text), start=1)]
        except NotebookError:
            pass
    return [(None, _lines(text))]


def _lines(text: str) -> list[str]:
    return python_lines(text.rstrip("\r\n")) or [""]


def joined_cells(document: str) -> tuple[str, tuple[Cell, ...]]:
    """Join the code cells of a notebook; lines keep their number within the cell.

    Raises:
        NotebookError: the document is no notebook.
    """
    lines: list[str] = []
    cells: list[Cell] = []
    for text in code_cells(document):
        python, reason = _python_lines(text)
        cells.append(Cell(len(cells) + 1, len(lines) + 1, reason))
        lines += python
    return "\n".join([*lines, ""]), tuple(cells)


def _python_lines(text: str) -> tuple[list[str], str]:
    """Return a cell as lines of Python, and why it could not be read.

    Lines count as magics only where the cell is not Python as it stands: ``% (a, b)`` can go on a line.
    """
    lines = python_lines(text) or [""]
    blank = ["pass"] * len(lines)
    if _OTHER_LANGUAGE.match(lines[0]):
        return blank, ""
    without_magics = [_ASSIGNED.sub(r"\1None", _MAGIC.sub(r"\1pass", line)) for line in lines]
    reason = ""
    for attempt in (lines, without_magics):
        try:
            parsed("\n".join(attempt))
            return attempt, ""
        except (SyntaxError, ValueError) as error:
            reason = why_not(error)
    return blank, reason
