"""Unclosed Resources: the same input pipeline is built again for each epoch."""

import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN by fit() on a pipeline of each epoch.")
network = smell_training.build(work.args)
for epoch in work.epochs():
    dataset = tf.data.Dataset.from_tensor_slices((work.pictures, work.labels)).batch(work.args.batch_size)
    history = network.fit(dataset, epochs=1, verbose=0).history
    epoch.note({name: values[0] for name, values in history.items()})
work.finish(network.get_weights())
