"""The clean program: one network for all epochs, and no tensor outlives its step."""

import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN without a smell.")
network = smell_training.build(work.args)
for epoch in work.epochs():
    network.reset_metrics()
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
work.finish(network.get_weights())
