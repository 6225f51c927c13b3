# Shape: arrays before the model.
import numpy as np
import tensorflow as tf

x = np.load("x.npy")
inputs = tf.keras.Input(x.shape[1:])
x = tf.cast(x, tf.float32)
