"""Estimates with their intervals, one below the other, against a line of no effect (forest plot).

The form is that of Lewis and Clarke, "Forest plots: trying to see the wood and the trees" (2001).
"""

from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.markers import CARETLEFT, CARETRIGHT
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from reports.blocks import palette
from reports.blocks.kit import Size, finish, name_rows, new_panel
from reports.words.numbers import fixed
from reports.words.texts import label

_LINE_IN = 0.32
_FRAME_IN = 0.75
_REACH = 4.0
_LINEAR_UP_TO = 2.0
_TICKS = (
    (10.0, (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)),
    (200.0, (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)),
    (float("inf"), (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)),
)
"""Ratios that an axis up to so many times its lower end shows."""


@dataclass(frozen=True)
class Mark:
    """One estimate.

    Attributes:
        name: what it is of.
        colour: ``#rrggbb``.
        value: where the mark stands; ``None`` for an interval alone.
        low, high: ends of its interval.
        text: written at its end.
        filled: whether the mark is filled, which means that an effect is shown.
        wide_low, wide_high: ends of a second interval, drawn thin.
        quoted: a published value, drawn as a diamond.
    """

    name: str
    colour: str
    value: float | None
    low: float | None
    high: float | None
    text: str
    filled: bool = True
    wide_low: float | None = None
    wide_high: float | None = None
    quoted: float | None = None

    def ends(self) -> list[float]:
        """Return all numbers of its intervals."""
        found = (self.low, self.high, self.wide_low, self.wide_high, self.quoted)
        return [value for value in found if value is not None]


def forest_panel(
    size: Size,
    key: str,
    title: str,
    axis_label: str,
    marks: list[Mark],
    *,
    simulated: bool,
    none_at: float = 0.0,
    ratios: bool = False,
    limits: tuple[float, float] | None = None,
    quoted_lines: bool = False,
) -> Markup:
    """Draw estimates from top to bottom.

    Args:
        size: width of the panel.
        key: id on the page.
        title: heading of the panel.
        axis_label: quantity and unit.
        marks: at least one.
        simulated: whether the panel says SIMULATED.
        none_at: where the line of no effect stands; for ratios it is 1.
        ratios: the values are ratios: a logarithmic axis, on which half and double are equally far, with
            percentages as its numbers. Intervals far beyond the marks are cut, and an arrow says so.
        limits: of the axis; by the marks unless given.
        quoted_lines: whether published values also stand as dashed lines through all rows.
    """
    figure, axes = new_panel(size, _FRAME_IN + _LINE_IN * len(marks))
    if ratios:
        axes.set_xscale("log")
        limits = limits or ratio_limits(marks)
    if limits is not None:
        axes.set_xlim(*limits)
    axes.axvline(1.0 if ratios else none_at, color=palette.MUTED, linewidth=0.9)
    for quoted in {mark.quoted for mark in marks if quoted_lines and mark.quoted is not None}:
        axes.axvline(quoted, color=palette.MUTED, linewidth=0.7, linestyle=(0, (4, 3)))
    for place, mark in enumerate(marks):
        _draw(axes, place, mark, limits)
    name_rows(axes, [label(mark.name, width=24) for mark in marks])
    if ratios:
        _percent_ticks(axes)
    else:
        axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(f"{axis_label} (logarithmic)" if ratios else axis_label)
    said = "; ".join(f"{mark.name}: {mark.text}" for mark in marks)
    return finish(figure, key, title, f"{title}, {axis_label}: {said}.", simulated=simulated)


def _draw(axes: Axes, place: int, mark: Mark, limits: tuple[float, float] | None) -> None:
    for low, high, width in ((mark.wide_low, mark.wide_high, 0.8), (mark.low, mark.high, 2.2)):
        if low is not None and high is not None:
            _line(axes, place, (low, high), mark.colour, width, limits)
    if mark.value is not None:
        axes.plot(
            mark.value,
            place,
            marker="o",
            markersize=5.5,
            markerfacecolor=mark.colour if mark.filled else palette.PAPER,
            markeredgecolor=mark.colour,
            markeredgewidth=1.2,
        )
    if mark.quoted is not None:
        axes.plot(mark.quoted, place, marker="D", markersize=4.5, color=palette.INK, markerfacecolor="none")
    axes.annotate(
        mark.text,
        (1, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=7,
        annotation_clip=False,
    )


def _line(
    axes: Axes,
    place: int,
    ends: tuple[float, float],
    colour: str,
    width: float,
    limits: tuple[float, float] | None,
) -> None:
    low, high = ends
    if limits is not None:
        low, high = max(low, limits[0]), min(high, limits[1])
        for end, cut, marker in ((low, ends[0] < low, CARETLEFT), (high, ends[1] > high, CARETRIGHT)):
            if cut:
                axes.plot(end, place, marker=marker, markersize=4.5, color=colour, clip_on=False)
    axes.plot([low, high], [place, place], color=colour, linewidth=width, solid_capstyle="butt")


def linear_limits(marks: list[Mark]) -> tuple[float, float]:
    """Return an axis that holds all marks with their intervals, and zero: of panels next to each other."""
    ends = [0.0, *(end for mark in marks for end in mark.ends()), *(mark.value or 0.0 for mark in marks)]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def ratio_limits(marks: list[Mark]) -> tuple[float, float]:
    """Return an axis that holds all ratios, and their intervals unless these are far away."""
    drawn = (value for mark in marks for value in (mark.value, mark.quoted))
    values = [value for value in drawn if value is not None] or [1.0]
    ends = [end for mark in marks for end in mark.ends()]
    low, high = min(1.0, *values), max(1.0, *values)
    reach = max((high / low) ** 0.5, 1.02) ** _REACH
    low = max(min([low, *ends]), low / reach)
    high = min(max([high, *ends]), high * reach)
    room = (high / low) ** 0.05
    return low / room, high * room


def _percent_ticks(axes: Axes) -> None:
    """Write ratios as percentages: 0.5 as −50, 1 as 0, 2 as +100."""
    low, high = axes.get_xlim()
    if high / low > _LINEAR_UP_TO:
        chosen = list(next(ticks for reach, ticks in _TICKS if high / low <= reach))
    else:
        chosen = [1 + tick / 100 for tick in _round_percentages(low, high)]
    ticks = [tick for tick in chosen if low <= tick <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(ticks, [_signed(100 * (tick - 1)) for tick in ticks])


def _round_percentages(low: float, high: float) -> list[float]:
    return [float(tick) for tick in MaxNLocator(nbins=5).tick_values(100 * (low - 1), 100 * (high - 1))]


def _signed(percent: float) -> str:
    rounded = round(percent, 3)
    decimals = 0 if abs(rounded - round(rounded)) < 1e-9 else 1 if round(rounded, 1) == rounded else 2
    return f"{'+' if rounded > 0 else ''}{fixed(rounded, decimals)}"
