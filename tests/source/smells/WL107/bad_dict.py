# Shape: a dictionary by step.
import tensorflow as tf

history = {}
for step, (x, y) in enumerate(train_ds):
    loss = tf.reduce_mean(tf.square(y - x))
    optimizer.minimize(lambda: loss, weights)
    history[step] = loss  # smell
