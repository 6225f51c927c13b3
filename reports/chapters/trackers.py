"""Software trackers against the meter."""

from reports import notes
from reports.chapters.columns import with_u
from reports.chapters.contract import Block, Chapter, Heading
from reports.figures.trackers import trackers_sheet
from reports.numbers import count, plain
from reports.tables import Column, Table, table, text_column
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show how far each tracker was from the meter, and what it cost."""
    sheet = trackers_sheet(view, notes.tracker_note(view.results))
    blocks: list[Block] = [sheet, Heading("What the trackers said"), trackers_table(view)]
    absent = "" if view.results.trackers else "no run had a tracker."
    return Chapter("trackers", "Software trackers", "Trackers", blocks, absent)


def trackers_table(view: View) -> Table:
    """Tabulate what each tracker said of each run, and what the meter said of the same window."""
    columns = (
        Column("Run", lambda row: count(row.get("slot")), numeric=False),
        Column("Scenario", lambda row: str(row.get("scenario")), numeric=False),
        Column("Tracker", lambda row: f"{row.get('tracker')} {row.get('version') or ''}", numeric=False),
        text_column("Scope", "scope", whole=True),
        Column("Tracker", lambda row: plain(row.get("energy_wh")), "Wh"),
        Column("CPU", lambda row: plain(row.get("cpu_wh")), "Wh"),
        Column("GPU", lambda row: plain(row.get("gpu_wh")), "Wh"),
        Column("RAM", lambda row: plain(row.get("ram_wh")), "Wh"),
        with_u("Meter", "meter_wh", "meter_u_wh", "Wh"),
        Column("Meter, net", lambda row: plain(row.get("meter_net_wh")), "Wh"),
        Column("Tracker − meter", lambda row: plain(row.get("error_wh")), "Wh"),
        Column("Tracker / meter", lambda row: plain(row.get("ratio"), 3)),
        text_column("Settings", "settings"),
    )
    return table(
        "tracker-rows",
        "What the trackers said, run by run",
        columns,
        view.results.trackers,
        note=notes.tracker_note(view.results),
        source="trackers",
    )
