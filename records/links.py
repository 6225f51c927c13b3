"""Links in a campaign that lead out of it: a foreign campaign must not make us read or write elsewhere."""

from collections.abc import Iterator
from pathlib import Path


def leads_outside(path: Path, folder: Path) -> bool:
    """Say whether a path, all links resolved, lies outside a folder; one that nothing can have does."""
    try:
        return not path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a circle of links, a name that no file can have
        return True


def links_outside(folder: Path) -> Iterator[Path]:
    """Give every link directly in a folder that leads out of it."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_symlink() and leads_outside(path, folder):
            yield path
