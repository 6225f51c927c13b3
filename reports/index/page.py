"""The page of the index: which campaigns there are, how energies went, whether the lab was in order."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from records.campaign import CampaignFolder
from records.errors import ConfigurationError
from records.files import write_atomically
from reports.blocks.rendering import page_scripts, render_page, script
from reports.blocks.svg import drawing_style
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.index.campaigns import Links, anchors, campaign_records, campaigns_table
from reports.index.control_runs import control_records, control_sheet
from reports.index.database import created
from reports.index.entries import Entry
from reports.index.find import LeftOut, Place
from reports.index.trend import trend_points, trend_records, trend_sheet
from reports.words.energy import unit_for
from reports.words.numbers import count

_MARK = 'data-wattlab="index"'


def check_page_replaceable(path: Path) -> None:
    """Refuse to write over a page that is not an index of ours.

    Raises:
        ConfigurationError: it is something else.
    """
    if not path.exists() and not path.is_symlink():
        return
    if not path.is_file() or _MARK not in path.read_text(encoding="utf-8", errors="replace"):
        raise ConfigurationError(
            f"{path}: expected no file or an earlier index here, but it is something else and is not "
            f"overwritten. Name another file with --page"
        )


def write_page(
    path: Path, entries: Sequence[Entry], left_out: Sequence[LeftOut], links: Links, database: str
) -> None:
    """Write the page of an index.

    Args:
        path: the HTML file, replaced if it exists.
        entries: campaigns of the index.
        left_out: folders that are not in it.
        links: see `Links`.
        database: name of the database's file.

    Raises:
        OSError: it cannot be written.
    """
    write_atomically(path, render(entries, left_out, links, database))


def links_beside(folder: Path) -> Links:
    """Return the links to the reports that are there, relative to the folder of the page."""

    def links(place: Place) -> list[tuple[str, str]]:
        report = CampaignFolder(place.path).report
        if not report.is_file():
            return []
        return [("report", address(Path(os.path.relpath(report, folder)).parts))]

    return links


def address(parts: Sequence[str]) -> str:
    """Return a relative address that leads to these names, whatever bytes they hold."""
    steps = (part if part == ".." else quote(os.fsencode(part), safe="") for part in parts)
    return "./" + "/".join(steps)


def render(entries: Sequence[Entry], left_out: Sequence[LeftOut], links: Links, database: str | None) -> str:
    """Return the page as HTML; the same campaigns always give the same text.

    Args:
        entries: campaigns of the index.
        left_out: folders that are not in it.
        links: see `Links`.
        database: name of the database's file; ``None`` where none was written.
    """
    ordered = sorted(entries, key=lambda item: (-(item.created_utc_s or 0.0), item.place.folder))
    unit = unit_for(energy_wh for entry in entries for energy_wh in entry.energies_wh())
    induced, gross = trend_points(entries, "induced"), trend_points(entries, "energy")
    with drawing_style():
        sheets = [
            trend_sheet(induced, "induced", unit),
            trend_sheet(gross, "energy", unit),
            control_sheet(entries, unit),
        ]
    tables = {
        "campaigns": campaign_records(ordered),
        "trend_induced": trend_records(induced, "induced"),
        "trend_energy": trend_records(gross, "energy"),
        "health": control_records(entries),
    }
    context = {
        "summary": {"title": "Campaigns", "facts": _facts(entries, left_out)},
        "n": len(entries),
        "n_simulated": sum(entry.simulated for entry in entries),
        "refused": [entry.title for entry in ordered if entry.findings["refuse"]],
        "campaigns": campaigns_table(ordered, links, unit),
        "sheets": sheets,
        "left_out": _left_out(left_out, links),
        "database": database,
    }
    simulated = bool(entries) and all(entry.simulated for entry in entries)
    return render_page(
        "index.html.j2",
        context,
        simulated=simulated,
        scripts=[*page_scripts(), script("index.js")],
        tables=tables,
    )


def _facts(entries: Sequence[Entry], left_out: Sequence[LeftOut]) -> list[tuple[str, str]]:
    stamps = sorted(stamp for entry in entries if (stamp := created(entry.created_utc_s)) is not None)
    span = f"{stamps[0]:%Y-%m-%d} to {stamps[-1]:%Y-%m-%d}" if stamps else "not recorded"
    return [
        ("Campaigns", f"{count(len(entries))}, of which {sum(e.simulated for e in entries)} SIMULATED"),
        ("Left out", count(len(left_out))),
        ("Planned", span),
        ("Benches", count(len({entry.bench for entry in entries}))),
    ]


def _left_out(left_out: Sequence[LeftOut], links: Links) -> Table:
    columns: Columns[LeftOut] = (
        text_column("Folder", lambda left: left.place.folder),
        Column("Pages", lambda left: anchors(links(left.place)), numeric=False, whole=True),
        text_column("Reason", lambda left: left.reason),
    )
    nothing = "None: every campaign that was found is in the index."
    return table("left-out", "Folders left out", columns, left_out, folded=False, nothing=nothing)
