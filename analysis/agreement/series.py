"""Groups that differ only by the date of their name: batches of one kind, to be looked at together."""

import re

_STAMP = re.compile(r"(?<!\d)\d{4}-?\d{2}-?\d{2}(?:[T_ -]?\d{2}[-:.]?\d{2}(?:[-:.]?\d{2})?)?(?!\d)")


def without_date(name: str) -> str:
    """Return a name with ``*`` in place of a date or a time."""
    return _STAMP.sub("*", name)


def series_of(names: list[str]) -> dict[str, list[str]]:
    """Return the groups that are one but for a date or a time in their names.

    Args:
        names: of the groups, e.g. ``imagenet_120_2025-09-11_02-10-43, RTX 4090``.

    Returns:
        By the common name, ``imagenet_120_*, RTX 4090``, the two or more names that have it. A series that
        holds all groups is none.
    """
    series: dict[str, list[str]] = {}
    for name in names:
        series.setdefault(without_date(name), []).append(name)
    return {name: own for name, own in series.items() if 1 < len(own) < len(names)}
