# Shape: the dataset has a name.
import tensorflow as tf


def serve(model, requests):
    for request in requests:
        ds = tf.data.Dataset.from_tensor_slices(request).batch(1)
        reply(model.predict(ds))  # smell
