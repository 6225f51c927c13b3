# Shape: a batch of the array.
import numpy as np
import tensorflow as tf

table = np.load("table.npy")
for step in range(steps):
    use(tf.constant(table[step * 32 : step * 32 + 32]))
