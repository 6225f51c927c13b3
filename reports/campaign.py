"""The report of a campaign: one HTML file that opens offline, anywhere, without a script."""

from pathlib import Path
from typing import Any

from records.campaign import CampaignFolder
from records.files import write_atomically
from records.results import Results, read_results
from reports import notes, sections
from reports.environment import lines_of
from reports.figures.efficiency import accuracy_sheet, efficiency_sheet
from reports.figures.energy import energy_sheet
from reports.figures.epochs import epochs_sheet
from reports.figures.hardware import hardware_sheet
from reports.figures.kit import Sheet
from reports.figures.power import power_sheet
from reports.figures.trackers import trackers_sheet
from reports.pages import render_page
from reports.summary import summary_of
from reports.svg import drawing_style
from reports.view import View, view_of


def write_report(folder: Path, out: Path | None = None) -> Path:
    """Write the HTML report of a campaign that was analysed.

    Args:
        folder: the campaign; only its ``results/results.json`` is read.
        out: where to write; ``report.html`` in the campaign when not given.

    Returns:
        The path written.

    Raises:
        RecordError: the campaign was not analysed yet, or its results are damaged.
        OSError: the report cannot be written.
    """
    place = CampaignFolder(folder)
    results = read_results(place.results)
    path = out if out is not None else place.report
    write_atomically(path, render(results))
    return path


def render(results: Results) -> str:
    """Return the report as HTML; the same results always give the same text."""
    view = view_of(results)
    context = {
        "results": results,
        "summary": summary_of(view),
        "figures": _figures(view),
        "tables": _tables(view),
        "notes": _notes(results),
        "environment": _environment_lines(results),
        "meter": lines_of(results.meter),
        "settings": _settings_lines(results),
    }
    return render_page("campaign.html", context, simulated=view.simulated)


def _figures(view: View) -> dict[str, Sheet]:
    results = view.results
    energy_how = " ".join((notes.window_note(results), notes.induced_note(results), notes.mean_note(results)))
    with drawing_style():
        sheets = (
            power_sheet(view),
            energy_sheet(view, energy_how),
            hardware_sheet(view),
            epochs_sheet(view, notes.epoch_note(results)),
            efficiency_sheet(view, notes.efficiency_note(results)),
            accuracy_sheet(view, notes.target_note(results)),
            trackers_sheet(view, notes.tracker_note(results)),
        )
    return {sheet.key: sheet for sheet in sheets}


def _tables(view: View) -> dict[str, Any]:
    return {
        "scenarios": sections.scenarios_table(view),
        "baseline": sections.baseline_table(view),
        "runs": sections.runs_table(view),
        "actions": sections.actions_table(view),
        "epochs": sections.epochs_table(view),
        "trackers": sections.trackers_table(view),
        "refused": sections.refused_table(view),
    }


def _notes(results: Results) -> dict[str, str]:
    return {
        "window": notes.window_note(results),
        "induced": notes.induced_note(results),
        "mean": notes.mean_note(results),
        "epoch": notes.epoch_note(results),
        "tracker": notes.tracker_note(results),
    }


def _environment_lines(results: Results) -> list[tuple[str, list[tuple[str, str]], bool]]:
    sut = _record(results, "sut")
    found = []
    for name in ("sut", "controller", "meter"):
        record = _record(results, name)
        found.append((name, lines_of(record), name == "controller" and bool(record) and record == sut))
    return found


def _settings_lines(results: Results) -> list[tuple[str, str]]:
    targets = results.settings.get("target_val_accuracy") or {}
    known = {name: value for name, value in targets.items() if value is not None}
    return lines_of({"rule": results.rule, **results.settings, "target_val_accuracy": known})


def _record(results: Results, name: str) -> dict[str, Any]:
    found = results.environment.get(name)
    return found if isinstance(found, dict) else {}
