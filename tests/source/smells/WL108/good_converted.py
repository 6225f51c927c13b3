# Shape: convert() reads the file and closes it.
import tensorflow as tf
from PIL import Image

images = []
for path in paths:
    images.append(Image.open(path).convert("RGB"))
