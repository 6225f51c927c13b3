"""Python files and notebooks as syntax trees: which are below a path, and what is in one."""

import ast
import os
import stat
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from source.notebooks import Cell, joined_cells
from source.parsing import parsed, why_not

MOST_BYTES = 4_000_000
"""Larger files are data or made by a program; they are left out with a note."""

SKIPPED_FOLDERS = frozenset(
    (
        *(".git", ".hg", ".venv", "venv", "__pycache__", "node_modules", "site-packages"),
        *(".ipynb_checkpoints", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".tox", ".nox"),
    )
)
"""Not entered below a path; such a folder is read where it is itself the path."""

_SUFFIXES = (".py", ".ipynb")


@dataclass(frozen=True)
class Unread:
    """A file that could not be read, with the reason."""

    path: Path
    reason: str


@dataclass(frozen=True)
class SourceFile:
    """A file that was read.

    Attributes:
        path: where it was read.
        text: its program; of a notebook the code cells, one after the other.
        tree: its syntax.
        cells: code cells of a notebook, empty for a Python file.
    """

    path: Path
    text: str
    tree: ast.Module
    cells: tuple[Cell, ...] = ()

    @property
    def unread(self) -> Unread | None:
        """The cells that were left out, with the reason of the first, else ``None``."""
        left_out = [cell for cell in self.cells if cell.reason]
        if not left_out:
            return None
        numbers = ", ".join(str(cell.number) for cell in left_out)
        return Unread(self.path, f"cell {numbers}: {left_out[0].reason}")

    def place(self, line: int) -> tuple[int | None, int]:
        """Return the code cell (counted from 1, ``None`` in a Python file) and the line within it."""
        for cell in reversed(self.cells):
            if line >= cell.first_line:
                return cell.number, line - cell.first_line + 1
        return None, line


def read_source(path: Path) -> SourceFile | Unread:
    """Read and parse a file; what cannot be parsed, such as Python 2, is `Unread`."""
    try:
        if (reason := unfit(path)) is not None:
            return Unread(path, reason)
        if path.suffix == ".ipynb":
            text, cells = joined_cells(path.read_text(encoding="utf-8"))
        else:
            with tokenize.open(path) as file:
                text, cells = file.read(), ()
        return SourceFile(path, text, parsed(text), cells)
    except OSError as error:
        return Unread(path, error.strerror or str(error))
    except (SyntaxError, ValueError, LookupError) as error:
        return Unread(path, why_not(error))
    except (RecursionError, MemoryError):
        return Unread(path, "nested too deeply")


def unfit(path: Path) -> str | None:
    """Return why a file is not opened, ``None`` where it is; opening a pipe would wait for ever.

    Raises:
        OSError: it is not there.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        return "expected a file, found a pipe, a socket, a device or a folder"
    return None if found.st_size <= MOST_BYTES else f"{found.st_size} bytes; expected at most {MOST_BYTES}"


def source_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Give the Python files and notebooks at and below some paths, each once, sorted below each path.

    A file that is named itself is given whatever its name ends in. Links to folders are not followed.
    """
    seen: set[Path] = set()
    for path in paths:
        for found in [path] if path.is_file() else _below(path):
            resolved = found.resolve()
            if resolved not in seen:
                seen.add(resolved)
                yield found


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if name.endswith(_SUFFIXES):
                yield Path(parent) / name
