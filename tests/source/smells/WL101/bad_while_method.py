# Shape: a trainer class with its builder as a method, in a while loop.
import tensorflow as tf


class Trainer:
    def build(self):
        inputs = tf.keras.Input((4,))
        return tf.keras.Model(inputs, tf.keras.layers.Dense(1)(inputs))

    def search(self, x, y):
        while self.more():
            model = self.build()  # smell
            model.fit(x, y)
