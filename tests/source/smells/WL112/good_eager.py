# Shape: tensors of data.
import tensorflow as tf

x = tf.constant([1.0])
y = tf.nn.relu(x)
