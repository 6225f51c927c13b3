"""Draw pictures of twelve kinds of plants on which the small net is pretrained.

None of them is one of the five classes of `flowers_generator`: what is learned from them is how to see
forms and colours, not the answer.
"""

import math

import numpy as np
import plant_painter
from plant_painter import disc, petal, rays, tint

_GREEN = (70, 120, 50)


def draw(kind, seed, size):
    """Return one picture.

    Args:
        kind: one of `KINDS`.
        seed: of this picture, a sequence of integers.
        size: edge in pixels.
    """
    rng = np.random.default_rng([100 + KINDS.index(kind), *seed])
    return plant_painter.paint(rng, size, _DRAWERS[kind])


def _aster(pen, rng, x, y, radius):
    rays(pen, rng, (x, y), radius, int(rng.integers(22, 34)), radius * 0.14, (140, 90, 190))
    disc(pen, x, y, radius * rng.uniform(0.2, 0.3), tint(rng, (230, 170, 40)))


def _cornflower(pen, rng, x, y, radius):
    for share in (1.0, 0.6):
        rays(pen, rng, (x, y), radius * share, int(rng.integers(8, 12)), radius * 0.22, (60, 80, 200))


def _poppy(pen, rng, x, y, radius):
    red = np.array((220, 60, 25))
    for turn in rng.uniform(0, 1) + np.arange(4) * math.pi / 2:
        at = (x + radius * 0.4 * math.cos(turn), y + radius * 0.4 * math.sin(turn))
        disc(pen, *at, radius * 0.55, tint(rng, red, 12))
    disc(pen, x, y, radius * rng.uniform(0.15, 0.25), tint(rng, (30, 25, 30), 8))


def _pansy(pen, rng, x, y, radius):
    bases = [(110, 50, 150), (60, 60, 160), (150, 30, 90)]
    base = bases[rng.integers(len(bases))]
    for turn in -math.pi / 2 + np.arange(5) * 2 * math.pi / 5:
        at = (x + radius * 0.45 * math.cos(turn), y + radius * 0.45 * math.sin(turn))
        disc(pen, *at, radius * 0.45, tint(rng, base, 12))
    disc(pen, x, y, radius * 0.3, tint(rng, (235, 200, 60)))
    disc(pen, x, y, radius * 0.12, tint(rng, (40, 25, 50), 8))


def _lily(pen, rng, x, y, radius):
    bases = [(245, 235, 225), (240, 150, 60), (235, 170, 190)]
    rays(pen, rng, (x, y), radius * 1.1, 6, radius * 0.42, bases[rng.integers(len(bases))])
    for angle in rng.uniform(0, 2 * math.pi, 5):
        tip = (x + radius * 0.4 * math.cos(angle), y + radius * 0.4 * math.sin(angle))
        pen.line((x, y, *tip), fill=tint(rng, (190, 120, 40)), width=2)


def _lavender(pen, rng, x, y, radius):
    for n in range(16):
        side = radius * 0.14 * (-1 if n % 2 else 1)
        at = (x + side, y - radius + 2 * radius * n / 15)
        disc(pen, *at, radius * 0.16, tint(rng, (130, 100, 180), 14))


def _bluebell(pen, rng, x, y, radius):
    for n in range(5):
        at = (x + radius * (0.25 * n - 0.4), y - radius * 0.8 + radius * 0.3 * abs(n - 2))
        pen.line((x, y + radius, *at), fill=tint(rng, _GREEN, 15), width=2)
        petal(pen, *at, math.pi / 2, radius * 0.6, radius * 0.32, tint(rng, (70, 90, 190), 14))


def _clover(pen, rng, x, y, radius):
    for turn in rng.uniform(0, 1) + np.arange(3) * 2 * math.pi / 3:
        at = (x + radius * 0.42 * math.cos(turn), y + radius * 0.42 * math.sin(turn))
        disc(pen, *at, radius * 0.42, tint(rng, (60, 140, 60), 12))
        disc(pen, *at, radius * 0.2, tint(rng, (130, 190, 120), 10))


def _hydrangea(pen, rng, x, y, radius):
    bases = [(120, 140, 220), (220, 140, 190)]
    base = bases[rng.integers(len(bases))]
    for _ in range(36):
        angle, reach = rng.uniform(0, 2 * math.pi), radius * math.sqrt(rng.random())
        at = (x + reach * math.cos(angle), y + reach * math.sin(angle))
        rays(pen, rng, at, radius * 0.2, 4, radius * 0.14, base)


def _fern(pen, rng, x, y, radius):
    lean = rng.normal(0, 0.1)
    for n in range(12):
        share = 1 - n / 12
        at = (x + lean * n * 4, y + radius - 2 * radius * n / 12)
        for side in (-1, 1):
            angle = -math.pi / 2 + side * (1.2 + rng.normal(0, 0.05))
            petal(pen, *at, angle, radius * (0.3 + 0.8 * share), radius * 0.14, tint(rng, _GREEN, 14))


def _mushroom(pen, rng, x, y, radius):
    pale, caps = tint(rng, (225, 215, 195), 12), [(180, 40, 30), (140, 95, 60)]
    pen.rectangle((x - radius * 0.2, y, x + radius * 0.2, y + radius * 1.2), fill=pale)
    box = (x - radius, y - radius * 0.8, x + radius, y + radius * 0.8)
    pen.pieslice(box, 180, 360, fill=tint(rng, caps[rng.integers(len(caps))], 12))
    for _ in range(rng.integers(3, 8)):
        disc(
            pen, x + rng.uniform(-0.6, 0.6) * radius, y - rng.uniform(0.1, 0.5) * radius, radius * 0.08, pale
        )


def _berries(pen, rng, x, y, radius):
    bases = [(190, 25, 40), (50, 40, 90)]
    base = bases[rng.integers(len(bases))]
    for _ in range(9):
        at = (x + rng.normal(0, 0.4) * radius, y + rng.normal(0, 0.4) * radius)
        disc(pen, *at, radius * 0.22, tint(rng, base, 12))
        disc(pen, at[0] - radius * 0.07, at[1] - radius * 0.07, radius * 0.05, tint(rng, (240, 230, 230), 8))


_DRAWERS = {
    "aster": _aster,
    "cornflower": _cornflower,
    "poppy": _poppy,
    "pansy": _pansy,
    "lily": _lily,
    "lavender": _lavender,
    "bluebell": _bluebell,
    "clover": _clover,
    "hydrangea": _hydrangea,
    "fern": _fern,
    "mushroom": _mushroom,
    "berries": _berries,
}

KINDS = tuple(_DRAWERS)
"""What is drawn, in the order of the class numbers."""
