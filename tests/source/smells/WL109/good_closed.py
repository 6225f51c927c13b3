# Shape: closed in finally.
import tensorflow as tf


def evaluate(x):
    sess = tf.Session()
    try:
        return sess.run(x)
    finally:
        sess.close()
