# Shape: outputs of each step kept in an attribute.
import tensorflow as tf


class Trainer:
    def __init__(self):
        self.net = tf.keras.Sequential()
        self.outputs = []

    def train(self, batches):
        for x, y in batches:
            out = self.net(x)
            self.net.train_on_batch(x, y)
            self.outputs.append(out)  # smell
