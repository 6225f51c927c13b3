"""Which files of a checkout are programs that a dataset can run."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from source.calls import call_sites
from source.files import Unread, source_paths
from source.program import program_flows

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
    paths = [path for path in source_paths([checkout]) if not path.name.startswith(_NO_PROGRAMS)]
    reached = {path: list(_reached(path)) for path in paths}
    imported = {file for path, files in reached.items() for file, _ in files if file != path.resolve()}
    return sorted(
        path.relative_to(checkout)
        for path, files in reached.items()
        if path.resolve() not in imported and any(apis & set(libs) for _, apis in files)
    )


def _reached(start: Path) -> Iterator[tuple[Path, set[str]]]:
    """Give the files of the program that begins in a file, each with the libraries that it calls."""
    for path, flow in program_flows(start):
        apis: set[str] = set()
        if not isinstance(flow, Unread):
            apis = {site.api.partition(".")[0] for site in call_sites(flow) if site.api}
        yield path.resolve(), apis
