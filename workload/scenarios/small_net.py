"""A small convolutional base for transfer learning, with weights in a file next to it.

98,160 parameters, 4.0 million multiplications for a picture of 64 pixels: it trains in seconds on two CPU
cores. Its weights were learned from drawn plants (`small_net_pretrain`); none is a flower of the scenarios.
"""

import hashlib
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_name("small_net.npz")

FILTERS = (16, 32, 64, 128)


def create(edge):
    """Return the base with random weights; it maps pictures (n, edge, edge, 3) of -1..1 to (n, 128)."""
    import keras
    from keras import layers

    steps = [keras.Input((edge, edge, 3))]
    for filters in FILTERS:
        steps += [
            layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        ]
    return keras.Sequential([*steps, layers.GlobalAveragePooling2D()], name="small_net")


def save(base):
    """Write the weights to the file, in half precision."""
    np.savez_compressed(WEIGHTS, *[np.asarray(weight, np.float16) for weight in base.get_weights()])


def load(base):
    """Give a base the weights of the file; return the SHA-256 of the file."""
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        base.set_weights([arrays[name].astype(np.float32) for name in arrays.files])
    return hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
