"""The report of a campaign: one HTML file that opens offline, anywhere."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from records.campaign import CampaignFolder
from records.files import write_atomically
from records.programs import read_copy, read_programs, read_source
from records.results import Results, read_results, tables_of
from reports.blocks.boxes import boxes_script
from reports.blocks.contract import Chapter
from reports.blocks.figure_numbers import figure_numbers
from reports.blocks.rendering import Records, page_scripts, records_of, render_page
from reports.blocks.shortening import shortened
from reports.blocks.svg import drawing_style
from reports.campaign.actions import chapter as actions
from reports.campaign.calls import chapter as api_calls
from reports.campaign.calls.over_time import MOST_CALLS
from reports.campaign.comparisons import chapter as comparisons
from reports.campaign.ecolabel import chapter as ecolabel
from reports.campaign.efficiency import chapter as efficiency
from reports.campaign.energy import chapter as energy
from reports.campaign.epochs import chapter as epochs
from reports.campaign.evidence import environment, findings, runs
from reports.campaign.first_screen.figure import first_figure
from reports.campaign.first_screen.summary import summary_of
from reports.campaign.hardware import chapter as hardware
from reports.campaign.health import chapter as health
from reports.campaign.iso14756 import chapter as iso14756
from reports.campaign.method import chapter as method
from reports.campaign.power import chapter as power
from reports.campaign.power.interactive.live import live_scripts
from reports.campaign.program import chapter as measured_program
from reports.campaign.recorded_calls import RunCalls, first_usable
from reports.campaign.reproduce import chapter as reproduce
from reports.campaign.rules import chapter as rules
from reports.campaign.smells import chapter as smells
from reports.campaign.trackers import chapter as trackers
from reports.campaign.uncertainty import chapter as uncertainty
from reports.campaign.view import RecordedProgram, View, scenario_key, view_of

CHAPTERS: Sequence[Callable[[View], Chapter]] = (
    power.chapter,
    energy.chapter,
    comparisons.chapter,
    smells.chapter,
    epochs.chapter,
    actions.chapter,
    api_calls.chapter,
    efficiency.chapter,
    hardware.chapter,
    trackers.chapter,
    uncertainty.chapter,
    rules.chapter,
    iso14756.chapter,
    ecolabel.chapter,
    health.chapter,
    runs.chapter,
    findings.chapter,
    environment.chapter,
    measured_program.chapter,
    method.chapter,
    reproduce.chapter,
)
"""In the order in which they are read: what was found, then how sure it is, then with what."""

MAIN = {
    "power",
    "energy",
    "comparisons",
    "smells",
    "epochs",
    "calls",
    "efficiency",
    "trackers",
    "uncertainty",
}
"""Chapters whose sentences and first figures are the main part on paper; the rest is its appendix."""

_MOST_DIFF_BYTES = 256 << 10


def write_report(folder: Path, out: Path | None = None) -> Path:
    """Write the HTML report of a campaign that was analysed.

    Args:
        folder: the campaign; its ``results/results.json`` and the record in ``programs/`` are read.
        out: where to write; ``report.html`` in the campaign when not given.

    Returns:
        The path written.

    Raises:
        RecordError: the campaign was not analysed yet, or its results or the record are damaged.
        OSError: the report cannot be written.
    """
    place = CampaignFolder(folder)
    results = read_results(place.results)
    path = out if out is not None else place.report
    program, calls = _recorded_program(folder, results), _recorded_calls(place, results)
    write_atomically(path, render(results, program=program, calls=calls))
    return path


def _recorded_program(folder: Path, results: Results) -> RecordedProgram | None:
    record = read_programs(folder)
    if record is None:
        return None
    diffs = {
        one.diff: read_copy(folder, one.diff, one.diff_sha256, _MOST_DIFF_BYTES)
        for one in record.revisions
        if one.diff and one.diff_sha256
    }
    with_calls = dict.fromkeys(row.file for row in results.call_sites if row.line is not None)
    texts = {name: read_source(folder, record, name) for name in with_calls}
    return RecordedProgram(record, _known(diffs), _known(texts))


def _recorded_calls(place: CampaignFolder, results: Results) -> dict[str, RunCalls]:
    """Return single calls of one run of each scenario whose runs recorded them."""
    wanted = dict.fromkeys(row.scenario for row in results.call_sites)
    folders = {
        key: [place.runs / run.run_dir for run in results.runs if scenario_key(run) == key] for key in wanted
    }
    found = {key: first_usable(runs, MOST_CALLS) for key, runs in folders.items()}
    return {key: calls for key, calls in found.items() if calls is not None}


def _known(texts: dict[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def render(
    results: Results,
    chapters: Sequence[Callable[[View], Chapter]] = CHAPTERS,
    program: RecordedProgram | None = None,
    calls: Mapping[str, RunCalls] | None = None,
) -> str:
    """Return the report as HTML; the same results always give the same text.

    Args:
        results: of the campaign.
        chapters: what makes each chapter, in the order of the page.
        program: the measured program, where it is on record.
        calls: of one run of each scenario, where their record is at hand.
    """
    view = view_of(results, program, calls)
    with drawing_style():
        made = [shortened(make(view), results) for make in chapters]
        drawing = first_figure(view)
    shown = [chapter for chapter in made if not chapter.absent]
    context = {
        "results": results,
        "summary": summary_of(view),
        "drawing": drawing,
        "main": MAIN,
        "chapters": shown,
        "absent": [chapter for chapter in made if chapter.absent],
        "numbers": figure_numbers(shown, MAIN),
    }
    return render_page(
        "campaign.html",
        context,
        simulated=view.simulated,
        scripts=_scripts(shown),
        tables=_sources(view, shown),
    )


def _scripts(chapters: list[Chapter]) -> list[str]:
    live = any(sheet.live for chapter in chapters for sheet in chapter.sheets)
    drawn = any(sheet.size == "full" and sheet.panels for chapter in chapters for sheet in chapter.sheets)
    return [*page_scripts(), *([boxes_script()] if drawn else []), *(live_scripts() if live else [])]


def _sources(view: View, chapters: list[Chapter]) -> dict[str, Records]:
    """Return the tables of the results that the page offers for taking along, with all their digits."""
    wanted = {table.source for chapter in chapters for table in chapter.tables if table.source and table.rows}
    wanted.add("scenarios")  # of the first screen
    tables = tables_of(view.results)
    return {name: records_of(tables[name].rows, simulated=view.simulated) for name in sorted(wanted)}
