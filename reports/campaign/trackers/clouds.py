"""The runs of a tracker as clouds: difference over level, and estimated over measured."""

import numpy as np
from markupsafe import Markup

from analysis.agreement.trackers import ALL
from records.results import Row
from reports.blocks import palette
from reports.blocks.clouds import (
    LIMITS_CAPTION,
    LIMITS_HOW,
    LINES_CAPTION,
    LINES_HOW,
    Cloud,
    difference_panel,
    line_panel,
)
from reports.blocks.kit import Sheet
from reports.blocks.tables import Table
from reports.campaign.trackers.cost import runs_of, where
from reports.campaign.view import View
from reports.words.numbers import count, finite

MOST_CLOUDS = 6
"""Further groups of runs are in the tables only."""


def clouds(view: View) -> list[Cloud]:
    """Return a cloud of runs per tracker over all scenarios, then those of single scenarios with limits."""
    rows = view.results.agreement
    whole = [row for row in rows if row.get("scenario") == ALL]
    several = {row.get("tracker") for row in rows if row.get("groups") is not None}
    parts = [
        row
        for row in rows
        if row not in whole and row.get("tracker") in several and finite(row.get("lower")) is not None
    ]
    found = (_cloud(view, row) for row in [*whole, *parts])
    return [cloud for cloud in found if cloud is not None]


def _cloud(view: View, row: Row) -> Cloud | None:
    runs = [
        run
        for run in runs_of(view, row)
        if None not in (finite(run.get("energy_wh")), finite(run.get("meter_wh")))
    ]
    if len(runs) < 2:
        return None
    names = [str(run.get("scenario")) for run in runs]
    measured, estimated, u = (
        np.array([finite(run.get(name)) or 0.0 for run in runs])
        for name in ("meter_wh", "energy_wh", "meter_u_wh")
    )
    return Cloud(
        name=f"{row.get('tracker')}, {where(row)}, n = {len(runs)}",
        measured=measured,
        estimated=estimated,
        measured_u=u,
        found=row,
        unit="energy of a run / Wh",
        difference_unit="Wh",
        measured_words="energy of a run / Wh",
        estimated_words=f"{row.get('tracker')} / Wh",
        groups=[(name, view.colour_of(name), names.count(name)) for name in dict.fromkeys(names)],
        line_colours=(palette.INK, palette.MUTED),
    )


def bland_altman_sheet(view: View, data: Table) -> Sheet:
    """Draw tracker minus meter over their mean, run by run, with bias and limits of agreement."""
    found = clouds(view)
    panels = [
        difference_panel(cloud, f"trackers-bland-altman-{i}", simulated=view.simulated)
        for i, cloud in enumerate(found[:MOST_CLOUDS])
    ]
    return _cloud_sheet(
        "trackers-bland-altman", "Difference over level", panels, (LIMITS_CAPTION, LIMITS_HOW), found, data
    )


def regression_sheet(view: View, data: Table) -> Sheet:
    """Draw the tracker's energies over the meter's, run by run, with lines through them."""
    found = [
        cloud
        for cloud in clouds(view)
        if cloud.found.get("scenario") == ALL or cloud.of("deming_slope") is not None
    ]
    panels = [
        line_panel(cloud, f"trackers-lines-{i}", simulated=view.simulated)
        for i, cloud in enumerate(found[:MOST_CLOUDS])
    ]
    return _cloud_sheet(
        "trackers-lines", "Estimated over measured", panels, (LINES_CAPTION, LINES_HOW), found, data
    )


def _cloud_sheet(
    key: str, title: str, panels: list[Markup], words: tuple[str, str], found: list[Cloud], data: Table
) -> Sheet:
    caption, how = words
    more = len(found) - MOST_CLOUDS
    left = f" {count(more)} further groups are in the tables only." if more > 0 else ""
    return Sheet(
        key=key,
        title=title,
        size="half",
        panels=panels,
        caption="Each mark is a run, measured at the wall, gross, in the tracker's own window. "
        f"{caption}{left}",
        how=how,
        data=data,
        absent="" if panels else "one run alone is no cloud.",
    )
