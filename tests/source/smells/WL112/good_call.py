# Shape: operations in a Layer's call().
import tensorflow as tf


class Scale(tf.keras.layers.Layer):
    def call(self, inputs):
        return tf.divide(inputs, 255.0)
