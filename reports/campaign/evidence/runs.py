"""Every run that was counted, and every attempt that was not."""

from records.results import Row
from records.times import iso_utc
from reports.blocks.columns import scenario_words, spread_column, with_u
from reports.blocks.contract import Block, Chapter, Heading, Text
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.view import View, numbers
from reports.words import notes
from reports.words.numbers import count, finite, plain


def chapter(view: View) -> Chapter:
    """Show the runs one by one."""
    blocks: list[Block] = [Text(_answer(view)), runs_table(view)]
    return Chapter("runs", "Runs", "Runs", [*blocks, Heading("Refused attempts"), refused_table(view)])


def _answer(view: View) -> str:
    """Say how many runs count, and how completely they were measured."""
    results = view.results
    refused = f"{count(len(results.refused))} attempt{'' if len(results.refused) == 1 else 's'} refused"
    said = f"{count(len(results.runs))} runs count, {refused}."
    covered = numbers(results.runs, "coverage_pct")
    if not covered:
        return said
    return f"{said} Of the run that was measured least, {plain(min(covered))} % of the time is covered."


def runs_table(view: View) -> Table:
    """Tabulate the counted runs in the order in which they were measured."""
    columns = (
        text_column("Run", "run_dir", whole=True),
        Column("Scenario", scenario_words, numeric=False),
        Column("Repeat", lambda row: count(row.get("repeat"))),
        Column("Block", lambda row: count(row.get("block"))),
        Column("Start", _start, "UTC", numeric=False, whole=True),
        Column("Duration", lambda row: plain(row.get("duration_s")), "s"),
        Column("Coverage", lambda row: plain(row.get("coverage_pct")), "%"),
        Column("Mean power", lambda row: plain(row.get("mean_power_w")), "W"),
        with_u("Energy", "energy_wh", "energy_u_wh", "Wh"),
        spread_column("u(energy)", "energy_u_wh", "Wh"),
        Column("Baseline", lambda row: plain(row.get("baseline_power_w")), "W"),
        Column("Baseline", lambda row: plain(row.get("baseline_wh")), "Wh"),
        with_u("Induced", "induced_wh", "induced_u_wh", "Wh"),
        spread_column("u(induced)", "induced_u_wh", "Wh"),
        Column("Epochs", lambda row: count(row.get("epochs"))),
        Column("Validation accuracy", lambda row: plain(row.get("val_accuracy"), 3)),
    )
    rows = sorted(view.results.runs, key=lambda row: finite(row.get("slot")) or 0.0)
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
    columns = (
        text_column("Attempt", "run_dir", whole=True),
        Column("Scenario", scenario_words, numeric=False),
        text_column("Status", "status"),
        text_column("Reason", "reason"),
    )
    return table(
        "refused",
        "Attempts that were not counted",
        columns,
        view.results.refused,
        nothing="Every attempt was counted.",
    )


def _start(row: Row) -> str:
    stamp = finite(row.get("t_start_utc_s"))
    return "–" if stamp is None else iso_utc(stamp).removesuffix(" UTC")
