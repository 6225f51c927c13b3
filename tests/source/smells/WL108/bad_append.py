# Shape: the IBA snippet of the taxonomy: images kept in an augmentation loop.
import tensorflow as tf
from PIL import Image

images = []
for path in paths:
    images.append(Image.open(path))  # smell
