"""What the figures have in common: the sheet, its panels, and horizontal bars with intervals."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.blocks import palette
from reports.blocks.svg import inline_svg
from reports.blocks.tables import Table
from reports.words.texts import label

Size = Literal["half", "third"]
"""Width of a panel on a wide screen, as a share of the page; on a telephone each fills it."""

_WIDTH_IN: dict[Size, float] = {"half": 4.4, "third": 3.1}
_BAR_IN = 0.34
_FRAME_IN = 0.85
_ROOM_FOR_TEXT = 1.32
_MARK_IN, _LETTER_IN = 0.75, 0.083  # of SIMULATED beside a heading; of a letter of the heading
_DOTS_BELOW = 0.2  # beside the line of the interval, not upon it
HATCH = "////"


@dataclass(frozen=True)
class Sheet:
    """A figure as the template shows it.

    Attributes:
        key: id on the page.
        title: what it shows.
        size: width of its panels.
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
    size: Size
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


def new_panel(size: Size, height_in: float) -> tuple[Figure, Axes]:
    """Make an empty panel with one pair of axes."""
    figure = Figure(figsize=(_WIDTH_IN[size], height_in), layout="constrained")
    return figure, figure.subplots()


def finish(
    figure: Figure, key: str, title: str, description: str, *, simulated: bool, heading: bool = True
) -> Markup:
    """Draw a panel, and write on it where its numbers are no measurement."""
    if heading:
        room_in = figure.get_figwidth() - (_MARK_IN if simulated else 0.0)
        figure.suptitle(
            label(title, width=int(room_in / _LETTER_IN), lines=1),
            x=0.01,
            ha="left",
            fontsize=8.5,
            fontweight="bold",
        )
    if simulated:
        figure.text(
            0.995, 0.985, "SIMULATED", ha="right", va="top", fontsize=7, color=palette.WARNING, weight="bold"
        )
        description = f"SIMULATED, not a measurement. {description}"
    return inline_svg(figure, key, title, description)


def bars_panel(
    size: Size, key: str, title: str, axis_label: str, bars: list[Bar], *, simulated: bool
) -> Markup:
    """Draw horizontal bars from top to bottom, with intervals as lines and single runs as dots.

    Args:
        size: width of the panel.
        key: id on the page.
        title: heading of the panel.
        axis_label: quantity and unit.
        bars: at least one.
        simulated: whether the panel says SIMULATED.
    """
    figure, axes = new_panel(size, _FRAME_IN + _BAR_IN * len(bars))
    for place, bar in enumerate(bars):
        _draw_bar(axes, place, bar)
    low = min(bar.reach()[0] for bar in bars)
    high = max(bar.reach()[1] for bar in bars)
    span = (high - low) or 1.0
    axes.set_xlim(low - (0.04 * span if low < 0 else 0), low + span * _ROOM_FOR_TEXT)
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.set_yticks(range(len(bars)), [label(bar.name) for bar in bars])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=palette.MUTED, linewidth=0.8)
    axes.set_xlabel(axis_label)
    axes.locator_params(axis="x", nbins=5)
    said = "; ".join(f"{bar.name} {bar.text}" for bar in bars)
    return finish(figure, key, title, f"{title}, {axis_label}: {said}.", simulated=simulated)


def _draw_bar(axes: Axes, place: int, bar: Bar) -> None:
    start = min(bar.below, bar.value) if bar.below is not None else 0.0
    if start:
        axes.barh(place, start, height=0.62, color=palette.BASELINE_PART)
    colour = palette.pale(bar.colour) if bar.light else bar.colour
    face = axes.barh(place, bar.value - start, left=start, height=0.62, color=colour)
    if bar.hatched:
        face[0].set_hatch(HATCH)
        face[0].set_edgecolor("white")
        face[0].set_linewidth(0)
    if bar.dots:
        axes.plot(
            bar.dots,
            [place + _DOTS_BELOW] * len(bar.dots),
            linestyle="none",
            marker="o",
            markersize=2.6,
            markerfacecolor="white",
            markeredgecolor=palette.INK,
            markeredgewidth=0.5,
        )
    if bar.low is not None and bar.high is not None:
        axes.errorbar(
            bar.value,
            place - _DOTS_BELOW / 2 if bar.dots else place,
            xerr=[[max(0.0, bar.value - bar.low)], [max(0.0, bar.high - bar.value)]],
            color=palette.INK,
            linewidth=1.1,
            capsize=2.5,
        )
    axes.annotate(
        bar.text,
        (bar.reach()[1], place),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.5,
    )
