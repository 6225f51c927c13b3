# Shape: the same by convert_to_tensor.
import numpy as np
import tensorflow as tf


def run(batches):
    weights = np.random.rand(10000, 1000)
    for batch in batches:
        use(tf.convert_to_tensor(weights), batch)  # smell
