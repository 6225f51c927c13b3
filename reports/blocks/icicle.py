"""Boxes within boxes, as wide as what they hold: where a whole goes, from top to bottom (icicle plot).

Widths are shares of the page, so that the drawing fills a screen, a telephone and a sheet of paper with
letters of the same size. `icicle.js` adds the keyboard and the zoom; without it every box has its tooltip.
The form is that of Kruskal and Landwehr, "Icicle plots: better displays for hierarchical clustering" (1983).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup

from reports.blocks.palette import css
from reports.blocks.rendering import script
from reports.words.texts import printable

_ROW_PX, _HEAD_PX = 22, 24
_NARROWEST_PCT = 0.08
"""A narrower box is less than a dot of the screen."""

MOST_BOXES = 1500

_DRAWING = Markup(
    '<svg class="icicle" height="{height}" id="{key}" role="img" aria-labelledby="{key}-title {key}-desc">'
    '<title id="{key}-title">{title}</title><desc id="{key}-desc">{description}</desc>'
    '<text class="icicle-head" x="0" y="14">{title}</text>{mark}{boxes}</svg>'
)
_MARK = Markup('<text class="icicle-mark" x="100%" y="14" text-anchor="end">SIMULATED</text>')
_BOX = Markup(
    '<svg class="box" x="{x}%" y="{y}" width="{width}%" height="{height}"><title>{words}</title>'
    '<rect width="100%" height="100%" fill="{colour}"/>{name}</svg>'
)
_NAME = Markup('<text x="4" y="15">{}</text>')
_LEAST_NAMED_PCT = 2.0
_READ = Markup('<p class="icicle-read small" data-for="{}" hidden></p>')


@dataclass(frozen=True)
class Box:
    """A part of the whole.

    Attributes:
        name: written on it where there is room.
        value: what it holds, its parts included.
        words: everything about it, for the tooltip and for the keyboard.
        colour: ``#rrggbb`` of `reports.blocks.palette`, light enough for dark letters.
        parts: that it is made of; what they leave of ``value`` is its own.
    """

    name: str
    value: float
    words: str
    colour: str
    parts: list["Box"] = field(default_factory=list)


def icicle(key: str, title: str, description: str, whole: Box, *, simulated: bool) -> Markup:
    """Draw a whole and its parts.

    Args:
        key: id on the page.
        title: heading of the drawing.
        description: what it shows, for those who do not see it.
        whole: the box at the top; its value is positive.
        simulated: whether the drawing says SIMULATED.
    """
    placed = list(_placed(whole, 0.0, 100.0, 0))[:MOST_BOXES]
    rows = 1 + max(depth for *_, depth in placed)
    said = f"SIMULATED, not a measurement. {description}" if simulated else description
    drawing = _DRAWING.format(
        height=_HEAD_PX + rows * _ROW_PX,
        key=key,
        title=printable(title),
        description=printable(said),
        mark=_MARK if simulated else "",
        boxes=Markup("").join(_box(*place) for place in placed),
    )
    return drawing + _READ.format(key)


def icicle_script() -> str:
    """Return the script that runs after ``page.js`` where a page has such a drawing."""
    return script("icicle.js")


def _placed(box: Box, x_pct: float, width_pct: float, depth: int) -> Iterator[tuple[Box, float, float, int]]:
    """Yield boxes with left end, width and depth, each before its parts, the largest part at the left."""
    if width_pct < _NARROWEST_PCT:
        return
    yield box, x_pct, width_pct, depth
    whole = max(box.value, sum(max(part.value, 0.0) for part in box.parts))
    for part in sorted(box.parts, key=lambda part: -part.value):
        if part.value <= 0:
            return
        share_pct = width_pct * part.value / whole
        yield from _placed(part, x_pct, share_pct, depth + 1)
        x_pct += share_pct


def _box(box: Box, x_pct: float, width_pct: float, depth: int) -> Markup:
    name = printable(box.name)
    return _BOX.format(
        x=round(x_pct, 3),
        y=_HEAD_PX + depth * _ROW_PX,
        width=round(width_pct, 3),
        height=_ROW_PX - 1,
        words=printable(box.words),
        colour=css(box.colour),
        name=_NAME.format(name) if width_pct >= _LEAST_NAMED_PCT else "",
    )
