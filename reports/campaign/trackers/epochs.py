"""Trackers against the meter, epoch by epoch."""

import numpy as np

from analysis.agreement.epochs import EpochAgreement, epoch_agreement
from analysis.maths.arrays import finite
from reports.blocks import palette
from reports.blocks.agreement_columns import ratios_columns, totals_columns
from reports.blocks.clouds import LINES_CAPTION, LINES_HOW, Cloud, line_panel
from reports.blocks.contract import Block, Heading
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, columns_of_part, table, text_column
from reports.campaign.view import View
from reports.words.energy import EnergyUnit, in_unit
from reports.words.numbers import count

MOST_CLOUDS = 6
"""Further trackers and scenarios are in the table only."""

_ALIGNED = (
    "The tracker's samples and the meter's readings lie on one clock, that of the controller; a sample "
    "covers the time since the one before, and the energy of an epoch is the sum of the samples between its "
    "borders. Epochs that the series does not span are left out. The epochs of one run are not independent, "
    "so the intervals come from the runs."
)


def epoch_blocks(view: View) -> list[Block]:
    """Return heading, figure and table; nothing where no tracker gives a series over epochs."""
    confidence = finite(view.results.settings.get("confidence")) or 0.95
    found = epoch_agreement(view.results.epochs, confidence)
    if not found:
        return []
    panels = [
        line_panel(_cloud(view, one), f"trackers-epochs-{number}", simulated=view.simulated)
        for number, one in enumerate(found[:MOST_CLOUDS])
    ]
    sheet = Sheet(
        key="trackers-epochs",
        title="Energy per epoch: tracker over meter",
        size="half",
        panels=panels,
        caption=f"Each mark is an epoch. {LINES_CAPTION}",
        how=f"{_ALIGNED} {LINES_HOW}",
        data=_table(found, view.unit),
    )
    return [Heading("Epoch by epoch"), sheet]


def _cloud(view: View, one: EpochAgreement) -> Cloud:
    return Cloud(
        name=f"{one.tracker}, {one.scenario}, n = {len(one.rows)}",
        measured=np.array([row.energy_wh for row in one.rows], dtype=float) * view.unit.per_wh,
        estimated=np.array([row.tracker_wh for row in one.rows], dtype=float) * view.unit.per_wh,
        measured_u=np.array([row.energy_u_wh or 0.0 for row in one.rows]) * view.unit.per_wh,
        compared=in_unit(one.compared, view.unit),
        unit=f"energy of an epoch / {view.unit.name}",
        difference_unit=view.unit.name,
        measured_words=f"energy of an epoch / {view.unit.name}",
        estimated_words=f"{one.tracker} / {view.unit.name}",
        groups=[(one.scenario, view.colour_of(one.scenario), len(one.rows))],
        line_colours=(palette.INK, palette.MUTED),
    )


def _table(found: list[EpochAgreement], unit: EnergyUnit) -> Table:
    columns: Columns[EpochAgreement] = (
        text_column("Scenario", lambda one: one.scenario),
        text_column("Tracker", lambda one: one.tracker),
        Column("Epochs", lambda one: count(len(one.rows))),
        Column("Runs", lambda one: count(len({row.run_dir for row in one.rows}))),
        columns_of_part(lambda one: one.compared, totals_columns()),
        columns_of_part(lambda one: in_unit(one.assessed, unit), ratios_columns(unit.name)),
    )
    return table("trackers-epochs-data", "Epochs by tracker and meter", columns, found, source="epochs")
