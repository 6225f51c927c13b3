"""The runs of a tracker as clouds: difference over level, and estimated over measured."""

import numpy as np
from markupsafe import Markup

from analysis.agreement.trackers import ALL
from records.rows.agreement import AgreementRow, TrackerRow
from reports.blocks import palette
from reports.blocks.clouds import (
    LIMITS_CAPTION,
    LIMITS_HOW,
    LINES_CAPTION,
    LINES_HOW,
    Cloud,
    difference_panels,
    line_panel,
)
from reports.blocks.kit import Sheet
from reports.blocks.tables import Table
from reports.campaign.trackers.cost import runs_of, where
from reports.campaign.view import View
from reports.words.energy import in_unit
from reports.words.numbers import count

_LEAST_RUNS = 3
MOST_CLOUDS = 6
"""Further groups of runs are in the tables only."""


def clouds(view: View) -> list[Cloud]:
    """Return a cloud of runs per tracker over all scenarios, then those of single scenarios with limits."""
    return [_cloud(view, row, runs) for row, runs in _groups(view)]


def _groups(view: View) -> list[tuple[AgreementRow, list[TrackerRow]]]:
    """Return the rows whose runs make a cloud, with these."""
    rows = view.results.agreement
    whole = [row for row in rows if row.scenario == ALL]
    several = {row.tracker for row in rows if row.compared.groups is not None}
    limited = [row for row in rows if row.scenario != ALL and row.compared.lower is not None]
    chosen = [*whole, *(row for row in limited if row.tracker in several)]
    groups = [(row, _measured(runs_of(view, row))) for row in chosen]
    return [(row, runs) for row, runs in groups if len(runs) >= _LEAST_RUNS]


def _measured(runs: list[TrackerRow]) -> list[TrackerRow]:
    return [run for run in runs if run.energy_wh is not None and run.meter_wh is not None]


def _cloud(view: View, row: AgreementRow, runs: list[TrackerRow]) -> Cloud:
    names = [run.scenario for run in runs]
    return Cloud(
        name=f"{row.tracker}, {where(row)}, n = {len(runs)}",
        measured=np.array([run.meter_wh for run in runs], dtype=float) * view.unit.per_wh,
        estimated=np.array([run.energy_wh for run in runs], dtype=float) * view.unit.per_wh,
        measured_u=np.array([run.meter_u_wh or 0.0 for run in runs]) * view.unit.per_wh,
        compared=in_unit(row.compared, view.unit),
        unit=f"energy of a run / {view.unit.name}",
        difference_unit=view.unit.name,
        measured_words=f"energy of a run / {view.unit.name}",
        estimated_words=f"{row.tracker} / {view.unit.name}",
        groups=[(name, view.colour_of(name), names.count(name)) for name in dict.fromkeys(names)],
        line_colours=(palette.INK, palette.MUTED),
    )


def bland_altman_sheet(view: View, data: Table | None) -> Sheet:
    """Draw tracker minus meter over their mean, run by run, with bias and limits of agreement."""
    found = clouds(view)
    panels = difference_panels(found[:MOST_CLOUDS], "trackers-bland-altman", simulated=view.simulated)
    return _cloud_sheet(
        "trackers-bland-altman", "Difference over level", panels, (LIMITS_CAPTION, LIMITS_HOW), found, data
    )


def regression_sheet(view: View, data: Table | None) -> Sheet:
    """Draw the tracker's energies over the meter's, run by run, with lines through them."""
    found = [
        _cloud(view, row, runs)
        for row, runs in _groups(view)
        if row.scenario == ALL or row.compared.deming_slope is not None
    ]
    panels = [
        line_panel(cloud, f"trackers-lines-{i}", simulated=view.simulated)
        for i, cloud in enumerate(found[:MOST_CLOUDS])
    ]
    return _cloud_sheet(
        "trackers-lines", "Estimated over measured", panels, (LINES_CAPTION, LINES_HOW), found, data
    )


def _cloud_sheet(
    key: str, title: str, panels: list[Markup], words: tuple[str, str], found: list[Cloud], data: Table | None
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
        absent="" if panels else "no tracker has three runs with an energy of the meter.",
    )
