# Shape: the array is kept.
import numpy as np
import tensorflow as tf
from PIL import Image

images = []
for path in paths:
    images.append(np.asarray(Image.open(path)))
