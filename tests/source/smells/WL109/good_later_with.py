# Shape: with on the name.
import tensorflow as tf


def evaluate(x):
    sess = tf.Session()
    with sess:
        print(sess.run(x))
