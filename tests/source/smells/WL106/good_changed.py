# Shape: the array has another content in each turn.
import numpy as np
import tensorflow as tf

padding = np.zeros((2, 2))
for length in lengths:
    padding[0, 1] = longest - length
    rows.append(tf.pad(row(length), tf.constant(padding)))
