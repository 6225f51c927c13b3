"""What the programs of the smell experiment share: options, network, fixed order of the data, the record.

A pair of programs differs in its smell and in nothing else: the same pictures in the same order, the same
first weights, the same number of optimiser steps.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import wattlab_probe as probe
from keras import layers
from PIL import Image
from smell_data import CLASSES, EDGE, DataError, load

EXIT_DATA = 2


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, found {text!r}")
    return int(text)


def options(description):
    """Return the options that every program of the experiment has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--data", default="generated", help="keras, generated, or path of CIFAR-10's binary version"
    )
    parser.add_argument(
        "--images", type=_count, help="training pictures to use, the first ones; else all 50,000"
    )
    parser.add_argument("--epochs", type=_count, default=50)
    parser.add_argument("--batch-size", type=_count, default=64)
    parser.add_argument(
        "--filters", type=_count, default=32, help="of the first layer; the later ones have twice as many"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--deterministic", action="store_true", help="the same bits in each run, which is slower"
    )
    return parser.parse_args()


def build(args, continues=None, first=None):
    """Return the compiled CNN: the one of TensorFlow's CIFAR-10 tutorial, 122,570 parameters with 32 filters.

    https://www.tensorflow.org/tutorials/images/cnn. The first weights depend on the seed alone.

    Args:
        args: the options.
        continues: a network whose weights and state of the optimiser the new one takes over.
        first: the layer that scales the pictures, in place of a division by 255.
    """
    keras.utils.set_random_seed(args.seed)
    network = keras.Sequential(
        [
            keras.Input((EDGE, EDGE, 3)),
            first or layers.Rescaling(1 / 255),
            layers.Conv2D(args.filters, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(2 * args.filters, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(2 * args.filters, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(2 * args.filters, activation="relu"),
            layers.Dense(CLASSES),
        ]
    )
    network.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    if continues is not None:
        network.set_weights(continues.get_weights())
        network.optimizer.build(network.trainable_variables)
        for variable, before in zip(network.optimizer.variables, continues.optimizer.variables, strict=True):
            variable.assign(before.numpy())
    return network


class Epoch:
    """One epoch: its pictures in their order, and what it came to.

    Attributes:
        number: from 1.
        metrics: such as ``{"loss": 0.3, "accuracy": 0.9}``; the last ones noted stand.
    """

    def __init__(self, work, number):
        self.number = number
        self.metrics = {}
        self._work = work

    def order(self):
        """Yield the indices of each batch; the order depends on seed and epoch alone."""
        args = self._work.args
        shuffled = np.random.default_rng((args.seed, self.number)).permutation(len(self._work.labels))
        for start in range(0, len(shuffled), args.batch_size):
            yield shuffled[start : start + args.batch_size]

    def batches(self):
        """Yield pictures and labels of each batch, as arrays."""
        for picks in self.order():
            yield self._work.pictures[picks], self._work.labels[picks]

    def note(self, metrics):
        """Keep the metrics of the epoch so far, as plain numbers."""
        self.metrics = {name: float(value) for name, value in metrics.items()}


class Work:
    """The work that both programs of a pair do.

    Attributes:
        args: the options.
        pictures: ``(n, 32, 32, 3)``, uint8.
        labels: ``(n,)``, uint8.
    """

    def __init__(self, description):
        self.args = options(description)
        if self.args.deterministic:
            tf.config.experimental.enable_op_determinism()
        with probe.action("prepare images"):
            try:
                self.pictures, self.labels, self.dataset = load(
                    self.args.data, self.args.images, self.args.seed
                )
            except DataError as error:
                print(f"DataError: {error}", file=sys.stderr)
                sys.exit(EXIT_DATA)
        self._facts = {"dataset": self.dataset, "dataset_images": len(self.labels), "seed": self.args.seed}
        probe.provenance(**self._facts, keras=keras.__version__, tensorflow=tf.__version__)
        self._losses = []

    def epochs(self):
        """Yield each `Epoch` within its span, and record its metrics at its end."""
        with probe.action("train"):
            for number in range(1, self.args.epochs + 1):
                epoch = Epoch(self, number)
                with probe.epoch(number, samples=len(self.labels)) as span:
                    yield epoch
                    for name, value in epoch.metrics.items():
                        span[name] = value
                self._losses.append(epoch.metrics.get("loss"))

    def write_images(self, folder):
        """Write the pictures as PNG files and return their paths."""
        paths = [Path(folder) / f"{number}.png" for number in range(len(self.labels))]
        for path, picture in zip(paths, self.pictures, strict=True):
            Image.fromarray(picture).save(path)
        return paths

    def finish(self, weights):
        """Record the work, and print losses and a digest of the weights, by which two programs are compared.

        Args:
            weights: arrays of the trained network.
        """
        probe.useful_work(samples=len(self._losses) * len(self.labels))
        digest = hashlib.sha256()
        for array in weights:
            digest.update(np.ascontiguousarray(array).tobytes())
        print(json.dumps({**self._facts, "losses": self._losses, "weights_sha256": digest.hexdigest()}))
