"""Drivers by name. A driver's module is imported only when it is asked for."""

import difflib
import importlib

from meter.contract import Meter
from records.errors import ConfigurationError

_DRIVERS = {
    "wattsup_pro": "meter.wattsup_pro:WattsUpPro",
}


def driver_names() -> tuple[str, ...]:
    """Return the names of all drivers, sorted."""
    return tuple(sorted(_DRIVERS))


def driver_class(name: str) -> type[Meter]:
    """Return the class of a driver; its class attributes say what it measures.

    Raises:
        ConfigurationError: no driver has this name; the message names the nearest one.
    """
    if name not in _DRIVERS:
        raise ConfigurationError(unknown_name("meter driver", name, driver_names()))
    module, _, attribute = _DRIVERS[name].partition(":")
    found: type[Meter] = getattr(importlib.import_module(module), attribute)
    return found


def create(name: str) -> Meter:
    """Make a meter of a driver's name; its port is not open yet.

    Raises:
        ConfigurationError: no driver has this name.
    """
    return driver_class(name)()


def unknown_name(kind: str, name: str, known: tuple[str, ...]) -> str:
    """Return the message about a name that is none of the known ones, with the nearest."""
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"{kind} {name!r} is not known; known are {', '.join(known)}.{hint}"
