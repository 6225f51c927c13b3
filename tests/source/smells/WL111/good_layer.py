# Shape: the fix: a layer of its own.
import tensorflow as tf


class Scale(tf.keras.layers.Layer):
    def call(self, x):
        return tf.reduce_mean(tf.square(x), axis=1)
