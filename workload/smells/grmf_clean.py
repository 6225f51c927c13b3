"""The clean twin of grmf.py: the network is deleted and the session cleared before garbage is collected."""

import gc

import keras
import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN from the start in every turn and release it.")
for epoch in work.epochs():
    network = smell_training.build(work.args)
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
    weights = network.get_weights()
    del network
    keras.backend.clear_session()
    gc.collect()
work.finish(weights)
