"""What changed on the bench since the campaign was begun: one inventory against another."""

from pathlib import Path
from typing import Any

from records.campaign import Environment
from records.errors import RecordError

_OF_THE_CAMPAIGN = ("settled",)
"""Parts of the meter's section that the campaign itself fills in while it runs."""


def environment_changes(path: Path, now: Environment) -> list[str]:
    """Compare the inventory on disk with that of now.

    Args:
        path: ``environment.json``; before the first start there is none.
        now: the inventory as it is now.

    Returns:
        ``name: old, now new`` for each value that differs, in the order of the record; none where there
        is no readable inventory.
    """
    try:
        before = Environment.read(path) if path.is_file() else now
    except RecordError:  # `lab check` lists it, and it is written anew
        return []
    pairs = {
        "sut": (before.sut, now.sut),
        "controller": (before.controller, now.controller),
        "meter": tuple(_without(section, _OF_THE_CAMPAIGN) for section in (before.meter, now.meter)),
    }
    if before.sut == before.controller and now.sut == now.controller:  # one machine, named once
        del pairs["controller"]
    found = [_changes(name, _as_read(old), _as_read(new)) for name, (old, new) in pairs.items()]
    return [change for changes in found for change in changes]


def _without(section: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in section.items() if key not in names}


def _as_read(value: Any) -> Any:
    """Return a value as it is when it has been written and read: tuples are lists, keys are text."""
    if isinstance(value, dict):
        return {str(key): _as_read(item) for key, item in value.items()}
    return [_as_read(item) for item in value] if isinstance(value, list | tuple) else value


def _changes(name: str, old: Any, new: Any) -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        names = [*old, *(key for key in new if key not in old)]
        return [c for key in names for c in _changes(f"{name}.{key}", old.get(key), new.get(key))]
    return [] if old == new else [f"{name}: {_word(old)}, now {_word(new)}"]


def _word(value: Any) -> str:
    return "unknown" if value is None else str(value)
