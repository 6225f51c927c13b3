# Shape: load() reads an image and closes its file.
import tensorflow as tf
from PIL import Image

images = {}
for path in paths:
    image = Image.open(path)
    image.load()
    images[path] = image
