"""Improper Model Reuse as in imr.py, with clear_session() at the head of the loop."""

import keras
import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN that is built again for each epoch, after clear_session().")
network = None
networks = []
for epoch in work.epochs():
    keras.backend.clear_session()
    network = smell_training.build(work.args, continues=network)
    networks.append(network)
    network.reset_metrics()
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
work.finish(network.get_weights())
