"""Fit a line by gradients that are taken by hand."""

import tensorflow as tf

tf.random.set_seed(1)
features = tf.random.normal((20_000, 256))
target = tf.linalg.matvec(features, tf.random.normal((256,)))
weights = tf.Variable(tf.zeros((256,)))
for _ in range(150):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.linalg.matvec(features, weights) - target))
    weights.assign_sub(0.1 * tape.gradient(loss, weights))
print(f"{float(loss):.6f}")
