"""How far the energy of epochs goes with what was seen in them: correlations with their intervals."""

from markupsafe import Markup

from records.rows.statistics import CorrelationRow
from records.settings.analysis import CONFIDENCE
from reports.blocks import palette
from reports.blocks.forest import Mark, forest_panel
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.epochs.temperature import r_within_words, r_words
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import count, given, probability

COMPANIONS = {
    "gpu_temperature_c": "GPU temperature",
    "gpu_load_pct": "GPU load",
    "cpu_temperature_c": "CPU temperature",
    "cpu_load_pct": "CPU load",
    "loss": "loss",
    "accuracy": "accuracy",
    "val_loss": "validation loss",
    "val_accuracy": "validation accuracy",
}
MOST_PANELS = 6

HOW = (
    "Pearson's r between the gross energy of an epoch and the mean of the other quantity over that epoch, "
    "with Fisher's interval (1921), and Spearman's rho of the ranks. r within runs: the repeated-measures "
    "correlation (Bland and Altman 1995; Bakdash and Marusich 2017), of the deviations from each run's own "
    "means. The published r is quoted from Guldner, Kreten and Naumann (2021), figure 8; it was not "
    "reproduced here."
)


def correlations_sheet(view: View) -> Sheet:
    """Draw the correlations of the energy of epochs, one panel per scenario."""
    with_rows = [
        (item, rows) for item in view.scenarios if item.tracker is None and (rows := _rows(view, item))
    ]
    more = len(with_rows) - MOST_PANELS
    left_out = f" {more} further scenarios are in the table only." if more > 0 else ""
    quoted = any(row.published_r is not None for _, rows in with_rows for row in rows)
    return Sheet(
        key="correlations",
        title="What the energy of an epoch correlates with",
        size="half",
        panels=[
            _panel(view, item, rows, f"correlations-{number}")
            for number, (item, rows) in enumerate(with_rows[:MOST_PANELS])
        ],
        caption="Correlation r with its 95 % interval: 1 or −1, the two rise and fall together or against "
        "each other; 0, they do not. Coloured: within the runs, filled where it differs from 0 (p below "
        "0.05). Grey: over all epochs, as if they were independent."
        + (" Diamonds: quoted, the published r." if quoted else "")
        + left_out,
        how=HOW,
        data=_table(view) if with_rows else None,
        absent="" if with_rows else "no scenario has four epochs whose energy and another quantity vary.",
    )


def _table(view: View) -> Table:
    columns: Columns[CorrelationRow] = (
        Column("Scenario", lambda row: view.name_of(row.scenario), numeric=False),
        Column("Energy with", _companion, numeric=False),
        Column("Epochs", lambda row: count(row.epochs)),
        Column("Runs", lambda row: count(row.runs)),
        Column("r, all epochs", lambda row: r_words(row.r, row.r_low, row.r_high)),
        Column("p", lambda row: probability(row.p)),
        Column("rho", lambda row: r_words(row.rho)),
        Column("r within runs", r_within_words),
        Column("p", lambda row: probability(row.r_within_p)),
        Column("Published r, quoted", lambda row: given(row.published_r)),
        text_column("Remarks", lambda row: row.note),
    )
    caption = "Energy of the epochs with other quantities"
    return table(
        "correlations-data",
        caption,
        columns,
        view.results.correlations,
        folded=False,
        source="correlations",
    )


def _rows(view: View, item: ScenarioView) -> list[CorrelationRow]:
    return [
        row
        for row in view.results.correlations
        if row.scenario == item.key and row.y in COMPANIONS and row.r is not None
    ]


def _companion(row: CorrelationRow) -> str:
    return COMPANIONS.get(row.y, row.y)


def _panel(view: View, item: ScenarioView, rows: list[CorrelationRow], key: str) -> Markup:
    marks = [mark for row in rows for mark in _marks(row, item)]
    label = "correlation with the energy of an epoch"
    return forest_panel("half", key, item.name, label, marks, simulated=view.simulated, limits=(-1.06, 1.06))


def _marks(row: CorrelationRow, item: ScenarioView) -> list[Mark]:
    name = _companion(row)
    over_all = Mark(
        name=f"{name}, all",
        colour=palette.BASELINE,
        value=row.r,
        low=row.r_low,
        high=row.r_high,
        text=r_words(row.r, row.r_low, row.r_high),
        filled=False,
        quoted=row.published_r,
    )
    if row.r_within is None:
        return [over_all]
    p = row.r_within_p
    within = Mark(
        name="within runs",
        colour=item.colour,
        value=row.r_within,
        low=row.r_within_low,
        high=row.r_within_high,
        text=r_within_words(row),
        filled=p is not None and p < 1 - CONFIDENCE,
    )
    return [over_all, within]
