"""Every run that was counted, and every attempt that was not."""

from records.rows.runs import RefusedRow, RunRow
from records.times import iso_utc
from reports.blocks.columns import plain_column, scenario_words, spread_column, with_u
from reports.blocks.contract import Block, Chapter, Heading, Text
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.view import View
from reports.words import notes
from reports.words.numbers import count, plain


def chapter(view: View) -> Chapter:
    """Show the runs one by one."""
    blocks: list[Block] = [Text(_answer(view)), runs_table(view)]
    return Chapter("runs", "Runs", "Runs", [*blocks, Heading("Rejected attempts"), refused_table(view)])


def _answer(view: View) -> str:
    """Say how many runs are valid, and how completely they were measured."""
    results = view.results
    valid = len(results.runs)
    rejected = f"{count(len(results.refused)) if results.refused else 'none'} rejected"
    words = f"{count(valid)} valid run{'' if valid == 1 else 's'}, {rejected}."
    if not results.runs:
        return words
    covered = min(row.coverage_pct for row in results.runs)
    return f"{words} Lowest coverage of any run: {plain(covered)} %."


def runs_table(view: View) -> Table:
    """Tabulate the counted runs in the order in which they were measured."""
    columns: Columns[RunRow] = (
        text_column("Run", lambda row: row.run_dir, whole=True),
        Column("Scenario", scenario_words, numeric=False),
        Column("Repeat", lambda row: count(row.repeat)),
        Column("Block", lambda row: count(row.block)),
        Column("Start", _start, "UTC", numeric=False, whole=True),
        Column("Duration", lambda row: plain(row.duration_s), "s"),
        Column("Coverage", lambda row: plain(row.coverage_pct), "%"),
        Column("Mean power", lambda row: plain(row.mean_power_w), "W"),
        with_u("Energy", lambda row: (row.energy_wh, row.energy_u_wh), view.unit),
        spread_column("u(energy)", lambda row: row.energy_u_wh, view.unit),
        Column("Baseline", lambda row: plain(row.baseline_power_w), "W"),
        plain_column("Baseline", lambda row: row.baseline_wh, view.unit),
        with_u("Induced", lambda row: (row.induced_wh, row.induced_u_wh), view.unit),
        spread_column("u(induced)", lambda row: row.induced_u_wh, view.unit),
        Column("Epochs", lambda row: count(row.work.get("epochs"))),
        Column("Validation accuracy", lambda row: plain(row.work.get("val_accuracy"), 3)),
    )
    rows = sorted(view.results.runs, key=lambda row: row.slot)
    return table(
        "run-rows",
        "Counted runs, in the order measured",
        columns,
        rows,
        note=notes.window_note(view.results),
        nothing="No run was counted.",
        source="runs",
    )


def refused_table(view: View) -> Table:
    """Tabulate the attempts that do not count, with their reasons."""
    columns: Columns[RefusedRow] = (
        text_column("Attempt", lambda row: row.run_dir, whole=True),
        Column("Scenario", _attempted, numeric=False),
        text_column("Status", lambda row: row.status),
        text_column("Reason", lambda row: row.reason),
    )
    return table(
        "refused",
        "Attempts that were not counted",
        columns,
        view.results.refused,
        nothing="Every attempt was counted.",
    )


def _attempted(row: RefusedRow) -> str:
    """Return the scenario of an attempt, whose record may be damaged."""
    name = row.scenario or "–"
    return f"{name} + {row.tracker}" if row.tracker else name


def _start(row: RunRow) -> str:
    return iso_utc(row.t_start_utc_s).removesuffix(" UTC")
