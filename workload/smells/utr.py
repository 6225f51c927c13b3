"""Unreleased Tensor Reference: the images of each step are kept in a list that outlives the step."""

import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN and keep the images of each step.")
network = smell_training.build(work.args)
steps = []
for epoch in work.epochs():
    network.reset_metrics()
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        steps.append(images)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
work.finish(network.get_weights())
