"""Batches of pictures read from folders by class, augmented as the published scenarios do.

Independent of the Keras backend: pictures are decoded and warped with Pillow. The augmentations are
those of the published scripts (guldner2021, section 3): rescale, rotate, change width and height,
flip horizontally, zoom; the rescaling itself is the first layer of the nets.
"""

import math
from dataclasses import dataclass

import keras
import numpy as np
from flowers_data import CLASSES
from PIL import Image

WORKERS = 2  # threads that read ahead; Pillow works outside the interpreter's lock


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes; each is drawn evenly from plus to minus its value.

    Attributes:
        rotation_deg: of the angle.
        shift: of width and of height, as shares of the edge.
        zoom: of the scale around 1.
        flip: whether half of the pictures are mirrored.
    """

    rotation_deg: float = 30.0
    shift: float = 0.1
    zoom: float = 0.2
    flip: bool = True


class FlowerBatches(keras.utils.PyDataset):
    """Batches ``(pictures (n, size, size, 3) float32 0..255, labels (n,) int32)``.

    Args:
        folder: holds one folder per class.
        size: edge in pixels.
        batch_size: pictures in a batch; the last one may have fewer.
        seed: of order and augmentation.
        augmentation: of training pictures; ``None`` leaves pictures and order as they are.
    """

    def __init__(self, folder, size, batch_size, seed=0, augmentation=None):
        super().__init__(workers=WORKERS)
        self.paths = [path for label in CLASSES for path in sorted((folder / label).iterdir())]
        self.labels = np.array([CLASSES.index(path.parent.name) for path in self.paths], np.int32)
        self._size = size
        self._batch_size = batch_size
        self._seed = seed
        self._augmentation = augmentation
        self._epoch = 0

    def __len__(self):
        return math.ceil(len(self.paths) / self._batch_size)

    def __getitem__(self, index):
        epoch = self._epoch
        chosen = self._order(epoch)[index * self._batch_size : (index + 1) * self._batch_size]
        pictures = np.empty((len(chosen), self._size, self._size, 3), np.float32)
        for place, number in enumerate(chosen):
            pictures[place] = self._picture(number, epoch)
        return pictures, self.labels[chosen]

    def on_epoch_end(self):
        """Let the next epoch have another order and other changes."""
        self._epoch += 1

    def _order(self, epoch):
        numbers = np.arange(len(self.paths))
        if self._augmentation is not None:
            np.random.default_rng([self._seed, epoch]).shuffle(numbers)
        return numbers

    def _picture(self, number, epoch):
        edges = (self._size, self._size)
        with Image.open(self.paths[number]) as file:
            file.draft("RGB", edges)  # lets the JPEG decoder skip detail that scaling would drop
            image = file.convert("RGB").resize(edges, Image.Resampling.BILINEAR)
        if self._augmentation is not None:
            rng = np.random.default_rng([self._seed, epoch, int(number)])
            image = augment(image, self._augmentation, rng)
        return image


def augment(image, ranges, rng):
    """Return a picture turned, shifted, zoomed and mirrored at random, in one resampling.

    What comes in from outside repeats the border.
    """
    size = image.width
    angle = math.radians(rng.uniform(-ranges.rotation_deg, ranges.rotation_deg))
    scale_x, scale_y = rng.uniform(1 - ranges.zoom, 1 + ranges.zoom, 2)
    shift_x, shift_y = rng.uniform(-ranges.shift, ranges.shift, 2) * size
    mirror = -1 if ranges.flip and rng.random() < 0.5 else 1
    # Pillow maps from the result to the source: around the middle, scaled, turned, shifted.
    a, b = mirror * scale_x * math.cos(angle), -scale_y * math.sin(angle)
    d, e = mirror * scale_x * math.sin(angle), scale_y * math.cos(angle)
    margin, middle = size // 2, size / 2
    wide = Image.fromarray(np.pad(np.asarray(image), ((margin,) * 2, (margin,) * 2, (0, 0)), mode="edge"))
    c = middle + margin - a * middle - b * middle + shift_x
    f = middle + margin - d * middle - e * middle + shift_y
    return wide.transform((size, size), Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BILINEAR)
