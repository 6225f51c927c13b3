# Shape: the fix: layers.
import tensorflow as tf

inputs = tf.keras.Input((8,))
x = tf.keras.layers.Dense(4)(inputs)
x = tf.keras.layers.ReLU()(x)
model = tf.keras.Model(inputs, x)
