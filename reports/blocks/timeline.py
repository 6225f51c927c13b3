"""A curve over time, and below it what happened meanwhile: spans in lanes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from reports.blocks.boxes import HEAD_PX, ROW_PX, box, boxes_drawing
from reports.blocks.palette import css
from reports.words.numbers import given, plain
from reports.words.texts import printable

_CURVE_PX, _AXIS_PX, _NAME_PX = 120, 20, 18
_WIDE, _HIGH = 10_000, 1000  # of the curve's own coordinates, whole numbers
_TICKS = 10

_CURVE = Markup(
    '<svg y="{y}" width="100%" height="{height}"><svg class="stretch" x="0%" width="100%" height="100%" '
    'viewBox="0 0 {wide} {high}" preserveAspectRatio="none"><path d="{path}" fill="none" stroke="{colour}" '
    'stroke-width="1.4" vector-effect="non-scaling-stroke"/></svg></svg>'
)
_LABEL = Markup('<text x="2" y="{y}">{words}</text>')
_TICK = Markup('<text class="stretch tick" x="{x}%" y="{y}" text-anchor="{anchor}">{words}</text>')
_LEAST_SPAN = 0.25  # of the largest value: on a narrower axis the noise of a meter looks like cliffs


@dataclass(frozen=True)
class Curve:
    """A curve over time.

    Attributes:
        t_s, values: its points ``(n,)``, NaN where the line breaks.
        unit: of the values.
        colour: ``#rrggbb``.
    """

    t_s: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: str
    colour: str


@dataclass(frozen=True)
class Span:
    """Something that took time.

    Attributes:
        name, words, colour: as of `reports.blocks.boxes.box`.
        start_s, stop_s: its ends.
        row: within its lane, from 0.
    """

    name: str
    words: str
    colour: str
    start_s: float
    stop_s: float
    row: int


def timeline(
    key: str,
    title: str,
    description: str,
    curve: Curve,
    lanes: Sequence[tuple[str, Sequence[Span]]],
    duration_s: float,
    *,
    simulated: bool,
) -> Markup:
    """Draw a curve and lanes of spans on one time axis.

    Args:
        key: id on the page.
        title: heading of the drawing.
        description: what it shows, for those who do not see it.
        curve: above the lanes.
        lanes: name, shown where there are several, and spans of each.
        duration_s: length of the time axis, from 0.
        simulated: whether the drawing says SIMULATED.
    """
    parts = [_curve(curve, duration_s), *_ticks(duration_s)]
    top_px = HEAD_PX + _CURVE_PX + _AXIS_PX
    for name, spans in lanes:
        if len(lanes) > 1:
            parts.append(_LABEL.format(y=top_px + 13, words=printable(name)))
            top_px += _NAME_PX
        parts += [_box(span, duration_s, top_px) for span in spans]
        top_px += ROW_PX * (1 + max((span.row for span in spans), default=-1))
    return boxes_drawing(
        key, title, description, Markup("").join(parts), top_px - HEAD_PX, simulated=simulated
    )


def _box(span: Span, duration_s: float, top_px: int) -> Markup:
    start_s, stop_s = max(span.start_s, 0.0), min(span.stop_s, duration_s)
    return box(
        span.name,
        span.words,
        span.colour,
        100 * start_s / duration_s,
        100 * max(stop_s - start_s, 0.0) / duration_s,
        top_px + span.row * ROW_PX,
    )


def _curve(curve: Curve, duration_s: float) -> Markup:
    known = np.isfinite(curve.values) & np.isfinite(curve.t_s)
    if not known.any():
        return Markup("")
    low, high = float(curve.values[known].min()), float(curve.values[known].max())
    if (missing := _LEAST_SPAN * abs(high) - (high - low)) > 0:
        low, high = low - missing / 2, high + missing / 2
    span = (high - low) or 1.0
    x = np.where(known, np.rint(_WIDE * curve.t_s / duration_s), 0).astype(int)
    y = np.where(known, np.rint(_HIGH * (0.97 - 0.94 * (curve.values - low) / span)), 0).astype(int)
    letters = np.where(known & ~np.concatenate(([False], known[:-1])), "M", "L")
    path = "".join(f"{letter}{a} {b}" for letter, a, b, ok in zip(letters, x, y, known, strict=True) if ok)
    drawn = _CURVE.format(
        y=HEAD_PX, height=_CURVE_PX, wide=_WIDE, high=_HIGH, path=path, colour=css(curve.colour)
    )
    ends = ((high, HEAD_PX + 11), (low, HEAD_PX + _CURVE_PX - 2))
    return drawn + Markup("").join(
        _LABEL.format(y=y_px, words=f"{plain(value, 3)} {curve.unit}") for value, y_px in ends
    )


def _ticks(duration_s: float) -> Iterator[Markup]:
    for at_s in MaxNLocator(nbins=_TICKS).tick_values(0.0, duration_s):
        if 0 <= at_s <= duration_s:
            x_pct = 100 * float(at_s) / duration_s
            anchor = "start" if x_pct < 2 else "end" if x_pct > 98 else "middle"
            words = f"{given(float(at_s))} s"
            yield _TICK.format(x=round(x_pct, 3), y=HEAD_PX + _CURVE_PX + 14, anchor=anchor, words=words)
