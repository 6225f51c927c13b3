# Shape: the caller closes it.
import tensorflow as tf


def opened(graph):
    session = tf.Session(graph=graph)
    return session
