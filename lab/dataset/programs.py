"""Which files of a checkout are programs that a dataset can run."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from source.calls import call_sites
from source.files import Unread, source_paths
from source.flow.project import Project
from source.program import local_imports

_NO_PROGRAMS = ("test_", "conftest.py", "setup.py")


def programs_of(checkout: Path, patterns: Sequence[str], libs: Collection[str]) -> list[Path]:
    """Return the programs of a checkout, relative to it and sorted.

    Args:
        checkout: its folder.
        patterns: of the scripts and notebooks that are asked for; if empty, every one that calls one of the
            libraries, itself or in a module of the project that it imports, and that no other file imports.
        libs: importable names.
    """
    if patterns:
        chosen = {path for pattern in patterns for path in checkout.glob(pattern)}
        return sorted(path.relative_to(checkout) for path in source_paths([checkout]) if path in chosen)
    paths = {
        path.resolve(): path for path in source_paths([checkout]) if not path.name.startswith(_NO_PROGRAMS)
    }
    modules = _modules(paths, set(libs))
    calling = _reaching({path for path, module in modules.items() if module.calls}, modules)
    imported = {found for path, module in modules.items() for found in module.imports - {path}}
    return sorted(path.relative_to(checkout) for key, path in paths.items() if key in calling - imported)


@dataclass(frozen=True, slots=True)
class _Module:
    """What a file imports from the project, and whether it calls one of the libraries itself."""

    imports: frozenset[Path] = frozenset()
    calls: bool = False


def _modules(starts: Iterable[Path], libs: set[str]) -> dict[Path, _Module]:
    """Read some files and all that they import from the project, each once."""
    project = Project()
    modules: dict[Path, _Module] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path in modules:
            continue
        modules[path] = _Module()
        flow = project.flow(path)
        if not isinstance(flow, Unread):
            imports = frozenset(found.resolve() for found in local_imports(flow, project))
            calls = any(site.api and site.api.partition(".")[0] in libs for site in call_sites(flow))
            modules[path] = _Module(imports, calls)
            waiting += imports
    return modules


def _reaching(targets: set[Path], modules: dict[Path, _Module]) -> set[Path]:
    """Return the files that import one of some files, directly or through others, and these themselves."""
    importers: dict[Path, list[Path]] = {}
    for path, module in modules.items():
        for found in module.imports:
            importers.setdefault(found, []).append(path)
    reaching, waiting = set(targets), list(targets)
    while waiting:
        new = [path for path in importers.get(waiting.pop(), []) if path not in reaching]
        reaching.update(new)
        waiting += new
    return reaching
