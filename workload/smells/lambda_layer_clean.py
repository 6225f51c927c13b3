"""The clean twin of lambda_layer.py: a layer of its own."""

import smell_training
import tensorflow as tf
from keras import layers, ops


class Standardise(layers.Layer):
    """Standardise each channel of each picture."""

    def call(self, x):
        """Return the pictures with mean 0 and standard deviation about 1."""
        return (x - ops.mean(x, (1, 2), keepdims=True)) / (ops.std(x, (1, 2), keepdims=True) + 1)


work = smell_training.Work("Train a CNN with a layer of its own.")
network = smell_training.build(work.args, first=Standardise())
for epoch in work.epochs():
    network.reset_metrics()
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
work.finish(network.get_weights())
