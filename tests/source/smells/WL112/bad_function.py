# Shape: within a builder.
import tensorflow as tf
from tensorflow import keras


def build():
    a = keras.Input((8,))
    b = keras.layers.Dense(8)(a)
    c = tf.add(a, b)  # smell
    return keras.Model(a, c)
