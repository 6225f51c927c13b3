"""Scenario against scenario: every pair of them as a cell."""

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.comparing.verdict import is_significant
from analysis.statistics.samples import Quantity
from records.rows.statistics import ComparisonRow
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, new_panel
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.pairs import main_quantities, pairs_of, turned
from reports.campaign.view import ScenarioView, View
from reports.words.numbers import ABSENT
from reports.words.texts import label, slug
from reports.words.verdict import certainty, relative_words

MOST_SCENARIOS = 7
"""More do not fit into cells that can be read."""

_MOST_NAMED = 4
"""Of more scenarios the columns have the numbers of the rows."""

_LESS, _MORE = palette.OKABE_ITO[0], palette.OKABE_ITO[1]


def matrix_sheet(view: View, how: str) -> Sheet:
    """Draw scenario against scenario, one panel per main quantity."""
    panels, most = [], 0
    for quantity in main_quantities(view):
        scenarios = of_interest(view, quantity)
        if len(scenarios) < 2:
            continue
        most = max(most, len(scenarios))
        panels.append(_matrix(view, quantity, scenarios[:MOST_SCENARIOS]))
    more = " Columns have the numbers of the rows." if most > _MOST_NAMED else ""
    if most > MOST_SCENARIOS:
        more += f" {most - MOST_SCENARIOS} further scenarios are in the tables only."
    return Sheet(
        key="matrix",
        title="Every scenario against every other",
        size="half",
        panels=panels,
        caption="Read a row: the scenario at its left uses so much less or more than the one above the "
        "column. A thick frame, an arrow and “significant”: p below 0.05 after Holm, and the "
        "interval with meter and baseline does not include zero. A dashed frame: not significant; that is no "
        f"proof that there is no difference. Dotted: no verdict.{more}",
        how=how,
        data=_matrix_data(view) if panels else None,
        absent="" if panels else "there are no two scenarios without a tracker to compare.",
    )


def of_interest(view: View, quantity: Quantity) -> list[ScenarioView]:
    """Return the scenarios to show; the baseline, whose runs last as long as planned, only among two."""
    named = {end for row in pairs_of(view, quantity.name) for end in (row.a, row.b)}
    compared = [item for item in view.scenarios if item.key in named]
    of_interest = [item for item in compared if item.kind != "baseline"]
    return of_interest if len(of_interest) > 1 else compared


def _matrix(view: View, quantity: Quantity, scenarios: list[ScenarioView]) -> Markup:
    rows = {(row.b, row.a): row for row in pairs_of(view, quantity.name)}
    rows |= {(a, b): turned(row) for (b, a), row in rows.items()}
    size = len(scenarios)
    figure, axes = new_panel("half", 0.85 + 0.48 * size)
    said = []
    for i, one in enumerate(scenarios):
        for j, other in enumerate(scenarios):
            row = rows.get((one.key, other.key))
            _cell(axes, (j, i), row, crowded=size > _MOST_NAMED)
            if row is not None and i > j:
                said.append(f"{one.name} against {other.name}: {relative_words(row)}, {certainty(row)}")
    axes.set_xlim(-0.5, size - 0.5)
    axes.set_ylim(size - 0.5, -0.5)
    names = [label(item.name, width=12 if size <= _MOST_NAMED else 18) for item in scenarios]
    if size > _MOST_NAMED:  # a name does not fit above a column
        axes.set_xticks(range(size), [str(number) for number in range(1, size + 1)])
        names = [f"{name}  {number}" for number, name in enumerate(names, start=1)]
    else:
        axes.set_xticks(range(size), names)
    axes.set_yticks(range(size), names)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    title = f"{quantity.words.capitalize()}: row against column"
    description = f"{title}. {'; '.join(said)}."
    return finish(figure, f"matrix-{slug(quantity.name)}", title, description, simulated=view.simulated)


class _MatrixRow(NamedTuple):
    """A scenario, and its comparisons in one quantity by the scenario that it is compared with."""

    quantity: str
    name: str
    cells: dict[str, ComparisonRow]


def _matrix_data(view: View) -> Table:
    named = {item.key: item for q in main_quantities(view) for item in of_interest(view, q)}
    rows = []
    for quantity in main_quantities(view):
        pairs = pairs_of(view, quantity.name)
        for item in of_interest(view, quantity):
            cells = {row.a: row for row in pairs if row.b == item.key}
            cells |= {row.b: turned(row) for row in pairs if row.a == item.key}
            rows.append(_MatrixRow(quantity.words, item.name, cells))

    def against(key: str) -> Callable[[_MatrixRow], str]:
        return lambda row: result_words(row.cells.get(key))

    in_columns = list(named.items())[:MOST_SCENARIOS]  # all pairs are in the table of differences
    columns: Columns[_MatrixRow] = (
        text_column("Quantity", lambda row: row.quantity),
        text_column("Scenario", lambda row: row.name),
        [Column(f"against {item.name}", against(key), numeric=False) for key, item in in_columns],
    )
    return table("matrix-data", "Row against column", columns, rows, folded=False)


def result_words(row: ComparisonRow | None) -> str:
    """Return ``45 % less, significant``; a dash where there is no comparison."""
    return ABSENT if row is None else f"{relative_words(row)}, {certainty(row)}"


def _cell(axes: Axes, place: tuple[int, int], row: ComparisonRow | None, *, crowded: bool) -> None:
    x, y = place
    if row is None:
        axes.text(x, y, "–", ha="center", va="center", color=palette.MUTED)
        return
    less, sure = row.difference < 0, certainty(row)
    significant = is_significant(row)
    frame = Rectangle(
        (x - 0.46, y - 0.44),
        0.92,
        0.88,
        facecolor=palette.pale(_LESS if less else _MORE) if significant else "none",
        edgecolor=(_LESS if less else _MORE) if significant else palette.MUTED,
        linewidth=1.6 if significant else 0.7,
        linestyle={"significant": "-", "not significant": (0, (4, 2))}.get(sure, (0, (1, 2))),
    )
    axes.add_patch(frame)
    words = relative_words(row)
    if crowded:
        words = words.replace(" % ", " %\n")
    if significant:
        words = f"{'▼' if less else '▲'} {words}"
    weight = "bold" if significant else "normal"
    text = words if crowded else f"{words}\n{sure}"
    axes.text(x, y, text, ha="center", va="center", fontsize=6 if crowded else 7, fontweight=weight)
