"""Power over the course of a repeated call or epoch, from readings at many phases of it."""

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from records.rows.calls import CallProfileRow
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, new_panel, share
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.calls.profiles import Profile
from reports.words.calls import full_name
from reports.words.numbers import count, interval, measured, plain

_MOST_PANELS = 6
_HOW = (
    "Each reading of the meter covers parts of one or more executions. The powers of the phases are those "
    "whose weighted means fit all readings best, by generalised least squares; the band is their 95 % "
    "interval (Lang and Rünger 2013, by superposing executions that were read at different phases)."
)


def folded_sheet(profiles: list[Profile], *, simulated: bool) -> Sheet | None:
    """Draw the folded profiles, a panel each; ``None`` where there are none."""
    folds = [fold for profile in profiles for fold in _folds(profile)]
    if not folds:
        return None
    more = len(folds) - _MOST_PANELS
    return Sheet(
        key="call-phases",
        title="Power within a call or epoch",
        size="half",
        panels=_panels(folds[:_MOST_PANELS], simulated),
        caption="Line: mean power in each phase over all executions; band: its 95 % interval. The time axis "
        "is the mean duration of an execution. All panels share the power axis."
        + (f" {more} further profiles are in the table only." if more > 0 else ""),
        how=_HOW,
        data=_data(folds),
    )


def _folds(profile: Profile) -> list[tuple[str, list[CallProfileRow]]]:
    names = {row.site: full_name(row) for row in profile.sites}
    groups: dict[tuple[str, int | None], list[CallProfileRow]] = {}
    for row in profile.phases:
        groups.setdefault((row.kind, row.site), []).append(row)
    return [
        (f"{profile.name}: {'epoch' if site is None else names.get(site, f'site {site}')}", rows)
        for (_, site), rows in groups.items()
    ]


def _panels(folds: list[tuple[str, list[CallProfileRow]]], simulated: bool) -> list[Markup]:
    drawn = [new_panel("half", 2.4) for _ in folds]
    for (_, rows), (_, axes) in zip(folds, drawn, strict=True):
        _draw(axes, rows)
    share([axes for _, axes in drawn], "y")
    return [
        finish(figure, f"call-phases-{index}", name, _words(name, rows), simulated=simulated)
        for index, ((name, rows), (figure, _)) in enumerate(zip(folds, drawn, strict=True))
    ]


def _draw(axes: Axes, rows: list[CallProfileRow]) -> None:
    duration_s = rows[0].duration_s
    edges_s = duration_s * np.array([rows[0].phase_low, *(row.phase_high for row in rows)])
    lows, highs = ([_end(row, side) for row in rows] for side in (-1, 1))
    axes.stairs(highs, edges_s, baseline=lows, fill=True, color=palette.OKABE_ITO[0], alpha=0.25, linewidth=0)
    powers = [row.power_w for row in rows]
    axes.stairs(powers, edges_s, baseline=None, color=palette.OKABE_ITO[0], linewidth=1.6)
    axes.set_xlim(0, float(edges_s[-1]))
    axes.margins(y=0.1)
    axes.set_xlabel("time from the start / s")
    axes.set_ylabel("power / W")


def _words(name: str, rows: list[CallProfileRow]) -> str:
    powers, length = [row.power_w for row in rows], plain(rows[0].duration_s, 3)
    said = f"{name}: {count(rows[0].executions)} executions of {length} s; {len(rows)} phases"
    return f"{said}, mean power between {plain(min(powers), 3)} and {plain(max(powers), 3)} W."


def _end(row: CallProfileRow, side: int) -> float:
    known = row.power_low_w if side < 0 else row.power_high_w
    return row.power_w + side * 2 * row.power_u_w if known is None else known


def _data(folds: list[tuple[str, list[CallProfileRow]]]) -> Table:
    columns: Columns[tuple[str, CallProfileRow]] = (
        Column("Profile", lambda one: one[0], numeric=False),
        Column("Executions", lambda one: count(one[1].executions)),
        Column("From", lambda one: plain(one[1].phase_low * one[1].duration_s, 3), "s"),
        Column("To", lambda one: plain(one[1].phase_high * one[1].duration_s, 3), "s"),
        Column("Power", lambda one: measured(one[1].power_w, one[1].power_u_w), "W"),
        Column("95 % interval", lambda one: interval(one[1].power_low_w, one[1].power_high_w), "W"),
    )
    rows = [(name, row) for name, rows in folds for row in rows]
    return table("call-phases-data", "Power by phase", columns, rows, folded=False, source="call_profile")
