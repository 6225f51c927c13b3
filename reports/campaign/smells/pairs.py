"""Each block as a line from the clean run to the smelly one."""

from typing import NamedTuple

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.statistics.samples import Pair, Sample, pair_of, sample_of
from records.rows.smells import SmellRow
from reports.blocks import palette
from reports.blocks.kit import Sheet, energy_axis, finish, new_panel, share
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.view import View
from reports.words.energy import EnergyUnit, is_energy
from reports.words.numbers import count, plain
from reports.words.smells import QUANTITIES, pct_words, quantity_words, signed
from reports.words.texts import label, slug

MOST_PANELS = 12
SHOWN = ("energy_wh", "duration_s")


def pairs_sheet(view: View, rows: list[SmellRow]) -> Sheet:
    """Draw energy and time of every block without and with the smell."""
    wanted = [row for row in rows if row.quantity in SHOWN and row.instrument in ("meter", "clock")]
    drawn = [(row, pair) for row in wanted if (pair := _pair(view, row)) is not None]
    shown = drawn[:MOST_PANELS]
    figures = [_drawn(view, row, pair) for row, pair in shown]
    for quantity in SHOWN:
        alike = [row.quantity == quantity for row, _ in shown]
        share([axes for (_, axes), chosen in zip(figures, alike, strict=True) if chosen], "y")
    panels = [
        _finished(view, row, pair, figure, f"smell-pairs-{number}")
        for number, ((row, pair), (figure, _)) in enumerate(zip(shown, figures, strict=True))
    ]
    more = len(drawn) - MOST_PANELS
    left_out = f" {more} further comparisons are in the table only." if more > 0 else ""
    return Sheet(
        key="smell-pairs",
        title="Block by block: without and with the smell",
        size="third",
        panels=panels,
        caption="Each thin line is a block, from its clean run to its smelly run; the thick line joins the "
        f"means. Lines that all rise are a cost in every block. Panels of one quantity share their axis, "
        f"which need not begin at zero.{left_out}",
        how="Several runs of a scenario in one block count with their mean. Blocks with only one of the two "
        "are left out.",
        data=_data(drawn, view.unit) if panels else None,
        absent="" if panels else "no block holds counted runs of a smelly scenario and of its clean twin.",
    )


def _pair(view: View, row: SmellRow) -> Pair | None:
    clean, smelly = _sample(view, row, row.clean), _sample(view, row, row.smelly)
    if not clean.n or not smelly.n:
        return None
    pair = pair_of(clean, smelly)
    return pair if pair.paired else None


def _sample(view: View, row: SmellRow, scenario: str) -> Sample:
    runs = [run for run in view.results.runs if (run.scenario, run.tracker) == (scenario, row.runs_with)]
    return sample_of(scenario, runs, [], row.quantity)


def _drawn(view: View, row: SmellRow, pair: Pair) -> tuple[Figure, Axes]:
    figure, axes = new_panel("third", 2.1)
    quantity, colour = QUANTITIES[row.quantity], view.colour_of(row.smelly)
    axes.plot(
        [0, 1], np.array([pair.a, pair.b]), color=palette.MUTED, linewidth=0.7, marker="o", markersize=2.6
    )
    means = [float(pair.a.mean()), float(pair.b.mean())]
    axes.plot([0, 1], means, color=colour, linewidth=2.4, marker="o", markersize=5)
    axes.set_xlim(-0.35, 1.35)
    axes.margins(y=0.15)
    axes.set_xticks([0, 1], [label(row.clean, width=16), label(row.smelly, width=16)])
    axes.locator_params(axis="y", nbins=4)
    if is_energy(row.quantity):
        energy_axis(axes.yaxis, quantity.words, view.unit)
    else:
        axes.set_ylabel(f"{quantity.words} / {quantity.unit}")
    axes.set_title(pct_words(row, view.unit).replace(" (", "\n("), fontsize=7, color=palette.MUTED)
    return figure, axes


def _finished(view: View, row: SmellRow, pair: Pair, figure: Figure, key: str) -> Markup:
    quantity, words = QUANTITIES[row.quantity], pct_words(row, view.unit)
    rising = int((pair.b > pair.a).sum())
    description = (
        f"{quantity.words} of {row.smelly} against {row.clean} in {len(pair.a)} blocks: {words}; higher "
        f"with the smell in {rising} of them."
    )
    return finish(figure, key, f"{row.smell}: {quantity.words}", description, simulated=view.simulated)


class _Block(NamedTuple):
    """One block of one comparison."""

    row: SmellRow
    number: int
    clean: float
    smelly: float


def _data(drawn: list[tuple[SmellRow, Pair]], unit: EnergyUnit) -> Table:
    blocks = [
        _Block(row, number, clean, smelly)
        for row, pair in drawn
        for factor in [unit.per_wh if is_energy(row.quantity) else 1.0]
        for number, (clean, smelly) in enumerate(
            zip((pair.a * factor).tolist(), (pair.b * factor).tolist(), strict=True), start=1
        )
    ]
    columns: Columns[_Block] = (
        Column("Smell", lambda one: one.row.smell, numeric=False),
        Column("Quantity", lambda one: quantity_words(one.row.quantity, unit), numeric=False),
        Column("Pair", lambda one: count(one.number)),
        Column("Clean", lambda one: plain(one.clean)),
        Column("Smelly", lambda one: plain(one.smelly)),
        Column("Difference", lambda one: signed(one.smelly - one.clean)),
    )
    return table(f"{slug('smell-pairs')}-data", "Blocks, without and with the smell", columns, blocks)
