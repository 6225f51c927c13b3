"""Applies the rules to files: what is found, what could not be read, and how many lines were read."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from source.files import Unread, source_paths, unfit
from source.flow.module import ModuleFlow
from source.flow.project import Project
from source.notebooks import joined_cells
from source.parsing import python_lines, why_not
from source.smells.noqa import silenced
from source.smells.registry import RULES
from source.smells.rule import Rule
from source.smells.settings import Settings

_CONCERNED = re.compile(r"tensorflow|keras|[Tt]orch|lightning|transformers|\bPIL\b|\bcv2\b")
"""A file without any of these words, which imports no file of its program, has none of the smells."""
_IMPORTS = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Smell:
    """A finding: place (lines and columns from 1, cell of a notebook), code, message, text of its line."""

    path: Path
    line: int
    column: int
    code: str
    message: str
    text: str
    cell: int | None = None


@dataclass
class Search:
    """What was found, and what was read for it."""

    smells: list[Smell] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    files: int = 0
    lines: int = 0


def search(paths: Iterable[Path], settings_of: Callable[[Path], Settings] | None = None) -> Search:
    """Look for smells in the files and folders of some paths, with the settings of each file."""
    result, project, everything = Search(), Project(), Settings()
    for path in source_paths(paths):
        settings = settings_of(path) if settings_of else everything
        if not settings.excludes(path):
            _look(path, project, settings, result)
    result.smells.sort(key=lambda smell: (str(smell.path), smell.line, smell.column, smell.code))
    return result


def _look(path: Path, project: Project, settings: Settings, result: Search) -> None:
    try:
        unread = unfit(path) or _searched(path, project, settings, result)
    except (RecursionError, MemoryError):
        unread = "nested too deeply"
    except OSError as error:
        unread = error.strerror or str(error)
    except ValueError as error:
        unread = why_not(error)
    if unread:
        result.unread.append(Unread(path, unread))


def _searched(path: Path, project: Project, settings: Settings, result: Search) -> str | None:
    """Search a file; return what of it could not be read, and why."""
    text = path.read_text(encoding="utf-8", errors="replace")
    result.files += 1
    if path.suffix == ".ipynb":
        text = joined_cells(text)[0]
    result.lines += text.count("\n")
    if not _CONCERNED.search(text) and not _imports_its_program(text, path, project):
        return None
    flow = project.flow(path)
    if isinstance(flow, Unread):
        return flow.reason
    result.smells += smells_of(flow, path, [rule for rule in RULES if settings.applies(rule.code, path)])
    flow.events.clear()
    return flow.file.unread.reason if flow.file.unread is not None else None


def _imports_its_program(text: str, path: Path, project: Project) -> bool:
    folder = path.parent.resolve()
    names = set(_IMPORTS.findall(text))
    return any(name.startswith(".") or project.finds(name, folder) for name in names)


def smells_of(flow: ModuleFlow, path: Path, rules: Iterable[Rule] = RULES) -> Iterator[Smell]:
    """Give the smells of a file, each line and code once, without those that it silences."""
    lines = python_lines(flow.file.text)
    seen: set[tuple[int, str]] = set()
    for rule in rules:
        for node, message in rule.check(flow):
            row = getattr(node, "lineno", 1)
            text = lines[row - 1] if row <= len(lines) else ""
            if (row, rule.code) not in seen and not silenced(text, rule.code):
                seen.add((row, rule.code))
                cell, line = flow.file.place(row)
                column = _characters(text, getattr(node, "col_offset", 0)) + 1
                yield Smell(path, line, column, rule.code, message, text.strip(), cell)


def _characters(line: str, offset: int) -> int:
    """Return how many characters the first bytes of a line are: syntax trees count columns in bytes."""
    return len(line.encode()[:offset].decode(errors="replace"))
