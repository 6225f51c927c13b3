"""Draw flower-like pictures of the five classes of tf_flowers, always the same for the same seed.

They stand in for tf_flowers where it is not at hand. Position, size, colour, light, background and
clutter vary; what tells the classes apart is form and colour together, as in photographs.
"""

import math

import numpy as np
import plant_painter
from plant_painter import disc, petal, rays, tint

CLASSES = ("daisy", "dandelion", "roses", "sunflowers", "tulips")

VERSION = 1
"""Raise it when a change alters the pictures."""


def draw(label, seed, size):
    """Return one picture.

    Args:
        label: one of `CLASSES`.
        seed: of this picture, a sequence of integers.
        size: edge in pixels.
    """
    rng = np.random.default_rng([CLASSES.index(label), *seed])
    return plant_painter.paint(rng, size, _DRAWERS[label])


def _daisy(pen, rng, x, y, radius):
    white = tint(rng, (235, 232, 238), 14)
    rays(pen, rng, (x, y), radius, int(rng.integers(11, 20)), radius * 0.32, white)
    disc(pen, x, y, radius * rng.uniform(0.2, 0.32), tint(rng, (225, 180, 40)))


def _dandelion(pen, rng, x, y, radius):
    if rng.random() < 0.3:  # gone to seed
        for _ in range(60):
            angle, reach = rng.uniform(0, 2 * math.pi), radius * math.sqrt(rng.random())
            tip = (x + reach * math.cos(angle), y + reach * math.sin(angle))
            pen.line((x, y, *tip), fill=tint(rng, (215, 215, 210), 15), width=1)
            disc(pen, *tip, 1.6, tint(rng, (235, 235, 230), 12))
        return
    yellow = tint(rng, (235, 200, 40), 18)
    for share in (1.0, 0.75, 0.5, 0.28):
        rays(pen, rng, (x, y), radius * share, int(rng.integers(26, 40)), radius * 0.11, yellow)


def _rose(pen, rng, x, y, radius):
    bases = [(185, 25, 40), (210, 60, 70), (225, 110, 90)]
    base = np.array(bases[rng.integers(len(bases))])
    turn = rng.uniform(0, 2 * math.pi)
    for n in range(14):
        share = 1 - n / 14
        angle = turn + n * 2.4  # the golden angle, as leaves and petals stand
        shift = radius * 0.45 * share
        tone = base * (0.72 + 0.4 * (n % 2)) * (0.75 + 0.25 * share)
        at = (x + shift * math.cos(angle), y + shift * math.sin(angle))
        disc(pen, *at, radius * (0.2 + 0.4 * share), tint(rng, tone, 8))


def _sunflower(pen, rng, x, y, radius):
    yellow = tint(rng, (235, 180, 30), 18)
    rays(pen, rng, (x, y), radius * 1.1, int(rng.integers(15, 26)), radius * 0.3, yellow)
    disc(pen, x, y, radius * rng.uniform(0.42, 0.58), tint(rng, (80, 50, 25), 15))
    disc(pen, x, y, radius * 0.2, tint(rng, (60, 50, 30), 15))


def _tulip(pen, rng, x, y, radius):
    bases = [(200, 40, 60), (225, 130, 180), (130, 60, 150), (170, 90, 190)]
    base = np.array(bases[rng.integers(len(bases))])
    foot = (x, y + radius * 0.9)
    lean = rng.normal(0, 0.12)
    for side, shade in ((-0.38, 0.8), (0.38, 0.85), (-0.16, 0.95), (0.16, 1.0), (0.0, 1.1)):
        angle = -math.pi / 2 + side + lean
        petal(pen, *foot, angle, radius * 1.9, radius * 0.85, tint(rng, base * shade, 8))


_DRAWERS = {
    "daisy": _daisy,
    "dandelion": _dandelion,
    "roses": _rose,
    "sunflowers": _sunflower,
    "tulips": _tulip,
}
