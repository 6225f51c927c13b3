# Shape: the US snippet of the taxonomy.
import tensorflow as tf


def evaluate(x):
    sess = tf.Session()  # smell
    return sess.run(x * 2)
