"""Where the uncertainty of a result comes from: shares of the variance, stacked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from records.rows.budgets import BudgetRow
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, legend_below, name_rows, new_panel, write_value
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.uncertainty.terms import FAMILIES, family_shares, shares
from reports.campaign.view import View
from reports.words.numbers import plain
from reports.words.texts import label

MOST_ROWS = 14
"""Further results are in the tables only."""

_LOOKS = {
    "repeats": (palette.MUTED, ""),
    "baseline": (palette.BASELINE_PART, ""),
    "meter": (palette.PAPER, "////"),
    "time": (palette.GRID, "----"),
    "readings": (palette.PAPER, "xxxx"),
}
"""Grey and hatches: colours are the scenarios'."""

_LEAST_WRITTEN = 0.14  # share from which on its percent fit into the bar
_LEAST_DRAWN = 0.002
_ROW_IN = 0.3
_FRAME_IN = 1.2

Name = Callable[[BudgetRow], str]


@dataclass(frozen=True)
class Group:
    """Results of one kind: key and title of their panel, their budgets, and what names one."""

    key: str
    title: str
    rows: list[BudgetRow]
    name: Name


def shares_sheet(view: View, groups: list[Group], how: str) -> Sheet:
    """Draw the shares of the variance, a panel per group of results.

    Args:
        view: of the results.
        groups: those without a budget are left out.
        how: formula behind the shares.
    """
    budgeted = [replace(group, rows=[row for row in group.rows if shares(row)]) for group in groups]
    shown = [group for group in budgeted if group.rows]
    return Sheet(
        key="uncertainty",
        title="What the uncertainty is made of",
        size="half",
        panels=[_panel(view, group) for group in shown],
        caption="Share of each source in the variance u² of a result. The figure at the right is the "
        "relative standard uncertainty u; differences have none.",
        how=how,
        data=_data(shown) if shown else None,
        absent="" if shown else "no result has a budget.",
    )


def _panel(view: View, group: Group) -> Markup:
    shown, name = group.rows[:MOST_ROWS], group.name
    figure, axes = new_panel("half", _FRAME_IN + _ROW_IN * len(shown))
    for place, row in enumerate(shown):
        _bar(axes, place, row)
    name_rows(axes, [label(name(row), width=22) for row in shown])
    axes.set_xlim(0, 122)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("share of the variance / %")
    drawn = [family for family in FAMILIES if any(family_shares(r)[family] > _LEAST_DRAWN for r in shown)]
    legend_below(figure, [*map(_swatch, drawn)], [FAMILIES[family] for family in drawn])
    words = "; ".join(f"{name(row)}: {_words(row)}" for row in shown)
    return finish(figure, group.key, group.title, f"{group.title}. {words}.", simulated=view.simulated)


def _swatch(family: str) -> Patch:
    face, hatch = _LOOKS[family]
    return Patch(facecolor=face, edgecolor=palette.INK, hatch=hatch, linewidth=0.4)


def _bar(axes: Axes, place: int, row: BudgetRow) -> None:
    left = 0.0
    for family, share in family_shares(row).items():
        face, hatch = _LOOKS[family]
        width = 100 * share
        axes.barh(
            place,
            width,
            left=left,
            height=0.66,
            facecolor=face,
            edgecolor=palette.INK,
            hatch=hatch,
            linewidth=0.4 if share > 0 else 0,
        )
        if share >= _LEAST_WRITTEN:
            axes.text(
                left + width / 2,
                place,
                f"{width:.0f} %",
                ha="center",
                va="center",
                fontsize=7,
                color=palette.PAPER if family == "repeats" else palette.INK,
                bbox=None if not hatch else {"facecolor": face, "edgecolor": "none", "pad": 1},
            )
        left += width
    if words := relative_words(row):
        write_value(axes, words, 100, place)


def relative_words(row: BudgetRow) -> str:
    """Return the relative standard uncertainty; nothing for a difference, which may be near zero."""
    if not row.value or row.quantity.endswith("difference"):
        return ""
    return f"{plain(abs(100 * row.u / row.value), 2)} %"


def _words(row: BudgetRow) -> str:
    ordered = sorted(family_shares(row).items(), key=lambda item: -item[1])
    return ", ".join(f"{FAMILIES[name]} {plain(100 * share, 2)} %" for name, share in ordered if share > 0)


class _Shares(NamedTuple):
    """A result with the group that it belongs to."""

    group: Group
    row: BudgetRow


def _data(groups: list[Group]) -> Table:
    rows = [_Shares(group, row) for group in groups for row in group.rows]
    columns: Columns[_Shares] = (
        text_column("Result", lambda result: result.group.name(result.row)),
        text_column("Of", lambda result: result.group.title),
        text_column("u", lambda result: relative_words(result.row), whole=True),
        [_share_column(family) for family in FAMILIES],
    )
    return table("uncertainty-shares", "Shares of the variance", columns, rows, folded=False)


def _share_column(family: str) -> Column[_Shares]:
    words = FAMILIES[family]

    def show(result: _Shares) -> str:
        return plain(100 * family_shares(result.row)[family], 2)

    return Column(words[0].upper() + words[1:], show, "%")
