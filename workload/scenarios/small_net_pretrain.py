"""Make ``small_net.npz``: pretrain the small net on drawn plants. Takes a few minutes on two cores.

    .envs/cpu/bin/python workload/scenarios/small_net_pretrain.py

Rerun it after a change of `small_net` or `small_net_plants`, and commit the file. It never sees the flowers
of the scenarios.
"""

import argparse
import os

import numpy as np
import small_net
import small_net_plants
from flowers_batches import Augmentation, augment

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

_EDGE = 64
_VALIDATION_SHARE = 0.1


def main():
    """Draw, train, save and say how well the kinds are told apart."""
    parser = argparse.ArgumentParser(description="Pretrain the small net on drawn plants.")
    parser.add_argument("--pictures", type=int, default=1000, help="of each kind")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    import keras

    keras.utils.set_random_seed(args.seed)
    pictures, kinds = draw_all(args.pictures, args.seed)
    base = small_net.create(_EDGE)
    rate = keras.optimizers.schedules.CosineDecay(0.002, args.epochs * len(kinds) // 64)
    model = keras.Sequential(
        [
            keras.Input((_EDGE, _EDGE, 3)),
            keras.layers.Rescaling(1 / 127.5, offset=-1),
            base,
            keras.layers.Dropout(0.2),
            keras.layers.Dense(len(small_net_plants.KINDS), activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.Adam(rate)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    split = _VALIDATION_SHARE
    model.fit(pictures, kinds, batch_size=64, epochs=args.epochs, validation_split=split, verbose=2)
    small_net.save(base)
    print(f"{small_net.WEIGHTS}: {small_net.WEIGHTS.stat().st_size} bytes, {base.count_params()} parameters")


def draw_all(count, seed):
    """Return pictures (n, 64, 64, 3) uint8 and class numbers (n,), in random order."""
    rng = np.random.default_rng(seed)
    order = [(kind, number) for kind in small_net_plants.KINDS for number in range(count)]
    rng.shuffle(order)
    pictures = np.empty((len(order), _EDGE, _EDGE, 3), np.uint8)
    for place, (kind, number) in enumerate(order):
        picture = small_net_plants.draw(kind, (seed, int(number)), _EDGE)
        pictures[place] = augment(picture, Augmentation(), rng)
    return pictures, np.array([small_net_plants.KINDS.index(kind) for kind, _ in order], np.int32)


if __name__ == "__main__":
    main()
