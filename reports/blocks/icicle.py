"""Boxes within boxes, as wide as what they hold: where a whole goes, from top to bottom (icicle plot).

The form is that of Kruskal and Landwehr, "Icicle plots: better displays for hierarchical clustering" (1983).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from markupsafe import Markup

from reports.blocks.boxes import HEAD_PX, MOST_BOXES, NARROWEST_PCT, ROW_PX, box, boxes_drawing


@dataclass(frozen=True)
class Box:
    """A part of the whole.

    Attributes:
        name, words, colour: as of `reports.blocks.boxes.box`.
        value: what it holds, its parts included.
        parts: that it is made of; what they leave of ``value`` is its own.
    """

    name: str
    value: float
    words: str
    colour: str
    parts: list["Box"] = field(default_factory=list)


def icicle(key: str, title: str, description: str, whole: Box, *, simulated: bool) -> Markup:
    """Draw a whole, whose value is positive, and its parts; see `boxes_drawing` for the rest."""
    placed = list(islice(_placed(whole, 0.0, 100.0, 0), MOST_BOXES))
    content = Markup("").join(
        box(one.name, one.words, one.colour, x_pct, width_pct, HEAD_PX + row * ROW_PX)
        for one, x_pct, width_pct, row in placed
    )
    rows = 1 + max(row for *_, row in placed)
    return boxes_drawing(key, title, description, content, rows * ROW_PX, simulated=simulated)


def _placed(one: Box, x_pct: float, width_pct: float, row: int) -> Iterator[tuple[Box, float, float, int]]:
    """Yield boxes with left end, width and row, each before its parts, the largest part at the left."""
    if width_pct < NARROWEST_PCT:
        return
    yield one, x_pct, width_pct, row
    whole = max(one.value, sum(max(part.value, 0.0) for part in one.parts))
    for part in sorted(one.parts, key=lambda part: -part.value):
        if part.value <= 0:
            return
        share_pct = width_pct * part.value / whole
        yield from _placed(part, x_pct, share_pct, row + 1)
        x_pct += share_pct
