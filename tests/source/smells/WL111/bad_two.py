# Shape: several operations in a lambda.
import tensorflow as tf
from tensorflow.keras import layers

scale = layers.Lambda(lambda x: tf.reduce_mean(tf.square(x), axis=1))  # smell
