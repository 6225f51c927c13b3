# Shape: the GCB snippet of the taxonomy: a large array as a constant in a loop.
import numpy as np
import tensorflow as tf

table = np.load("table.npy")
for step in range(steps):
    rows = tf.gather(tf.constant(table), step)  # smell
