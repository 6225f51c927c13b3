"""The layout of a panel: every text stands within the drawing, and no two of them lie on each other."""

from itertools import combinations

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from reports.blocks.kit import name_rows, new_panel
from reports.blocks.layout import lay_out
from reports.blocks.svg import drawing_style


def rows(axes: Axes) -> None:
    axes.set_xlim(0, 1.3)
    axes.set_xlabel("energy per run / Wh")
    name_rows(axes, ["a", "a scenario with\na long name", "c"])
    for place in range(3):
        axes.annotate("1234567.8 Wh", (1.2, place), xytext=(5, 0), textcoords="offset points", va="center")


def title_and_labels(axes: Axes) -> None:
    axes.plot([0, 1000], [0, 90000])
    axes.set_title("n = 3 runs\nand a second line", fontsize=7.5)
    axes.set_xlabel("time / s")
    axes.set_ylabel("power / W")


def on_top(axes: Axes) -> None:
    axes.set_xlim(-0.5, 1.5)
    axes.set_ylim(1.5, -0.5)
    axes.set_xticks([0, 1], ["one", "a name of\ntwo lines"])
    axes.xaxis.tick_top()
    axes.set_yticks([0, 1], ["one", "another one"])


def texts(figure: Figure) -> list[Text]:
    """Return the texts that are drawn: ticks beyond the ends of an axis are not."""
    FigureCanvasSVG(figure)
    figure.draw_without_rendering()
    beyond = [
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for place, label in zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
        if not min(axis.get_view_interval()) <= place <= max(axis.get_view_interval())
    ]
    drawn = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    hidden = [
        text for axes in figure.axes for text in axes.yaxis.findobj(Text) if not axes.yaxis.get_visible()
    ]
    return [text for text in drawn if text not in [*beyond, *hidden]]


@pytest.mark.parametrize("size", ["half", "third"])
@pytest.mark.parametrize("content", [rows, title_and_labels, on_top])
def test_every_text_stands_within_the_drawing_and_apart_from_the_others(content, size):
    with drawing_style():
        figure, axes = new_panel(size, 2.2)
        content(axes)
        heading = figure.text(0.01, 0.985, "A heading", ha="left", va="top", fontsize=8.5, fontweight="bold")
        lay_out(figure, heading)
        shown = texts(figure)
        boxes = [text.get_window_extent() for text in shown]
    assert len(shown) >= 5
    for text, box in zip(shown, boxes, strict=True):
        assert box.x0 >= -0.5 and box.x1 <= figure.bbox.width + 0.5, text
        assert box.y0 >= -0.5 and box.y1 <= figure.bbox.height + 0.5, text
    for (one, first), (other, second) in combinations(zip(shown, boxes, strict=True), 2):
        assert not first.overlaps(second), (one, other)


def test_a_text_at_a_place_of_the_data_takes_no_room_from_the_axes():
    with drawing_style():
        figure, axes = new_panel("half", 2.2)
        axes.plot([0, 30], [0, 1])
        axes.annotate(
            "new phase",
            (20.5, 0.01),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            xytext=(3, 0),
        )
        lay_out(figure, None)
    assert axes.get_position().width > 0.8


def test_axes_are_placed_by_the_ticks_that_they_have_then():
    with drawing_style():
        figure, axes = new_panel("half", 2.7)
        axes.plot([1, 5], [0, 1.7])
        axes.set_ylim(0, 1.7)
        axes.set_ylabel("validation loss")
        lay_out(figure, None)
        FigureCanvasSVG(figure)
        figure.draw_without_rendering()
        label = axes.yaxis.label.get_window_extent()
    assert label.x0 >= -0.5
