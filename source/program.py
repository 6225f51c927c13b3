"""The files of one program: the one that is started and the local modules that it imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

from source.files import Unread
from source.flow.module import ModuleFlow
from source.flow.project import Project
from source.names import absolute_module


def program_flows(start: Path) -> Iterator[tuple[Path, ModuleFlow | Unread]]:
    """Give the file that is started and each local module that it imports, each once.

    Modules are found as Python finds them: next to the importing file and in the packages around it.
    Installed packages and the standard library are no part of the program.
    """
    project = Project()
    waiting, seen = [start], {start.resolve()}
    while waiting:
        path = waiting.pop(0)
        flow = project.flow(path)
        yield path, flow
        if isinstance(flow, Unread):
            continue
        for found in local_imports(flow, project):
            if found.resolve() not in seen:
                seen.add(found.resolve())
                waiting.append(found)


def local_imports(flow: ModuleFlow, project: Project) -> Iterator[Path]:
    """Give the files of the program that a file may import, some more than once."""
    for dotted in _imports(flow):
        found = project.file_of(dotted, flow.folder)
        if found is not None:
            yield found


def module_path(dotted: str, folder: Path) -> Path | None:
    """Return the file that ``python -m MODULE`` runs there; ``None`` where it is none of its files."""
    found = Project().file_of(dotted, folder)
    if found is None or found.name != "__init__.py":
        return found
    main = found.with_name("__main__.py")
    return main if main.is_file() else None


def _imports(flow: ModuleFlow) -> Iterator[str]:
    """Give the dotted names of modules that a file may import, packages around them first."""
    for node in ast.walk(flow.file.tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield from _with_packages(name.name)
        elif isinstance(node, ast.ImportFrom):
            module = absolute_module(node, flow.package)
            yield from _with_packages(module)
            yield from (f"{module}.{name.name}" if module else name.name for name in node.names)


def _with_packages(dotted: str) -> Iterator[str]:
    parts = dotted.split(".") if dotted else []
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))
