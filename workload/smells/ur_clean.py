"""The clean twin of ur.py: one input pipeline for all epochs."""

import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN by fit() on one pipeline.")
network = smell_training.build(work.args)
dataset = tf.data.Dataset.from_tensor_slices((work.pictures, work.labels)).batch(work.args.batch_size)
for epoch in work.epochs():
    history = network.fit(dataset, epochs=1, verbose=0).history
    epoch.note({name: values[0] for name, values in history.items()})
work.finish(network.get_weights())
