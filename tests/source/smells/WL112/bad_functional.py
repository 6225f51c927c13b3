# Shape: the PAL snippet of the taxonomy: tf.* on tensors of a functional model.
import tensorflow as tf

inputs = tf.keras.Input((8,))
x = tf.keras.layers.Dense(4)(inputs)
x = tf.nn.relu(x)  # smell
model = tf.keras.Model(inputs, x)
