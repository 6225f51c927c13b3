"""The ratio of every pair of scenarios in percent, with its interval."""

from collections.abc import Callable

from markupsafe import Markup

from analysis.statistics.samples import QUANTITIES, Quantity
from records.results import Row
from reports.blocks.forest import Mark, forest_panel
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Table, table
from reports.campaign.comparisons.matrix import of_interest, result_words
from reports.campaign.pairs import main_quantities, pairs_of
from reports.campaign.view import View
from reports.words.numbers import count, finite, in_interval, interval
from reports.words.texts import shorten, slug
from reports.words.verdict import certainty, percent, relative_words

_NAME_WIDTH = 18  # of each of a pair, so that both are read; the table has them in full
MOST_PAIRS = 15
"""Lines of a panel; further pairs are in the table only."""


def ratios_sheet(view: View, how: str) -> Sheet:
    """Draw the ratio of every pair with its interval in percent, one panel per main quantity."""
    panels, notes = [], []
    for quantity in main_quantities(view):
        chosen = {item.key for item in of_interest(view, quantity)}
        found = [row for row in pairs_of(view, quantity.name) if {row.get("a"), row.get("b")} <= chosen]
        drawable = [row for row in found if (finite(row.get("ratio")) or 0.0) > 0]
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
        "difference is shown, open where it is not. Thick lines: 95 % intervals by the scatter of the runs; "
        "thin lines: with the part of the meter and the baseline as well. An arrow: the interval goes on. An "
        f"interval that meets the upright line leaves open which is better. {' '.join(notes)}".rstrip(),
        how=how,
        data=_ratios_data(view) if panels else None,
        absent="" if panels else "no pair of scenarios has a ratio.",
    )


def _ratios_data(view: View) -> Table:
    rows = [row for quantity in main_quantities(view) for row in pairs_of(view, quantity.name)]

    def name(end: str) -> Callable[[Row], str]:
        return lambda row: view.name_of(str(row.get(end)))

    columns = (
        Column("Quantity", lambda row: QUANTITIES[row["quantity"]].words, numeric=False),
        Column("Scenario", name("b"), numeric=False),
        Column("against", name("a"), numeric=False),
        Column("n", lambda row: f"{count(row.get('n_b'))}, {count(row.get('n_a'))}"),
        *percent_columns(),
        Column("Result", result_words, numeric=False),
    )
    return table("ratios-data", "Ratios in percent", columns, rows, folded=False)


def percent_columns() -> tuple[Column, Column, Column]:
    """Make the columns of a ratio in percent, its interval, and that with the part of the meter."""

    def ends(name: str) -> Callable[[Row], str]:
        return lambda row: interval(*(percent(finite(row.get(f"{name}_{end}"))) for end in ("low", "high")))

    def difference(row: Row) -> str:
        low, high = (percent(finite(row.get(end))) for end in ("ratio_low", "ratio_high"))
        return in_interval(percent(finite(row.get("ratio"))), low, high)

    return (
        Column("Difference", difference, "%"),
        Column("95 % interval", ends("ratio"), "%"),
        Column("with the meter", ends("ratio_total"), "%"),
    )


def _ratios(view: View, quantity: Quantity, rows: list[Row]) -> Markup:
    marks = [
        Mark(
            name=" against ".join(shorten(view.name_of(str(row.get(end))), _NAME_WIDTH) for end in "ba"),
            colour=view.colour_of(str(row.get("b"))),
            value=finite(row.get("ratio")),
            low=finite(row.get("ratio_low")),
            high=finite(row.get("ratio_high")),
            text=relative_words(row),
            filled=certainty(row) == "shown",
            wide_low=finite(row.get("ratio_total_low")),
            wide_high=finite(row.get("ratio_total_high")),
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
