"""Load, baseline and net load of the eco-label's quantities, and the share of what the hardware can give."""

from collections.abc import Callable

from markupsafe import Markup

from records.results import Row
from reports.blocks.kit import Bar, Sheet, bars_panel
from reports.blocks.tables import Table
from reports.campaign.view import View
from reports.words.numbers import finite, plain
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
    quantities = dict.fromkeys(str(row.get("quantity")) for row in rows)
    panels = [
        panel
        for quantity in quantities
        if (panel := _loads(view, quantity, [row for row in rows if row.get("quantity") == quantity]))
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


def quantity_words(row: Row) -> str:
    """Return the quantity of a row for people."""
    return NAMES.get(str(row.get("quantity")), str(row.get("quantity")))


def unit_words(row: Row) -> str:
    """Return the unit of a row's loads as it is written: ``%`` and not ``percent``."""
    return str(row.get("unit")).replace("percent", "%")


def _bars(view: View, rows: list[Row], column: str, words: Callable[[Row], str], factor: float) -> list[Bar]:
    return [
        Bar(
            name=words(row),
            colour=view.colour_of(str(row.get("scenario"))),
            value=factor * value,
            text=_text(row, column, factor * value),
            below=finite(row.get("base")) if column == "load" else None,
        )
        for row in rows
        if (value := finite(row.get(column))) is not None
    ]


def _text(row: Row, column: str, value: float) -> str:
    if column == "allocation":
        return f"{plain(value, 2)} %"
    return f"{plain(value, 3)}, net {plain(row.get('net'), 3)}"


def _loads(view: View, quantity: str, rows: list[Row]) -> Markup | None:
    bars = _bars(view, rows, "load", _with_n, 1.0)
    if not bars:
        return None
    unit, full = unit_words(rows[0]), finite(rows[0].get("full"))
    title = quantity_words(rows[0]) + (f", full: {plain(full)} {unit}" if full is not None else "")
    key = f"ecolabel-{slug(quantity)}"
    return bars_panel("third", key, title, f"mean load / {unit}", bars, simulated=view.simulated)


def _with_n(row: Row) -> str:
    return f"{row.get('scenario')}, n\u00a0=\u00a0{row.get('n')}"


def _allocations(view: View, rows: list[Row]) -> Markup | None:
    bars = _bars(view, rows, "allocation", lambda row: f"{row.get('scenario')}: {row.get('quantity')}", 100.0)
    if not bars:
        return None
    axis = "net load / (full − base), in %"
    title = "Share of the free capacity"
    return bars_panel("third", "ecolabel-allocation", title, axis, bars, simulated=view.simulated)
