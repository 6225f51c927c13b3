"""Where the uncertainty of a result comes from: shares of the variance, stacked."""

from collections.abc import Callable

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from records.results import Row
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, name_rows, new_panel
from reports.blocks.tables import Column, Table, table, text_column
from reports.campaign.uncertainty.terms import FAMILIES, family_shares, shares
from reports.campaign.view import View
from reports.words.numbers import finite, plain
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

Name = Callable[[Row], str]


def shares_sheet(view: View, groups: list[tuple[str, str, list[Row], Name]], how: str) -> Sheet:
    """Draw the shares of the variance, a panel per group of results.

    Args:
        view: of the results.
        groups: key of the panel, its title, rows of budgets, and what names a row.
        how: formula behind the shares.
    """
    known = [(key, title, [r for r in rows if shares(r)], name) for key, title, rows, name in groups]
    known = [group for group in known if group[2]]
    return Sheet(
        key="uncertainty",
        title="What the uncertainty is made of",
        size="half",
        panels=[_panel(view, *group) for group in known],
        caption="Each bar is the whole variance u² of a result, parted by what makes it; at its end the "
        "relative standard uncertainty u, where the result is no difference.",
        how=how,
        data=_data(known) if known else None,
        absent="" if known else "no result has a budget.",
    )


def _panel(view: View, key: str, title: str, rows: list[Row], name: Name) -> Markup:
    shown = rows[:MOST_ROWS]
    figure, axes = new_panel("half", _FRAME_IN + _ROW_IN * len(shown))
    for place, row in enumerate(shown):
        _bar(axes, place, row)
    name_rows(axes, [label(name(row), width=22) for row in shown])
    axes.set_xlim(0, 122)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("share of the variance / %")
    handles = [
        _swatch(family) for family in FAMILIES if any(family_shares(r)[family] > _LEAST_DRAWN for r in shown)
    ]
    figure.legend(handles=handles, loc="lower center", ncols=2, fontsize=7)
    words = "; ".join(f"{name(row)}: {_words(row)}" for row in shown)
    return finish(figure, key, title, f"{title}. {words}.", simulated=view.simulated)


def _swatch(family: str) -> Patch:
    face, hatch = _LOOKS[family]
    return Patch(facecolor=face, edgecolor=palette.INK, hatch=hatch, linewidth=0.4, label=FAMILIES[family])


def _bar(axes: Axes, place: int, row: Row) -> None:
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
    axes.annotate(
        relative_words(row), (100, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7
    )


def relative_words(row: Row) -> str:
    """Return the relative standard uncertainty; nothing for a difference, which may be near zero."""
    value, u = finite(row.get("value")), finite(row.get("u"))
    if not value or u is None or str(row.get("quantity")).endswith("difference"):
        return ""
    return f"{plain(abs(100 * u / value), 2)} %"


def _words(row: Row) -> str:
    found = sorted(family_shares(row).items(), key=lambda item: -item[1])
    return ", ".join(f"{FAMILIES[name]} {plain(100 * share, 2)} %" for name, share in found if share > 0)


def _data(groups: list[tuple[str, str, list[Row], Name]]) -> Table:
    rows = [
        {"of": title, "name": name(row), "u": relative_words(row), **family_shares(row)}
        for _, title, found, name in groups
        for row in found
    ]
    columns = (
        text_column("Result", "name"),
        text_column("Of", "of"),
        text_column("u", "u", whole=True),
        *(_share_column(family) for family in FAMILIES),
    )
    return table("uncertainty-shares", "Shares of the variance", columns, rows, folded=False)


def _share_column(family: str) -> Column:
    words = FAMILIES[family]
    return Column(words[0].upper() + words[1:], lambda row: plain(100 * row[family], 2), "%")
