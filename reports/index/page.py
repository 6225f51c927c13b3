"""The page of the index: which campaigns there are, how energies went, whether the lab was in order."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from records.campaign import CampaignFolder
from records.errors import ConfigurationError
from records.files import write_atomically
from reports.blocks.rendering import render_page, script
from reports.blocks.svg import drawing_style
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.first_screen.status import Status
from reports.campaign.view import energy_of, mean_words
from reports.index.control_runs import control_sheet
from reports.index.database import created
from reports.index.entries import Entry
from reports.index.find import LeftOut, Place
from reports.index.sparkline import sparkline
from reports.index.trend import trend_sheet
from reports.words.energy import EnergyUnit, unit_for
from reports.words.numbers import count, fixed
from reports.words.texts import printable

Links = Callable[[Place], list[tuple[str, str]]]
"""Gives the words and addresses of the pages about a campaign."""

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
    with drawing_style():
        sheets = [trend_sheet(entries, "induced"), trend_sheet(entries, "energy"), control_sheet(entries)]
    context = {
        "summary": {"title": "Campaigns", "facts": _facts(entries, left_out)},
        "n": len(entries),
        "n_simulated": sum(entry.simulated for entry in entries),
        "refused": [entry.title for entry in ordered if entry.findings["refuse"]],
        "campaigns": _campaigns(ordered, links),
        "sheets": sheets,
        "left_out": _left_out(left_out, links),
        "database": database,
    }
    simulated = bool(entries) and all(entry.simulated for entry in entries)
    return render_page("index.html.j2", context, simulated=simulated, scripts=[script("index.js")])


def _facts(entries: Sequence[Entry], left_out: Sequence[LeftOut]) -> list[tuple[str, str]]:
    stamps = sorted(stamp for entry in entries if (stamp := created(entry.created_utc_s)) is not None)
    span = f"{stamps[0]:%Y-%m-%d} to {stamps[-1]:%Y-%m-%d}" if stamps else "not recorded"
    return [
        ("Campaigns", f"{count(len(entries))}, of which {sum(e.simulated for e in entries)} SIMULATED"),
        ("Left out", count(len(left_out))),
        ("Planned", span),
        ("Benches", count(len({entry.bench for entry in entries}))),
    ]


def _campaigns(entries: Sequence[Entry], links: Links) -> Table:
    unit = unit_for(run.energy_wh for entry in entries for run in entry.runs)
    columns: Columns[Entry] = (
        text_column("Campaign", lambda entry: entry.title),
        Column("Pages", lambda entry: _anchors(links(entry.place)), numeric=False, whole=True),
        Column("Status", lambda entry: _chip(entry.status), numeric=False, whole=True),
        Column("Energy per run", lambda entry: _headline(entry, unit), unit.name),
        Column("Runs over time", lambda entry: sparkline(entry.runs), numeric=False, whole=True),
        text_column("Planned (UTC)", lambda entry: _minute(entry.created_utc_s), whole=True),
        Column("Duration", lambda entry: _minutes(entry.duration_s), "min"),
        text_column("Meter", lambda entry: "SIMULATED" if entry.simulated else "measured", whole=True),
        Column("Runs", lambda entry: f"{count(entry.completed)} of {count(entry.planned)}"),
        text_column("Wattlab", lambda entry: entry.wattlab_version, whole=True),
        text_column("Folder", lambda entry: entry.place.folder, whole=True),
        text_column("SUT", lambda entry: entry.sut, whole=True),
        text_column("Instrument", lambda entry: entry.meter, whole=True),
        text_column("Rule", lambda entry: entry.rule, whole=True),
    )
    caption = "Campaigns, the latest first"
    nothing = "No analysed campaign was found."
    note = (
        "Energy per run: mean gross energy of one run with its 95 % interval; of several scenarios the "
        "lowest and the highest mean. Baselines are left out. Runs over time: energy of each run in the "
        "order of time, relative to the mean of its scenario; the axis spans at least 5 % to either side. "
        "Duration: start of the first valid run to the end of the last one."
    )
    return table("campaigns", caption, columns, entries, folded=False, nothing=nothing, note=note)


def _headline(entry: Entry, unit: EnergyUnit) -> str:
    scenarios = [item for item in entry.scenarios if item.kind != "baseline"]
    means = [
        (energy.value, energy.u, item)
        for item in scenarios
        if (energy := energy_of(item.row, "energy")).value is not None
    ]
    if not means:
        return ""
    if len(means) == 1:
        return mean_words(means[0][2].row, "energy", unit)
    low, high = (pick(means, key=lambda mean: mean[0]) for pick in (min, max))
    ends = " to ".join(unit.measured(value, u) for value, u, _ in (low, high))
    return f"{ends} ({len(means)} scenarios)"


def _chip(status: Status) -> Markup:
    return Markup('<span class="chip {}">{}</span>').format(status.tone, printable(status.chip))


def _minutes(duration_s: float | None) -> str:
    return "" if duration_s is None else fixed(duration_s / 60, 1)


def _left_out(left_out: Sequence[LeftOut], links: Links) -> Table:
    columns: Columns[LeftOut] = (
        text_column("Folder", lambda left: left.place.folder),
        Column("Pages", lambda left: _anchors(links(left.place)), numeric=False, whole=True),
        text_column("Reason", lambda left: left.reason),
    )
    nothing = "None: every campaign that was found is in the index."
    return table("left-out", "Folders left out", columns, left_out, folded=False, nothing=nothing)


def _anchors(links: list[tuple[str, str]]) -> Markup:
    anchor = Markup('<a href="{}">{}</a>')
    return Markup(" · ").join(anchor.format(href, printable(words)) for words, href in links) or Markup("–")


def _minute(t_utc_s: float | None) -> str:
    stamp = created(t_utc_s)
    return "" if stamp is None else f"{stamp:%Y-%m-%d %H:%M}"
