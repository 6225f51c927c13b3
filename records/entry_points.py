"""What other packages add to the lab, found through their entry points.

A package says in its ``pyproject.toml`` what it adds::

    [project.entry-points."wattlab.meters"]
    acme_wall = "acme_wattlab.meter:AcmeWall"

The groups are ``wattlab.meters`` and ``wattlab.twins`` (`meter.registry`), ``wattlab.trackers``
(`workload.registry`) and ``wattlab.importers`` (`lab.cli.imports.group`). Nothing of another package is
imported before its name is used, and whatever goes wrong then is one `ConfigurationError`.
"""

import importlib.metadata
import importlib.util
from collections.abc import Callable, Container
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from records.errors import ConfigurationError


def foreign_points(group: str, own: Container[str]) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name; they cannot replace what is our ``own``."""
    points = importlib.metadata.entry_points(group=group)
    return {point.name: point for point in points if point.name not in own}


def load(point: EntryPoint, expected: str, fits: Callable[[Any], bool]) -> Any:
    """Import what an entry point names.

    Args:
        point: of another package.
        expected: what it has to be, in words.
        fits: whether an object is that.

    Raises:
        ConfigurationError: it cannot be imported, is something else, or two packages use its name.
    """
    _refuse_rivals(point)
    try:
        found = point.load()
    except (Exception, SystemExit) as error:  # whatever a foreign module does when it is imported
        raise _broken(point, expected, f"{type(error).__name__}: {error}") from error
    if not fits(found):
        raise _broken(point, expected, repr(found))
    return found


def module_file(point: EntryPoint) -> Path:
    """Return the file of the module that an entry point names; only the packages around it are imported.

    Raises:
        ConfigurationError: there is no such file, or two packages use its name.
    """
    _refuse_rivals(point)
    expected = "a module in a file of its own"
    try:
        spec = importlib.util.find_spec(point.value)
    except (Exception, SystemExit) as error:  # of the package that holds the module
        raise _broken(point, expected, f"{type(error).__name__}: {error}") from error
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        raise _broken(point, expected, "none")
    return Path(spec.origin)


def _refuse_rivals(point: EntryPoint) -> None:
    points = importlib.metadata.entry_points(group=point.group, name=point.name)
    if len({other.value for other in points}) > 1:
        packages = " and ".join(sorted({package_of(other) for other in points}))
        raise ConfigurationError(
            f"{point.group}: expected one package with the name {point.name!r}, found {packages}. "
            f"Remove one of them"
        )


def _broken(point: EntryPoint, expected: str, found: str) -> ConfigurationError:
    return ConfigurationError(
        f"{point.name!r} of {package_of(point)}: expected {expected} at {point.value}, found {found}. "
        f"Update or remove the package"
    )


def package_of(point: EntryPoint) -> str:
    """Return which package an entry point is of, in words."""
    return f"the package {point.dist.name}" if point.dist else "an unknown package"
