"""Watts or minutes: the difference of energy by time and by power."""

from markupsafe import Markup

from records.rows.smells import SmellRow
from reports.blocks.columns import with_interval
from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.view import View
from reports.words.energy import EnergyUnit, in_unit
from reports.words.smells import QUANTITIES, quantity_words, signed


def parts_sheet(view: View, rows: list[SmellRow]) -> Sheet:
    """Draw how much of each difference is time and how much is power."""
    split = [row for row in rows if row.time_part is not None and row.power_part is not None]
    panels = [
        _panel(view, quantity, own)
        for quantity in ("energy_wh", "induced_wh")
        if (own := [row for row in split if row.quantity == quantity])
    ]
    return Sheet(
        key="smell-parts",
        title="Watts or minutes",
        size="half",
        panels=panels,
        caption="Full bars: what longer or shorter runs make of the difference; hatched bars: what a higher "
        "or lower mean power makes of it. Both add up to the difference. Lines: 95 % intervals by the "
        "scatter of the pairs.",
        how="With E = P·T in both runs of a pair, the difference of E is ΔT·(P + P′)/2 + ΔP·(T + T′)/2 "
        "exactly (Sun 1998, Energy Economics 20(1), 85–100; for two factors the Shapley value); bars are "
        "means over the pairs.",
        data=_data(view.unit, split) if panels else None,
        absent="" if panels else "no smell has energies in pairs.",
    )


def _panel(view: View, quantity: str, rows: list[SmellRow]) -> Markup:
    bars = []
    for row in (in_unit(one, view.unit) for one in rows):
        colour = view.colour_of(row.smelly)
        time = row.time_part or 0.0, row.time_part_low, row.time_part_high
        power = row.power_part or 0.0, row.power_part_low, row.power_part_high
        for name, (value, low, high), hatched in (("time", time, False), ("power", power, True)):
            text = signed(value, low, high)
            bars.append(Bar(f"{row.smell}, {name}", colour, value, text, hatched, low=low, high=high))
    words = QUANTITIES[quantity].words
    return bars_panel(
        "half",
        f"smell-parts-{quantity.replace('_', '-')}",
        words.capitalize(),
        f"part of the difference / {view.unit.name}",
        bars,
        simulated=view.simulated,
    )


def _data(unit: EnergyUnit, rows: list[SmellRow]) -> Table:
    columns: Columns[SmellRow] = (
        Column("Smell", lambda row: row.smell, numeric=False),
        Column("Quantity", lambda row: quantity_words(row.quantity, unit), numeric=False),
        Column("Difference", lambda row: signed(row.difference, row.difference_low, row.difference_high)),
        with_interval("by time", lambda row: (row.time_part, row.time_part_low, row.time_part_high)),
        with_interval("by power", lambda row: (row.power_part, row.power_part_low, row.power_part_high)),
    )
    return table(
        "smell-parts-data",
        "Parts of the differences",
        columns,
        [in_unit(row, unit) for row in rows],
        folded=False,
    )
