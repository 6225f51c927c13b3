"""Top calls by energy next to top calls by time: where the order differs, the lines cross."""

from dataclasses import dataclass

from markupsafe import Markup

from records.rows.calls import CallSiteRow
from reports.blocks.kit import Sheet
from reports.blocks.slope import Slope, slope_panel
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.calls.profiles import MOST_PROFILES, Profile
from reports.words.calls import site_name, site_place
from reports.words.numbers import count, plain
from reports.words.texts import printable, shorten, slug

_TOP = 8
_NAME, _NAME_AT_RIGHT = 26, 18


def ranks_sheet(profiles: list[Profile], how: str, *, simulated: bool) -> Sheet:
    """Draw both orders, a panel per scenario."""
    panels = [_panel(profile, index, simulated) for index, profile in enumerate(profiles[:MOST_PROFILES])]
    more = len(profiles) - MOST_PROFILES
    return Sheet(
        key="call-ranks",
        title="Top calls by time and by energy",
        size="half",
        panels=panels,
        caption=f"The sites among the first {_TOP} by time or by {profiles[0].kind}, each without the calls "
        "within it. Orange: higher by energy than by time; blue: lower; grey: the same place. Dashed: only a "
        "bound (≤) is known; such a site is placed after all known energies; its place has no meaning."
        + (f" {more} further scenarios are in the table only." if more > 0 else ""),
        how=how,
        data=_data(profiles),
    )


@dataclass(frozen=True)
class _Ranked:
    """A site with its places among those that are drawn, from 1."""

    profile: Profile
    row: CallSiteRow
    by_time: int
    by_energy: int


def _ranked(profile: Profile) -> list[_Ranked]:
    rows = _top(profile)
    by_time = sorted(rows, key=lambda row: -row.time_exclusive_s)
    by_energy = sorted(rows, key=lambda row: profile.energy(row).order)
    return [_Ranked(profile, row, by_time.index(row) + 1, by_energy.index(row) + 1) for row in rows]


def _panel(profile: Profile, index: int, simulated: bool) -> Markup:
    slopes = [
        Slope(
            name=f"{site_name(one.row)} {site_place(one.row)}".strip(),
            left=_left(one.row),
            right=f"{_with_line(one.row, _NAME_AT_RIGHT)}\n{profile.energy(one.row).words} J",
            left_place=one.by_time,
            right_place=one.by_energy,
            sure=profile.energy(one.row).bound is None,
        )
        for one in _ranked(profile)
    ]
    key = f"call-ranks-{index}-{slug(profile.key)}"
    return slope_panel("half", key, profile.name, ("time", profile.kind), slopes, simulated=simulated)


def _data(profiles: list[Profile]) -> Table:
    several = len(profiles) > 1
    columns: Columns[_Ranked] = (
        Column("Call", lambda one: site_name(one.row), numeric=False),
        text_column("Place", lambda one: site_place(one.row)),
        text_column("Scenario", lambda one: one.profile.name if several else ""),
        Column("Time", lambda one: plain(one.row.time_exclusive_s, 3), "s"),
        Column("Rank by time", lambda one: count(one.by_time)),
        Column("Energy", lambda one: one.profile.energy(one.row).words, "J"),
        Column("Rank by energy", lambda one: count(one.by_energy)),
    )
    rows = [one for profile in profiles for one in _ranked(profile)]
    return table("call-ranks-data", "Both orders", columns, rows, folded=False)


def _top(profile: Profile) -> list[CallSiteRow]:
    rows = [row for row in profile.parts if row.kind != "gate"]
    by_time = sorted(rows, key=lambda row: -row.time_exclusive_s)[:_TOP]
    by_energy = sorted(rows, key=lambda row: profile.energy(row).order)[:_TOP]
    return by_time + [row for row in by_energy if row not in by_time]


def _left(row: CallSiteRow) -> str:
    return f"{_with_line(row, _NAME)}\n{plain(row.time_exclusive_s, 3)} s"


def _with_line(row: CallSiteRow, width: int) -> str:
    """Return name and line; of a long name the last parts, which tell more than the first."""
    parts = printable(site_name(row)).split(".")
    while len(parts) > 1 and len(".".join(parts)) > width:
        parts = parts[1:]
    name = shorten(".".join(parts), width)
    return name if row.line is None else f"{name} :{row.line}"
