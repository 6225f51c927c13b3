"""Where the difference between wall and tracker comes from: its terms side by side, and their table."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from analysis.agreement.split import Split, splits
from analysis.maths.arrays import finite
from reports.blocks import palette
from reports.blocks.columns import plain_column
from reports.blocks.kit import Sheet, energy_axis, finish, legend_below, name_rows, new_panel, share
from reports.blocks.tables import Column, Columns, Table, table, text_column
from reports.campaign.view import View
from reports.words.energy import EnergyUnit
from reports.words.numbers import ABSENT, count
from reports.words.texts import label

MOST_PANELS = 4
"""Scenarios beyond these, and trackers beyond `MOST_TRACKERS` of each, are in the table only."""

MOST_TRACKERS = 12

_BLUE, _ORANGE, _GREEN, _PINK, _SKY, _YELLOW, _ = palette.OKABE_ITO
_BAR_IN = 0.3
_FRAME_IN = 1.5
_LEAST_SHARE = 1e-3  # of the wall's difference; a thinner part is not to be seen
_HOW = (
    "Wall minus tracker = own error + parts it does not report − reported without a counter + the rest. "
    "Own error: counters (RAPL, GPU power) minus tracker, of the parts that both have. The rest is wall "
    "minus all counters; P(wall) = a + b P(counters) over the runs splits it into (b − 1) × counters, the "
    "losses of supply and converters and what else follows the load, and parts without a counter. Where b is "
    "not known to 0.1 the rest stays one term; without any counter there is only the sum."
)


@dataclass(frozen=True)
class Term:
    """One term of the difference: its name, its energy, how it is drawn."""

    name: str
    of: Callable[[Split], float | None]
    colour: str
    hatch: str = ""


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _joint_wh(row: Split) -> float | None:
    return row.rest_wh if row.losses_wh is None else None


def _sum_wh(row: Split) -> float | None:
    return row.difference_wh if row.rest_wh is None else None


TERMS = (
    Term("own error", lambda row: row.own_wh, _ORANGE),
    Term("parts it does not report", lambda row: row.unseen_wh, _BLUE),
    Term("reported without a counter", lambda row: _minus(row.assumed_wh), _PINK),
    Term("parts without a counter", lambda row: row.other_wh, _SKY),
    Term("losses with the load", lambda row: row.losses_wh, palette.BASELINE),
    Term("parts and losses, not separable", _joint_wh, palette.BASELINE_PART, "////"),
    Term("only the sum is known", _sum_wh, palette.PAPER, "xxxx"),
)


def split_sheet(view: View) -> Sheet:
    """Draw per scenario the terms of each tracker's difference."""
    confidence = finite(view.results.settings.get("confidence")) or 0.95
    rows = splits(view.results.trackers, confidence)
    scenarios = list(dict.fromkeys(row.scenario for row in rows))[:MOST_PANELS]
    groups = {name: [row for row in rows if row.scenario == name][:MOST_TRACKERS] for name in scenarios}
    drawn = [_drawn(view, group) for group in groups.values()]
    share([axes for _, axes in drawn], "x")
    panels = [
        _finished(view, number, name, group, figure)
        for number, ((name, group), (figure, _)) in enumerate(zip(groups.items(), drawn, strict=True))
    ]
    return Sheet(
        key="trackers-split",
        title="Where the difference to the wall comes from",
        size="half",
        panels=panels,
        caption="Mean per run of wall minus tracker, by its terms; to the left of zero the tracker reports "
        "more than there is. The line marks the sum. All panels share their axis.",
        how=_HOW,
        data=_table(view, rows) if rows else None,
        absent="" if panels else "no tracker has an energy next to one of the meter.",
    )


def _drawn(view: View, rows: list[Split]) -> tuple[Figure, Axes]:
    figure, axes = new_panel("half", _FRAME_IN + _BAR_IN * len(rows))
    for place, row in enumerate(rows):
        _bar(axes, place, row)
    axes.axvline(0, color=palette.MUTED, linewidth=0.8)
    name_rows(axes, [label(row.tracker, width=20, lines=1) for row in rows])
    axes.margins(x=0.05)
    axes.locator_params(axis="x", nbins=5)
    energy_axis(axes.xaxis, "wall − tracker, mean per run", view.unit)
    shown = [term for term in TERMS if any(_visible(row, term) for row in rows)]
    handles = [
        Patch(facecolor=term.colour, edgecolor=palette.INK, hatch=term.hatch, linewidth=0.3) for term in shown
    ]
    legend_below(figure, handles, [term.name for term in shown])
    return figure, axes


def _finished(view: View, number: int, scenario: str, rows: list[Split], figure: Figure) -> Markup:
    title = f"{scenario}: wall minus tracker"
    return finish(
        figure, f"trackers-split-{number}", title, _words(title, rows, view.unit), simulated=view.simulated
    )


def _visible(row: Split, term: Term) -> bool:
    value = term.of(row)
    return value is not None and abs(value) > _LEAST_SHARE * abs(row.difference_wh)


def _bar(axes: Axes, place: int, row: Split) -> None:
    right = left = 0.0
    for term in TERMS:
        value = term.of(row)
        if value is None or not _visible(row, term):
            continue
        axes.barh(
            place,
            value,
            left=right if value > 0 else left,
            height=0.7,
            facecolor=term.colour,
            edgecolor=palette.INK,
            hatch=term.hatch,
            linewidth=0.3,
        )
        right, left = (right + value, left) if value > 0 else (right, left + value)
    axes.plot([row.difference_wh] * 2, [place - 0.45, place + 0.45], color=palette.INK, linewidth=1.6)


def _words(title: str, rows: list[Split], unit: EnergyUnit) -> str:
    parts = [
        f"{row.tracker} {unit.plain(row.difference_wh, 3)} {unit.name} ("
        + ", ".join(
            f"{term.name} {unit.plain(term.of(row), 3)}" for term in TERMS if term.of(row) is not None
        )
        + ")"
        for row in rows
    ]
    return f"{title}: {'; '.join(parts)}."


def _table(view: View, rows: list[Split]) -> Table:
    columns: Columns[Split] = (
        text_column("Tracker", lambda row: row.tracker),
        text_column("Scenario", lambda row: row.scenario),
        Column("n", lambda row: count(row.n)),
        text_column("Checked", lambda row: "+".join(row.checked) or ABSENT),
        plain_column("Wall − tracker", lambda row: row.difference_wh, view.unit),
        [_column(view, term) for term in TERMS[:5]],
        plain_column("Parts and losses together", lambda row: row.rest_wh, view.unit),
    )
    return table("trackers-split-data", "Terms of the difference, means per run", columns, rows, folded=False)


def _column(view: View, term: Term) -> Column[Split]:
    return plain_column(term.name[0].upper() + term.name[1:], term.of, view.unit)
