"""Ratings and software efficiency after ISO/IEC 14756, each against the line at 1."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analysis.iso14756.ratings import satisfied
from records.results import Row
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, name_rows, new_panel
from reports.blocks.tables import Table
from reports.campaign.view import View
from reports.words.numbers import count, finite, in_interval, plain
from reports.words.texts import label

MOST_ROWS = 14
"""Of one panel; further ones are in the tables only."""

_ROOM_FOR_TEXT = 1.7

_RATINGS = (
    ("r_th", "Enough done? R_TH", "throughput / reference"),
    ("r_me", "Fast enough in the mean? R_ME", "reference / mean execution time"),
    ("r_ti", "In time? R_TI", "timely throughput / throughput"),
)
_EFFICIENCIES = (
    ("i_th", "Throughput, I_TH", "throughput / that of the reference"),
    ("i_me", "Speed, I_ME", "the reference's mean time / mean time"),
    ("i_ti", "Timeliness, I_TI", "timely throughput / the reference's"),
    ("i_e", "Energy per task, I_E", "the reference's energy / energy"),
    ("i_e_induced", "Induced energy per task, I_E", "the reference's / the scenario's"),
)


@dataclass(frozen=True)
class Dot:
    """One line of a panel: a ratio that should not be below 1, with its interval where it has one."""

    name: str
    colour: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def text(self) -> str:
        """The value to the place that its interval allows, and the word for one below 1."""
        shown = plain(self.value, 3) if self.low is None else in_interval(self.value, self.low, self.high)
        return shown if self.reaches else f"{shown}, below 1"

    @property
    def reaches(self) -> bool:
        """Whether it is not below 1, as the analysis judges it."""
        return satisfied([self.value])


def ratings_sheet(view: View, how: str, data: Table) -> Sheet:
    """Draw R_TH, R_ME and R_TI of every task type."""
    values = view.results.iso14756
    rows = values.task_types if values else []
    panels = [
        ratio_panel(f"iso-{column.replace('_', '-')}", title, axis, dots, simulated=view.simulated)
        for column, title, axis in _RATINGS
        if (dots := [dot for row in rows if (dot := _rating(view, row, column)) is not None])
    ]
    return Sheet(
        key="iso-ratings",
        title="Ratings against the requirement",
        size="third",
        panels=panels,
        caption="Each line is a task type of a scenario: full dots reach the requirement (1 or above), "
        "hollow diamonds miss it. Black line: 95 % interval, where the mean execution time has one; n: "
        f"tasks. {_only(len(rows))}",
        how=how,
        data=data,
        absent="" if panels else "no counted run has a task that the requirement names.",
    )


def efficiency_sheet(view: View, how: str, data: Table) -> Sheet:
    """Draw the software efficiency of every scenario against the reference scenario."""
    values = view.results.iso14756
    rows = values.efficiency if values else []
    panels = [
        ratio_panel(f"iso-{column.replace('_', '-')}", title, axis, dots, simulated=view.simulated)
        for column, title, axis in _EFFICIENCIES
        if (dots := [dot for row in rows if (dot := _efficiency(view, row, column)) is not None])
    ]
    return Sheet(
        key="iso-efficiency",
        title="Software efficiency against the reference scenario",
        size="third",
        panels=panels,
        caption="Above 1 (full dots) is better than the reference on the same machine, below 1 (hollow "
        f"diamonds) worse. Black lines: 95 % intervals of the ratios of energy. {_only(len(rows))}",
        how=how,
        data=data,
        absent="" if panels else "no other scenario has the task types of the reference scenario.",
    )


def _only(rows: int) -> str:
    more = rows - MOST_ROWS
    return f"{more} further lines are in the table only." if more > 0 else ""


def _rating(view: View, row: Row, column: str) -> Dot | None:
    if (value := finite(row.get(column))) is None:
        return None
    low = high = None
    reference_s = finite(row.get("mean_execution_ref_s"))
    ends_s = [finite(row.get(f"mean_execution_{end}_s")) for end in ("low", "high")]
    if column == "r_me" and reference_s and ends_s[0] and ends_s[1] and ends_s[0] > 0:
        # T_Ref is given: the interval of the ratio comes from that of the mean alone.
        low, high = reference_s / ends_s[1], reference_s / ends_s[0]
    return Dot(_name(row), view.colour_of(str(row.get("scenario"))), value, low, high)


def _efficiency(view: View, row: Row, column: str) -> Dot | None:
    if (value := finite(row.get(column))) is None:
        return None
    low, high = finite(row.get(f"{column}_low")), finite(row.get(f"{column}_high"))
    known = low is not None and high is not None
    colour = view.colour_of(str(row.get("scenario")))
    return Dot(_name(row), colour, value, low if known else None, high if known else None)


def _name(row: Row) -> str:
    n = f", n\u00a0=\u00a0{count(row.get('tasks'))}" if "tasks" in row else ""
    return f"{row.get('scenario')}: {row.get('task')}{n}"


def ratio_panel(key: str, title: str, axis: str, dots: Sequence[Dot], *, simulated: bool) -> Markup:
    """Draw ratios as dots from top to bottom, with the line at 1.

    Args:
        key: id on the page.
        title: heading of the panel.
        axis: what is divided by what.
        dots: at least one; those beyond `MOST_ROWS` are left out.
        simulated: whether the panel says SIMULATED.
    """
    shown = dots[:MOST_ROWS]
    figure, axes = new_panel("third", 1.0 + 0.34 * len(shown))
    axes.axvline(1, color=palette.INK, linewidth=1.1)
    for place, dot in enumerate(shown):
        if dot.low is not None and dot.high is not None:
            axes.plot([dot.low, dot.high], [place, place], color=palette.INK, linewidth=1.1)
        axes.plot(
            dot.value,
            place,
            marker="o" if dot.reaches else "D",
            markersize=6,
            markerfacecolor=dot.colour if dot.reaches else "white",
            markeredgecolor=dot.colour,
            markeredgewidth=1.4,
        )
        axes.annotate(
            dot.text,
            (1, place),
            xycoords=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=7.5,
        )
    high = max([1.0, *(value for dot in shown for value in (dot.value, dot.high) if value is not None)])
    axes.set_xlim(0, _ROOM_FOR_TEXT * high)
    name_rows(axes, [label(dot.name, lines=3) for dot in shown])
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(label(axis, width=48, lines=2))
    said = "; ".join(f"{dot.name} {dot.text}" for dot in shown)
    return finish(figure, key, title, f"{title}, {axis}: {said}.", simulated=simulated)
