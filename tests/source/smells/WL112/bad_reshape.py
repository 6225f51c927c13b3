# Shape: reshape of the output of a layer.
import keras
import tensorflow as tf

inputs = keras.Input((4, 4))
x = keras.layers.Conv1D(4, 3)(inputs)
x = tf.reshape(x, (-1, 16))  # smell
