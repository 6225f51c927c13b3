"""What the figures have in common: the sheet, its panels, and horizontal bars with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from reports.blocks import palette
from reports.blocks.layout import NAME_GAP_PT, NUMBERS_PT, lay_out, text_width
from reports.blocks.svg import inline_svg
from reports.blocks.tables import Table
from reports.words.energy import EnergyUnit
from reports.words.numbers import MINUS
from reports.words.texts import label, shorten

Size = Literal["half", "third"]
"""Width of a panel on a wide screen, as a share of the page; on a telephone each fills it."""

_WIDTH_IN: dict[Size, float] = {"half": 4.4, "third": 3.1}
_BAR_IN = 0.34
_FRAME_IN = 0.85
_ROOM_FOR_TEXT = 1.32
_MARK_PT = 54.0  # of SIMULATED beside a heading
_HEADING_PT, _MOST_LETTERS = 8.5, 100
_SWATCH = 5.0  # of a legend, with the room around it, in font sizes
_BOLD = 1.12  # as wide as regular letters so many times
_DOTS_BELOW = 0.2  # beside the line of the interval, not upon it
HATCH = "////"


@dataclass(frozen=True)
class Sheet:
    """A figure as the template shows it.

    Attributes:
        key: id on the page.
        title: what it shows.
        size: width of its panels; ``full`` for drawings that fill the page (`reports.blocks.icicle`).
        panels: the drawings; empty when there is nothing to draw.
        caption: how to read it.
        how: formula and rule behind the numbers.
        data: the table behind the drawings.
        absent: why there is nothing to draw.
        from_meter: whether the numbers rest on the power meter, and are simulated where it is.
        live: the interactive form, which takes the place of the panels on a screen with scripts; the panels
            stay for paper and for readers without scripts.
    """

    kind: ClassVar[str] = "sheet"
    key: str
    title: str
    size: Size | Literal["full"]
    panels: list[Markup]
    caption: str
    how: str
    data: Table | None = None
    absent: str = ""
    from_meter: bool = True
    live: Markup = field(default_factory=Markup)


@dataclass(frozen=True)
class Bar:
    """One horizontal bar: its value, what lies below it, its interval and the single runs."""

    name: str
    colour: str
    value: float
    text: str
    hatched: bool = False
    below: float | None = None
    low: float | None = None
    high: float | None = None
    dots: list[float] = field(default_factory=list)
    light: bool = False

    def reach(self) -> tuple[float, float]:
        """Return the smallest and the largest number drawn, zero included."""
        ends = [0.0, self.value, *self.dots, *(v for v in (self.low, self.high) if v is not None)]
        return min(ends), max(ends)

    def scaled(self, factor: float) -> "Bar":
        """Return the bar in another unit of which ``factor`` make one of this."""

        def by(value: float | None) -> float | None:
            return None if value is None else value * factor

        return replace(
            self,
            value=self.value * factor,
            below=by(self.below),
            low=by(self.low),
            high=by(self.high),
            dots=[dot * factor for dot in self.dots],
        )


def energy_axis(axis: Axis, words: str, unit: EnergyUnit) -> None:
    """Label an axis along which energies in Wh are drawn in the unit of the report.

    Args:
        axis: of a linear scale.
        words: what is drawn, without its unit.
        unit: of the report.
    """
    axis.set_label_text(f"{words} / {unit.name}")
    if unit.per_wh != 1:
        axis.set_major_formatter(lambda value, _: f"{value * unit.per_wh:.10g}".replace("-", MINUS))


def new_panel(size: Size, height_in: float) -> tuple[Figure, Axes]:
    """Make an empty panel with one pair of axes."""
    figure = Figure(figsize=(_WIDTH_IN[size], height_in))
    return figure, figure.subplots()


def finish(figure: Figure, key: str, title: str, description: str, *, simulated: bool) -> Markup:
    """Draw a panel, and write on it where its numbers are no measurement."""
    room_pt = 0.98 * 72 * figure.get_figwidth() - (_MARK_PT if simulated else 0.0)
    shown = _as_wide(label(title, width=_MOST_LETTERS, lines=1), room_pt)
    heading = figure.text(0.01, 0.985, shown, ha="left", va="top", fontsize=_HEADING_PT, fontweight="bold")
    if simulated:
        figure.text(
            0.995, 0.985, "SIMULATED", ha="right", va="top", fontsize=7, color=palette.WARNING, weight="bold"
        )
        description = f"SIMULATED, not a measurement. {description}"
    lay_out(figure, heading)
    return inline_svg(figure, key, title, description)


def _as_wide(heading: str, room_pt: float) -> str:
    """Return a heading, its middle cut out where it has no room."""
    letters = len(heading)
    while letters > 1 and _BOLD * text_width(shorten(heading, letters), _HEADING_PT) > room_pt:
        letters -= 1
    return shorten(heading, letters)


def legend_below(figure: Figure, handles: Sequence[Any], names: Sequence[str]) -> None:
    """Explain colours and marks below everything, in as many columns as there is room for."""
    if not names:
        return
    size_pt = NUMBERS_PT - 0.5
    widths_pt = [text_width(name, size_pt) + _SWATCH * size_pt for name in names]
    columns = len(names)
    while columns > 1 and _as_columns(widths_pt, columns) > 72 * figure.get_figwidth():
        columns -= 1
    figure.legend(handles, names, loc="lower center", ncols=columns, fontsize=size_pt)


def _as_columns(widths_pt: Sequence[float], columns: int) -> float:
    return sum(float(column.max()) for column in np.array_split(widths_pt, columns))


def share(panels: Sequence[Axes], side: Literal["x", "y"]) -> None:
    """Give panels that show the same quantity the same axis, so that they can be compared at sight.

    Args:
        panels: complete, before `finish`.
        side: which of their axes.
    """
    ends = [getattr(axes, f"get_{side}lim")() for axes in panels if axes.has_data()]
    for axes in panels if ends else ():
        axes.set(**{f"{side}lim": (min(low for low, _ in ends), max(high for _, high in ends))})


def bars_panel(
    size: Size,
    key: str,
    title: str,
    axis_label: str,
    bars: list[Bar],
    *,
    simulated: bool,
    beside: Sequence[Bar] = (),
) -> Markup:
    """Draw horizontal bars from top to bottom, with intervals as lines and single runs as dots.

    Args:
        size: width of the panel.
        key: id on the page.
        title: heading of the panel.
        axis_label: quantity and unit.
        bars: at least one.
        simulated: whether the panel says SIMULATED.
        beside: bars of the panels next to this one that show the same quantity, on the same axis.
    """
    figure, axes = new_panel(size, _FRAME_IN + _BAR_IN * len(bars))
    _draw_bars(axes, bars)
    _draw_intervals(axes, bars)
    low = min(bar.reach()[0] for bar in [*bars, *beside])
    high = max(bar.reach()[1] for bar in [*bars, *beside])
    span = (high - low) or 1.0
    axes.set_xlim(low - (0.04 * span if low < 0 else 0), low + span * _ROOM_FOR_TEXT)
    name_rows(axes, [label(bar.name) for bar in bars])
    axes.axvline(0, color=palette.MUTED, linewidth=0.8)
    axes.set_xlabel(axis_label)
    axes.locator_params(axis="x", nbins=5)
    said = "; ".join(f"{bar.name} {bar.text}" for bar in bars)
    return finish(figure, key, title, f"{title}, {axis_label}: {said}.", simulated=simulated)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Write a name at the left of each row of a panel, from top to bottom, in place of a y axis.

    Args:
        axes: on which the rows lie at 0, 1, 2, ...
        names: fit to print (see `reports.words.texts.label`).
    """
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    aside = ScaledTranslation(-NAME_GAP_PT / 72, 0, axes.figure.dpi_scale_trans)
    for place, name in enumerate(names):
        axes.text(
            0,
            place,
            name,
            ha="right",
            va="center",
            fontsize=NUMBERS_PT,
            transform=axes.get_yaxis_transform() + aside,
        )


