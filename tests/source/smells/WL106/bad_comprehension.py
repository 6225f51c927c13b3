# Shape: a comprehension.
import numpy as np
import tensorflow as tf

grid = np.zeros((4096, 4096))
outputs = [solve(tf.constant(grid), step) for step in range(8)]  # smell
