"""Draw flower-like pictures of the five classes of tf_flowers, always the same for the same seed.

They stand in for tf_flowers where it is not at hand. Position, size, colour, light, background and
clutter vary; what tells the classes apart is form and colour together, as in photographs.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ("daisy", "dandelion", "roses", "sunflowers", "tulips")

VERSION = 1
"""Raise it when a change alters the pictures."""

_CANVAS = 160  # pixels; every picture is drawn at this size and scaled


def draw(label, seed, size):
    """Return one picture.

    Args:
        label: one of `CLASSES`.
        seed: of this picture, a sequence of integers.
        size: edge in pixels.
    """
    rng = np.random.default_rng([CLASSES.index(label), *seed])
    image = _background(rng)
    pen = ImageDraw.Draw(image)
    _clutter(pen, rng)
    for _ in range(rng.integers(1, 4)):
        _flower(pen, rng, label)
    image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 1.4))))
    return _camera(image, rng).resize((size, size), Image.Resampling.BILINEAR)


def _background(rng):
    tops = np.array([[110, 150, 200], [60, 100, 50], [120, 110, 90], [40, 60, 40], [170, 180, 170]])
    top, bottom = tops[rng.integers(len(tops))], tops[rng.integers(len(tops))]
    ramp = np.linspace(0, 1, _CANVAS)[:, None, None]
    pixels = (1 - ramp) * top + ramp * bottom + np.zeros((1, _CANVAS, 1))
    coarse = rng.normal(0, 14, (10, 10, 3))
    cloud = np.kron(coarse, np.ones((_CANVAS // 10, _CANVAS // 10, 1)))
    image = Image.fromarray(np.clip(pixels + cloud, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(6))


def _colour(rng, base, spread=25):
    return tuple(int(v) for v in np.clip(np.array(base) + rng.normal(0, spread, 3), 0, 255))


def _disc(pen, x, y, radius, colour):
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _petal(pen, x, y, angle, length, width, colour):
    """Draw a pointed oval that begins at (x, y)."""
    steps = np.linspace(0, math.pi, 9)
    along = length * (1 - np.cos(steps)) / 2
    across = width / 2 * np.sin(steps)
    along, across = np.concatenate([along, along[::-1]]), np.concatenate([across, -across[::-1]])
    xs = x + along * math.cos(angle) - across * math.sin(angle)
    ys = y + along * math.sin(angle) + across * math.cos(angle)
    pen.polygon([(float(a), float(b)) for a, b in zip(xs, ys, strict=True)], fill=colour)


def _clutter(pen, rng):
    """Draw leaves, grass and spots of every colour that a flower can have."""
    for _ in range(rng.integers(4, 12)):
        x, y = rng.uniform(0, _CANVAS, 2)
        green = _colour(rng, (70, 120, 50), 30)
        _petal(pen, x, y, rng.uniform(0, 2 * math.pi), rng.uniform(20, 80), rng.uniform(3, 18), green)
    for _ in range(rng.integers(0, 5)):
        x, y = rng.uniform(0, _CANVAS, 2)
        spots = [(235, 200, 40), (240, 240, 235), (200, 40, 60), (90, 60, 40), (170, 80, 180)]
        _disc(pen, x, y, rng.uniform(2, 7), _colour(rng, spots[rng.integers(len(spots))]))


def _flower(pen, rng, label):
    x, y = rng.uniform(0.25, 0.75, 2) * _CANVAS
    radius = rng.uniform(0.2, 0.38) * _CANVAS
    foot = x + rng.normal(0, 15)
    pen.line((x, y, foot, _CANVAS), fill=_colour(rng, (70, 120, 50), 20), width=int(rng.integers(3, 8)))
    _DRAWERS[label](pen, rng, x, y, radius)


def _rays(pen, rng, centre, radius, count, width, base):
    turn = rng.uniform(0, 2 * math.pi)
    for n in range(count):
        angle = turn + 2 * math.pi * n / count + rng.normal(0, 0.06)
        length = radius * rng.uniform(0.85, 1.1)
        _petal(pen, *centre, angle, length, width, _colour(rng, base, 12))


def _daisy(pen, rng, x, y, radius):
    white = _colour(rng, (235, 232, 238), 14)
    _rays(pen, rng, (x, y), radius, int(rng.integers(11, 20)), radius * 0.32, white)
    _disc(pen, x, y, radius * rng.uniform(0.2, 0.32), _colour(rng, (225, 180, 40)))


def _dandelion(pen, rng, x, y, radius):
    if rng.random() < 0.3:  # gone to seed
        for _ in range(60):
            angle, reach = rng.uniform(0, 2 * math.pi), radius * math.sqrt(rng.random())
            tip = (x + reach * math.cos(angle), y + reach * math.sin(angle))
            pen.line((x, y, *tip), fill=_colour(rng, (215, 215, 210), 15), width=1)
            _disc(pen, *tip, 1.6, _colour(rng, (235, 235, 230), 12))
        return
    yellow = _colour(rng, (235, 200, 40), 18)
    for share in (1.0, 0.75, 0.5, 0.28):
        _rays(pen, rng, (x, y), radius * share, int(rng.integers(26, 40)), radius * 0.11, yellow)


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
        _disc(pen, *at, radius * (0.2 + 0.4 * share), _colour(rng, tone, 8))


def _sunflower(pen, rng, x, y, radius):
    yellow = _colour(rng, (235, 180, 30), 18)
    _rays(pen, rng, (x, y), radius * 1.1, int(rng.integers(15, 26)), radius * 0.3, yellow)
    _disc(pen, x, y, radius * rng.uniform(0.42, 0.58), _colour(rng, (80, 50, 25), 15))
    _disc(pen, x, y, radius * 0.2, _colour(rng, (60, 50, 30), 15))


def _tulip(pen, rng, x, y, radius):
    bases = [(200, 40, 60), (225, 130, 180), (130, 60, 150), (170, 90, 190)]
    base = np.array(bases[rng.integers(len(bases))])
    foot = (x, y + radius * 0.9)
    lean = rng.normal(0, 0.12)
    for side, shade in ((-0.38, 0.8), (0.38, 0.85), (-0.16, 0.95), (0.16, 1.0), (0.0, 1.1)):
        angle = -math.pi / 2 + side + lean
        _petal(pen, *foot, angle, radius * 1.9, radius * 0.85, _colour(rng, base * shade, 8))


_DRAWERS = {
    "daisy": _daisy,
    "dandelion": _dandelion,
    "roses": _rose,
    "sunflowers": _sunflower,
    "tulips": _tulip,
}


def _camera(image, rng):
    """Vary light and white balance, and add noise."""
    pixels = np.asarray(image, dtype=np.float32)
    pixels = (pixels - 128) * rng.uniform(0.8, 1.15) + 128 + rng.uniform(-25, 20)
    pixels = pixels * rng.uniform(0.94, 1.06, 3) + rng.normal(0, rng.uniform(2, 10), pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