def write_value(axes: Axes, words: str, x: float, place: int) -> None:
    """Write a number to the right of what is drawn in a row, clear of the lines of the grid."""
    axes.annotate(
        words,
        (x, place),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=NUMBERS_PT,
        bbox={"facecolor": palette.PAPER, "edgecolor": "none", "pad": 0.8},
    )


def _draw_bars(axes: Axes, bars: Sequence[Bar]) -> None:
    starts = [min(bar.below, bar.value) if bar.below is not None else 0.0 for bar in bars]
    below = [place for place, start in enumerate(starts) if start]
    if below:
        axes.barh(below, [starts[place] for place in below], height=0.62, color=palette.BASELINE_PART)
    faces = axes.barh(
        range(len(bars)),
        [bar.value - start for bar, start in zip(bars, starts, strict=True)],
        left=starts,
        height=0.62,
        color=[palette.pale(bar.colour) if bar.light else bar.colour for bar in bars],
    )
    for bar, face in zip(bars, faces, strict=True):
        if bar.hatched:
            face.set_hatch(HATCH)
            face.set_edgecolor("white")
            face.set_linewidth(0)
    for place, bar in enumerate(bars):
        write_value(axes, bar.text, bar.reach()[1], place)


def _draw_intervals(axes: Axes, bars: Sequence[Bar]) -> None:
    dots = [(value, place + _DOTS_BELOW) for place, bar in enumerate(bars) for value in bar.dots]
    if dots:
        axes.plot(
            *zip(*dots, strict=True),
            linestyle="none",
            marker="o",
            markersize=2.6,
            markerfacecolor="white",
            markeredgecolor=palette.INK,
            markeredgewidth=0.5,
        )
    ends = [
        (bar.value, place - _DOTS_BELOW / 2 if bar.dots else place, bar.value - bar.low, bar.high - bar.value)
        for place, bar in enumerate(bars)
        if bar.low is not None and bar.high is not None
    ]
    if ends:
        values, places, left, right = np.array(ends).T
        reach = np.maximum(0.0, [left, right])
        axes.errorbar(
            values, places, xerr=reach, linestyle="none", color=palette.INK, elinewidth=1.1, capsize=2.5
        )
