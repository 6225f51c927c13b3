"""Notebooks as one program: the code cells joined, with magics and shell lines blanked out."""

import json
import re
from typing import NamedTuple

_MAGIC = re.compile(r"^(\s*)(?:[%!?]|(?:[\w.]+(?:\[.*\])?\?{1,2}\s*$)).*$")
_ASSIGNED = re.compile(r"^(\s*[\w., ]+=\s*)[%!].*$")
_OTHER_LANGUAGE = re.compile(r"^\s*%%(?!time|timeit|capture|prun)\w+")


class Cell(NamedTuple):
    """A code cell: its number among the code cells from 1, and its first line in the joined program."""

    number: int
    first_line: int


def code_cells(document: str) -> list[str]:
    """Return the text of each code cell of a notebook (nbformat 3 and 4) as it stands there.

    Raises:
        ValueError: the document is no notebook.
    """
    notebook = json.loads(document)
    if not isinstance(notebook, dict):
        raise ValueError("no notebook: expected an object with cells")
    raw = notebook.get("cells")
    if raw is None:
        sheets = notebook.get("worksheets") or []
        raw = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    sources = (cell.get("source", cell.get("input", "")) for cell in raw if cell.get("cell_type") == "code")
    return [source if isinstance(source, str) else "".join(source) for source in sources]


def joined_cells(document: str) -> tuple[str, tuple[Cell, ...]]:
    """Join the code cells of a notebook; lines keep their number within the cell.

    Raises:
        ValueError: the document is no notebook.
    """
    lines: list[str] = []
    cells: list[Cell] = []
    for text in code_cells(document):
        cells.append(Cell(len(cells) + 1, len(lines) + 1))
        lines += _python_lines(text)
    return "\n".join([*lines, ""]), tuple(cells)


def _python_lines(text: str) -> list[str]:
    lines = text.splitlines() or [""]
    if _OTHER_LANGUAGE.match(lines[0]):
        return ["pass"] * len(lines)
    return [_ASSIGNED.sub(r"\1None", _MAGIC.sub(r"\1pass", line)) for line in lines]
