# Shape: a name that is given a new tensor frees the one before.
import tensorflow as tf

for x, y in train_ds:
    loss = tf.reduce_mean(x)
    optimizer.apply_gradients(pairs)
    last = loss
