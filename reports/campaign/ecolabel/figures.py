"""Load, baseline and net load of the eco-label's quantities, and the share of what the hardware can give."""

from markupsafe import Markup

from records.rows.standards import EcolabelRow
from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Table
from reports.campaign.view import View
from reports.words.numbers import plain
from reports.words.texts import slug

NAMES = {
    "cpu": "CPU load",
    "ram": "Memory",
    "storage": "Storage traffic",
    "network": "Network traffic",
    "power": "Electrical power",
}
"""Quantities of DE-UZ 215 for people."""


def ecolabel_sheet(view: View, how: str, data: Table) -> Sheet:
    """Draw a panel per quantity with load and baseline, and one with the allocations."""
    rows = view.results.ecolabel
    quantities = dict.fromkeys(row.quantity for row in rows)
    panels = [
        panel
        for quantity in quantities
        if (panel := _loads(view, quantity, [row for row in rows if row.quantity == quantity]))
    ]
    panels += [panel] if (panel := _allocations(view, rows)) else []
    return Sheet(
        key="ecolabel",
        title="Load of the hardware above the baseline",
        size="third",
        panels=panels,
        caption="Grey: what the operating system needs alone (base); coloured: what comes on top (net "
        "load); both together are the load, a mean over n runs; traffic: in both directions together. The "
        "last panel sets the net load against what the baseline leaves free of the full capacity.",
        how=how,
        data=data,
        absent="" if panels else "no run has the loads that the label asks for.",
    )


def quantity_words(row: EcolabelRow) -> str:
    """Return the quantity of a row for people."""
    return NAMES.get(row.quantity, row.quantity)


def unit_words(row: EcolabelRow) -> str:
    """Return the unit of a row's loads as it is written: ``%`` and not ``percent``."""
    return row.unit.replace("percent", "%")


def _loads(view: View, quantity: str, rows: list[EcolabelRow]) -> Markup | None:
    bars = [
        Bar(
            name=f"{row.scenario}, n\u00a0=\u00a0{row.n}",
            colour=view.colour_of(row.scenario),
            value=row.load,
            text=f"{plain(row.load, 3)}, net {plain(row.net, 3)}",
            below=row.base,
        )
        for row in rows
        if row.load is not None
    ]
    if not bars:
        return None
    unit, full = unit_words(rows[0]), rows[0].full
    title = quantity_words(rows[0]) + (f", full: {plain(full)} {unit}" if full is not None else "")
    key = f"ecolabel-{slug(quantity)}"
    return bars_panel("third", key, title, f"mean load / {unit}", bars, simulated=view.simulated)


def _allocations(view: View, rows: list[EcolabelRow]) -> Markup | None:
    bars = [
        Bar(
            name=f"{row.scenario}: {row.quantity}",
            colour=view.colour_of(row.scenario),
            value=100 * row.allocation,
            text=f"{plain(100 * row.allocation, 2)} %",
        )
        for row in rows
        if row.allocation is not None
    ]
    if not bars:
        return None
    axis = "net load / (full − base), in %"
    title = "Share of the free capacity"
    return bars_panel("third", "ecolabel-allocation", title, axis, bars, simulated=view.simulated)
