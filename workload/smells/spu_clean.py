"""The clean twin of spu.py: clear_session() at the head of the loop."""

import keras
import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN from the start in every turn, after clear_session().")
for epoch in work.epochs():
    keras.backend.clear_session()
    network = smell_training.build(work.args)
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
work.finish(network.get_weights())
