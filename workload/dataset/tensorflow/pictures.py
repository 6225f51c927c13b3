"""Resize, crop and code pictures."""

import tensorflow as tf

tf.random.set_seed(4)
pictures = tf.random.uniform((24, 480, 640, 3))
size = 0
for _ in range(4):
    small = tf.image.resize(pictures, (240, 320), antialias=True)
    bright = tf.image.adjust_saturation(small, 1.4)
    for picture in tf.unstack(bright):
        coded = tf.io.encode_jpeg(tf.image.convert_image_dtype(picture, tf.uint8, saturate=True))
        size += len(coded.numpy())
print(size)
