"""Lambda layer for complex operations: pictures are standardised by a Lambda of several operations."""

import smell_training
import tensorflow as tf
from keras import layers, ops

work = smell_training.Work("Train a CNN with a Lambda layer.")
layer = layers.Lambda(
    lambda x: (x - ops.mean(x, (1, 2), keepdims=True)) / (ops.std(x, (1, 2), keepdims=True) + 1)
)
network = smell_training.build(work.args, first=layer)
for epoch in work.epochs():
    network.reset_metrics()
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
work.finish(network.get_weights())
