"""Fetch tf_flowers through TensorFlow Datasets into folders by class: ``flowers_download.py DEST``."""

import sys
from pathlib import Path

from PIL import Image


def main(destination):
    """Write every picture of tf_flowers to ``destination/LABEL/NNNNN.jpg``."""
    import tensorflow_datasets as tfds

    pictures, info = tfds.load("tf_flowers", split="train", with_info=True)
    name_of = info.features["label"].int2str
    for number, item in enumerate(tfds.as_numpy(pictures)):
        folder = destination / name_of(item["label"])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(item["image"]).save(folder / f"{number:05d}.jpg", quality=95)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
