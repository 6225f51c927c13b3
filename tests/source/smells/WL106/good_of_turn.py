# Shape: another array each turn.
import numpy as np
import tensorflow as tf

for name in names:
    array = np.load(name)
    use(tf.constant(array))
