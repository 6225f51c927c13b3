# Shape: arrays of keras.datasets.
import tensorflow as tf

(x_train, y_train), _ = tf.keras.datasets.mnist.load_data()
for epoch in range(5):
    x = tf.constant(x_train)  # smell
    step(x)
