"""The call sites of two profiles: which of them make the difference."""

from analysis.comparing.calls import CallDifference, ComparedCalls
from analysis.comparing.scenarios import Compared
from reports.blocks.contract import Block, Chapter, Text
from reports.blocks.forest import Mark, forest_panel
from reports.blocks.kit import Sheet
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.words.calls import difference_cells, differences_words, side_words, site_name, site_place
from reports.words.numbers import ABSENT

_MOST_MARKS = 12
_HOW = (
    "Sites are matched by API, enclosing function and expression: first where the line has the same text, "
    "then in the order of the program, so that lines may move; what is left is matched whatever its order, "
    "then by API and function, then by function and expression. Energies are means per run without the "
    "calls within; a site on one side only counts as 0 J on the other. The interval of a difference adds "
    "the halves of both intervals in squares (Zou and Donner 2008): both are taken as independent, and "
    "errors that one meter makes on both sides would cancel in part, so the interval tends to be too wide. "
    "The intervals are not adjusted for the number of sites: of twenty sites without any difference, one is "
    "expected to have an interval without zero."
)


def calls_chapter(compared: Compared, colour: str, simulated: bool) -> Chapter | None:
    """Show the differences between the call sites; ``None`` where one side recorded no calls."""
    calls = compared.calls
    if calls is None:
        return None
    a, b = compared.a.label, compared.b.label
    blocks: list[Block] = [Text(differences_words(calls, a, b))]
    drawn = [one for one in calls.differences if one.low_j is not None][:_MOST_MARKS]
    if drawn:
        blocks.append(_sheet(compared, drawn, colour, simulated))
    blocks.append(_table(calls, a, b, note="" if drawn else _HOW))
    return Chapter("calls", "The calls", "Calls", blocks)


def _sheet(compared: Compared, drawn: list[CallDifference], colour: str, simulated: bool) -> Sheet:
    marks = [
        Mark(
            name=f"{site_name(one.row)} {site_place(one.row)}",
            colour=colour,
            value=one.difference_j,
            low=one.low_j,
            high=one.high_j,
            text=f"{difference_cells(one)[0]} J",
            filled=one.is_significant,
        )
        for one in drawn
    ]
    title = f"Energy of calls, {compared.b.label} minus {compared.a.label}"
    panel = forest_panel(
        "half", "call-differences", title, "difference / J per run", marks, simulated=simulated
    )
    return Sheet(
        key="call-differences",
        title=title,
        size="half",
        panels=[panel],
        caption=f"At most the {_MOST_MARKS} largest differences with their 95 % intervals; filled where the "
        "interval leaves out zero.",
        how=_HOW,
    )


def _table(calls: ComparedCalls, a: str, b: str, note: str) -> Table:
    columns: Columns[CallDifference] = (
        Column("Call", lambda one: site_name(one.row), numeric=False),
        text_column("Function", lambda one: one.row.function),
        text_column(f"Place in {a}", lambda one: ABSENT if one.a is None else site_place(one.a)),
        text_column(f"Place in {b}", lambda one: ABSENT if one.b is None else site_place(one.b)),
        text_column("Line", lambda one: one.match, whole=True),
        Column(a, lambda one: side_words(one.a, induced=calls.induced), "J"),
        Column(b, lambda one: side_words(one.b, induced=calls.induced), "J"),
        Column("Difference", lambda one: difference_cells(one)[0], "J"),
        Column("95 % interval", lambda one: difference_cells(one)[1], "J"),
    )
    kind = "Induced energy" if calls.induced else "Energy"
    caption = f"{kind} per run of each call site, the largest difference first"
    return table("call-differences-data", caption, columns, calls.differences, note=note)
