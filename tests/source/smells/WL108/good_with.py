# Shape: with, and a copy is kept.
import tensorflow as tf
from PIL import Image

images = []
for path in paths:
    with Image.open(path) as image:
        images.append(image.copy())
