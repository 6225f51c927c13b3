"""Graph-Constant Bottleneck: all pictures are made a constant again in every step."""

import numpy as np
import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN on pictures that are copied in every step.")
network = smell_training.build(work.args)
table = np.asarray(work.pictures)
for epoch in work.epochs():
    network.reset_metrics()
    for picks in epoch.order():
        images = tf.gather(tf.constant(table), picks)
        epoch.note(network.train_on_batch(images, work.labels[picks], return_dict=True))
work.finish(network.get_weights())
