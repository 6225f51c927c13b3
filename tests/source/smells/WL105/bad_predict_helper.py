# Shape: a helper makes the dataset.
import tensorflow as tf


def wrap(image):
    return tf.data.Dataset.from_tensors(image).batch(1)


net = tf.keras.applications.MobileNet()
for image in images:
    net.predict(wrap(image))  # smell
