"""The ratio of every pair of scenarios in percent, with its interval."""

from collections.abc import Sequence

from markupsafe import Markup

from analysis.comparing.verdict import is_significant
from analysis.statistics.samples import QUANTITIES, Quantity
from records.rows.statistics import ComparisonRow
from reports.blocks.columns import with_interval
from reports.blocks.forest import Mark, forest_panel
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.comparisons.matrix import of_interest, result_words
from reports.campaign.pairs import main_quantities, pairs_of
from reports.campaign.view import View
from reports.words.numbers import count, interval
from reports.words.texts import shorten, slug
from reports.words.verdict import percent, relative_words

_NAME_WIDTH = 16  # of each of a pair: a line of a label with “against”; the table has them in full
MOST_PAIRS = 15
"""Lines of a panel; further pairs are in the table only."""


def ratios_sheet(view: View, how: str) -> Sheet:
    """Draw the ratio of every pair with its interval in percent, one panel per main quantity."""
    panels, notes = [], []
    for quantity in main_quantities(view):
        chosen = {item.key for item in of_interest(view, quantity)}
        found = [row for row in pairs_of(view, quantity.name) if {row.a, row.b} <= chosen]
        drawable = [row for row in found if (row.ratio or 0.0) > 0]
        if drawable:
            panels.append(_ratios(view, quantity, drawable[:MOST_PAIRS]))
        if len(drawable) > MOST_PAIRS:
            notes.append(
                f"{len(drawable) - MOST_PAIRS} further pairs in {quantity.words}: in the table only."
            )
        if lacking := len(found) - len(drawable):
            notes.append(
                f"In {quantity.words} {lacking} of {len(found)} pairs have no ratio, because a mean is not "
                "above zero; their differences are in the table."
            )
    return Sheet(
        key="ratios",
        title="How much less or more, and how sure",
        size="half",
        panels=panels,
        caption="Marks: the second scenario of the pair over the first, in percent; filled where the "
        "difference is significant, open where it is not. Thick lines: 95 % intervals by the scatter of the "
        "runs; thin lines: meter and baseline as well. An arrow: the interval continues. "
        f"An interval that meets the upright line leaves open which is better. {' '.join(notes)}".rstrip(),
        how=how,
        data=_ratios_data(view) if panels else None,
        absent="" if panels else "no pair of scenarios has a ratio.",
    )


def _ratios_data(view: View) -> Table:
    rows = [row for quantity in main_quantities(view) for row in pairs_of(view, quantity.name)]
    columns: Columns[ComparisonRow] = (
        Column("Quantity", lambda row: QUANTITIES[row.quantity].words, numeric=False),
        Column("Scenario", lambda row: view.name_of(row.b), numeric=False),
        Column("against", lambda row: view.name_of(row.a), numeric=False),
        Column("n", lambda row: f"{count(row.n_b)}, {count(row.n_a)}"),
        percent_columns(),
        Column("Result", result_words, numeric=False),
    )
    return table("ratios-data", "Ratios in percent", columns, rows, folded=False)


def percent_columns() -> Sequence[Column[ComparisonRow]]:
    """Make the columns of a ratio in percent, its interval, and that with the part of the meter."""

    def with_meter(row: ComparisonRow) -> str:
        return interval(percent(row.ratio_total_low), percent(row.ratio_total_high))

    columns: Sequence[Column[ComparisonRow]] = with_interval(
        "Difference",
        lambda row: (percent(row.ratio), percent(row.ratio_low), percent(row.ratio_high)),
        "%",
    )
    return [*columns, Column("with the meter", with_meter, "%")]


def _ratios(view: View, quantity: Quantity, rows: list[ComparisonRow]) -> Markup:
    marks = [
        Mark(
            name=" against ".join(shorten(view.name_of(key), _NAME_WIDTH) for key in (row.b, row.a)),
            colour=view.colour_of(row.b),
            value=row.ratio,
            low=row.ratio_low,
            high=row.ratio_high,
            text=relative_words(row),
            filled=is_significant(row),
            wide_low=row.ratio_total_low,
            wide_high=row.ratio_total_high,
        )
        for row in rows
    ]
    return forest_panel(
        "half",
        f"ratios-{slug(quantity.name)}",
        quantity.words.capitalize(),
        "difference / % of the reference",
        marks,
        simulated=view.simulated,
        ratios=True,
    )
