"""Where the axes of a panel stand: margins from the widths of its texts.

The layouts of matplotlib draw every text twice to find them, which took half the time of a report.
"""

import warnings
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis, YAxis
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Annotation, Text
from matplotlib.textpath import text_to_path

_PAD_PT = 3.0  # at the edges of the drawing
_LINE = 1.25  # height of a line of text, in font sizes
_TITLE_SIZE_PT, _TITLE_PT = 7.5, 5.0  # of a title of axes, and between it and them
_BETWEEN_PT = 9.0  # between axes below each other
_NARROWEST_PT = 60.0
_MOST_PASSES = 3  # ticks are chosen by the size of the axes, and their labels make it
NUMBERS_PT = 7.5
"""Size of the numbers at an axis, and of the names of rows."""

MISSING_GLYPH = r"Glyph .* missing from font"
"""Warning of matplotlib about a letter of a script that its font lacks; the reader's browser has others."""

NAME_GAP_PT = 4.0
"""Between the name of a row and the axes."""


def lay_out(figure: Figure, heading: Text | None) -> None:
    """Give the axes of a figure the room that its texts leave.

    Args:
        figure: complete, with one pair of axes or several below each other on one x axis.
        heading: of the panel, above everything.
    """
    for _ in range(_MOST_PASSES):
        before = [_tick_labels(axis) for axis in _axes_lines(figure)]
        _place(figure, heading)
        if [_tick_labels(axis) for axis in _axes_lines(figure)] == before:
            break
    for axes in figure.axes:
        box = axes.get_window_extent()
        _fix_label(axes.yaxis, 72 * box.width / figure.dpi)
        _fix_label(axes.xaxis, 72 * box.height / figure.dpi)


def _axes_lines(figure: Figure) -> list[Axis]:
    return [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]


def _place(figure: Figure, heading: Text | None) -> None:
    width_pt, height_pt = 72 * figure.get_figwidth(), 72 * figure.get_figheight()
    upper, lower = figure.axes[0], figure.axes[-1]
    top_pt = height_pt - _PAD_PT - (_height(heading) + _PAD_PT if heading is not None else 0.0)
    if title := upper.get_title("left"):
        top_pt -= _LINE * _TITLE_SIZE_PT * len(title.split("\n")) + _TITLE_PT
    bottom_pt = _PAD_PT + sum(map(_legend_height, figure.legends))
    on_top = upper.xaxis.get_ticks_position() == "top"
    top_pt -= _across(upper.xaxis) if on_top else 0.0
    bottom_pt += 0.0 if on_top else _across(lower.xaxis)
    left_pt = _PAD_PT + max(_across(axes.yaxis) for axes in figure.axes)
    right_pt = min(_right_end(axes, left_pt, width_pt - _PAD_PT) for axes in figure.axes)
    rows = len(figure.axes)
    each_pt = (top_pt - bottom_pt - (rows - 1) * _BETWEEN_PT) / rows
    figure.subplots_adjust(
        left=left_pt / width_pt,
        right=max(right_pt, left_pt + _NARROWEST_PT) / width_pt,
        bottom=bottom_pt / height_pt,
        top=top_pt / height_pt,
        hspace=_BETWEEN_PT / each_pt,
    )


def _legend_height(legend: Any) -> float:
    """Return the height of a legend below everything, of which each line has as many entries as columns."""
    size_pt = legend.prop.get_size_in_points()
    rows = -(-len(legend.get_texts()) // legend._ncols)
    return float(rows * (1 + legend.labelspacing) * size_pt + _PAD_PT)


def _tick_labels(axis: Axis) -> list[str]:
    """Return what stands at the ticks, without making the ticks."""
    return [str(text) for text in axis.get_major_formatter().format_ticks(_ticks(axis))]


def _ticks(axis: Axis) -> list[float]:
    low, high = sorted(axis.get_view_interval())
    return [float(place) for place in axis.get_majorticklocs() if low <= place <= high]


def _ticks_across(axis: Axis) -> float:
    """Return how far ticks with their labels reach out of the axes, in points."""
    labels = _tick_labels(axis)
    if isinstance(axis, YAxis):
        reach_pt = max((text_width(text, NUMBERS_PT) for text in labels), default=0.0)
    else:
        reach_pt = max((text.count("\n") + 1 for text in labels), default=1) * _LINE * NUMBERS_PT
    return reach_pt + 6.0  # with the tick and what is between them


def _across(axis: Axis) -> float:
    """Return how much room an axis takes next to its axes, in points: ticks, their labels, its own label."""
    if not axis.get_visible():
        return _names_across(axis.axes)
    own_pt = _height(axis.label) + axis.labelpad if axis.label.get_text() else 0.0
    return _ticks_across(axis) + own_pt


def _names_across(axes: Axes) -> float:
    names = [text.get_text() for text in axes.texts if _is_name(text)]
    return NAME_GAP_PT + max((text_width(name, NUMBERS_PT) for name in names), default=0.0)


def _is_name(text: Text) -> bool:
    return not isinstance(text, Annotation) and text.get_horizontalalignment() == "right"


def _fix_label(axis: Axis, size_pt: float) -> None:
    """Put the label of an axis next to its ticks, where matplotlib would search for its place."""
    out = -(_ticks_across(axis) + axis.labelpad) / size_pt
    axis.set_label_coords(*((out, 0.5) if isinstance(axis, YAxis) else (0.5, out)))


def _right_end(axes: Axes, left_pt: float, end_pt: float) -> float:
    """Return where the axes may end, so that neither the last tick label nor any text is cut."""
    ends = [end_pt]
    for place, words in zip(_ticks(axes.xaxis), _tick_labels(axes.xaxis), strict=True):
        share, _ = axes.transAxes.inverted().transform(axes.transData.transform((place, 0.5)))
        if share > 0:
            ends.append(left_pt + (end_pt - left_pt - text_width(words, NUMBERS_PT) / 2) / share)
    for text in axes.texts:
        share, shift_pt = _start(axes, text)
        width_pt = text_width(text.get_text(), float(text.get_fontsize()))
        if share > 0 and text.get_horizontalalignment() == "left":
            ends.append(left_pt + (end_pt - left_pt - shift_pt - width_pt) / share)
    return min(ends)


def _start(axes: Axes, text: Text) -> tuple[float, float]:
    """Return where a text begins: as a share of the width of its axes, and in points from there."""
    if not isinstance(text, Annotation):
        return 0.0, 0.0
    kind = text.xycoords[0] if isinstance(text.xycoords, tuple) else text.xycoords
    if kind == "data":
        x, _ = axes.transAxes.inverted().transform(axes.transData.transform(text.xy))
        return float(x), float(text.get_position()[0])
    return float(text.xy[0]), float(text.get_position()[0])


def _height(text: Text) -> float:
    return _LINE * float(text.get_fontsize()) * (text.get_text().count("\n") + 1)


def text_width(text: str, size_pt: float) -> float:
    """Return the width of the longest line of a text, in points."""
    return max(_line_width(line, size_pt) for line in text.split("\n"))


@lru_cache(maxsize=4096)
def _line_width(line: str, size_pt: float) -> float:
    font = FontProperties(size=size_pt)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=MISSING_GLYPH)
        width, _, _ = text_to_path.get_text_width_height_descent(line, font, ismath=False)
    return float(width)
