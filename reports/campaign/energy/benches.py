"""The benches of a fleet next to each other."""

from math import sqrt

from analysis.maths.describe import LEAST_FOR_INTERVAL, student_t
from analysis.scenario.baseline import SIGNIFICANT
from records.rows.benches import BenchRow
from records.settings.analysis import CONFIDENCE
from reports.blocks.contract import Block, Heading
from reports.blocks.forest import Mark, forest_panel, linear_limits
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.view import View
from reports.words.energy import in_unit
from reports.words.numbers import ABSENT, count, fixed, measured, probability, spread
from reports.words.texts import slug
from reports.words.verdict import quantity_words

_HOW = (
    "Mean of the runs on each bench. The p value is that of an F test that the benches are alike. From "
    "three benches on, the intervals of means and differences include how the benches differ; with two "
    "benches they hold for these two only. Comparisons are made within blocks, which stay on one bench."
)


def benches_blocks(view: View) -> list[Block]:
    """Show what the scenarios took on each bench; nothing of a campaign on one bench."""
    rows = view.results.benches
    return [Heading("Benches"), _sheet(view, rows), benches_table(view)] if rows else []


def benches_table(view: View) -> Table:
    """Tabulate every scenario on every bench, quantity by quantity."""
    columns: Columns[BenchRow] = (
        Column("Quantity", lambda row: quantity_words(row.quantity, view.unit), numeric=False, whole=True),
        Column("Scenario", lambda row: view.name_of(row.scenario), numeric=False),
        text_column("Bench", lambda row: row.bench, whole=True),
        Column("Runs", lambda row: count(row.n)),
        Column("Mean", lambda row: measured(row.mean, row.sd)),
        Column("sd", lambda row: spread(row.sd)),
        Column("From the mean of the benches", lambda row: _percent(row.pct), "%"),
        Column("sd between benches", lambda row: spread(row.between_sd)),
        Column("sd within", lambda row: spread(row.within_sd)),
        Column("p", lambda row: probability(row.p)),
        Column("p, Holm", lambda row: probability(row.p_holm)),
    )
    return table(
        "benches",
        "Every scenario on each bench",
        columns,
        [in_unit(row, view.unit) for row in view.results.benches],
        note=_HOW,
        source="benches",
    )


def _sheet(view: View, rows: list[BenchRow]) -> Sheet:
    known = [row for row in rows if row.quantity == "energy_wh" and row.pct is not None]
    limits = linear_limits([_mark(view, row) for row in known]) if known else None
    panels = [
        forest_panel(
            "half",
            slug(f"benches-{scenario}"),
            view.name_of(scenario),
            "energy against the mean of the benches / %",
            [_mark(view, row) for row in known if row.scenario == scenario],
            simulated=view.simulated,
            limits=limits,
        )
        for scenario in dict.fromkeys(row.scenario for row in known)
    ]
    return Sheet(
        key="benches-energy",
        title="Energy per run on each bench",
        size="half",
        panels=panels,
        caption="Dots: mean of the runs on a bench. Lines: 95 % interval by their scatter. Filled: "
        "significant difference.",
        how=_HOW,
        absent="" if panels else "no scenario has an energy on two benches.",
    )


def _mark(view: View, row: BenchRow) -> Mark:
    pct = row.pct or 0.0
    reach = None
    if row.sd is not None and row.n >= LEAST_FOR_INTERVAL and row.mean > 0:
        of_all = row.mean / (1 + pct / 100)
        reach = 100 * student_t(CONFIDENCE, row.n - 1) * row.sd / sqrt(row.n) / of_all
    return Mark(
        name=row.bench,
        colour=view.colour_of(row.scenario),
        value=pct,
        low=None if reach is None else pct - reach,
        high=None if reach is None else pct + reach,
        text=f"{view.unit.plain(row.mean)} {view.unit.name}",
        filled=row.p_holm is not None and row.p_holm < SIGNIFICANT,
    )


def _percent(pct: float | None) -> str:
    return ABSENT if pct is None else fixed(pct, 1)
