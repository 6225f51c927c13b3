"""Paint pictures of plants: background, clutter, one to three plants, light and noise of a camera.

What the plants look like is told by whoever asks (`flowers_generator`, `small_net_plants`); the same
generator gives the same picture.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CANVAS = 160  # pixels; every picture is painted at this size and scaled


def paint(rng, size, draw_plant):
    """Return one picture.

    Args:
        rng: generator of everything random.
        size: edge in pixels.
        draw_plant: function of pen, generator, place of the blossom (x, y) and its radius.
    """
    image = _background(rng)
    pen = ImageDraw.Draw(image)
    _clutter(pen, rng)
    for _ in range(rng.integers(1, 4)):
        _plant(pen, rng, draw_plant)
    image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 1.4))))
    return _camera(image, rng).resize((size, size), Image.Resampling.BILINEAR)


def _plant(pen, rng, draw_plant):
    x, y = rng.uniform(0.25, 0.75, 2) * CANVAS
    radius = rng.uniform(0.2, 0.38) * CANVAS
    foot = x + rng.normal(0, 15)
    pen.line((x, y, foot, CANVAS), fill=tint(rng, (70, 120, 50), 20), width=int(rng.integers(3, 8)))
    draw_plant(pen, rng, x, y, radius)


def _background(rng):
    tops = np.array([[110, 150, 200], [60, 100, 50], [120, 110, 90], [40, 60, 40], [170, 180, 170]])
    top, bottom = tops[rng.integers(len(tops))], tops[rng.integers(len(tops))]
    ramp = np.linspace(0, 1, CANVAS)[:, None, None]
    pixels = (1 - ramp) * top + ramp * bottom + np.zeros((1, CANVAS, 1))
    coarse = rng.normal(0, 14, (10, 10, 3))
    cloud = np.kron(coarse, np.ones((CANVAS // 10, CANVAS // 10, 1)))
    image = Image.fromarray(np.clip(pixels + cloud, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(6))


def _clutter(pen, rng):
    """Draw leaves, grass and spots of every colour that a flower can have."""
    for _ in range(rng.integers(4, 12)):
        x, y = rng.uniform(0, CANVAS, 2)
        green = tint(rng, (70, 120, 50), 30)
        petal(pen, x, y, rng.uniform(0, 2 * math.pi), rng.uniform(20, 80), rng.uniform(3, 18), green)
    for _ in range(rng.integers(0, 5)):
        x, y = rng.uniform(0, CANVAS, 2)
        spots = [(235, 200, 40), (240, 240, 235), (200, 40, 60), (90, 60, 40), (170, 80, 180)]
        disc(pen, x, y, rng.uniform(2, 7), tint(rng, spots[rng.integers(len(spots))]))


def _camera(image, rng):
    """Vary light and white balance, and add noise."""
    pixels = np.asarray(image, dtype=np.float32)
    pixels = (pixels - 128) * rng.uniform(0.8, 1.15) + 128 + rng.uniform(-25, 20)
    pixels = pixels * rng.uniform(0.94, 1.06, 3) + rng.normal(0, rng.uniform(2, 10), pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def tint(rng, base, spread=25):
    """Return a colour near a base colour (r, g, b)."""
    return tuple(int(v) for v in np.clip(np.array(base) + rng.normal(0, spread, 3), 0, 255))


def disc(pen, x, y, radius, colour):
    """Draw a filled circle around (x, y)."""
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def petal(pen, x, y, angle, length, width, colour):
    """Draw a pointed oval that begins at (x, y)."""
    steps = np.linspace(0, math.pi, 9)
    along = length * (1 - np.cos(steps)) / 2
    across = width / 2 * np.sin(steps)
    along, across = np.concatenate([along, along[::-1]]), np.concatenate([across, -across[::-1]])
    xs = x + along * math.cos(angle) - across * math.sin(angle)
    ys = y + along * math.sin(angle) + across * math.cos(angle)
    pen.polygon([(float(a), float(b)) for a, b in zip(xs, ys, strict=True)], fill=colour)


def rays(pen, rng, centre, radius, count, width, base):
    """Draw petals all around a centre (x, y), turned at random."""
    turn = rng.uniform(0, 2 * math.pi)
    for n in range(count):
        angle = turn + 2 * math.pi * n / count + rng.normal(0, 0.06)
        length = radius * rng.uniform(0.85, 1.1)
        petal(pen, *centre, angle, length, width, tint(rng, base, 12))
