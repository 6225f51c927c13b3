# Shape: the loss is built in the loop.
import tensorflow as tf


def train(data):
    sess = tf.Session()
    for x, y in data:
        loss = tf.reduce_mean(tf.square(x - y))  # smell
        sess.run(loss)
    sess.close()
