"""The cost of each smell in percent by every instrument, next to published figures."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from records.rows.smells import SmellRow
from records.settings.smell import Published, Smell
from reports.blocks import palette
from reports.blocks.forest import Mark, forest_panel, ratio_limits
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, table
from reports.campaign.view import View
from reports.words.numbers import given
from reports.words.smells import QUANTITIES, signed, with_interval_words
from reports.words.texts import slug

_SHOWN = ("energy_wh", "induced_wh", "duration_s")


def published_of(settings: dict[str, Any]) -> dict[str, tuple[Published, ...]]:
    """Return the published figures by smell, from the settings in the results."""
    smells = settings.get("smells")
    return {
        smell.name: smell.published
        for smell in (Smell.model_validate(one) for one in (smells if isinstance(smells, list) else []))
    }


def costs_sheet(view: View, rows: list[SmellRow], how: str) -> Sheet:
    """Draw the change of energy and time in percent, one panel per smell."""
    published = published_of(view.results.settings)
    marks = {
        smell: [*(_mark(view, row) for row in own), *map(_quoted, published.get(smell, ()))]
        for smell in dict.fromkeys(row.smell for row in rows)
        if (own := list(_drawable(rows, smell)))
    }
    limits = ratio_limits([mark for one in marks.values() for mark in one]) if marks else None
    panels = [
        forest_panel(
            "half",
            f"smell-costs-{number}",
            smell,
            "smelly against clean / %",
            one,
            simulated=view.simulated,
            ratios=True,
            limits=limits,
            quoted_lines=True,
        )
        for number, (smell, one) in enumerate(marks.items())
    ]
    return Sheet(
        key="smell-costs",
        title="What the smells cost, in percent of the clean program",
        size="half",
        panels=panels,
        caption="Marks with 95 % intervals: this campaign; filled where the verdict is that the smell costs "
        "more or less, open elsewhere. Diamonds and dashed lines: published figures, which are no result of "
        "this campaign. An arrow: the interval continues. All panels share their axis.",
        how=how,
        data=_data(rows, published) if panels else None,
        absent="" if panels else "no smell has a percentage.",
    )


def _drawable(rows: list[SmellRow], smell: str) -> Iterator[SmellRow]:
    for row in rows:
        if row.smell == smell and row.quantity in _SHOWN and row.pct is not None and row.pct > -100:
            yield row


def instrument_words(row: SmellRow) -> str:
    """Return ``energy by the meter``."""
    words = QUANTITIES[row.quantity].words
    if row.instrument == "clock":
        return words
    return f"{words}, {row.instrument}"


def _mark(view: View, row: SmellRow) -> Mark:
    ratios = [None if pct is None else 1 + pct / 100 for pct in (row.pct, row.pct_low, row.pct_high)]
    return Mark(
        name=instrument_words(row),
        colour=view.colour_of(row.smelly) if row.instrument in ("meter", "clock") else palette.INK,
        value=ratios[0],
        low=ratios[1],
        high=ratios[2],
        text=f"{signed(row.pct, row.pct_low, row.pct_high)} %",
        filled=row.verdict in ("costs more", "costs less"),
    )


def _quoted(one: Published) -> Mark:
    return Mark(
        name=f"published: {one.source}",
        colour=palette.MUTED,
        value=None,
        low=None,
        high=None,
        text=_published(one),
        quoted=1 + one.pct / 100,
    )


def _published(one: Published) -> str:
    return f"{'+' if one.pct > 0 else ''}{given(one.pct)} %"


class _Line(NamedTuple):
    smell: str
    what: str
    pct: str
    verdict: str


def _data(rows: list[SmellRow], published: dict[str, tuple[Published, ...]]) -> Table:
    lines = []
    for smell in dict.fromkeys(row.smell for row in rows):
        for row in _drawable(rows, smell):
            pct = with_interval_words(row.pct, row.pct_low, row.pct_high, "%")
            lines.append(_Line(smell, instrument_words(row), pct, row.verdict))
        lines += [
            _Line(smell, "energy, published", _published(one), one.source) for one in published.get(smell, ())
        ]
    columns: Columns[_Line] = (
        Column("Smell", lambda line: line.smell, numeric=False),
        Column("What", lambda line: line.what, numeric=False),
        Column("Smelly against clean", lambda line: line.pct),
        Column("Verdict, or source", lambda line: line.verdict, numeric=False),
    )
    return table(
        slug("smell-costs-data"), "Costs in percent, and published figures", columns, lines, folded=False
    )
