"""Boxes within boxes, as wide as what they hold: where a whole goes, from top to bottom (icicle plot).

The form is that of Kruskal and Landwehr, "Icicle plots: better displays for hierarchical clustering" (1983).
"""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup

from reports.blocks.boxes import HEAD_PX, MOST_BOXES, NARROWEST_PCT, ROW_PX, box, boxes_drawing

_MOST_ROWS = 100
"""A recursive program can call itself a thousand times; deeper rows are not drawn."""


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
    placed = list(itertools.islice(_widest_first(whole), MOST_BOXES))
    content = Markup("").join(
        box(one.name, one.words, one.colour, x_pct, width_pct, HEAD_PX + row * ROW_PX)
        for one, x_pct, width_pct, row in placed
    )
    rows = 1 + max(row for *_, row in placed)
    return boxes_drawing(key, title, description, content, rows * ROW_PX, simulated=simulated)


def _widest_first(whole: Box) -> Iterator[tuple[Box, float, float, int]]:
    """Yield boxes with left end, width and row, each after the one that holds it.

    What is beyond the most boxes is then the narrowest, in whatever part of the whole it lies.
    """
    numbers = itertools.count()  # of equally wide boxes the one that was found first comes first
    waiting = [(-100.0, 0, next(numbers), 0.0, whole)]
    while waiting:
        minus_width_pct, row, _, x_pct, one = heapq.heappop(waiting)
        yield one, x_pct, -minus_width_pct, row
        held = max(one.value, sum(max(part.value, 0.0) for part in one.parts))
        for part in sorted(one.parts, key=lambda part: -part.value):
            share_pct = -minus_width_pct * part.value / held if part.value > 0 else 0.0
            if share_pct < NARROWEST_PCT or row + 1 >= _MOST_ROWS:
                break
            heapq.heappush(waiting, (-share_pct, row + 1, next(numbers), x_pct, part))
            x_pct += share_pct
