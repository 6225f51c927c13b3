"""Improper Model Reuse: the network is built again for each epoch, and the earlier ones are kept."""

import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN that is built again for each epoch.")
network = None
networks = []
for epoch in work.epochs():
    network = smell_training.build(work.args, continues=network)
    networks.append(network)
    network.reset_metrics()
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
work.finish(network.get_weights())
