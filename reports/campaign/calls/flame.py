"""Where the energy of a run goes, call within call: an icicle per scenario."""

from markupsafe import Markup

from records.rows.calls import CallEdgeRow, CallSiteRow
from reports.blocks import palette
from reports.blocks.icicle import Box, icicle
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.calls.profiles import MOST_PROFILES, Profile
from reports.words.calls import full_name, site_name
from reports.words.numbers import count, plain
from reports.words.texts import slug

_LIBRARIES = tuple(map(palette.pale, palette.OKABE_ITO[:4]))
_OTHER = palette.BASELINE_PART
_HOW = (
    "The energy of a context is its time times the mean power of its site, which the table has with its "
    "uncertainty; the energies within a box add up to it or leave a rest, which is its own. Sites that are "
    "only bounded are drawn by what the regression gives for them, though it cannot tell them from others. "
    "Contexts that are too narrow to be seen, or more than a hundred calls deep, are in the table only."
)


def flame_sheet(profiles: list[Profile], *, simulated: bool) -> Sheet | None:
    """Draw the calling contexts, as wide as their energies; ``None`` where there are none."""
    shown = [(profile, whole) for profile in profiles if (whole := _whole(profile)) is not None]
    if not shown:
        return None
    more = len(shown) - MOST_PROFILES
    return Sheet(
        key="call-flame",
        title="Energy by calling context",
        size="full",
        panels=[
            _panel(profile, whole, index, simulated)
            for index, (profile, whole) in enumerate(shown[:MOST_PROFILES])
        ],
        caption="Each box is a call site within the site that called it; its width is its "
        f"{shown[0][0].kind} per run with the calls within. Colours tell libraries apart."
        + (f" {more} further scenarios are in the table only." if more > 0 else ""),
        how=_HOW,
        data=_data(profiles),
    )


def _panel(profile: Profile, whole: Box, index: int, simulated: bool) -> Markup:
    largest = sorted(whole.parts, key=lambda box: -box.value)[:3]
    said = (
        f"{profile.name}: {plain(whole.value, 3)} J of {profile.kind} per run, by calling context. Largest: "
    )
    said += "; ".join(box.words for box in largest)
    key = f"call-flame-{index}-{slug(profile.key)}"
    return icicle(key, f"{profile.name}, {profile.kind}", said, whole, simulated=simulated)


def _whole(profile: Profile) -> Box | None:
    """Return the run as a box, with what lies outside the calls in it."""
    outside = [row for row in profile.parts if row.kind in ("uncovered", "gate")]
    boxes = _contexts(profile)
    if not boxes:
        return None
    parts = [
        *boxes,
        *(
            Box(site_name(row), profile.estimate_j(row), f"{site_name(row)}: {_known(profile, row)}", _OTHER)
            for row in outside
        ),
    ]
    value = sum(max(box.value, 0.0) for box in parts)
    words = f"run: {plain(value, 3)} J"
    return Box("run", value, words, _OTHER, parts) if value > 0 else None


def _known(profile: Profile, row: CallSiteRow) -> str:
    """Return what is known of a site, which a width alone does not say."""
    return f"{profile.energy(row).words} J, {row.label}" if row.label else "no energy"


def _contexts(profile: Profile) -> list[Box]:
    """Return the outermost contexts with those below them; callees come after callers in the rows."""
    sites = {row.site: row for row in profile.sites}
    colours = _colours(profile)
    below: dict[int, list[Box]] = {}
    outermost: list[Box] = []
    for edge in sorted(profile.edges, key=lambda edge: -edge.depth):
        row = sites.get(edge.site)
        own_j = None if row is None else profile.own_j(edge, row)
        if row is None or own_j is None:
            continue
        parts = below.pop(edge.node, [])
        value = max(own_j, 0.0) + sum(part.value for part in parts)
        words = f"{full_name(row)}: drawn {plain(value, 3)} J, its own {plain(own_j, 3)} J; "
        words += f"{count(edge.calls)} calls in all runs, {plain(edge.time_inclusive_s, 3)} s per run; "
        words += f"all calls of this site: {_known(profile, row)}"
        box = Box(site_name(row), value, words, colours.get(_library(row), _OTHER), parts)
        (outermost if edge.parent is None else below.setdefault(edge.parent, [])).append(box)
    return outermost


def _data(profiles: list[Profile]) -> Table:
    columns: Columns[tuple[str, CallEdgeRow, str]] = (
        Column("Context", lambda one: one[2], numeric=False),
        text_column("Scenario", lambda one: one[0] if len(profiles) > 1 else ""),
        Column("Depth", lambda one: count(one[1].depth)),
        Column("Calls", lambda one: count(one[1].calls)),
        Column("Time", lambda one: plain(one[1].time_inclusive_s, 3), "s"),
        Column("Gross energy", lambda one: plain(one[1].energy_inclusive_j, 3), "J"),
        Column("Gross without calls within", lambda one: plain(one[1].energy_exclusive_j, 3), "J"),
    )
    rows = []
    for profile in profiles:
        names = {row.site: full_name(row) for row in profile.sites}
        rows += [(profile.name, edge, names.get(edge.site, f"site {edge.site}")) for edge in profile.edges]
    caption = "Calling contexts, callers before callees; means per run, calls of all runs"
    return table("call-flame-data", caption, columns, rows, folded=False, source="call_edges")


def _library(row: CallSiteRow) -> str:
    return row.api.partition(".")[0]


def _colours(profile: Profile) -> dict[str, str]:
    """Give the libraries with the most energy a colour each."""
    libraries = dict.fromkeys(_library(row) for row in profile.sites if row.api)
    return dict(zip(libraries, _LIBRARIES, strict=False))
