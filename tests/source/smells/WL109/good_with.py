# Shape: the fix of the taxonomy.
import tensorflow as tf


def evaluate(x):
    with tf.Graph().as_default(), tf.Session() as sess:
        return sess.run(x)
