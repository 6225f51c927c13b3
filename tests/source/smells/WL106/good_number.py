# Shape: small literals.
import tensorflow as tf

for step in range(steps):
    rate = tf.constant(0.1)
    use(rate, tf.constant([1, 2, 3]))
