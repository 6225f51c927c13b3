"""The files of a program together: imports between them are followed, on demand and within bounds."""

from collections import OrderedDict
from pathlib import Path

from source.files import Unread, read_source
from source.flow.module import ModuleFlow
from source.flow.values import Value

_MOST_CHARACTERS = 4_000_000
"""Of the files whose flow is kept at a time for those that import them; some 100,000 lines."""
_MOST_DEPTH = 4
_MOST_STARS = 2
"""How deep imports, and those of ``*``, are followed at once."""


class Project:
    """Finds the file that an import means, next to the importing file or in its packages."""

    def __init__(self) -> None:
        self._flows: OrderedDict[Path, ModuleFlow | None] = OrderedDict()
        self._characters = 0
        self._found: dict[tuple[Path, str], Path | None] = {}
        self._depth = 0

    def flow(self, path: Path) -> ModuleFlow | Unread:
        """Return the flow of a file, complete; what is nested too deeply to be walked is `Unread`."""
        key = path.resolve()
        flow = self._flows.get(key)
        if flow is None:
            source = read_source(path)
            if isinstance(source, Unread):
                return source
            flow = ModuleFlow(source, self, package_of(path), key.parent)
            self._keep(key, flow)
        try:
            flow.complete()
        except (RecursionError, MemoryError):
            return Unread(path, "nested too deeply")
        return flow

    def finds(self, dotted: str, folder: Path) -> bool:
        """Return whether a module of this name is a file of the program, seen from a folder."""
        return self.file_of(dotted, folder) is not None

    def imported(self, dotted: str, importer: ModuleFlow) -> Value | None:
        """Return what an imported name means in the program, ``None`` where it is none of its files."""
        path = self.file_of(dotted, importer.folder)
        if path is not None:
            return Value("project-module", str(path))
        module, _, name = dotted.rpartition(".")
        path = self.file_of(module, importer.folder) if module else None
        return self.member(path, name) if path is not None else None

    def member(self, module: Path, name: str) -> Value | None:
        """Return what a name of a file of the program holds, or the file of that name in its package."""
        flow = self._begun(module)
        if flow is None:
            return None
        value = flow.names.values.get(name)
        if value is not None and value.kind == "import":
            return self._resolved(name, value, flow)
        path = self.file_of(name, flow.folder) if value is None and module.name == "__init__.py" else None
        return Value("project-module", str(path)) if path is not None else value

    def _resolved(self, name: str, value: Value, flow: ModuleFlow) -> Value:
        """Return what a file imports from another; a circle of imports ends where it began."""
        names = flow.names.values
        names[name] = Value("api", value.api, node=value.node)
        found = self.imported(value.api, flow)
        if found is not None:
            names[name] = found
        return names[name]

    def exported(self, dotted: str, importer: ModuleFlow) -> dict[str, Value]:
        """Return the names that ``from MODULE import *`` of a file of the program binds."""
        path = self.file_of(dotted, importer.folder)
        flow = self._begun(path) if path is not None and self._depth < _MOST_STARS else None
        if flow is None:
            return {}
        return {name: value for name, value in flow.names.values.items() if not name.startswith("_")}

    def _begun(self, path: Path) -> ModuleFlow | None:
        if path in self._flows:
            self._flows.move_to_end(path)
            return self._flows[path]
        if self._depth >= _MOST_DEPTH:
            return None
        source = read_source(path)
        flow = None
        if not isinstance(source, Unread):
            flow = ModuleFlow(source, self, package_of(path), path.parent)
        self._keep(path, flow)
        return self._walked(path, flow) if flow is not None else None

    def _walked(self, path: Path, flow: ModuleFlow) -> ModuleFlow | None:
        """Walk the body of an imported file; what cannot be walked is not followed."""
        self._depth += 1
        try:
            flow.begin()
        except (RecursionError, MemoryError):
            if self._flows.pop(path, None) is not None:
                self._characters -= len(flow.file.text)
            self._keep(path, None)
            return None
        finally:
            self._depth -= 1
        return flow

    def _keep(self, path: Path, flow: ModuleFlow | None) -> None:
        self._flows[path] = flow
        self._characters += len(flow.file.text) if flow else 0
        while self._characters > _MOST_CHARACTERS and len(self._flows) > 1:
            _, dropped = self._flows.popitem(last=False)
            self._characters -= len(dropped.file.text) if dropped else 0

    def file_of(self, dotted: str, folder: Path) -> Path | None:
        """Return the file of the program that a module of this name is, seen from a folder."""
        key = (folder, dotted)
        if key not in self._found:
            self._found[key] = _file_of(dotted, folder)
        return self._found[key]


def package_of(path: Path) -> str:
    """Return the dotted name of the package in which a file lies."""
    parts: list[str] = []
    folder = path.resolve().parent
    while (folder / "__init__.py").is_file():
        parts.append(folder.name)
        folder = folder.parent
    return ".".join(reversed(parts))


def _file_of(dotted: str, folder: Path) -> Path | None:
    parts = dotted.split(".")
    while True:
        target = folder.joinpath(*parts)
        for path in (target.with_name(f"{target.name}.py"), target / "__init__.py"):
            if path.is_file():
                return path
        if not (folder / "__init__.py").is_file():
            return None
        folder = folder.parent
