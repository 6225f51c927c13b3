"""The same things in two orders, joined by lines: where two rankings differ, the lines cross (slope graph).

The form is that of Tufte, "The Visual Display of Quantitative Information" (1983), p. 158.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reports.blocks import palette
from reports.blocks.kit import Size, finish, name_rows, new_panel
from reports.blocks.layout import NUMBERS_PT

_LINE_IN, _FRAME_IN = 0.3, 0.75
_UP, _DOWN, _SAME = palette.OKABE_ITO[1], palette.OKABE_ITO[0], palette.BASELINE


@dataclass(frozen=True)
class Slope:
    """One thing in both orders.

    Attributes:
        name: what it is.
        left, right: written at its two ends.
        left_place, right_place: its places, from 1.
        sure: whether both places are known; otherwise its line is dashed, and says nothing by its slope.
    """

    name: str
    left: str
    right: str
    left_place: int
    right_place: int
    sure: bool = True


def slope_panel(
    size: Size,
    key: str,
    title: str,
    sides: tuple[str, str],
    slopes: Sequence[Slope],
    *,
    simulated: bool,
) -> Markup:
    """Draw two orders side by side.

    Args:
        size: width of the panel.
        key: id on the page.
        title: heading of the panel.
        sides: by what the left and the right side are ordered.
        slopes: at least one; the places of each side are 1, 2, 3, ...
        simulated: whether the panel says SIMULATED.
    """
    figure, axes = new_panel(size, _FRAME_IN + _LINE_IN * len(slopes))
    axes.set_xlim(0, 1)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for slope in slopes:
        ends = slope.left_place - 1, slope.right_place - 1
        level = ends[0] == ends[1] or not slope.sure
        axes.plot(
            (0, 1),
            ends,
            color=_SAME if level else _UP if ends[1] < ends[0] else _DOWN,
            linewidth=1.0 if level else 1.8,
            linestyle="-" if slope.sure else "--",
            marker="o",
            markersize=4,
            clip_on=False,
        )
        axes.annotate(
            slope.right,
            (1, ends[1]),
            xycoords=axes.get_yaxis_transform(),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=NUMBERS_PT,
            annotation_clip=False,
        )
    name_rows(axes, [slope.left for slope in sorted(slopes, key=lambda slope: slope.left_place)])
    axes.set_xticks((0, 1), sides)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0)
    said = "; ".join(
        f"{slope.name}: {slope.left_place} by {sides[0]} ({slope.left}), "
        f"{slope.right_place} by {sides[1]} ({slope.right})"
        for slope in sorted(slopes, key=lambda slope: slope.right_place)
    ).replace("\n", " ")
    return finish(figure, key, title, f"{title}. {said}.", simulated=simulated)
