# Shape: pictures that were drawn in memory hold no file.
from io import BytesIO

import tensorflow as tf
from PIL import Image


def drawn(molecules):
    pictures = []
    for molecule in molecules:
        pictures.append(Image.open(BytesIO(draw(molecule))))
    return pictures
