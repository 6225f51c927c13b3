"""Groups of call sites under the names of what they hold."""

from dataclasses import replace

from records.rows.calls import CallSiteRow

_MOST_NAMES = 3


def with_group_names(rows: list[CallSiteRow]) -> list[CallSiteRow]:
    """Return call sites in which the row of a group names the sites that it stands for."""
    names: dict[int, list[str]] = {}
    for row in rows:
        if row.group is not None:
            names.setdefault(row.group, []).append((row.api or row.expression).rpartition(".")[2])
    return [
        replace(row, expression=_named(names[row.site])) if row.kind == "group" and row.site in names else row
        for row in rows
    ]


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more} together"
