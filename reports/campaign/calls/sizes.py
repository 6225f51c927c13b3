"""The same call at several sizes of its arguments: energy of a call over what it was given."""

from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.lines import Line2D

from records.rows.calls import CallSiteRow
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, legend_below, new_panel
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.calls.profiles import Profile
from reports.words.calls import full_name
from reports.words.numbers import count, in_interval, interval, plain
from reports.words.texts import label

_MOST_SITES = 6
_HOW = (
    "Energy of a site per run, with the calls within, over its number of calls; sizes are means over its "
    "calls, of the values and not of their names. A site with a bound only, or with one size in all "
    "scenarios, is left out."
)


@dataclass(frozen=True)
class _Point:
    """A site in one scenario."""

    profile: Profile
    row: CallSiteRow
    size_bytes: float
    energy_j: float
    low_j: float | None
    high_j: float | None


def sizes_sheet(profiles: list[Profile], *, simulated: bool) -> Sheet | None:
    """Draw the sites that were called at several sizes; ``None`` where there are none."""
    sites = {name: points for name, points in _sites(profiles).items() if len(points) > 1}
    if not sites:
        return None
    by_energy = sorted(sites.items(), key=lambda item: -max(point.energy_j for point in item[1]))
    more = len(sites) - _MOST_SITES
    return Sheet(
        key="call-sizes",
        title="Energy of a call over the size of its arguments",
        size="half",
        panels=[_panel(by_energy[:_MOST_SITES], profiles[0].kind, simulated)],
        caption="A line per call site, a mark per scenario with its 95 % interval. Both axes are "
        "logarithmic: a line that rises by a decade per decade grows in proportion."
        + (f" {more} further sites are in the table only." if more > 0 else ""),
        how=_HOW,
        data=_data(by_energy),
    )


def _sites(profiles: list[Profile]) -> dict[str, list[_Point]]:
    sites: dict[str, dict[float, _Point]] = {}
    for profile in profiles:
        for row in profile.sites:
            point = _point(profile, row)
            if point is not None:
                sites.setdefault(full_name(row), {})[point.size_bytes] = point
    return {name: [points[size] for size in sorted(points)] for name, points in sites.items()}


def _point(profile: Profile, row: CallSiteRow) -> _Point | None:
    energy = profile.energy(row, "inclusive")
    if energy.value is None or energy.value <= 0 or energy.bound is not None or not row.argument_bytes:
        return None
    n = row.calls_per_run or 1.0
    ends = [None if end is None else end / n for end in (energy.low, energy.high)]
    return _Point(profile, row, row.argument_bytes, energy.value / n, *ends)


def _panel(sites: list[tuple[str, list[_Point]]], kind: str, simulated: bool) -> Markup:
    figure, axes = new_panel("half", 3.0 + 0.2 * len(sites))
    axes.set_xscale("log")
    axes.set_yscale("log")
    lines: list[Line2D] = []
    names = []
    for (name, points), colour in zip(sites, palette.OKABE_ITO, strict=False):
        x, y = [point.size_bytes for point in points], [point.energy_j for point in points]
        lines += axes.plot(x, y, marker="o", markersize=4, color=colour, linewidth=1.4)
        names.append(label(name, 44, 1))
        for point in points:
            if point.low_j is not None and point.high_j is not None and point.low_j > 0:
                axes.plot([point.size_bytes] * 2, [point.low_j, point.high_j], color=colour, linewidth=1.0)
    axes.set_xlabel("size of the arguments / bytes (logarithmic)")
    axes.set_ylabel(f"{kind} of a call / J (logarithmic)")
    legend_below(figure, lines, names)
    said = "; ".join(
        f"{name}: {plain(points[0].energy_j, 3)} J at {plain(points[0].size_bytes, 3)} bytes to "
        f"{plain(points[-1].energy_j, 3)} J at {plain(points[-1].size_bytes, 3)} bytes"
        for name, points in sites
    )
    return finish(figure, "call-sizes", f"{kind.capitalize()} of a call", f"{said}.", simulated=simulated)


def _data(sites: list[tuple[str, list[_Point]]]) -> Table:
    columns: Columns[tuple[str, _Point]] = (
        Column("Call", lambda one: one[0], numeric=False),
        text_column("Scenario", lambda one: one[1].profile.name),
        Column("Arguments", lambda one: count(one[1].size_bytes), "bytes"),
        Column(
            "Energy of a call", lambda one: in_interval(one[1].energy_j, one[1].low_j, one[1].high_j), "J"
        ),
        Column("95 % interval", lambda one: interval(one[1].low_j, one[1].high_j), "J"),
    )
    rows = [(name, point) for name, points in sites for point in points]
    return table("call-sizes-data", "Energy of a call by size", columns, rows, folded=False)
