"""Simulate random walks and sum up where they end."""

import numpy as np


def ends(generator, walks, steps):
    """Return the last places of some walks."""
    moves = generator.choice(np.array([-1, 1]), size=(walks, steps))
    return np.sum(moves, axis=1)


generator = np.random.default_rng(6)
places = np.concatenate([ends(generator, 20_000, 400) for _ in range(8)])
print(np.histogram(places, bins=5)[0])
