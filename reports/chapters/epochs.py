"""Epochs: their energy, their companions, and accuracy against energy."""

from reports import notes
from reports.chapters.columns import scenario_words, spread_column, with_u
from reports.chapters.contract import Block, Chapter, Heading
from reports.figures.epochs import epochs_sheet
from reports.numbers import count, plain
from reports.tables import Column, Table, table
from reports.view import View


def chapter(view: View) -> Chapter:
    """Show the epochs of all runs."""
    sheet = epochs_sheet(view, notes.epoch_note(view.results))
    blocks: list[Block] = [sheet, Heading("Every epoch"), epochs_table(view)]
    return Chapter("epochs", "Epochs", "Epochs", blocks, "" if view.results.epochs else sheet.absent)


def epochs_table(view: View) -> Table:
    """Tabulate every epoch of every counted run."""
    columns = (
        Column("Run", lambda row: str(row.get("run_dir") or row.get("slot")), numeric=False, whole=True),
        Column("Scenario", scenario_words, numeric=False),
        Column("Epoch", lambda row: count(row.get("epoch"))),
        Column("Duration", lambda row: plain(row.get("duration_s")), "s"),
        Column("Coverage", lambda row: plain(row.get("coverage_pct")), "%"),
        with_u("Energy", "energy_wh", "energy_u_wh", "Wh"),
        spread_column("u(energy)", "energy_u_wh", "Wh"),
        with_u("Induced", "induced_wh", "induced_u_wh", "Wh"),
        spread_column("u(induced)", "induced_u_wh", "Wh"),
        Column("Accuracy", lambda row: plain(row.get("accuracy"), 3)),
        Column("Validation accuracy", lambda row: plain(row.get("val_accuracy"), 3)),
        Column("Loss", lambda row: plain(row.get("loss"), 3)),
        Column("Validation loss", lambda row: plain(row.get("val_loss"), 3)),
        Column("CPU load", lambda row: plain(row.get("cpu_load_pct"), 3), "%"),
        Column("CPU", lambda row: plain(row.get("cpu_temperature_c"), 3), "°C"),
        Column("GPU", lambda row: plain(row.get("gpu_temperature_c"), 3), "°C"),
    )
    return table(
        "epoch-rows",
        "Epochs of all counted runs",
        columns,
        view.results.epochs,
        note=notes.epoch_note(view.results),
        source="epochs",
    )
