# Shape: directly on the input.
import tensorflow as tf
from tensorflow.keras.layers import Dense, Input

inputs = Input((8,))
scaled = tf.divide(inputs, 255.0)  # smell
out = Dense(1)(scaled)
