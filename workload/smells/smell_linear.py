"""A linear classifier of pictures as a graph of TensorFlow 1, for the smells of sessions and graphs."""

import numpy as np
import tensorflow.compat.v1 as tf
from smell_data import CLASSES, EDGE

PIXELS = EDGE * EDGE * 3
FIRST_WEIGHTS = np.zeros((PIXELS, CLASSES), dtype=np.float32)


class Classifier:
    """The operations of a softmax regression, added to the default graph.

    Args:
        weights: that it begins with, ``(3072, 10)``.

    Attributes:
        pictures, labels: placeholders of a batch.
        rate: variable of the learning rate.
        weights: variable.
        initialise, loss, step: operations to run.
    """

    def __init__(self, weights):
        self.pictures = tf.placeholder(tf.uint8, (None, EDGE, EDGE, 3))
        self.labels = tf.placeholder(tf.uint8, (None,))
        self.rate = tf.Variable(0.001, trainable=False)
        self.weights = tf.Variable(weights)
        pixels = tf.reshape(tf.cast(self.pictures, tf.float32) / 255 - 0.5, (-1, PIXELS))
        logits = tf.matmul(pixels, self.weights)
        of_each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(self.labels, tf.int32), logits)
        self.loss = tf.reduce_mean(of_each)
        self.step = tf.train.GradientDescentOptimizer(self.rate).minimize(self.loss)
        self.initialise = tf.variables_initializer([self.rate, self.weights])
