"""Boxes in rows, whose places are shares of the width: what icicles and timelines are drawn of.

The drawing fills a screen, a telephone and a sheet of paper with letters of the same size. ``boxes.js`` adds
keyboard and zoom; without it every box has its tooltip.
"""

from markupsafe import Markup

from reports.blocks.palette import css
from reports.blocks.rendering import script
from reports.words.texts import printable

ROW_PX, HEAD_PX = 22, 24
"""Height of a row with the line below it, and of the heading."""

NARROWEST_PCT = 0.08
"""A narrower box is less than a dot of the screen."""

MOST_BOXES = 1500

_LEAST_NAMED_PCT = 2.0
_DRAWING = Markup(
    '<svg class="boxes" height="{height}" id="{key}" role="img" aria-labelledby="{key}-title {key}-desc">'
    '<title id="{key}-title">{title}</title><desc id="{key}-desc">{description}</desc>'
    '<text class="boxes-head" y="14">{title}</text>{mark}{content}</svg>'
    '<p class="boxes-read small" data-for="{key}" hidden></p>'
)
_MARK = Markup('<text class="boxes-mark" x="100%" y="14" text-anchor="end">SIMULATED</text>')
_BOX = Markup(
    '<svg class="box" x="{x}%" y="{y}" width="{width}%" height="{height}"><title>{words}</title>'
    '<rect width="100%" height="100%" fill="{colour}"/>{name}</svg>'
)
_NAME = Markup('<text x="4" y="15">{}</text>')


def boxes_drawing(
    key: str, title: str, description: str, content: Markup, height_px: int, *, simulated: bool
) -> Markup:
    """Return a drawing with its heading, for a `reports.blocks.kit.Sheet` of full width.

    Args:
        key: id on the page.
        title: heading of the drawing.
        description: what it shows, for those who do not see it.
        content: elements below the heading, such as those of `box`.
        height_px: of the content.
        simulated: whether the drawing says SIMULATED.
    """
    said = f"SIMULATED, not a measurement. {description}" if simulated else description
    return _DRAWING.format(
        height=HEAD_PX + height_px,
        key=key,
        title=printable(title),
        description=printable(said),
        mark=_MARK if simulated else "",
        content=content,
    )


def box(name: str, words: str, colour: str, x_pct: float, width_pct: float, y_px: int) -> Markup:
    """Return a box.

    Args:
        name: written on it where there is room.
        words: everything about it, for the tooltip and for the keyboard.
        colour: ``#rrggbb`` of `reports.blocks.palette`, light enough for dark letters.
        x_pct: its left end.
        width_pct: its width.
        y_px: its upper end, from the top of the drawing.
    """
    return _BOX.format(
        x=round(x_pct, 3),
        y=y_px,
        width=round(max(width_pct, NARROWEST_PCT), 3),
        height=ROW_PX - 1,
        words=printable(words),
        colour=css(colour),
        name=_NAME.format(printable(name)) if width_pct >= _LEAST_NAMED_PCT else "",
    )


def boxes_script() -> str:
    """Return the script that runs after ``page.js`` where a page has such a drawing."""
    return script("boxes.js")
