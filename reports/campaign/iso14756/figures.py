"""Ratings and software efficiency after ISO/IEC 14756, each against the line at 1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from markupsafe import Markup

from analysis.iso14756.ratings import satisfied
from records.rows.standards import EfficiencyRow, TaskTypeRow
from reports.blocks import palette
from reports.blocks.columns import WithEnds
from reports.blocks.kit import Sheet, finish, name_rows, new_panel
from reports.blocks.tables import Table
from reports.campaign.view import View
from reports.words.numbers import count, in_interval, plain
from reports.words.texts import label

MOST_ROWS = 14
"""Of one panel; further ones are in the tables only."""

_ROOM_FOR_TEXT = 1.7

R = TypeVar("R", TaskTypeRow, EfficiencyRow)


@dataclass(frozen=True)
class Panel(Generic[R]):
    """One panel: id, heading, what is divided by what, and the ratio of a row with its interval."""

    key: str
    title: str
    axis: str
    of: Callable[[R], WithEnds]


_RATINGS: tuple[Panel[TaskTypeRow], ...] = (
    Panel("iso-r-th", "Enough done? R_TH", "throughput / reference", lambda row: (row.r_th, None, None)),
    Panel(
        "iso-r-me",
        "Fast enough in the mean? R_ME",
        "reference / mean execution time",
        lambda row: (row.r_me, *_speed_interval(row)),
    ),
    Panel("iso-r-ti", "In time? R_TI", "timely throughput / throughput", lambda row: (row.r_ti, None, None)),
)
_EFFICIENCIES: tuple[Panel[EfficiencyRow], ...] = (
    Panel(
        "iso-i-th",
        "Throughput, I_TH",
        "throughput / that of the reference",
        lambda row: (row.i_th, None, None),
    ),
    Panel(
        "iso-i-me", "Speed, I_ME", "the reference's mean time / mean time", lambda row: (row.i_me, None, None)
    ),
    Panel(
        "iso-i-ti",
        "Timeliness, I_TI",
        "timely throughput / the reference's",
        lambda row: (row.i_ti, None, None),
    ),
    Panel(
        "iso-i-e",
        "Energy per task, I_E",
        "the reference's energy / energy",
        lambda row: (row.i_e, row.i_e_low, row.i_e_high),
    ),
    Panel(
        "iso-i-e-induced",
        "Induced energy per task, I_E",
        "the reference's / the scenario's",
        lambda row: (row.i_e_induced, row.i_e_induced_low, row.i_e_induced_high),
    ),
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
    names = [f"{row.scenario}: {row.task}, n\u00a0=\u00a0{count(row.tasks)}" for row in rows]
    panels = _panels(view, _RATINGS, rows, names)
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
    panels = _panels(view, _EFFICIENCIES, rows, [f"{row.scenario}: {row.task}" for row in rows])
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


def _panels(view: View, panels: Sequence[Panel[R]], rows: Sequence[R], names: Sequence[str]) -> list[Markup]:
    drawn = []
    for panel in panels:
        ratios = zip(rows, names, map(panel.of, rows), strict=True)
        dots = [
            Dot(name, view.colour_of(row.scenario), value, low, high)
            for row, name, (value, low, high) in ratios
            if value is not None
        ]
        if dots:
            drawn.append(ratio_panel(panel.key, panel.title, panel.axis, dots, simulated=view.simulated))
    return drawn


def _speed_interval(row: TaskTypeRow) -> tuple[float | None, float | None]:
    """Return the interval of R_ME: T_Ref is given, so that it comes from that of the mean alone."""
    low_s, high_s = row.mean_execution_low_s, row.mean_execution_high_s
    if not low_s or not high_s or low_s <= 0:
        return None, None
    return row.mean_execution_ref_s / high_s, row.mean_execution_ref_s / low_s


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
