"""Pictures of CIFAR-10, or pictures of the same shape that are drawn here where there is no network.

CIFAR-10: 50,000 training pictures of 32 x 32 pixels in ten classes, https://www.cs.toronto.edu/~kriz/cifar.html
"""

import tarfile
from pathlib import Path

import numpy as np

CLASSES = 10
EDGE = 32
TRAINING_IMAGES = 50_000

_RECORD_BYTES = 1 + 3 * EDGE * EDGE  # of the binary version: the label, then the planes red, green, blue
_BINARY_FILES = [f"data_batch_{number}.bin" for number in range(1, 6)]


class DataError(Exception):
    """The pictures that were asked for cannot be had."""


def load(source, images, seed):
    """Return pictures, labels and the name of the data set.

    Args:
        source: ``keras`` (its loader, which downloads), ``generated``, or the path of CIFAR-10's binary
            version: its folder or its archive.
        images: how many of the training pictures to use, the first ones; ``None`` for all.
        seed: of generated pictures.

    Returns:
        Pictures ``(n, 32, 32, 3)`` and labels ``(n,)``, both ``uint8``, and the name.

    Raises:
        DataError: the pictures cannot be had.
    """
    if source == "generated":
        pictures, labels = generate(images or TRAINING_IMAGES, seed)
        return pictures, labels, "generated, CIFAR-10 shape"
    pictures, labels = _by_keras() if source == "keras" else _from_binary(Path(source))
    return (
        pictures[:images],
        labels[:images],
        f"CIFAR-10 ({'keras' if source == 'keras' else 'binary version'})",
    )


def generate(images, seed):
    """Draw pictures that a CNN can learn: a coarse pattern for each class, shifted, under noise."""
    rng = np.random.default_rng(seed)
    patterns = rng.uniform(0, 255, (CLASSES, 8, 8, 3)).repeat(EDGE // 8, axis=1).repeat(EDGE // 8, axis=2)
    labels = rng.integers(0, CLASSES, images, dtype=np.uint8)
    shifts = rng.integers(-4, 5, (images, 2))
    pictures = np.empty((images, EDGE, EDGE, 3), dtype=np.uint8)
    for n, label in enumerate(labels):
        noise = rng.uniform(0, 255, (EDGE, EDGE, 3))
        pictures[n] = 0.5 * np.roll(patterns[label], shifts[n], axis=(0, 1)) + 0.5 * noise
    return pictures, labels


def _by_keras():
    import keras

    try:
        (pictures, labels), _ = keras.datasets.cifar10.load_data()
    except Exception as error:  # the loader raises a bare Exception for whatever went wrong
        raise DataError(
            f"--data keras: the download failed: {error}. Name CIFAR-10's binary version with --data PATH, "
            "or use --data generated"
        ) from None
    return pictures, labels[:, 0].astype(np.uint8)


def _from_binary(path):
    try:
        batches = (
            _of_archive(path) if path.is_file() else [(path / name).read_bytes() for name in _BINARY_FILES]
        )
    except (OSError, KeyError, tarfile.TarError) as error:
        raise DataError(
            f"--data {path}: expected keras, generated, or folder or archive of CIFAR-10's binary version "
            f"({_BINARY_FILES[0]} and so on): {error}"
        ) from None
    data = b"".join(batches)
    if not data or len(data) % _RECORD_BYTES:
        raise DataError(
            f"--data {path}: expected records of {_RECORD_BYTES} bytes, found {len(data)} bytes in all"
        )
    records = np.frombuffer(data, dtype=np.uint8).reshape(-1, _RECORD_BYTES)
    planes = records[:, 1:].reshape(-1, 3, EDGE, EDGE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0].copy()


def _of_archive(path):
    with tarfile.open(path) as archive:
        members = {Path(member.name).name: member for member in archive if member.isfile()}
        return [archive.extractfile(members[name]).read() for name in _BINARY_FILES]
