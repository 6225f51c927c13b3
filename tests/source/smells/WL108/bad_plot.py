# Shape: what is closed is a plot.
import matplotlib.pyplot as plt
import tensorflow as tf
from PIL import Image

images = []
for path in paths:
    image = Image.open(path)
    images.append(image)  # smell
plt.close()
