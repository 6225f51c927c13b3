"""The table of the campaigns: a row for each, with what a reader looks for first."""

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from reports.blocks.rendering import Records
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.first_screen.status import Status
from reports.campaign.view import Energy, ScenarioView, energy_of, mean_words
from reports.index.database import created
from reports.index.entries import Entry
from reports.index.find import Place
from reports.index.sparkline import sparkline
from reports.words.energy import EnergyUnit
from reports.words.numbers import count, fixed
from reports.words.texts import printable

Links = Callable[[Place], list[tuple[str, str]]]
"""Gives the words and addresses of the pages about a campaign."""


def campaigns_table(entries: Sequence[Entry], links: Links, unit: EnergyUnit) -> Table:
    """Tabulate the campaigns; `campaign_records` has the same with all digits."""
    columns: Columns[Entry] = (
        text_column("Campaign", lambda entry: entry.title),
        Column("Pages", lambda entry: anchors(links(entry.place)), numeric=False, whole=True),
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
    return table(
        "campaigns",
        caption,
        columns,
        entries,
        folded=False,
        nothing=nothing,
        note=note,
        source="campaigns",
    )


def campaign_records(entries: Sequence[Entry]) -> Records:
    """Return what the table shows with all digits, energies in Wh."""
    return [
        {
            "campaign": entry.campaign,
            "folder": entry.place.folder,
            "simulated": entry.simulated,
            "title": entry.title,
            "created_utc_s": entry.created_utc_s,
            "duration_s": entry.duration_s,
            "status": entry.status.chip,
            "scenarios": len(_means(entry)),
            **_record("least", min(_means(entry), key=_value, default=None)),
            **_record("most", max(_means(entry), key=_value, default=None)),
            "slots_planned": entry.planned,
            "slots_completed": entry.completed,
            "wattlab_version": entry.wattlab_version,
            "sut": entry.sut,
            "meter": entry.meter,
            "rule": entry.rule,
        }
        for entry in entries
    ]


_Mean = tuple[ScenarioView, Energy]


def _record(which: str, mean: _Mean | None) -> dict[str, Any]:
    scenario, energy = (None, Energy(None, None, None, None)) if mean is None else mean
    return {
        f"{which}_scenario": None if scenario is None else scenario.key,
        f"{which}_energy_wh": energy.value,
        f"{which}_energy_low_wh": energy.low,
        f"{which}_energy_high_wh": energy.high,
    }


def _means(entry: Entry) -> list[_Mean]:
    """Return the mean gross energies of its scenarios without the baselines."""
    energies = [(item, energy_of(item.row, "energy")) for item in entry.scenarios if item.kind != "baseline"]
    return [(item, energy) for item, energy in energies if energy.value is not None]


def _value(mean: _Mean) -> float:
    return mean[1].value or 0.0


def _headline(entry: Entry, unit: EnergyUnit) -> str:
    means = _means(entry)
    if not means:
        return ""
    if len(means) == 1:
        return mean_words(means[0][0].row, "energy", unit)
    low, high = min(means, key=_value), max(means, key=_value)
    ends = " to ".join(unit.measured(energy.value, energy.u) for _, energy in (low, high))
    return f"{ends} ({len(means)} scenarios)"


def _chip(status: Status) -> Markup:
    return Markup('<span class="chip {}">{}</span>').format(status.tone, printable(status.chip))


def _minutes(duration_s: float | None) -> str:
    return "" if duration_s is None else fixed(duration_s / 60, 1)


def anchors(links: list[tuple[str, str]]) -> Markup:
    """Return links next to each other; a dash where there is none."""
    anchor = Markup('<a href="{}">{}</a>')
    return Markup(" · ").join(anchor.format(href, printable(words)) for words, href in links) or Markup("–")


def _minute(t_utc_s: float | None) -> str:
    stamp = created(t_utc_s)
    return "" if stamp is None else f"{stamp:%Y-%m-%d %H:%M}"
