"""The clean twin of sml.py: (n,) minus (n,)."""

import smell_training
import tensorflow as tf

work = smell_training.Work("Train a CNN and observe the mean error of its expected class.")
network = smell_training.build(work.args)
classes = tf.range(10, dtype=tf.float32)
observed, targets = work.pictures[:4000], tf.cast(work.labels[:4000], tf.float32)
for epoch in work.epochs():
    network.reset_metrics()
    for pictures, labels in epoch.batches():
        images = tf.convert_to_tensor(pictures)
        epoch.note(network.train_on_batch(images, labels, return_dict=True))
    shares = tf.nn.softmax(network.predict(observed, verbose=0))
    expected = tf.reduce_sum(shares * classes, axis=1)
    epoch.note({**epoch.metrics, "mean_error": tf.reduce_mean(expected - targets)})
work.finish(network.get_weights())
